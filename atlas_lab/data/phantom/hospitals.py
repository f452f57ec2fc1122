"""The hospitals whose scanners, patients and annotators the phantom's cases come from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Integral

from atlas_lab.anatomy import PHASES, STRUCTURES
from atlas_lab.data.phantom.lesions import LABELS
from atlas_lab.data.phantom.scanner import SHARP, SOFT, STANDARD, Kernel
from atlas_lab.errors import InputError, nearest

Triple = tuple[float, float, float]
Range = tuple[float, float]

ALL = tuple(s.name for s in STRUCTURES)
# what public sets annotate (facts: other label sets), under AbdomenAtlas names
BTCV = ("spleen", "kidney_right", "kidney_left", "gall_bladder", "esophagus", "liver", "stomach", "aorta", "postcava",
        "portal_vein_and_splenic_vein", "pancreas", "adrenal_gland_right", "adrenal_gland_left")  # fmt: skip
AMOS = (*(name for name in BTCV if name != "portal_vein_and_splenic_vein"), "duodenum", "bladder", "prostate")
RELEASE_1_0 = ("aorta", "gall_bladder", "kidney_left", "kidney_right", "liver", "pancreas", "postcava", "spleen", "stomach")

WHOLE, ABDOMINAL, BELOW_CELIAC = (-400.0, 400.0), (-30.0, 122.0), (-30.0, 104.0)  # canonical heights in mm


@dataclass(frozen=True)
class Hospital:
    """One hospital.

    Scans span `extent_mm` (x, y, z) around the body's middle plus `center_mm`, on voxels of `spacing` mm. `noise_hu` is
    the standard deviation deep in the body, `phases` the share of each contrast phase, `pairs` that of patients who have an
    arterial and a portal scan. `labels` are the structures and tumours its annotators draw, `aorta_mm` the canonical
    heights between which they call a vessel aorta. Its population: `size` scales the body, `fat_mm` lies under the skin,
    `belly_mm` makes the abdomen deeper, `women` is their share, `age` the range of years; `shapes` scales the organs it
    names: a shape prior of its own.
    """

    name: str
    spacing: Triple
    extent_mm: Triple
    center_mm: Triple
    noise_hu: Range
    kernel: Kernel
    phases: tuple[float, float, float]
    pairs: float
    labels: tuple[str, ...]
    aorta_mm: Range
    size: float
    fat_mm: Range
    belly_mm: Range
    women: float
    age: tuple[int, int]
    shapes: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.phases) != len(PHASES) or abs(sum(self.phases) - 1) > 1e-9:
            raise ValueError(f"{self.name}: the shares of phases {self.phases} must add up to 1")


# phase mix: AbdomenAtlas 8K has 44 % portal, 37 % arterial, 16 % non-contrast (and 3 % delayed, which is left out)
HOSPITALS: tuple[Hospital, ...] = (
    Hospital("north", (3.0, 3.0, 3.0), (384, 384, 288), (0, 0, 0), (9, 16), STANDARD, (0.16, 0.34, 0.5), 0.12,
             (*ALL, *LABELS), ABDOMINAL, 1.0, (6, 34), (-6, 34), 0.5, (25, 86)),
    Hospital("south", (2.6, 2.6, 5.0), (374.4, 374.4, 240), (0, 0, 30), (12, 22), SHARP, (0.1, 0.3, 0.6), 0.0,
             BTCV, WHOLE, 0.98, (8, 40), (0, 42), 0.45, (40, 90)),
    Hospital("east", (3.2, 3.2, 4.0), (396.8, 396.8, 320), (0, 0, -4), (8, 12), SOFT, (0.3, 0.4, 0.3), 0.2,
             (*RELEASE_1_0, "liver_tumor", "kidney_tumor", "kidney_cyst"), BELOW_CELIAC, 0.98, (4, 24), (-4, 22), 0.5, (20, 80),
             {"colon": 1.06}),
    Hospital("west", (2.8, 2.8, 3.5), (380.8, 347.2, 308), (0, 6, 6), (10, 18), STANDARD, (0.05, 0.45, 0.5), 0.3,
             (*AMOS, "pancreas_tumor", "colon_tumor"), WHOLE, 1.02, (10, 44), (4, 46), 0.6, (35, 88)),
    Hospital("abroad", (2.9, 2.9, 2.5), (394.4, 394.4, 300), (0, 4, -2), (14, 24), SHARP, (0.2, 0.3, 0.5), 0.0,
             (*ALL, *LABELS), ABDOMINAL, 0.96, (3, 20), (-4, 20), 0.5, (18, 75),
             {"spleen": 1.12, "liver": 1.1, "kidney_left": 1.05, "kidney_right": 1.05, "pancreas": 0.96, "stomach": 1.08,
              "colon": 1.15, "intestine": 1.1}),
)  # fmt: skip
EXTERNAL = "abroad"  # kept apart: the external test site
BY_NAME = {hospital.name: hospital for hospital in HOSPITALS}

Hospitals = int | str | Sequence[str]


def hospital(name: str) -> Hospital:
    """The hospital of this name. InputError: there is none."""
    if not isinstance(name, str) or name not in BY_NAME:
        raise InputError(f"no hospital {name!r}: {nearest(str(name), BY_NAME)}there are {', '.join(BY_NAME)}")
    return BY_NAME[name]


def chosen(hospitals: Hospitals) -> tuple[str, ...]:
    """The first so many hospitals, or those named (also as `north,south`). InputError: unknown, none, or one twice."""
    if isinstance(hospitals, Integral):
        if isinstance(hospitals, bool) or not 1 <= int(hospitals) <= len(HOSPITALS):
            raise InputError(f"hospitals={hospitals}: give 1 to {len(HOSPITALS)}, or names: {', '.join(BY_NAME)}")
        return tuple(BY_NAME)[: int(hospitals)]
    if not isinstance(hospitals, Sequence):
        raise InputError(f"hospitals={hospitals!r}: give a number or names: {', '.join(BY_NAME)}")
    names = hospitals.split(",") if isinstance(hospitals, str) else list(hospitals)
    found = tuple(hospital(name.strip() if isinstance(name, str) else name).name for name in names)
    if not found or len(set(found)) != len(found):
        raise InputError(f"hospitals={hospitals!r}: name at least one hospital, each once; there are {', '.join(BY_NAME)}")
    return found
