"""The planes of a playground: a viewer whose CT changes in a box, of which nothing else is sent."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask
from atlas_lab.errors import InputError
from atlas_lab.synthesis import boxes
from atlas_lab.viewers.describe import Parts, structure
from atlas_lab.viewers.samples import pack
from atlas_lab.viewers.viewer import VolumeViewer

TUMOUR = "synthetic_tumor"  # the structure by which the viewer lists what was made


@dataclass(frozen=True)
class Change:
    """New HU, of the CT's dtype, in `box` of the CT; bool `mask` of the CT's grid is what was made there, and `warp` where
    it pushed the tissue, as `Growth` has it."""

    box: tuple[slice, slice, slice]
    hu: np.ndarray
    mask: CroppedMask
    warp: np.ndarray | None = None

    @classmethod
    def none(cls, case: Case) -> "Change":
        nowhere = (slice(0, 0),) * 3
        nothing = np.zeros((0, 0, 0), case.ct.array.dtype)
        return cls(nowhere, nothing, CroppedMask(case.ct.shape, nowhere, nothing.astype(bool)))

    def moved(self, mask: CroppedMask) -> CroppedMask:
        """A structure's mask after this change; the very same one where nothing of it moves."""
        if self.warp is None:
            return mask
        before = np.zeros(self.hu.shape, bool)
        boxes.add(before, mask, self.box)
        if before.all() or not before.any():
            return mask
        after = boxes.warped(before, self.warp)
        (x, y, z) = (slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in zip(self.box, mask.box, strict=True))
        both, corner = (x, y, z), (x.start, y.start, z.start)
        whole = np.zeros(boxes.shape_of(both), bool)
        boxes.add(whole, mask, both)
        whole[boxes.shifted(self.box, [-v for v in corner])] = after
        return boxes.placed(whole, both, mask.shape)


class PlaygroundPlanes(VolumeViewer):
    """A volume viewer that shows one case with a change in it, and one change after another.

    A page holds the case's voxels, as every viewer of the case does; a change goes to it as the voxels of a box and masks.
    """

    def __init__(self, case: Case) -> None:
        """InputError: the case has a structure of the name under which the tumour is listed."""
        if TUMOUR in case.labels:
            raise InputError(f"{case.id}: {TUMOUR} is what a playground calls its tumour; give that mask another name")
        self._before, self._change = case, Change.none(case)
        self._number = 0  # of messages: a page leaves out one that comes late
        self._astray: set[str] = set()  # structures that pages do not have as the case has them
        super().__init__(replace(case, labels=self._labels()))
        self._now = np.array(case.ct.array)
        self._shown = replace(self._shown, volume=case.ct.like(self._now))
        self.opacity = 0.0  # a tumour is looked at for its texture

    def show(self, *_: Any, **__: Any) -> None:
        """InputError: a playground keeps its case."""
        raise InputError("a playground keeps its case; open another one with al.viewers.playground(case)")

    def look_at(self, structures: Iterable[str], voxel: tuple[int, int, int]) -> None:
        """Put the crosshair there, and outline these structures and the tumour alone."""
        self.voxel, self.visible = voxel, (*structures, TUMOUR)

    def change(self, change: Change) -> None:
        """Show the case with this change in place of the last one; structures that it pushes follow with `push`."""
        with self._lock:
            self._now[self._change.box] = self._before.ct.array[self._change.box]
            self._now[change.box] = change.hu
            self._change = change
            self._shown = replace(self._shown, labels=self._labels())
            self._announce(*self._voxels(), [TUMOUR])

    def push(self, unless: Callable[[], bool] = lambda: False) -> None:
        """Show where the structures around have gone, or that they are back; `unless` says when that is in vain."""
        before, now, moved = self._before.labels, self._shown.labels, set()
        for name in before:
            if unless():
                return
            if now.cropped(name) is not before.cropped(name):
                moved.add(name)
        with self._lock:
            if moved | self._astray:
                self._announce(None, [], sorted(moved | self._astray))
            self._astray = moved

    def _labels(self) -> LabelMap:
        labels, change = self._before.labels, self._change
        masks = {name: partial(_moved, labels, name, change) for name in labels} | {TUMOUR: lambda: change.mask}
        return LabelMap(masks, labels.affine, labels.class_map, shape=labels.shape, disk=labels.disk)

    def _voxels(self) -> tuple[list[int], Parts]:
        box = [edge for side in self._change.box for edge in (side.start, side.stop)]
        return box, [("voxels", pack(self._wire.samples("ct").codes(self._change.hu)))]

    def _announce(self, box: list[int] | None, parts: Parts, names: Iterable[str]) -> None:
        self._number += 1
        rows = []
        for name in names:
            row, bits = structure(self._shown.labels, name)
            rows.append(row)
            parts.append((f"mask {name}", bits))
        said = {"say": "change", "number": self._number, "box": box, "structures": rows}
        self.send({**said, "parts": [name for name, _ in parts]}, [data for _, data in parts])

    def _send_scene(self, content: dict[str, Any]) -> tuple[dict[str, Any], Parts]:
        answer, parts = super()._send_scene(content)
        box, voxels = self._voxels()
        answer["scene"]["change"] = {"number": self._number, "box": box, "structures": []}
        return answer, parts + voxels


def _moved(labels: LabelMap, name: str, change: Change) -> CroppedMask:
    return change.moved(labels.cropped(name))
