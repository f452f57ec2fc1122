"""Two sets of named masks, measured structure by structure in the box around both; they may overlap."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from atlas_lab.data.masks import CroppedMask
from atlas_lab.evaluation.counts import count_voxels
from atlas_lab.evaluation.given import Spacing
from atlas_lab.evaluation.metrics import Counts
from atlas_lab.evaluation.scoring.measured import Measured, flag_of
from atlas_lab.evaluation.surfaces import surfaces

Masks = Mapping[str, Callable[[], CroppedMask]]


def measure_masks(
    prediction: Masks, truth: Masks, names: Iterable[str], spacing: Spacing, surface: Any, run: Callable[..., Any]
) -> Iterator[Measured]:
    """Each of `names`: one that the truth lacks is not annotated, one that the prediction lacks is predicted empty."""

    def one(name: str) -> Measured:
        if name not in truth:
            return Measured(name, "not annotated")
        theirs = truth[name]()
        ours = prediction[name]() if name in prediction else None
        return _measure(name, ours, theirs, spacing, surface)

    yield from run(one, list(names))


def _measure(name: str, ours: CroppedMask | None, theirs: CroppedMask, spacing: Spacing, surface: Any) -> Measured:
    box = _box_of([mask for mask in (ours, theirs) if mask is not None])
    predicted, true = _within(box, ours), _within(box, theirs)
    voxels = np.stack(count_voxels(predicted.ravel(), true.ravel(), 2))
    pair = next(surfaces(predicted, true, np.array([1]), spacing, surface))
    counts = Counts(*voxels[:, 1].tolist())
    return Measured(name, flag_of(counts, cut=_is_cut(theirs), predicted=ours is not None), counts, pair)


def _box_of(masks: list[CroppedMask]) -> list[tuple[int, int]]:
    """The smallest box around all masks: start and stop an axis."""
    boxes = [mask.box for mask in masks if mask.crop.size]
    if not boxes:
        return [(0, 0)] * 3
    return [(min(side.start for side in sides), max(side.stop for side in sides)) for sides in zip(*boxes, strict=True)]


def _within(box: list[tuple[int, int]], mask: CroppedMask | None) -> np.ndarray:
    map = np.zeros([stop - start for start, stop in box], np.uint8)
    if mask is not None and mask.crop.size:
        map[tuple(slice(side.start - low, side.stop - low) for side, (low, _) in zip(mask.box, box, strict=True))] = mask.crop
    return map


def _is_cut(mask: CroppedMask) -> bool:
    """Whether a structure touches a face of the field of view; an axis of one voxel has none."""
    return mask.crop.size > 0 and any(
        size > 1 and (side.start == 0 or side.stop == size) for side, size in zip(mask.box, mask.shape, strict=True)
    )
