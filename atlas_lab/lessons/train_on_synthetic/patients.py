"""Phantom patients of one organ at a resolution of one's choice: with ordered tumours, or the same people without."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import Any

import numpy as np
from filelock import FileLock

from atlas_lab.anatomy import organ as structures_of
from atlas_lab.data import Atlas, Case, LabelMap, Volume, cache
from atlas_lab.data.phantom import LESIONS, Order, OrganSimilarity, patient
from atlas_lab.data.phantom.checks import OutsideScan
from atlas_lab.data.phantom.patient import LEAST_VOXELS, VERSION, PhantomPatient
from atlas_lab.scale import map_cases

MIMIC = "mimic"  # the mask of what looks like a tumour of the organ and is none
EDGES_MM = (0.0, 5.0, 10.0)  # radii of the published table (Hu et al., CVPR 2023)
_LARGEST_MM = 40.0
_LONG_MM = 700.0  # of a scan that no tumour lies outside of
_WORTH = 8  # scans, for which starting another process pays
_COUNTS = (3, 3, 2)  # tumours of a patient in each bin
_KINDS = {
    "liver": ("metastasis", "hepatocellular_carcinoma"),
    "kidney": ("renal_cell_carcinoma",),
    "pancreas": ("pancreatic_ductal_adenocarcinoma", "pancreatic_neuroendocrine_tumor"),
}

_UNLIKE = OrganSimilarity()  # the phantom's default


@dataclass(frozen=True)
class Wanted:
    """One scan: the region of an `organ` of patient `index`, or with `close` that of its tumours alone, with `orders` (none:
    healthy, and nobody looked for tumours). A `twin` is healthy too, on the voxels around the tumours that it does not have."""

    index: int
    organ: str
    spacing_mm: float
    phase: str
    orders: tuple[Order, ...] = ()
    hospital: str = "north"
    real_gap: float = 1.0
    similarity: OrganSimilarity = _UNLIKE
    close: bool = False
    twin: bool = False

    @property
    def id(self) -> str:
        """Tells a patient's scans apart, and says who it is."""
        return f"{self.hospital}_{self.index:04d}_{self.recipe[:8]}"

    @property
    def recipe(self) -> str:
        """What the scan is made from, whoever the patient is."""
        return hashlib.sha256(repr((VERSION, replace(self, index=0))).encode()).hexdigest()[:12]


def orders_by_radius(organ: str, index: int, spacing_mm: float) -> tuple[Order, ...]:
    """Tumours of all published sizes for one patient: below 5 mm radius (where the voxels show them), 5 to 10, above 10.

    Patients have one type each, in turn where an organ has several.
    """
    kind = _KINDS[organ][index % len(_KINDS[organ])]
    least = max(smallest_mm(spacing_mm) + 0.1, 6.0 if organ != "liver" else 5.0)
    found = []
    for (low, high), count in zip(((least, 9.8), (10.2, 19.8), (20.2, _LARGEST_MM)), _COUNTS, strict=True):
        if low < high:
            many = count if organ == "liver" else 1
            found.append(Order(kind, count=many, diameter_mm=(max(low, least), high)))
    return tuple(found)


def one_tumour(organ: str, index: int, diameter_mm: tuple[float, float]) -> tuple[Order, ...]:
    """A single tumour of the organ, of a type in turn; its diameter within these, as far as the type grows so."""
    kind = _KINDS[organ][index % len(_KINDS[organ])]
    low, high = next(one.diameter_mm for one in LESIONS if one.name == kind)
    return (Order(kind, count=1, diameter_mm=(max(diameter_mm[0], low), min(diameter_mm[1], high))),)


def smallest_mm(spacing_mm: float) -> float:
    """The diameter of the smallest tumour that is shown on such voxels."""
    return LEAST_VOXELS * spacing_mm


def phantoms(wanted: Sequence[Wanted], *, workers: int = 1) -> Atlas:
    """The scans, all of one organ and spacing, as cases; made once and kept in the cache.

    A case is annotated for the organ; with orders also for its tumours and for `mimic`. `meta` names the patient.
    """
    folder = (cache.folder() or cache.temporary_folder()) / "train_on_synthetic" / f"{wanted[0].organ}_{wanted[0].spacing_mm:g}"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        missing = [one for one in wanted if not (folder / one.id).exists()]
        if missing:
            helpers = min(workers, max(len(missing) // _WORTH, 1))
            map_cases(_Write(str(folder)), missing, workers=helpers).require_all()
        return Atlas.open(folder).select([one.id for one in wanted])


@dataclass(frozen=True)
class _Write:
    """Make one scan and write it, wherever this runs."""

    folder: str

    __name__ = "patients"  # what the progress bar says

    def __call__(self, wanted: Wanted) -> None:
        made = _render(wanted, f"{wanted.organ}_tumor" if wanted.close else wanted.organ, wanted.orders)
        if wanted.twin:
            low = made.affine[:3, 3]
            made = _render(wanted, (low.tolist(), (low + wanted.spacing_mm * (np.array(made.ct.shape) - 1)).tolist()), ())
        masks = {name: made.masks[name] for name in structures_of(wanted.organ)}
        if wanted.close:  # the other kidney is out of sight, not absent
            masks = {name: mask for name, mask in masks.items() if mask.any()}
        if wanted.orders and not wanted.twin:
            organ = np.any(list(masks.values()), axis=0)
            masks[f"{wanted.organ}_tumor"] = made.masks[f"{wanted.organ}_tumor"]
            masks[MIMIC] = reduce(np.logical_or, made.mimics.values(), np.zeros_like(organ)) & organ
        meta = {name: made.meta[name] for name in ("patient", "site", "sex", "age", "phase", "lesions", "mimics")}
        case = Case(wanted.id, Volume(made.ct, made.affine), LabelMap(masks, made.affine), meta=meta)
        case.save(self.folder)


def _render(wanted: Wanted, roi: Any, orders: Sequence[Order]) -> PhantomPatient:
    scan = partial(
        patient, wanted.index, hospital=wanted.hospital, phase=wanted.phase, spacing=wanted.spacing_mm, roi=roi,
        lesions=list(orders), real_gap=wanted.real_gap, organ_similarity=wanted.similarity,
    )  # fmt: skip
    try:
        return scan()
    except OutsideScan:
        if not wanted.close:
            raise
        return scan(shape=[round(_LONG_MM / wanted.spacing_mm)] * 3)
