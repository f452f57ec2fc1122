"""A synthetic tumour in three planes, which follows its controls."""

import json
import logging
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import traitlets

from atlas_lab.data.case import Case
from atlas_lab.errors import InputError
from atlas_lab.runs.files import atomic_folder, write_text
from atlas_lab.synthesis.result import Synthesis, Tumour
from atlas_lab.viewers.playground_controls import Controls, free_folder, organs_of
from atlas_lab.viewers.playground_ground import Ground, Made
from atlas_lab.viewers.playground_newest import Newest
from atlas_lab.viewers.playground_planes import PlaygroundPlanes
from atlas_lab.viewers.playground_settings import NAMES, SLOW, Settings, check_names, checked
from atlas_lab.viewers.viewer import VolumeViewer

RECORD = "record.json"

_REST = 0.5  # seconds without a change before a slow method begins
_SETTLED = 0.2  # and before the organs around the tumour follow it

_log = logging.getLogger(__name__)


class Playground(widgets.VBox):
    """A tumour in three planes, and the controls that change it.

    Its settings are traits: `organ`, `method`, `size` (mm), `seed`, `centre` (voxel), and `contrast` (HU), `edge` (mm) and
    `steps`, which are None where they are left to the method. Assigning one returns at once and the planes follow, of many
    quick changes the last one; `set` waits for it. What cannot be made is said in the widget, and what was seen stays.
    A PNG of it is stored beside the widget.
    """

    organ = traitlets.Any()
    method = traitlets.Any()
    size = traitlets.Any()
    seed = traitlets.Any()
    centre = traitlets.Any(None)
    contrast = traitlets.Any(None)
    edge = traitlets.Any(None)
    steps = traitlets.Any(None)

    def __init__(self, case: Case, organ: str, method: str, size: float, seed: int) -> None:
        """Of `playground`, which says what the arguments are. InputError: as there."""
        self._case = case
        self._grounds: dict[str, Ground] = {}
        self._held = True  # changes of the settings are not followed
        self._seen: Made | None = None
        self._synthesis: Synthesis | None = None  # of what is seen
        self._failed: Exception | None = None  # why the newest settings are not seen
        self._newest: Newest[Settings] = Newest(self._grow)
        super().__init__(organ=organ, method=method, size=size, seed=seed)
        self.centre = self._ground.place(self.size, self.seed)
        self._planes = PlaygroundPlanes(case)
        self._planes.on_click(lambda click: self._controls.attempt(lambda: self._change(centre=click.voxel)))
        buttons = {
            "Another one": lambda: self._change(seed=self.seed + 1),
            "Another place": lambda: self._change(seed=self.seed + 1, centre=None),
            "Move it to the crosshair": lambda: self._change(centre=self._planes.voxel),
            "Contrast, edge and steps as drawn": lambda: self._change(contrast=None, edge=None, steps=None),
            "Save what you see, with its record": self._save_there,
        }
        self._controls = Controls(organs_of(case.labels), self._change, buttons)
        self._controls.folder.value = free_folder()
        self.children = [self._controls.root, self._planes]
        self._held = False
        self._planes.look_at(self._ground.structures, self.centre)
        self.set()

    # Settings

    @property
    def settings(self) -> dict[str, Any]:
        """All that was asked for, in plain values; `set(**settings)` makes the same tumour."""
        return {name: getattr(self, name) for name in NAMES}

    def set(self, **settings: Any) -> None:
        """Change settings, and return when the tumour is seen.

        `centre=None` draws a place; None for contrast, edge and steps leaves them to the method. NoRoom, InputError: it
        cannot be made; what was seen stays.
        """
        self._change(**settings)
        self._newest.wait()
        if self._failed is not None:
            raise self._failed

    @traitlets.validate(*NAMES)
    def _check(self, proposal: Any) -> Any:
        return checked(proposal["trait"].name, proposal["value"])

    @traitlets.observe(*NAMES)
    def _follow(self, change: Any) -> None:
        if not self._held:
            self._order({**self.settings, change["name"]: change["old"]})

    def _change(self, **settings: Any) -> None:
        """Several settings change, one tumour follows. InputError: one cannot be, and all stay."""
        check_names(settings)
        checked_ones = {name: checked(name, value) for name, value in settings.items()}
        before, self._held = self.settings, True
        try:
            for name, value in checked_ones.items():
                setattr(self, name, value)
        finally:
            self._held = False
        self._order(before)

    def _order(self, before: dict[str, Any]) -> None:
        """Have the tumour of the settings made; `before` is what they were. InputError: no place, and they are so again."""
        self._held = True
        try:
            other = self.organ != before["organ"]
            if other and self.centre == before["centre"]:
                self.centre = None
            if self.centre is None:
                self.centre = self._ground.place(self.size, self.seed)
                self._planes.voxel = self.centre
            self._ground.at(self.centre)
            if other:
                self._planes.look_at(self._ground.structures, self.centre)
        except InputError:
            for name, value in before.items():
                setattr(self, name, value)
            raise
        finally:
            self._held = False
            self._controls.show(self.settings)
        slow = self.method in SLOW
        if slow:
            self._controls.wait()
        self._newest.ask(Settings(**self.settings), _REST if slow else 0.0)

    @property
    def _ground(self) -> Ground:
        if self.organ not in self._grounds:
            self._grounds[self.organ] = Ground(self._case, self.organ)
        return self._grounds[self.organ]

    def _grow(self, settings: Settings) -> None:
        """Make a tumour and send it; called in a thread of its own."""
        began = time.perf_counter()
        try:
            made = self._grounds[settings.organ].grow(settings)
            self._planes.change(made.change)
        except Exception as error:
            if not isinstance(error, InputError):
                _log.exception("a tumour could not be made")
            self._failed = error
            said = str(error) if isinstance(error, InputError) else f"internal error: {error!r}; the log has the whole story"
            self._controls.refuse(said)
            return
        self._seen, self._synthesis, self._failed = made, None, None
        self._controls.tell(made, time.perf_counter() - began)
        if self._newest.quiet(_SETTLED):
            self._planes.push(unless=lambda: self._newest.waiting)

    # What is seen

    @property
    def synthesis(self) -> Synthesis:
        """What is seen, once the newest change is: a new case with the tumour, and the record that makes it again."""
        self._newest.wait()
        assert self._seen is not None
        if self._synthesis is None:
            self._synthesis = self._grounds[self._seen.settings.organ].synthesis(self._seen)
        return self._synthesis

    @property
    def tumour(self) -> Tumour:
        """The tumour that is seen, measured."""
        return self.synthesis.tumours[0]

    @property
    def record(self) -> dict[str, Any]:
        """The record of what is seen: `al.synthesis.remake(case, record)` makes it again."""
        return self.synthesis.record

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write what is seen as `folder/<case id>/`, a case with its `record.json`, and return that path.

        It appears whole or not at all. InputError: something is there already, disk full, no permission.
        """
        synthesis = self.synthesis
        target = Path(folder).absolute() / synthesis.case.id
        if target.exists():
            raise InputError(f"{target}: is there already; choose another folder")
        with atomic_folder(target) as temporary:
            stage = temporary / ".part"
            written = replace(synthesis.case, folder=None).save(stage)
            write_text(written / RECORD, json.dumps(synthesis.record, indent=1))
            for path in written.iterdir():
                path.rename(temporary / path.name)
            written.rmdir()
            stage.rmdir()
        return target

    def _save_there(self) -> None:
        saved = self.save(self._controls.folder.value)
        self._controls.folder.value = free_folder()
        self._controls.say(f"saved: {saved}")

    # The widget

    @property
    def viewer(self) -> VolumeViewer:
        """The planes: window, place, which structures are seen."""
        return self._planes

    def png(self) -> bytes:
        """The planes as they are now, as a PNG."""
        self._newest.wait()
        return self._planes.png()

    def close(self) -> None:
        """Take the widget out of every page."""
        for part in self.children:
            part.close()
        super().close()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        self._newest.wait()
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        pictures, _ = self._planes._repr_mimebundle_() or ({}, {})
        return bundle | {"image/png": pictures["image/png"]}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._case.id!r}, {self.method} tumour of {self.size:g} mm in the {self.organ})"
