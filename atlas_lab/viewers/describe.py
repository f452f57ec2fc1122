"""A scene in the words of the wire: JSON that a page reads, and the voxels that go with it."""

from collections.abc import Callable, Iterable
from typing import Any

from atlas_lab import anatomy
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.transforms import WINDOWS
from atlas_lab.errors import InputError
from atlas_lab.figures.names import display
from atlas_lab.viewers import heat
from atlas_lab.viewers.masks import box_of, packed
from atlas_lab.viewers.samples import Samples
from atlas_lab.viewers.scene import Scene

Parts = list[tuple[str, bytes]]


class SceneOnTheWire:
    """Answers what pages ask about one scene; `have` is what a page says it holds, which is not sent again."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        spacing = scene.volume.spacing
        self._makers: dict[str, Callable[[], Samples]] = {"ct": lambda: Samples.of(scene.volume.array, spacing)}
        if scene.other_volume is not None:
            other = scene.other_volume
            self._makers["other"] = lambda: Samples.of(other.array, spacing)
        for name, shown in scene.heats.items():
            self._makers[f"heat:{name}"] = lambda shown=shown: shown.samples(spacing)  # type: ignore[misc]
        self._samples: dict[str, Samples] = {}

    def samples(self, of: str) -> Samples:
        """The voxels called `of`: ct, other, or heat:<name>. InputError: there are none."""
        if of not in self._makers:
            raise InputError(f"{of!r} is not part of this scene")
        if of not in self._samples:
            self._samples[of] = self._makers[of]()
        return self._samples[of]

    def describe(self, labels: LabelMap, have: Iterable[str], voxel: tuple[int, int, int]) -> tuple[dict[str, Any], Parts]:
        """The whole scene with its coarse volumes, the three full planes through `voxel`, and every mask of `labels`."""
        scene, known = self.scene, set(have)
        parts: Parts = []
        for of in self._makers:
            samples = self.samples(of)
            if samples.key not in known:
                parts.append((f"coarse {of}", samples.coarse()))
                if samples.stride != (1, 1, 1):
                    parts += [(f"plane {of} {axis} {voxel[axis]}", samples.plane(axis, voxel[axis])) for axis in (2, 1, 0)]
        structures = self._structures(labels, "mask", known, parts)
        others = [] if scene.other_labels is None else self._structures(scene.other_labels, "other", known, parts)
        content = {
            "name": scene.name,
            "affine": scene.volume.affine.ravel().tolist(),
            "spacing": list(scene.volume.spacing),
            "samples": {of: self.samples(of).describe() for of in self._makers},
            "structures": structures,
            "heats": [{"name": h.name, "low": h.low, "high": h.high} for h in scene.heats.values()],
            "other": scene.other_name,
            "other_structures": others if scene.other_labels is not None else None,
            "boxes": [
                {"label": box.label, "color": box.color, "low": box.voxels(scene.volume)[0], "high": box.voxels(scene.volume)[1]}
                for box in scene.boxes
            ],
            "presets": [[name, *window] for name, window in WINDOWS.items()],
            "heat_colors": heat.colors().ravel().tolist() if scene.heats else [],
        }
        return content, parts

    def _structures(self, labels: LabelMap, kind: str, known: set[str], parts: Parts) -> list[dict[str, Any]]:
        rows = []
        for name in labels:
            row, bits = structure(labels, name)
            if row["key"] not in known:
                parts.append((f"{kind} {name}", bits))
            rows.append(row)
        return rows


def structure(labels: LabelMap, name: str) -> tuple[dict[str, Any], bytes]:
    """A structure's row in the legend, and its mask."""
    mask = labels.cropped(name)
    key, bits = packed(mask)
    group = anatomy.BY_NAME[name].group if name in anatomy.BY_NAME else "other"
    row = {
        "name": name, "display": display(name), "color": anatomy.color(name), "group": group, "ml": labels.volume_ml(name),
        "voxels": mask.voxels, "status": labels.status(name), "key": key, "box": box_of(mask),
    }  # fmt: skip
    return row, bits
