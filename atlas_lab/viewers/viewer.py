"""The volume viewer: three planes and 3-D in the page, the truth in Python, a PNG beside it."""

import base64
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import traitlets

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.figures.multiplanar import At, resolve
from atlas_lab.figures.planes import PLANES, planes_of, shown_structures
from atlas_lab.viewers import bundles
from atlas_lab.viewers.describe import Parts, SceneOnTheWire
from atlas_lab.viewers.edits.runs import runs_of
from atlas_lab.viewers.look import Look
from atlas_lab.viewers.painting import Painting
from atlas_lab.viewers.picture import hounsfield, jpeg, planes_picture, png
from atlas_lab.viewers.scene import Scene
from atlas_lab.viewers.state import LAYOUTS, ViewerState, check_window, choose
from atlas_lab.viewers.subshell import answer_while_busy

_WIDTH = 1080  # pixels of the PNG


@dataclass(frozen=True)
class Click:
    """Where somebody clicked: RAS+ mm, voxel (x, y, z), the value there in HU, the structures there."""

    mm: tuple[float, float, float]
    voxel: tuple[int, int, int]
    hu: float
    structures: tuple[str, ...]


class VolumeViewer(ViewerState):
    """A case in axial, coronal and sagittal planes and in 3-D, to look at, to measure and to paint on.

    The traits of `ViewerState` are its state; `labels` are the structures as painted, exact in the case's own grid.
    The page's help (the `?` button) lists every key. Nothing is loaded from the internet.
    """

    def __init__(
        self, image: Case | Volume, *, at: At = None, window: Any = "soft tissue", layout: str = "planes", **scene: Any
    ) -> None:
        """Of `view`, which says what the arguments are. InputError: as there."""
        self._lock = threading.RLock()  # messages may come in another thread than the cells
        self._answered: deque[str | None] = deque(maxlen=256)
        self._painter: Painting | None = None
        self._hidden: set[str] = set()  # stays hidden when another case is shown
        self._changed: list[Callable[[dict[str, Any]], None]] = []
        self._clicked: list[Callable[[Click], None]] = []
        self._answers = {
            "bundle": self._send_bundle, "scene": self._send_scene, "slab": self._send_slab, "plane": self._send_plane,
        }  # fmt: skip
        super().__init__(window=check_window(window), arrangement=choose("layout", layout, LAYOUTS))
        self._set(image, at, **scene)
        self.on_msg(self._receive)
        answer_while_busy(self.comm, self._answers)

    def show(self, image: Case | Volume, *, at: At = None, **scene: Any) -> None:
        """Show another case in the same place, with the same window, layout and colours; the arguments are those of `view`.

        Structures that were hidden stay hidden. What was painted on the former case stays in its journal. InputError: as
        `view`; the former case stays.
        """
        with self._lock:
            self._set(image, at, **scene)
            self._scene += 1

    def _set(self, image: Case | Volume, at: At, *, edit: str | Iterable[str] | None = None, **of: Any) -> None:
        if edit is not None and of.get("labels") is not None:
            raise InputError("edit= paints on the case's own labels, so labels= cannot stand in for them: set case.labels first")
        scene = Scene.of(image, **of)
        painter = Painting(image, edit, self._tell) if edit is not None else None
        if at is None and painter is not None:
            at = next((name for name in painter.editable if scene.labels.status(name) in ("present", "cut")), None)
        place = resolve(at, scene.volume, scene.labels)
        if self._painter is not None:
            self._painter.close()
        if hasattr(self, "_shown"):
            drawn = {name for name in self._listed if self._listed.cropped(name).voxels}
            self._hidden = (self._hidden - drawn) | (drawn - set(self.visible))
        self._shown, self._painter, self._wire = scene, painter, SceneOnTheWire(scene)
        editable = tuple(painter.editable) if painter else ()
        listed = self._listed
        with self.hold_trait_notifications():
            self.voxel = place
            self.visible = tuple(
                name for name in listed if name in editable or (listed.cropped(name).voxels and name not in self._hidden)
            )
            self.heat = next(iter(scene.heats), None)
            self.active = next(iter(editable), None)
            self.tool = "brush" if painter else "look"
            self.locked, self.measurements = (), []
        self._painting = painter.state() if painter else {}

    # Where things are

    @traitlets.validate("voxel")
    def _check_voxel(self, proposal: Any) -> tuple[int, int, int]:
        if not hasattr(self, "_shown"):
            return 0, 0, 0
        return resolve(proposal["value"], self._shown.volume, self._listed)

    @traitlets.validate("visible", "locked")
    def _check_structures(self, proposal: Any) -> tuple[str, ...]:
        given = proposal["value"]
        if given is None:
            raise InputError(f"{proposal['trait'].name}=None: give names of structures, or [] for none")
        names = (given,) if isinstance(given, str) else tuple(given)
        listed = self._listed
        for name in names:
            listed.cropped(name)  # refuses an unknown one in the user's words
        return names

    @traitlets.observe("locked")
    def _lock_structures(self, change: Any) -> None:
        if self._painter:
            self._painter.lock(change["new"])

    def go_to(self, place: str | tuple[int, int, int]) -> None:
        """Move the crosshair to a structure (its largest axial slice) or a voxel (x, y, z). InputError: it is not here."""
        self.voxel = resolve(place, self._shown.volume, self.labels)

    def at(self, voxel: tuple[int, int, int] | None = None) -> Click:
        """What is at a voxel (default: under the crosshair): mm, HU, structures. InputError: outside the volume."""
        place = resolve(voxel or self.voxel, self._shown.volume, self._shown.labels)
        x, y, z = (float(v) for v in (self._shown.volume.affine @ (*place, 1))[:3])
        here = tuple(name for name in self.labels if self.labels.cropped(name).at(place))
        return Click((x, y, z), place, hounsfield(self._shown.volume, place), here)

    # Painting

    @property
    def labels(self) -> LabelMap:
        """The structures with everything painted so far, exact in the case's own grid; a copy of the case's while painting."""
        return self._painter.labels if self._painter else self._shown.labels

    @property
    def _listed(self) -> LabelMap:
        """The structures that the page lists."""
        return self._painter.listed if self._painter else self._shown.labels

    @property
    def painting(self) -> Painting:
        """Undo, redo, restore, save, …  InputError: the viewer was opened without `edit=`."""
        if self._painter is None:
            raise InputError("nothing can be painted here; open the viewer with al.view(case, edit='liver')")
        return self._painter

    def paint(self, mask: np.ndarray, *, value: bool = True, structure: str | None = None) -> int:
        """Paint from Python: add a bool array (x, y, z) to a structure (default: the active one), or erase it.

        The same as a stroke of the brush: journalled, shown in every page, undone by `undo`. Returns how many voxels
        changed. InputError: another shape, a structure that is locked or not being edited.
        """
        if mask.shape != self._shown.volume.shape or mask.dtype != bool:
            raise InputError(f"mask: needs bool of shape {self._shown.volume.shape} (x, y, z), not {mask.dtype} {mask.shape}")
        return self.painting.paint(structure or self.active or "", runs_of(mask), value, hu=self.hu_range).voxels

    def undo(self) -> None:
        """Take back the last stroke."""
        self.painting.undo()

    def redo(self) -> None:
        """Do again what was undone last."""
        self.painting.redo()

    def save(self) -> Any:
        """Write what was painted into the case and, if it has a folder, to disk; returns the folder or None."""
        return self.painting.save()

    def restore(self) -> None:
        """Bring back the strokes that an earlier session left unsaved."""
        self.painting.restore()

    def discard(self) -> None:
        """Forget the strokes that an earlier session left unsaved."""
        self.painting.discard()

    def on_change(self, callback: Callable[[dict[str, Any]], None]) -> None:
        """Call `callback({structure, value, voxels, action})` after every stroke, undo and redo that changed something."""
        self._changed.append(callback)

    def on_click(self, callback: Callable[[Click], None]) -> None:
        """Call `callback(click)` when somebody clicks into a plane."""
        self._clicked.append(callback)

    # Pictures

    def png(self) -> bytes:
        """The present view as a PNG, drawn in Python: same place, window, colours, structures and heat map."""
        return png(self._picture())

    def _picture(self) -> Any:
        scene = replace(self._shown, labels=self._listed)
        names = shown_structures(scene.labels, self.visible) if self.visible else []
        look = Look(
            self.window, names, self.opacity, self.outline, self.colors, scene.heats.get(self.heat or ""), self.heat_opacity,
            self.convention == "radiological",
        )  # fmt: skip
        possible = planes_of(scene.volume.shape)
        chosen = [p for p in possible if p == self.arrangement] or list(possible or PLANES)
        return planes_picture(scene, look, self.voxel, _WIDTH if len(chosen) > 1 else _WIDTH // 2, chosen)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        picture = self._picture()
        self._poster = jpeg(picture)
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return data | {"image/png": base64.b64encode(png(picture)).decode()}, metadata

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._shown.name!r}, {self._shown.volume.grid})"

    def close(self) -> None:
        """Take the widget out of every page; what was painted stays in its journal."""
        if self._painter is not None:
            self._painter.close()
        super().close()

    # The wire

    def _receive(self, _: Any, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """Answer a page. Its questions carry an id that only that page knows: an answer reaches all pages."""
        if content.get("say") == "click":
            self._click(content)
            return
        with self._lock:
            if content["id"] in self._answered:
                return
            self._answered.append(content["id"])
            try:
                maker = self._answers.get(content["ask"])
                answer, parts = maker(content) if maker else self.painting.answer(content, buffers)
            except InputError as error:
                self._answer(content["id"], {"error": str(error)}, [])
            except Exception as error:
                self._answer(content["id"], {"error": f"internal error: {error!r}; the kernel's log has the whole story"}, [])
                raise
            else:
                self._answer(content["id"], answer, parts)

    def _answer(self, question: str, answer: dict[str, Any], parts: Parts) -> None:
        self.send({"answer": question, "parts": [name for name, _ in parts], **answer}, [data for _, data in parts])

    def _send_bundle(self, content: dict[str, Any]) -> tuple[dict[str, Any], Parts]:
        return {}, [(content["name"], bundles.bundle(content["name"]))]

    def _send_scene(self, content: dict[str, Any]) -> tuple[dict[str, Any], Parts]:
        described, parts = self._wire.describe(self._listed, content.get("have", ()), self.voxel)
        return {"scene": described}, parts

    def _send_slab(self, content: dict[str, Any]) -> tuple[dict[str, Any], Parts]:
        return {}, [("slab", self._wire.samples(content["of"]).slices(int(content["first"])))]

    def _send_plane(self, content: dict[str, Any]) -> tuple[dict[str, Any], Parts]:
        return {}, [("plane", self._wire.samples(content["of"]).plane(int(content["axis"]), int(content["index"])))]

    def _click(self, content: dict[str, Any]) -> None:
        click = self.at(tuple(content["voxel"]))
        for callback in self._clicked:
            callback(click)

    def _tell(self, message: dict[str, Any], parts: Parts) -> None:
        """Tell every page, and whoever asked to be told, what has been painted."""
        self._painting = self.painting.state()
        self.send({**message, "parts": [name for name, _ in parts]}, [data for _, data in parts])
        if message["say"] == "reload":
            self._scene += 1
        if message["say"] == "edit":
            for callback in self._changed:
                callback({key: message[key] for key in ("structure", "value", "voxels", "action")})
