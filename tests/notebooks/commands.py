"""The command line as a user calls it."""

import subprocess
import sys
from pathlib import Path


def atlas_lab(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run `atlas-lab` with this Python."""
    command = [sys.executable, "-m", "atlas_lab.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=600)
