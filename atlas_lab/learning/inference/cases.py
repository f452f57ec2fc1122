"""`predict_cases`: the masks of one CT, a folder of CTs or an atlas, as a folder of cases."""

import functools
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from atlas_lab.data.case import Case, read_facts
from atlas_lab.errors import InputError
from atlas_lab.learning.inference.opening import checked_device, model_of
from atlas_lab.learning.inference.predict import known_structures, look
from atlas_lab.learning.inference.scans import Scan, opened, scans_in
from atlas_lab.learning.model import Model, checkpoint_in
from atlas_lab.learning.weights.checkpoint import sha256
from atlas_lab.learning.weights.fetch import HubClient, fetch
from atlas_lab.learning.weights.sources import named
from atlas_lab.runs import user_errors
from atlas_lab.scale import CaseResults, map_cases

SOFT = "soft"  # the folder of probabilities inside a case's


@dataclass(frozen=True)
class Asked:
    """What is done to each CT; it is written into the case, so that a later call knows what is finished."""

    model: str  # a published name, or the SHA-256 of a checkpoint
    structures: tuple[str, ...] | None
    overlap: float
    flips: bool
    postprocess: bool
    soft: bool


def predict_cases(
    source: str | os.PathLike[str],
    model: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    structures: Sequence[str] | None = None,
    overlap: float = 0.5,
    batch_size: int = 1,
    flips: bool = False,
    postprocess: bool = True,
    soft: bool = False,
    device: str | None = None,
    accept_licence: bool = False,
    workers: int = 1,
    progress: bool = True,
    client: HubClient | None = None,
) -> CaseResults:
    """The volume in mL of each structure in each CT, whose masks are written as `output/<id>/` in AbdomenAtlas layout.

    `source` is a NIfTI file, DICOM, a case's folder, a folder of NIfTI files or an atlas; `model` a checkpoint, the folder of a
    training or a published name. With `soft` the probabilities go into `output/<id>/soft/`. The other options are those of
    `predict`. A case is there whole or not at all; one that is finished is not done again, so a stopped call goes on. A CT
    that fails is reported, and the others are done; `workers` are processes.

    InputError: no CT, a model that cannot be opened, a structure that it does not know, a licence that is not accepted; for
    a case: its folder holds something else than this prediction.
    """
    folder = Path(output).absolute()
    published = named(model) if isinstance(model, str) else None
    path = fetch(published, accept_licence=accept_licence, client=client) if published else checkpoint_in(Path(model).absolute())
    if not path.is_file():
        raise InputError(f"{path}: no such file of weights")
    scans = scans_in(Path(source).absolute())
    where = None if device is None else str(checked_device(device))
    chosen = None if structures is None else tuple(structures)
    asked = Asked(published.name if published else sha256(path), chosen, overlap, flips, postprocess, soft)
    known_structures(_model(path, asked, where), chosen)  # before work is lost
    with user_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    threads = max(torch.get_num_threads() // workers, 1) if workers > 1 else None
    one = functools.partial(
        _predict, asked=asked, path=path, folder=folder, device=where, batch_size=batch_size, threads=threads,
        progress=progress and workers == 1,
    )  # fmt: skip
    return map_cases(one, scans, workers=workers, progress=progress)


def _predict(
    scan: Scan | Case, *, asked: Asked, path: Path, folder: Path, device: str | None, batch_size: int, threads: int | None,
    progress: bool,
) -> dict[str, float]:  # fmt: skip
    target = folder / scan.id
    if target.exists():
        return _finished(target, asked)
    if threads is not None:
        torch.set_num_threads(threads)
    case = opened(scan)
    masks, probabilities = look(
        _model(path, asked, device), case, structures=asked.structures, overlap=asked.overlap,
        batch_size=batch_size, flips=asked.flips, postprocess=asked.postprocess, soft=asked.soft, progress=progress,
    )  # fmt: skip
    volumes = {name: masks.volume_ml(name) for name in masks}
    facts = asdict(asked) | {"file": path.name, "volumes_ml": volumes}
    predicted = Case(scan.id, case.ct, masks, meta=case.meta, provenance=case.provenance | {"predicted": facts})
    with user_errors(folder), tempfile.TemporaryDirectory(prefix=".part-", dir=folder) as stage:
        written = predicted.save(stage)
        if probabilities is not None:
            probabilities.save(written / SOFT)
        os.rename(written, target)
    return volumes


def _finished(target: Path, asked: Asked) -> dict[str, float]:
    """The volumes that a finished case was written with. InputError: it is another prediction, or none."""
    said: dict[str, Any] = read_facts(target).get("provenance", {}).get("predicted", {})
    expected = asdict(asked)
    expected["structures"] = list(asked.structures) if asked.structures is not None else None
    other = [name for name in expected if said.get(name) != expected[name]]
    if other:
        what = f"another prediction (its {', '.join(other)} differ)" if said else "a case that was not predicted"
        raise InputError(f"{target}: holds {what}; choose another output folder, or remove it")
    volumes: dict[str, float] = said["volumes_ml"]
    return volumes


@functools.lru_cache(maxsize=1)  # a process opens its model once
def _model(path: Path, asked: Asked, device: str | None) -> Model:
    return model_of(path, structures=asked.structures, device=device)
