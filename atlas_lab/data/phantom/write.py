"""A folder of phantom patients in AbdomenAtlas layout."""

import json
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from atlas_lab.data.case import FACTS, Case, read_facts
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.phantom.patient import SHAPE, SPACING_MM, VERSION, check_grid, check_whole, patient
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError

SOURCE = "atlas_lab phantom"


def write_cases(
    folder: str | os.PathLike[str],
    cases: int,
    *,
    seed: int = 0,
    shape: Sequence[int] = SHAPE,
    spacing: float | Sequence[float] = SPACING_MM,
    workers: int = 1,
    progress: bool = True,
) -> list[Path]:
    """Write patients 0 to `cases` - 1 of `seed` as `BDMAP_00000001`, ... and return their folders.

    A case appears in the folder at once or not at all, so a run that was stopped goes on where it was: cases of the
    same parameters are kept. The files are the same for any number of `workers` (processes). InputError: a parameter
    out of range, or a case of another origin in the folder.
    """
    check_whole("cases", cases, 1)
    check_whole("workers", workers, 1)
    check_whole("seed", seed, 0)
    voxels, edges = check_grid(shape, spacing)
    target = Path(folder)
    paths = [target / f"BDMAP_{index + 1:08d}" for index in range(cases)]
    origins = [_origin(seed, index, voxels, edges) for index in range(cases)]
    _refuse_strangers(target, dict(zip(paths, origins, strict=True)))
    missing = [(path, origin) for path, origin in zip(paths, origins, strict=True) if not path.exists()]
    with tqdm(total=cases, initial=cases - len(missing), desc="phantom", unit="case", disable=not progress) as bar:
        if workers == 1 or len(missing) < 2:
            for path, origin in missing:
                _write(path, origin)
                bar.update()
        else:
            with ProcessPoolExecutor(min(workers, len(missing)), mp_context=get_context("spawn")) as pool:
                jobs = [pool.submit(_write, path, origin) for path, origin in missing]
                try:
                    for job in as_completed(jobs):
                        job.result()
                        bar.update()
                except BaseException:
                    pool.shutdown(wait=False, cancel_futures=True)
                    raise
    return paths


def _origin(seed: int, index: int, shape: tuple[int, ...], spacing: tuple[float, ...]) -> dict[str, Any]:
    """What a case is made from, as it stands in its case.json."""
    return {
        "source": SOURCE,
        "version": VERSION,
        "seed": int(seed),
        "index": int(index),
        "shape": list(shape),
        "spacing": list(spacing),
    }


def _write(path: Path, origin: dict[str, Any]) -> None:
    made = patient(origin["index"], seed=origin["seed"], shape=origin["shape"], spacing=origin["spacing"])
    labels = LabelMap(made.masks, made.affine)
    Case(path.name, Volume(made.ct, made.affine), labels, meta=made.meta, provenance=origin).save(path.parent)


def _refuse_strangers(folder: Path, wanted: dict[Path, dict[str, Any]]) -> None:
    """InputError when the folder holds cases that these parameters do not make: an atlas is of one origin.

    Cases beyond `wanted` may stay when they differ in nothing but their index.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file; name a folder for the phantom atlas")
    example = next(iter(wanted.values()))
    for facts in sorted(folder.glob(f"*/{FACTS}")):
        found = read_facts(facts.parent).get("provenance", {})
        if found != wanted.get(facts.parent, example | {"index": found.get("index")}):
            raise InputError(
                f"{facts.parent}: is a case of another origin ({json.dumps(found)}); choose an empty folder, or the same "
                "seed, shape and spacing"
            )
    for path in wanted:
        if path.exists() and not (path / FACTS).exists():
            raise InputError(f"{path}: is in the way and no phantom case; choose an empty folder")
