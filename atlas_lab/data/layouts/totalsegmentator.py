"""TotalSegmentator's data set: `s0001/ct.nii.gz`, `s0001/segmentations/<its names>.nii.gz`, `meta.csv`."""

import os
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import ClassVar

import numpy as np

from atlas_lab import anatomy
from atlas_lab.data.case import MASKS, Case, find_ct, require_ct
from atlas_lab.data.label_files import structure_files
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.layouts.abdomen_atlas import AbdomenAtlas
from atlas_lab.data.layouts.base import Found, stamp
from atlas_lab.data.layouts.table import read_table
from atlas_lab.data.masks import read_mask
from atlas_lab.data.volume import Volume

_META = "meta.csv"
_LOBES = anatomy.label_set("totalsegmentator").aliases
_TELLING = {"urinary_bladder", "small_bowel", "inferior_vena_cava", "gallbladder", *_LOBES}  # names AbdomenAtlas has not
_LOOKED_AT = 5  # cases; enough to tell the two sets apart


class TotalSegmentator(AbdomenAtlas):
    """Structures by their AbdomenAtlas names, lung lobes united; the others under the names they have."""

    name: ClassVar[str] = "totalsegmentator"

    def recognises(self, root: Path) -> bool:
        return any(_TELLING & set(structure_files(case / MASKS)) for case in islice(_cases(root), _LOOKED_AT))

    def stamps(self, root: Path) -> dict[str, str]:
        common = stamp(root / _META)
        return {id: f"{own}|{common}" for id, own in super().stamps(root).items()}

    def find(self, root: Path, id: str) -> Found:
        ct = require_ct(root / id)
        files = by_structure(structure_files(root / id / MASKS))
        labels = tuple(path.relative_to(root).as_posix() for paths in files.values() for path in paths)
        row = read_table(root / _META, key="image_id").get(id, {})
        known = {"sex": row.get("gender"), "age": row.get("age"), "site": row.get("institute"), "split": row.get("split")}
        meta = {name: value for name, value in known.items() if value}
        return Found(id, f"{id}/{ct.name}", labels, tuple(files), meta)

    def open(self, root: Path, found: Found) -> Case:
        ct = Volume.open(root / found.image)
        loaders = {
            name: partial(_united, paths, ct) for name, paths in by_structure(structure_files(root / found.id / MASKS)).items()
        }
        labels = LabelMap(loaders, ct.affine, self.class_map or "1.1", shape=ct.shape, disk=ct.disk)
        provenance = {"source": str(root), "layout": self.name, "image": found.image, "labels": list(found.labels)}
        return Case(found.id, ct, labels, meta=dict(found.meta), provenance=provenance)


def _cases(root: Path) -> Iterator[Path]:
    with os.scandir(root) as entries:
        for entry in entries:
            if not entry.name.startswith(".") and entry.is_dir() and find_ct(Path(entry.path)):
                yield Path(entry.path)


def by_structure(files: dict[str, Path]) -> dict[str, list[Path]]:
    """AbdomenAtlas name → its mask files. A lung that lacks a lobe is not a lung: its lobes keep their names."""
    whole = {lung for lung in _LOBES.values() if all(lobe in files for lobe, of in _LOBES.items() if of == lung)}
    grouped: dict[str, list[Path]] = {}
    for name, path in files.items():
        lung = _LOBES.get(name)
        if lung is not None:
            target = lung if lung in whole else name
        else:
            known = anatomy.translate(name)
            target = known if known in anatomy.BY_NAME else name
        grouped.setdefault(target, []).append(path)
    return grouped


def _united(paths: list[Path], ct: Volume) -> np.ndarray:
    mask = read_mask(paths[0], ct.shape, ct.affine)
    for path in paths[1:]:
        mask |= read_mask(path, ct.shape, ct.affine)
    return mask
