"""The choices that make two tools disagree on the same two masks."""

from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from atlas_lab.errors import InputError, nearest

Surface = Literal["corner_surfel", "voxel"]
Direction = Literal["max", "pooled", "mean"]
Percentile = Literal["weighted", "linear"]
Average = Literal["mean", "pooled"]


@dataclass(frozen=True)
class Convention:
    """What a surface is and how its distances become one number. The defaults are DeepMind's surface-distance."""

    surface: Surface = "corner_surfel"
    """`corner_surfel`: voxel corners, each with the area that runs through it; `voxel`: voxels with a face outside."""
    direction: Direction = "max"
    """HD and HD95: the larger of the two directions, all distances in one pool, or the mean of the two."""
    percentile: Percentile = "weighted"
    """HD95: the distance up to which 95 % of the area lies, or NumPy's linear percentile of the elements."""
    assd: Average = "mean"
    """ASSD: the mean of the two directions' means, or the mean of all distances in one pool."""
    nsd: Average = "pooled"
    """NSD: both surfaces in one pool, or the mean of the two surfaces' shares."""

    def __post_init__(self) -> None:
        """InputError: a choice that there is not."""
        for field in fields(self):
            given, known = getattr(self, field.name), _CHOICES[field.name]
            if given not in known:
                raise InputError(f"{field.name}={given!r}: {nearest(str(given), known)}choose one of {', '.join(known)}")

    def as_dict(self) -> dict[str, Any]:
        """The choices by name, as `score` takes them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


_CHOICES: dict[str, tuple[str, ...]] = {
    "surface": get_args(Surface),
    "direction": get_args(Direction),
    "percentile": get_args(Percentile),
    "assd": get_args(Average),
    "nsd": get_args(Average),
}

CONVENTIONS: dict[str, dict[str, Any]] = {
    "deepmind": Convention().as_dict(),
    "monai": Convention("voxel", "max", "linear", "pooled", "pooled").as_dict(),
    "medpy": Convention("voxel", "pooled", "linear", "mean", "pooled").as_dict(),
    "panoptica": Convention("voxel", "pooled", "linear", "mean", "mean").as_dict(),
    "abdomenatlas": Convention("voxel", "max", "linear", "mean", "pooled").as_dict(),
}
"""Tool → what to give `score` so that it measures as that tool does: `score(…, **CONVENTIONS["monai"])`.

`deepmind`: surface-distance 0.1; `monai`: 1.6 without sub-voxels; `medpy`: 0.5; `panoptica`: 2.1; `abdomenatlas`: the voxel
counts of AbdomenAtlas and SuPreM, published with tolerance_mm=1. All five have the same DSC.
"""
