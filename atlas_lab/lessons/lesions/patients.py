"""Patients after FELIX (medRxiv 2022.09.24.22280071): three kinds of pancreatic disease, and controls who only look ill."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from atlas_lab.data import Atlas, Case
from atlas_lab.data.phantom import Order
from atlas_lab.errors import InputError
from atlas_lab.lessons.lesions.volumes import HOSPITAL, SEED
from atlas_lab.lessons.source import PHANTOM, open_atlas

ORGAN, TUMOUR, CONTROL = "pancreas", "pancreas_tumor", "control"
TYPES = {
    "PDAC": "pancreatic_ductal_adenocarcinoma",
    "PNET": "pancreatic_neuroendocrine_tumor",
    "cyst": "pancreatic_cyst",
}
SPLITS = ("train", "validation", "test")
_DIAMETERS_MM = (15.0, 40.0)
_SEEN_VOXELS = 3  # wide, or a phantom's lesion may be left out of its scan
_SPARE = 1.5  # times as many phantoms as controls are wanted, of whom those without a mimic are left out


@dataclass(frozen=True)
class PatientSet:
    """`cases` by id, and a `table` with the same index: `type` (PDAC, PNET, cyst or control), `tumour`, `mimics`, `split`."""

    cases: dict[str, Case]
    table: pd.DataFrame

    def of(self, split: str) -> list[Case]:
        """The cases of one split."""
        return [self.cases[str(id)] for id in self.table.index[self.table["split"] == split]]


def pancreas_patients(
    source: str = PHANTOM, *, patients: int = 24, spacing_mm: float = 4.0, seed: int = 0, workers: int = 1
) -> PatientSet:
    """Half of them ill, the types in turn, half controls without pancreatic disease; a third of each in every split.

    The phantom's controls have a healthy pancreas and at least one mimic: bowel beside it that nothing fills, cysts, stones,
    plaques. An atlas in a folder needs cases that are annotated for `pancreas_tumor`, some without one; where its cases name
    the `lesions` in their `meta`, they tell the type. InputError: fewer than 3 patients of a type or controls.
    """
    if source == PHANTOM:
        if patients < 18:
            raise InputError(f"patients={patients}: give 18 or more: three of each of three types, and as many controls")
        cases = _phantoms(patients, spacing_mm, seed, workers)
    else:
        atlas = open_atlas(source, needs=[ORGAN, TUMOUR])
        cases = [case for case in atlas if TUMOUR in case.labels and ORGAN in case.labels][:patients]
    return _divided(cases)


def _phantoms(patients: int, spacing_mm: float, seed: int, workers: int) -> list[Case]:
    ill = patients // 2
    made: list[Case] = []
    for number, (short, kind) in enumerate(TYPES.items()):
        count = ill // 3 + (number < ill % 3)
        order = Order(kind, diameter_mm=(max(_DIAMETERS_MM[0], _SEEN_VOXELS * spacing_mm), _DIAMETERS_MM[1]))
        made += _named(short, _scans(count, [order], spacing_mm, seed, number, workers), count)
    controls = patients - ill
    healthy = _scans(round(_SPARE * controls) + 3, [], spacing_mm, seed, len(TYPES), workers)
    return made + _named(CONTROL, (case for case in healthy if case.meta["mimics"]), controls)


def _scans(count: int, orders: Sequence[Order], spacing_mm: float, seed: int, group: int, workers: int) -> Atlas:
    number = SEED + 1 + 10 * seed + group  # no two groups share a person
    return Atlas.phantom(cases=count, hospitals=HOSPITAL, seed=number, spacing=spacing_mm, lesions=orders, workers=workers)


def _named(name: str, cases: Iterable[Case], count: int) -> list[Case]:
    """The first so many, with ids that tell the groups apart."""
    return [
        Case(f"{name}_{number:03d}", case.ct, case.labels, meta=case.meta)
        for number, case in enumerate(itertools.islice(cases, count), 1)
    ]


def _divided(cases: Sequence[Case]) -> PatientSet:
    rows = {}
    for case in cases:
        ill = case.labels.status(TUMOUR) != "absent"
        others = sorted({mimic["type"] for mimic in case.meta.get("mimics", ())})
        rows[case.id] = {"type": _type(case) if ill else CONTROL, "tumour": ill, "mimics": ", ".join(others)}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("id")
    for name, group in table.groupby("type"):
        if len(group) < len(SPLITS):
            raise InputError(f"there are {len(group)} patients of type {name}; {len(SPLITS)} or more are needed, one a split")
    if CONTROL not in set(table["type"]) or not table["tumour"].any():
        raise InputError(f"patients with {TUMOUR} and controls without it are needed; here are only {table['type'].iloc[0]}")
    table["split"] = [SPLITS[number % len(SPLITS)] for number in table.groupby("type").cumcount()]
    return PatientSet({case.id: case for case in cases}, table)


def _type(case: Case) -> str:
    known = {kind: short for short, kind in TYPES.items()}
    there = [known[lesion["type"]] for lesion in case.meta.get("lesions", ()) if lesion.get("type") in known]
    return there[0] if there else TUMOUR
