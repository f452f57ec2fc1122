"""`atlas-lab doctor`: what works on this machine, and how to get what does not."""

import importlib
import importlib.metadata
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import typer

from atlas_lab._version import __version__
from atlas_lab.errors import InputError
from atlas_lab.runs.environment import requirements

_EXTRAS = ("itk", "dicom", "peers", "cluster")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_LOW_DISK_GB = 5


class Finding(NamedTuple):
    """One line of the report; `fatal` when atlas_lab cannot work without it."""

    what: str
    state: str
    detail: str
    fatal: bool = False


def register(app: typer.Typer) -> None:
    """Add this module's command to `app`."""
    app.command()(doctor)


def doctor() -> None:
    """Say what works on this machine: packages, GPU, viewers, browser, extras, disk, cache, test data."""
    findings = [*_packages(), _torch(), _front_end(), _browser(), *_extras(), *_disk(), _test_data()]
    for finding in findings:
        typer.echo(f"{finding.state:8} {finding.what:24} {finding.detail}")
    if any(finding.fatal for finding in findings):
        raise typer.Exit(1)


def _packages() -> Iterator[Finding]:
    yield Finding("python", "ok", f"{platform.python_version()} on {platform.platform()}, {os.cpu_count()} cores")
    yield Finding("atlas-lab", "ok", __version__)
    names = [name for name in requirements() if name != "torch"]
    lost = [name for name in names if _version(name) is None]
    for name in lost:
        yield Finding(name, "missing", f"pip install {name}", fatal=True)
    yield Finding("core packages", "missing" if lost else "ok", f"{len(names) - len(lost)} of {len(names)} installed")


def _torch() -> Finding:
    try:
        torch = importlib.import_module("torch")
    except (ImportError, OSError) as error:  # OSError: a shared library of its own is missing
        return Finding("torch", "broken", f"{error}; pip install --force-reinstall torch", fatal=True)
    if torch.cuda.is_available():
        free, total = torch.cuda.mem_get_info()
        memory = f"{free / 1e9:.0f} of {total / 1e9:.0f} GB free"
        return Finding("torch", "ok", f"{torch.__version__}, {torch.cuda.get_device_name()}, {memory}")
    build = f"built for CUDA {torch.version.cuda}, no GPU found" if torch.version.cuda else "CPU build"
    return Finding("torch", "ok", f"{torch.__version__}, {build}")


def _front_end() -> Finding:
    from atlas_lab.viewers import bundles

    missing = [path.name for path in bundles.files() if not path.is_file()]
    if missing:
        return Finding("viewers' front end", "missing", f"{', '.join(missing)}; run `make widgets` in the checkout", fatal=True)
    return Finding(
        "viewers' front end", "ok", f"{sum(path.stat().st_size for path in bundles.files()) / 1e6:.1f} MB, served locally"
    )


def _browser() -> Finding:
    for path in filter(None, map(shutil.which, _BROWSERS)):
        # on some systems the name is a stub that only says how to install the browser
        if subprocess.run([path, "--version"], capture_output=True).returncode == 0:
            return Finding("browser for tests", "ok", path)
    return Finding("browser for tests", "missing", "install Chromium, or: pip install playwright && playwright install chromium")


def _extras() -> Iterator[Finding]:
    for extra in _EXTRAS:
        lost = [name for name in requirements(extra) if _version(name) is None]
        state, detail = (
            ("missing", f"pip install 'atlas-lab[{extra}]' (brings {', '.join(lost)})") if lost else ("ok", "installed")
        )
        yield Finding(f"extra [{extra}]", state, detail)


def _disk() -> Iterator[Finding]:
    from atlas_lab.data import cache

    places = {"disk here": Path.cwd()}
    folder = cache.folder()
    if folder is None:
        yield Finding("cache", "off", "unset ATLAS_LAB_CACHE to switch it on")
    else:
        try:
            if folder.exists() and not folder.is_dir():
                raise InputError(f"ATLAS_LAB_CACHE={folder} is a file; name a folder")
            yield Finding("cache", "ok", f"{folder}, at most {cache.limit_bytes() / 1e9:g} GB; ATLAS_LAB_CACHE moves it")
        except InputError as error:
            yield Finding("cache", "broken", str(error), fatal=True)
        places["disk at the cache"] = folder
    for what, path in places.items():
        existing = next(parent for parent in (path, *path.parents) if parent.exists())
        free = shutil.disk_usage(existing).free / 1e9
        state, advice = ("low", "; free some space") if free < _LOW_DISK_GB else ("ok", "")
        yield Finding(what, state, f"{free:.0f} GB free{advice}")


def _test_data() -> Finding:
    named = os.environ.get("ATLAS_LAB_TEST_DATA")
    if not named:
        return Finding("real test data", "missing", "set ATLAS_LAB_TEST_DATA to a folder of real CT volumes")
    if not Path(named).is_dir():
        return Finding("real test data", "missing", f"ATLAS_LAB_TEST_DATA={named} is not a folder")
    return Finding("real test data", "ok", named)


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
