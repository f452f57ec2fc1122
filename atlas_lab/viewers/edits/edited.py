"""The masks of a case while some are edited: those in memory, and the case's own that they began from."""

import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask
from atlas_lab.viewers.edits.log import fingerprint
from atlas_lab.viewers.edits.painted import PaintedMask, holds


@dataclass(frozen=True)
class Base:
    """The mask in `case.labels` that edits start from; `mask` is None where the structure is not annotated."""

    mask: CroppedMask | None
    shape: tuple[int, int, int]

    @property
    def or_empty(self) -> CroppedMask:
        return self.mask or CroppedMask(self.shape, (slice(0, 0),) * 3, np.zeros((0, 0, 0), dtype=bool))

    @cached_property
    def fingerprint(self) -> str:
        return fingerprint(self.or_empty)


class EditedMasks:
    """A copy of a case's masks, made a structure at a time: only one that is `open`ed is expanded to a whole array."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._open: dict[str, PaintedMask] = {}
        self._bases: dict[str, Base] = {}
        self._given: list[weakref.ref[LabelMap]] = []  # what `labels` returned and somebody still holds

    def open(self, name: str) -> PaintedMask:
        """The mask to paint on; a structure that is not annotated starts empty."""
        if name not in self._open:
            self._bases[name] = self._now(name)
            self._open[name] = PaintedMask(self._bases[name].or_empty)
        return self._open[name]

    def cropped(self, name: str) -> CroppedMask:
        """A structure's mask as it is now."""
        return self._open[name].cropped if name in self._open else self._now(name).or_empty

    def fingerprint(self, name: str) -> str:
        """The fingerprint of a structure's mask as it is now."""
        return fingerprint(self.cropped(name))

    def holds(self, name: str, indices: np.ndarray) -> np.ndarray:
        """Which voxels (flat indices) belong to a structure now; bool, one each."""
        return self._open[name].flat[indices] if name in self._open else holds(self.cropped(name), indices)

    def base(self, name: str) -> str:
        """The fingerprint of the mask in `case.labels` that the edits of a structure start from."""
        return (self._bases[name] if name in self._bases else self._now(name)).fingerprint

    def stale(self) -> list[str]:
        """The open structures whose mask in `case.labels` is not the one they were opened from any more."""
        return [name for name, base in self._bases.items() if self._now(name).mask is not base.mask]

    def drop(self, names: Iterable[str] | None = None) -> None:
        """Forget what was done to some structures, or all: their masks are those of `case.labels` again."""
        for name in list(self._open) if names is None else names:
            del self._open[name], self._bases[name]

    def labels(self) -> LabelMap:
        """All masks as they are now, in a label map of its own; what nobody edited is read on first touch."""
        own = self._case.labels
        masks = {name: partial(own.cropped, name) for name in own}
        masks |= {name: partial(_itself, mask.cropped) for name, mask in self._open.items() if self._annotated(name)}
        labels = LabelMap(masks, own.affine, own.class_map, shape=own.shape, disk=own.disk)
        labels.edited = own.edited | {name for name in self._open if name in labels}
        self._given = [given for given in self._given if given() is not None] + [weakref.ref(labels)]
        return labels

    def store(self) -> None:
        """Put the masks that differ into `case.labels`."""
        for name, mask in self._open.items():
            if self._annotated(name) and fingerprint(mask.cropped) != self._bases[name].fingerprint:
                for given in self._given:
                    if (labels := given()) is not None and name in labels:
                        labels.cropped(name)  # read now, it keeps the mask of its own time
                self._case.labels[name] = mask.array.copy()
                self._bases[name] = self._now(name)

    def _annotated(self, name: str) -> bool:
        """A structure nobody had looked for does not become "absent" because a stroke was undone."""
        return self._bases[name].mask is not None or self._open[name].cropped.voxels > 0

    def _now(self, name: str) -> Base:
        labels = self._case.labels
        return Base(labels.cropped(name) if name in labels else None, labels.shape)


def _itself(mask: CroppedMask) -> CroppedMask:
    return mask
