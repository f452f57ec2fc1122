"""What a run ran on: Python, package versions, the commit of the source, the device."""

import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from atlas_lab._version import __version__

_SOURCE = Path(__file__).resolve().parents[2]


def environment() -> dict[str, Any]:
    """What another person needs to repeat a run: interpreter, platform, processors, package versions, source commit."""
    return {
        "python": platform.python_version(),
        "executable": sys.executable,
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        "versions": versions(),
        "commit": commit(),
    }


def versions() -> dict[str, str]:
    """The versions of atlas_lab and of each package it depends on directly, by distribution name."""
    found = {"atlas-lab": __version__}
    for name in requirements():
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "missing"
    return found


def requirements(extra: str | None = None) -> list[str]:
    """The distributions atlas_lab depends on directly, or those its optional `extra` brings."""
    try:
        lines = importlib.metadata.requires("atlas-lab") or []
    except importlib.metadata.PackageNotFoundError:  # run from a source folder that was never installed
        return []
    names = []
    for line in lines:
        of_extra = re.search(r"extra\s*==\s*['\"]([\w-]+)['\"]", line)
        if (of_extra.group(1) if of_extra else None) == extra:
            names.append(re.split(r"[^\w.-]", line, maxsplit=1)[0])
    return sorted(names)


def commit() -> str | None:
    """The git commit of the source checkout, with `+changes` when tracked files differ; None for an installed wheel."""
    if not (_SOURCE / ".git").exists():
        return None
    head = _output("git", "-C", str(_SOURCE), "rev-parse", "HEAD")
    # without the lock: a git command of the user's may be running in the same checkout
    changes = _output("git", "--no-optional-locks", "-C", str(_SOURCE), "status", "--porcelain", "--untracked-files=no")
    return f"{head}+changes" if head and changes else head


def device() -> str:
    """`cuda: NAME` when this process can use an NVIDIA GPU, else `cpu`.

    torch is asked only when it is imported already, because importing it takes seconds; `nvidia-smi` otherwise.
    """
    torch = sys.modules.get("torch")
    if torch is not None:
        return f"cuda: {torch.cuda.get_device_name()}" if torch.cuda.is_available() else "cpu"
    name = _output("nvidia-smi", "--query-gpu=name", "--format=csv,noheader")
    return f"cuda: {name.splitlines()[0]}" if name else "cpu"


def _output(*command: str) -> str | None:
    if shutil.which(command[0]) is None:
        return None
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (subprocess.SubprocessError, OSError):
        return None
    return done.stdout.strip() or None
