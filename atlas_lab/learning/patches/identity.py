"""Whether a case is still the one that was prepared: the name of its entry in the cache."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from atlas_lab.data import Case
from atlas_lab.runs import fingerprint

VERSION = 1  # of what an entry holds; another one makes every case anew


def key_of(case: Case, classes: Sequence[str], spacing_mm: tuple[float, float, float]) -> str:
    """A text that changes with the case's voxels or labels, with the classes, their order, or the spacing.

    A case that lies on disk as it was opened is known by the listing of its files (names, sizes, times), any other by
    its voxels.
    """
    source = _of_files(case) or _of_voxels(case, classes)
    parts = (VERSION, tuple(classes), spacing_mm, sorted(case.labels.class_map.items()), source)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def _of_files(case: Case) -> str | None:
    """What is known of the files of a case that nobody has changed since it was opened, else None."""
    source = case.ct.source
    if source is None or case.labels.edited:
        return None
    if case.folder is not None and source.parent == case.folder:
        return f"{case.folder} {fingerprint(case.folder)['sha256']}"
    names = [case.provenance.get("image"), *case.provenance.get("labels", ())]
    if "layout" not in case.provenance or Path(case.provenance["source"], str(names[0])) != source:
        return None
    status = [(name, Path(case.provenance["source"], name).stat()) for name in names]
    return repr([case.provenance["source"], *((name, found.st_size, found.st_mtime_ns) for name, found in status)])


def _of_voxels(case: Case, classes: Sequence[str]) -> str:
    array = case.ct.array
    digest = hashlib.sha256(repr((case.id, case.ct.affine.tolist(), array.shape, array.strides, array.dtype.str)).encode())
    for plane in array.transpose(sorted(range(3), key=lambda axis: -abs(array.strides[axis]))):  # as it lies in memory
        digest.update(np.ascontiguousarray(plane).data)
    for name in classes:
        if name in case.labels:
            mask = case.labels.cropped(name)
            digest.update(repr((name, mask.box)).encode())
            digest.update(np.ascontiguousarray(mask.crop).data)
    return digest.hexdigest()
