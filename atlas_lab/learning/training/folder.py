"""The folder of a training, looked at before the work begins."""

from os import PathLike
from pathlib import Path

from atlas_lab.errors import InputError
from atlas_lab.learning.training import checkpoint, log, status


def check_folder(folder: str | PathLike[str]) -> None:
    """InputError: it is a file, or holds something else than a training; one that stopped before its first checkpoint is one."""
    path = Path(folder)
    if path.exists() and not path.is_dir():
        raise InputError(f"{path}: is a file; name a folder for the training")
    if not path.exists() or any((path / name).exists() for name in (checkpoint.LAST, status.FILE)):
        return
    others = sorted(one.name for one in path.iterdir() if one.name != log.BOARD and not one.name.startswith("."))
    if others:
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        raise InputError(f"{path}: holds something else than a training ({others[0]}{more}); choose a new or empty folder")
