"""What turns a playground: sliders, buttons, and what is said of the tumour."""

import html
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from atlas_lab.data.label_map import LabelMap
from atlas_lab.errors import InputError
from atlas_lab.figures.names import display
from atlas_lab.synthesis.methods import METHODS
from atlas_lab.synthesis.organs import PUBLISHED, is_lesion, structures_of
from atlas_lab.viewers.playground_ground import Made
from atlas_lab.viewers.playground_settings import DRAWN, KNOWS

_ALIKE = 1e-4  # values of a slider nearer than this are the same: it adds up its steps
_WAITING = "diffusion takes seconds: it begins when the controls rest"


class Controls:
    """The controls as one widget, `root`.

    `change(**settings)` is called when somebody turns one, `act` holds what the buttons do; what either refuses is said.
    """

    def __init__(self, organs: Iterable[str], change: Callable[..., None], act: Mapping[str, Callable[[], object]]) -> None:
        self._change = change
        self._told: dict[str, Any] = {}  # what Python has set: no news when it comes back from a control

        def slider(label: str, low: float, high: float, step: float, digits: int = 0) -> widgets.FloatSlider:
            return widgets.FloatSlider(
                min=low, max=high, step=step, readout_format=f".{digits}f", description=label,
                style={"description_width": "auto"}, layout=widgets.Layout(width="320px"),
            )  # fmt: skip

        self._turned: dict[str, Any] = {
            "organ": widgets.Dropdown(options=[(display(name), name) for name in organs], description="organ"),
            "method": widgets.ToggleButtons(
                options=list(METHODS),
                tooltips=["Hu et al., CVPR 2023", "Lai et al., MICCAI 2024", f"Chen et al., CVPR 2024; {_WAITING}"],
            ),
            "size": slider("size, mm", 4, 80, 1),
            "contrast": slider("contrast, HU", -150, 150, 1),
            "edge": slider("edge, mm", 0.1, 5, 0.1, 1),
            "steps": slider("growth steps", 5, 150, 1),
        }
        self.folder = widgets.Text(description="folder", continuous_update=True)
        self._words, self._refusal = widgets.HTML(), widgets.HTML()
        buttons = {name: self._button(name, do) for name, do in act.items()}
        save = buttons.pop("Save what you see, with its record")
        row = widgets.Layout(flex_flow="row wrap", align_items="center")
        turned = self._turned
        self.root = widgets.VBox(
            [
                widgets.HBox([turned["organ"], turned["method"]], layout=row),
                widgets.HBox([turned[name] for name in ("size", *DRAWN)], layout=row),
                widgets.HBox(list(buttons.values()), layout=row),
                self._words,
                self._refusal,
                widgets.HBox([self.folder, save], layout=row),
            ]
        )
        for name, control in turned.items():
            control.observe(lambda change, name=name: self._moved(name, change["new"]), "value")

    def show(self, settings: Mapping[str, Any]) -> None:
        """Stand as the settings are; what is left to the method stands as it was drawn last."""
        for name, control in self._turned.items():
            if name in DRAWN:
                control.layout.display = "" if name in KNOWS[settings["method"]] else "none"
            if settings[name] is not None:
                self._put(name, settings[name])

    def tell(self, made: Made, seconds: float) -> None:
        """Say what is seen, and show what was drawn for it."""
        for name in KNOWS[made.settings.method]:
            if getattr(made.settings, name) is None and DRAWN[name] in made.by:
                self._put(name, made.by[DRAWN[name]])
        said = (
            f"{made.settings.method}, {display(made.structure)}: {made.diameter_mm:.1f} mm, {made.volume_ml:.3g} mL, "
            f"{made.contrast_hu:+.0f} HU beside the organ; seed {made.settings.seed}, {1000 * seconds:.0f} ms"
        )
        self._words.value = f'<span role="status">{html.escape(said)}</span>'
        self.refuse("")

    def wait(self) -> None:
        """Say that a slow method will begin."""
        self._words.value = f'<span role="status">{_WAITING}</span>'

    def say(self, words: str) -> None:
        """Say something beside the tumour."""
        self._refusal.value = f'<span role="status">{html.escape(words)}</span>'

    def refuse(self, words: str) -> None:
        """Say why something could not be made; nothing takes it back."""
        said = f'<b role="alert" style="color: var(--jp-error-color1, #c62828)">{html.escape(words)}</b>'
        self._refusal.value = said if words else ""

    def _moved(self, name: str, value: Any) -> None:
        if self._told.get(name) == value:
            return
        if isinstance(value, float):
            value = round(value, 3)
        also = {"steps": None} if name == "size" else {}  # which one moved last says how far an automaton grows
        self.attempt(lambda: self._change(**{name: value}, **also))

    def _put(self, name: str, value: Any) -> None:
        control = self._turned[name]
        if isinstance(control, widgets.FloatSlider):
            if abs(control.value - value) < _ALIKE:  # sent back, it would stop the slider under the hand
                value = control.value
            control.max, control.min = max(control.max, value), min(control.min, value)
        self._told[name] = value
        control.value = value

    def _button(self, label: str, do: Callable[[], object]) -> widgets.Button:
        button = widgets.Button(description=label, layout=widgets.Layout(width="auto"))
        button.on_click(lambda _: self.attempt(do))
        return button

    def attempt(self, do: Callable[[], object]) -> None:
        """Do it; what is wrong with it is said in the widget."""
        try:
            do()
        except InputError as error:
            self.refuse(str(error))


def organs_of(labels: LabelMap) -> list[str]:
    """What tumours can grow in here: the published organs, then any other structure that is there."""
    there = [name for name in labels if not is_lesion(name) and labels.status(name) in ("present", "cut")]
    first = [organ for organ in PUBLISHED if any(name in there for name in structures_of(organ))]
    taken = {name for organ in first for name in structures_of(organ)}
    return [*first, *(name for name in there if name not in taken)]


def free_folder() -> str:
    """A folder that is not there yet."""
    number = 1
    while (path := Path("playground") / str(number)).exists():
        number += 1
    return str(path)
