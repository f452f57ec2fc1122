"""Where the embedded phantom atlas is kept once it has been made."""

import hashlib
from pathlib import Path

from filelock import FileLock

from atlas_lab.data import cache
from atlas_lab.data.phantom.patient import VERSION
from atlas_lab.data.phantom.recipe import Recipe
from atlas_lab.data.phantom.write import write_cases

_COMPLETE = ".complete"


def phantom_folder(cases: int, recipe: Recipe, workers: int) -> Path:
    """The folder of the phantom atlas of this recipe, made on first call; several processes may ask at once.

    With the cache switched off it is made in a temporary folder that goes when the process ends.
    """
    root = cache.folder() or cache.temporary_folder()
    identity = repr((VERSION, recipe))
    folder = root / "phantom" / f"{hashlib.sha256(identity.encode()).hexdigest()[:12]}-{cases}"
    if not (folder / _COMPLETE).exists():
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock"):
            if not (folder / _COMPLETE).exists():
                write_cases(folder, cases, recipe, workers=workers)
                (folder / _COMPLETE).touch()
    return folder
