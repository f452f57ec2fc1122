"""The releases of AbdomenAtlas, and class maps: which structure has which id in `combined_labels`."""

from collections.abc import Mapping
from dataclasses import dataclass

from atlas_lab.anatomy.structures import STRUCTURES, TUMORS, Structure
from atlas_lab.errors import InputError, nearest

MAX_ID = 255  # combined_labels is uint8

BY_NAME: dict[str, Structure] = {s.name: s for s in STRUCTURES + TUMORS}

ORGANS = ("kidney", "adrenal_gland", "femur", "lung")  # names that stand for both sides
_ALL = tuple(s.name for s in STRUCTURES)
_TALK = "Zhou, Towards 3D Atlas of Human Body"


@dataclass(frozen=True)
class Release:
    """One release: how many CTs and masks, which structures, from how many hospitals, and where that is stated."""

    name: str
    cts: int
    masks: str
    structures: tuple[str, ...]
    hospitals: str
    public: str
    source: str


RELEASES: dict[str, Release] = {
    # the paper counts 8 organs: both kidneys are one
    "8K": Release("8K", 8_448, "3.2M slices", _ALL[:9], "26", "no", "Qu et al., NeurIPS 2023"),
    "1.0": Release("1.0", 5_195, "46K", _ALL[:9], "76", "yes", f"{_TALK}; Touchstone README"),
    "1.1": Release("1.1", 9_262, "231K", _ALL, "112 (of 20,460 CTs)", "weights yes, data partly", f"{_TALK}; arXiv 2407.16697"),
    "Pro": Release("Pro", 22_682, "3.2M", _ALL, "not stated", "no", f"{_TALK}; SuPreM FAQ; has more structures than the 25"),
    "X": Release(
        "X", 9_262, "66K tumours", tuple(t.name for t in TUMORS[:3]), "not stated", "no", f"{_TALK}; Chen et al., CVPR 2024"
    ),
}


def structure(name: str) -> Structure:
    """The table's row for a structure or tumour; InputError names the nearest known one."""
    if name not in BY_NAME:
        raise InputError(f"unknown structure {name!r}: {nearest(name, BY_NAME)}the table has {', '.join(BY_NAME)}")
    return BY_NAME[name]


def organ(name: str) -> tuple[str, ...]:
    """The structures an organ's name stands for: `kidney` is both sides, any structure is itself."""
    if name in ORGANS:
        return (f"{name}_left", f"{name}_right")
    return (structure(name).name,)


def class_map(spec: str | Mapping[str, int] = "1.1", *, tumors: bool = True) -> dict[str, int]:
    """Structure name → id in `combined_labels`, for a release's name or a mapping a user gives.

    A release is extended by the tumour classes (ids 26 and up) unless `tumors` is False. InputError: an unknown
    release, an id outside 1..255, two names for one id.
    """
    if isinstance(spec, str):
        if spec not in RELEASES:
            raise InputError(f"unknown release {spec!r}: {nearest(spec, RELEASES)}known are {', '.join(RELEASES)}")
        names = RELEASES[spec].structures + (tuple(t.name for t in TUMORS) if tumors else ())
        return {name: BY_NAME[name].id for name in dict.fromkeys(names)}
    given: dict[str, int] = {}
    for name, value in spec.items():
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_ID:
            raise InputError(f"class map: {name!r} has id {value!r}; ids are whole numbers from 1 to {MAX_ID}")
        if value in given.values():
            raise InputError(f"class map: id {value} is given to {name!r} and to another structure; ids must differ")
        given[str(name)] = value
    return given


def color(name: str) -> str:
    """A structure's sRGB hex colour; a name outside the table always gets the same one, seen on any grey."""
    return BY_NAME[name].color if name in BY_NAME else "#ff6ad5"
