"""A folder of phantom patients in AbdomenAtlas layout."""

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

from atlas_lab.data.case import FACTS, find_ct, read_facts
from atlas_lab.data.phantom.checks import check_whole
from atlas_lab.data.phantom.recipe import Recipe, Scan
from atlas_lab.errors import InputError
from atlas_lab.scale import map_cases

MOST_CASES = 1_000_000
MARKER = ".phantom"  # what the workers of a cluster must see


def write_cases(
    folder: str | os.PathLike[str],
    cases: int,
    recipe: Recipe | None = None,
    *,
    workers: int = 1,
    cluster: str | None = None,
    progress: bool = True,
) -> list[Path]:
    """Write the first `cases` scans of a recipe as `BDMAP_00000001`, ... and return their folders.

    A case appears in the folder at once or not at all, so a run that was stopped goes on where it was: cases of the
    same recipe are kept. The files are the same for any number of `workers` (processes) and on a Dask `cluster`, whose
    workers must see the folder. InputError: a number out of range, a case of another origin in the folder, a case that
    could not be written.
    """
    check_whole("cases", cases, 1)
    if cases > MOST_CASES:
        raise InputError(f"cases={cases}: make at most {MOST_CASES:,} in one folder")
    check_whole("workers", workers, 1)
    made = recipe or Recipe.of()
    target = Path(folder).absolute()
    scans = made.scans(cases)
    _refuse_strangers(target, made, cases)
    missing = [scan for scan in scans if not (target / scan.id).exists()]
    if missing:
        marker = target / MARKER
        try:
            target.mkdir(parents=True, exist_ok=True)
            marker.touch()
        except OSError as error:
            raise InputError(f"{target}: cannot be written ({error.strerror}); choose another folder") from None
        try:
            tasks = _Write(target, made)
            done = map_cases(
                tasks, missing, workers=min(workers, len(missing)), cluster=cluster, shared=marker, progress=progress
            )
        finally:
            marker.unlink(missing_ok=True)
        done.require_all()
    return [target / scan.id for scan in scans]


@dataclasses.dataclass(frozen=True)
class _Write:
    """Make one scan and write it, wherever this runs."""

    folder: Path
    recipe: Recipe

    __name__ = "phantom"  # what the progress bar says

    def __call__(self, scan: Scan) -> None:
        if (self.folder / scan.id).exists():
            return  # another run was here
        made = self.recipe.make(scan)
        drawn = {name: made.masks[name] for name in self.recipe.labelled(scan)}
        case = dataclasses.replace(made, masks=drawn).case(scan.id)
        case.provenance = self.recipe.origin(scan)
        case.save(self.folder)


def _refuse_strangers(folder: Path, recipe: Recipe, cases: int) -> None:
    """InputError when the folder holds cases that this recipe does not make: an atlas is of one origin.

    Cases of the recipe beyond the first `cases` may stay.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file; name a folder for the phantom atlas")
    there = sorted(path.parent for path in folder.glob(f"*/{FACTS}"))
    numbers = [int(path.name[6:]) for path in there if path.name.startswith("BDMAP_") and path.name[6:].isdigit()]
    # every scan of a recipe is known without making it, but a stray number must not make us list millions
    most = max([cases, *(n for n in numbers if n <= cases + len(there))])
    wanted = {folder / scan.id: _as_read(recipe.origin(scan)) for scan in recipe.scans(most)}
    for path in there:
        found = read_facts(path).get("provenance", {})
        if found != wanted.get(path):
            raise InputError(
                f"{path}: is a case of another origin ({json.dumps(_differences(found, wanted.get(path)))}); choose an empty "
                "folder, or the same parameters"
            )
    for path in wanted:
        if path.exists() and not (path / FACTS).exists():
            raise InputError(f"{path}: is in the way and no phantom case; choose an empty folder")
        if path.exists() and find_ct(path) is None:
            raise InputError(f"{path}: is damaged, its CT is gone; remove this folder and it is made again")
    strange = [path.name for path in folder.iterdir() if not path.name.startswith(".")] if folder.exists() and not there else []
    if strange:
        raise InputError(f"{folder}: holds something else ({strange[0]}); choose an empty folder for the phantom atlas")


def _as_read(origin: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(json.dumps(origin)))


def _differences(found: dict[str, Any], wanted: dict[str, Any] | None) -> dict[str, Any]:
    """What of `found` is not as wanted, or its source where it is no phantom case at all."""
    if wanted is None or found.get("source") != wanted["source"]:
        return {"source": found.get("source", "unknown")}
    return {key: found.get(key) for key in wanted if found.get(key) != wanted[key]}
