"""A slice explorer out of plain ipywidgets: three planes, windows, organs. Works wherever ipywidgets do."""

import base64
import contextlib
from collections.abc import Iterator
from typing import Any

import ipywidgets as widgets

from atlas_lab.data.case import Case
from atlas_lab.data.transforms import WINDOWS, preset
from atlas_lab.data.volume import Volume
from atlas_lab.figures.multiplanar import At, resolve
from atlas_lab.figures.names import display
from atlas_lab.figures.planes import PLANES, VIEWS, Plane, planes_of, shown_structures
from atlas_lab.viewers.look import Look
from atlas_lab.viewers.picture import fitting_scale, hounsfield, plane_picture, png, side_by_side
from atlas_lab.viewers.scene import Scene

_ALL = "all structures"
_NONE = "CT only"


class SliceExplorer(widgets.VBox):
    """Axial, coronal and sagittal slices of a case with a slider each.

    The truth is `voxel`, `window`, `structure` and `opacity`; set any of them from Python and the pictures follow. A
    PNG of the current planes is stored beside the widget, so a notebook read without a kernel still shows them.
    """

    def __init__(self, image: Case | Volume, *, at: At = None, window: str = "soft tissue", width: int = 1080) -> None:
        preset(window)  # refuses an unknown name in the user's words
        self._held = False
        self._scene = Scene.of(image)
        self._volume, self._labels = self._scene.volume, self._scene.labels
        self._present = shown_structures(self._labels, None)
        self._scale = fitting_scale(self._volume, width // 3, 460)
        voxel = resolve(at, self._volume, self._labels)
        self._planes = planes_of(self._volume.shape)
        self._pictures = {plane: widgets.Image(format="png") for plane in self._planes}
        self._sliders = {
            plane: widgets.IntSlider(
                value=voxel[VIEWS[plane].axis], min=0, max=self._volume.shape[VIEWS[plane].axis] - 1, description=plane,
                continuous_update=True, layout=widgets.Layout(width="98%"),
            )
            for plane in PLANES
        }  # fmt: skip
        self._window = widgets.Dropdown(options=list(WINDOWS), value=window, description="window")
        ordered = [n for n in self._labels.names if n in self._present]
        options = [(_ALL, _ALL), (_NONE, _NONE), *((display(n), n) for n in ordered)]
        self._structure = widgets.Dropdown(options=options, value=_ALL if ordered else _NONE, description="show")
        self._opacity = widgets.FloatSlider(value=0.25, min=0, max=1, step=0.05, description="opacity", readout_format=".2f")
        self._readout = widgets.HTML()
        columns = [
            widgets.VBox([self._pictures[p], self._sliders[p]], layout=widgets.Layout(align_items="center")) for p in self._planes
        ]
        super().__init__(
            [
                widgets.HBox([self._window, self._structure, self._opacity], layout=widgets.Layout(flex_flow="row wrap")),
                widgets.HBox(columns, layout=widgets.Layout(flex_flow="row wrap", align_items="flex-end")),
                self._readout,
            ]
        )
        for slider in self._sliders.values():
            slider.observe(self._draw, "value")
        self._window.observe(self._draw, "value")
        self._opacity.observe(self._draw, "value")
        self._structure.observe(self._go_to_structure, "value")
        self._draw()

    @property
    def voxel(self) -> tuple[int, int, int]:
        """The voxel (x, y, z) in RAS+ order that the three planes go through."""
        place = {VIEWS[plane].axis: slider.value for plane, slider in self._sliders.items()}
        return place[0], place[1], place[2]

    @voxel.setter
    def voxel(self, voxel: tuple[int, int, int]) -> None:
        voxel = resolve(voxel, self._volume, self._labels)
        with self._drawn_once():
            for plane, slider in self._sliders.items():
                slider.value = voxel[VIEWS[plane].axis]

    @property
    def structures(self) -> list[str]:
        """What is drawn on the CT, large structures first."""
        chosen = self._structure.value
        if chosen in (_ALL, _NONE):
            return self._present if chosen == _ALL else []
        return [chosen]

    def isolate(self, structure: str | None) -> None:
        """Draw one structure and go to it; None draws all. InputError: it is not in this case."""
        if structure is not None:
            resolve(structure, self._volume, self._labels)
        self._structure.value = structure or _ALL

    def png(self) -> bytes:
        """The three planes as they are now, as one PNG."""
        return png(side_by_side([self._picture(plane) for plane in self._planes]))

    def _picture(self, plane: Plane) -> Any:
        look = Look(self._window.value, self.structures, self._opacity.value)
        return plane_picture(self._scene, look, plane, self.voxel, self._scale)

    def _go_to_structure(self, change: dict[str, Any]) -> None:
        with self._drawn_once():
            if change["new"] not in (_ALL, _NONE):
                self.voxel = resolve(change["new"], self._volume, self._labels)

    @contextlib.contextmanager
    def _drawn_once(self) -> Iterator[None]:
        """Several controls move, the pictures follow once."""
        outermost, self._held = not self._held, True
        try:
            yield
        finally:
            if outermost:
                self._held = False
                self._draw()

    def _draw(self, _: object = None) -> None:
        if self._held:
            return
        for plane, picture in self._pictures.items():
            picture.value = png(self._picture(plane))
        self._readout.value = self._describe()

    def _describe(self) -> str:
        voxel = self.voxel
        x, y, z = (self._volume.affine @ (*voxel, 1))[:3]
        here = [display(n) for n in self._present if self._labels.cropped(n).at(voxel)]
        where = ", ".join(here) if here else "no annotated structure"
        return (
            f"<span>voxel {voxel} &middot; R {x:.1f}, A {y:.1f}, S {z:.1f} mm &middot; "
            f"<b>{hounsfield(self._volume, voxel):.0f} HU</b> &middot; {where}</span>"
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        return bundle | {"image/png": base64.b64encode(self.png()).decode()}
