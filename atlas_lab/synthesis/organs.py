"""Organs that tumours are made in: their masks, what must not be touched, and what was published of them."""

from collections.abc import Iterable

from atlas_lab import anatomy
from atlas_lab.errors import InputError, nearest

PUBLISHED = ("liver", "pancreas", "kidney")
VESSELS = ("hepatic_vessel", "portal_vein_and_splenic_vein", "aorta", "postcava", "celiac_trunk")


def structures_of(organ: str) -> tuple[str, ...]:
    """The masks that an organ stands for: kidney is both sides. InputError: no organ of the table, a tumour."""
    known = [*anatomy.ORGANS, *(row.name for row in anatomy.STRUCTURES)]
    if organ not in known:
        raise InputError(f"organ {organ!r}: {nearest(str(organ), known)}give {', '.join(PUBLISHED)} or a structure of the atlas")
    return anatomy.organ(organ)


def organ_of(structure: str) -> str:
    """The organ by which a structure is called here: kidney for kidney_left, any other is itself."""
    return next((organ for organ in anatomy.ORGANS if structure in anatomy.organ(organ)), structure)


def unpublished(organs: Iterable[str]) -> str:
    """A line on those in which nobody published synthetic tumours; empty when there are none."""
    others = [organ for organ in organs if organ_of(organ) not in PUBLISHED]
    return f"{', '.join(others)}: tumours there are outside what was published ({', '.join(PUBLISHED)})" if others else ""


def tumor_of(organ: str) -> str:
    """The mask of an organ's tumours: `kidney_tumor` for kidney and kidney_left."""
    return f"{organ_of(organ)}_tumor"


def is_lesion(name: str) -> bool:
    return name.endswith(("_tumor", "_cyst"))


def to_avoid(names: Iterable[str]) -> list[str]:
    """Those of a case's masks that a tumour must not touch: vessels and lesions."""
    return [name for name in names if name in VESSELS or is_lesion(name)]
