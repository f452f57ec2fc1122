"""What one viewer shows: a CT, its structures, heat maps, a second opinion, findings. Checked before anything is drawn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from atlas_lab.data import geometry
from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.regrid import regrid
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.figures.multiplanar import parts
from atlas_lab.viewers.boxes import Box, check_boxes
from atlas_lab.viewers.heat import Heat, heats_of


@dataclass
class Scene:
    """Everything on the grid of `volume`. `other_volume` and `other_labels` are what it is compared with."""

    name: str
    volume: Volume
    labels: LabelMap
    heats: dict[str, Heat] = field(default_factory=dict)
    other_name: str = ""
    other_volume: Volume | None = None
    other_labels: LabelMap | None = None
    boxes: list[Box] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        image: Case | Volume,
        *,
        labels: Any = None,
        overlay: Any = None,
        compare: Case | Volume | LabelMap | None = None,
        boxes: Iterable[Any] = (),
        resample: bool = False,
    ) -> "Scene":
        """The parts of a `view` call. InputError: something of another kind, or on another grid and not `resample`."""
        volume, own = parts(image)
        scene = cls(image.id if isinstance(image, Case) else "volume", volume, own)
        if labels is not None:
            scene.labels = _labels_on(volume, labels, "labels", resample)
        scene.heats = heats_of(overlay, volume, resample=resample)
        scene.boxes = check_boxes(boxes, volume)
        if compare is not None:
            scene._compare_with(compare, resample)
        return scene

    def _compare_with(self, other: Case | Volume | LabelMap, resample: bool) -> None:
        self.other_name = other.id if isinstance(other, Case) else "other"
        if isinstance(other, Case | LabelMap):
            labels = _labels_on(self.volume, other, "compare", resample)
            self.other_labels = labels if len(labels) or isinstance(other, LabelMap) else None
        if isinstance(other, Case | Volume):
            ct = _volume_on(self.volume, other.ct if isinstance(other, Case) else other, resample)
            same = ct is self.volume or (isinstance(other, Case) and np.array_equal(ct.array, self.volume.array))
            self.other_volume = None if same else ct
        elif not isinstance(other, LabelMap):
            raise InputError(f"compare: {type(other).__name__} is neither a Case, a Volume nor a LabelMap")


def _labels_on(volume: Volume, given: Any, what: str, resample: bool) -> LabelMap:
    labels = given.labels if isinstance(given, Case) else given
    if isinstance(labels, Mapping) and not isinstance(labels, LabelMap):
        labels = LabelMap(labels, volume.affine, shape=volume.shape, disk=volume.disk)
    if not isinstance(labels, LabelMap):
        raise InputError(f"{what}: {type(given).__name__} is neither a LabelMap, a Case nor a mapping of names to masks")
    return labels if _on_grid(labels, volume, what, resample) else regrid(labels, volume)


def _volume_on(volume: Volume, other: Volume, resample: bool) -> Volume:
    return other if _on_grid(other, volume, "compare", resample) else regrid(other, volume)


def _on_grid(given: Volume | LabelMap, volume: Volume, what: str, resample: bool) -> bool:
    """Whether it lies on the grid of the CT. InputError calls it `what`: it does not, and nobody asked to resample it."""
    on_grid = geometry.same_grid(given.shape, given.affine, volume.shape, volume.affine)
    if not on_grid and not resample:
        shapes = f"shapes {tuple(given.shape)} and {tuple(volume.shape)}"
        raise InputError(f"{what}: lies on another grid than the CT ({shapes}); al.view(..., resample=True) resamples it")
    return on_grid
