"""Named structures on a CT's grid."""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Literal

import numpy as np

from atlas_lab import anatomy
from atlas_lab.data import geometry, nifti
from atlas_lab.data.masks import CroppedMask, as_mask
from atlas_lab.errors import InputError, nearest

Status = Literal["present", "absent", "unknown", "cut"]
Loader = Callable[[], np.ndarray | CroppedMask]
MaskSource = np.ndarray | Loader


class LabelMap(MutableMapping[str, np.ndarray]):
    """Named binary masks on one grid; structures may overlap.

    `labels["liver"]` is a new bool array (x, y, z) in RAS+ order; assigning one changes the map, deleting one makes the
    structure "not annotated". A structure without an entry is unknown; one whose mask is empty was looked for and is
    absent. Masks that come from files are read on first touch and kept cropped to their bounding box.
    """

    def __init__(
        self,
        masks: Mapping[str, MaskSource],
        affine: np.ndarray,
        class_map: str | Mapping[str, int] = "1.1",
        *,
        shape: tuple[int, int, int] | None = None,
        disk: nifti.DiskFormat | None = None,
    ) -> None:
        """`masks` maps a name to a bool array (x, y, z) in RAS+ or to a function that brings one on first touch.

        `affine` is the grid's 4x4 (RAS+), `shape` is needed when no mask is an array, `class_map` is a release or a
        mapping name → id, `disk` says how a save lays the masks out. InputError: masks of different shapes.
        """
        if not isinstance(masks, Mapping):
            raise InputError(f"a label map is made of masks by name, such as {{'liver': mask}}, not of a {type(masks).__name__}")
        arrays = [m for m in masks.values() if not callable(m)]
        if shape is None:
            if not arrays:
                raise InputError("a label map without masks needs shape=, the grid it lies on")
            shape = arrays[0].shape
        self.shape = shape
        self.affine = geometry.check_affine(affine, "label map")
        self.disk = disk
        self._ids = anatomy.class_map(class_map)
        self._masks: dict[str, CroppedMask] = {}
        self._waiting: dict[str, Loader] = {}
        self._order: dict[str, None] = {}
        self.edited: set[str] = set()  # assigned or deleted since the map was opened or saved
        for name, mask in masks.items():
            if callable(mask):
                self._waiting[name] = mask
                self._order[name] = None
            else:
                self[name] = mask

    @property
    def names(self) -> list[str]:
        """The annotated structures, absent ones included, in the order of their ids."""
        return sorted(self._order, key=lambda name: (self._ids.get(name, anatomy.MAX_ID + 1), name))

    @property
    def class_map(self) -> dict[str, int]:
        """Structure → id in `combined`; annotated names the release does not know get the free ids after it."""
        ids = dict(self._ids)
        free = iter(sorted(set(range(max(ids.values(), default=0) + 1, anatomy.MAX_ID + 1))))
        for name in sorted(set(self._order) - set(ids)):
            value = next(free, None)
            if value is None:
                raise InputError(f"{name}: no id is left for it in combined_labels (uint8, at most {anatomy.MAX_ID})")
            ids[name] = value
        return ids

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Voxel size in mm along x, y and z."""
        return geometry.spacing_of(self.affine)

    def __getitem__(self, name: str) -> np.ndarray:
        return self.cropped(name).full

    def __setitem__(self, name: str, mask: np.ndarray) -> None:
        mask = np.asarray(mask)
        if mask.shape != self.shape:
            raise InputError(f"{name}: the mask has shape {mask.shape}, but the grid has {self.shape}")
        if not name or Path(name).name != name or name.startswith("."):
            raise InputError(f"{name!r} cannot be a structure's name: it becomes the name of a file")
        self._masks[name] = CroppedMask.of(as_mask(mask, name))
        self._waiting.pop(name, None)
        self._order[name] = None
        self.edited.add(name)

    def __delitem__(self, name: str) -> None:
        self._require(name)
        del self._order[name]
        self._masks.pop(name, None)
        self._waiting.pop(name, None)
        self.edited.add(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self._order)

    def __contains__(self, name: object) -> bool:
        return name in self._order

    def cropped(self, name: str) -> CroppedMask:
        """A structure's mask as the box around it: the fast way to look at a small organ in a large CT."""
        self._require(name)
        if name not in self._masks:
            mask = self._waiting[name]()
            if mask.shape != self.shape:
                raise InputError(f"{name}: the mask has shape {mask.shape}, but the grid has {self.shape}")
            self._masks[name] = mask if isinstance(mask, CroppedMask) else CroppedMask.of(mask)
            del self._waiting[name]
        return self._masks[name]

    def status(self, name: str) -> Status:
        """`unknown` (not annotated), `absent` (looked for), `cut` (touches the field of view) or `present`."""
        if name not in self:
            return "unknown"
        mask = self.cropped(name)
        if mask.voxels == 0:
            return "absent"
        return "cut" if mask.touches_border else "present"

    def volume_ml(self, name: str) -> float:
        """A structure's volume in mL: voxels times the voxel's volume."""
        return self.cropped(name).voxels * abs(float(np.linalg.det(self.affine[:3, :3]))) / 1000

    @property
    def combined(self) -> np.ndarray:
        """One uint8 array (x, y, z) with the ids of `class_map`; where structures overlap the higher id is seen.

        So vessels show on the liver (19 on 5) and tumours (26 and up) on their organ.
        """
        ids = self.class_map
        combined = np.zeros(self.shape, dtype=np.uint8)
        for name in sorted(self._order, key=ids.__getitem__):
            mask = self.cropped(name)
            combined[mask.box][mask.crop] = ids[name]
        return combined

    def _require(self, name: str) -> None:
        if name not in self._order:
            raise UnknownStructure(
                f"{name!r} is not annotated here: {nearest(name, self._order)}annotated: {', '.join(self.names)}"
            )

    def __repr__(self) -> str:
        return f"LabelMap({len(self)} structures on {' x '.join(map(str, self.shape))}: {', '.join(self.names)})"


class UnknownStructure(InputError, KeyError):
    """A structure that this case has no annotation of."""

    __str__ = ValueError.__str__
