"""The phantom patients that the small model learns from, and others that it is measured on."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from atlas_lab.data import Atlas
from atlas_lab.data.phantom import Order, patient

SEED = 500_000  # far from those of the lessons; measured on patients of SEED + 1
SPACING_MM = 1.5
HOSPITALS = ("north", "south", "east", "west")  # not abroad, the one kept for tests
DIAMETERS_MM = (6.0, 40.0)


class Part(NamedTuple):
    """Patients of one organ: their masks, the type of tumour and how many each has, the phases in which it shows."""

    roi: str
    masks: tuple[str, ...]
    tumour: str
    tumours: int
    phases: tuple[str, ...]
    patients: int


PARTS = (
    Part("liver", ("liver", "liver_tumor"), "metastasis", 5, ("portal", "portal", "arterial", "non_contrast"), 20),
    Part("pancreas", ("pancreas", "pancreas_tumor"), "pancreatic_ductal_adenocarcinoma", 2, ("portal", "arterial"), 14),
    Part("kidney", ("kidney_left", "kidney_right", "kidney_tumor"), "renal_cell_carcinoma", 4, ("portal",), 14),
)


def write_patients(folder: Path, seed: int, every: int = 1) -> Atlas:
    """Write what is missing of them, in AbdomenAtlas layout; one in `every` of each organ.

    Real in the phantom's sense (`real_gap` 1: not as a synthesiser makes them), in crops of 1.5 mm.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number, (part, index) in enumerate(_patients(every), start=1):
        id = f"BDMAP_{number:08d}"
        if not (folder / id).exists():
            _write(folder, id, part, index, seed)
    return Atlas.open(folder)


def _patients(every: int) -> Iterator[tuple[Part, int]]:
    for part in PARTS:
        for index in range(0, part.patients, every):
            yield part, index


def _write(folder: Path, id: str, part: Part, index: int, seed: int) -> None:
    made = patient(
        index, seed=seed, hospital=HOSPITALS[index % len(HOSPITALS)], roi=part.roi, spacing=SPACING_MM,
        phase=part.phases[index // len(HOSPITALS) % len(part.phases)],
        lesions=[Order(part.tumour, part.tumours, DIAMETERS_MM)],
    )  # fmt: skip
    dataclasses.replace(made, masks={name: made.masks[name] for name in part.masks}).case(id).save(folder)
