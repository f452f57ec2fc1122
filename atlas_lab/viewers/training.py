"""Watching a training through its logs, wherever it runs."""

import base64
import html
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from atlas_lab.errors import InputError
from atlas_lab.viewers import training_words
from atlas_lab.viewers.stored import StoredPicture
from atlas_lab.viewers.training_picture import curves, newest_examples, whole

if TYPE_CHECKING:
    from atlas_lab.learning.training.history import History
    from atlas_lab.learning.training.loop import Trained

_EVERY, _RESTING = 2.0, 10.0  # seconds between two looks at the logs, while a training runs and while none does
_SHARE = 0.05  # of the time at most is spent on drawing: a training in the same kernel waits for it


def training(run: "Trained | str | Path") -> "TrainingViewer":
    """Watch a training: curves, speed, time left, example predictions; the last line of a cell shows it.

    `run` is the folder of a training, what `train` returned, or a folder with several trainings, which are compared by
    name. All is read from the logs there, so the training may run in the next cell, in another process, on a cluster, or
    be over; a folder without a log is waited for. InputError: neither a folder nor a training, a folder of something else.
    """
    return TrainingViewer(run)


class TrainingViewer(widgets.VBox):
    """Curves and figures of trainings, read again every few seconds until they are done or it is closed.

    A PNG of the whole is stored beside the widget and renewed after each cell.
    """

    def __init__(self, run: "Trained | str | Path") -> None:
        """Of `training`, which says what `run` is."""
        from atlas_lab.learning.training.history import folder_of  # takes seconds, which `view` need not wait for

        self._lock, self._over = threading.Lock(), threading.Event()
        self._stored = StoredPicture(self._repr_mimebundle_, self._signature)
        self._folder = folder_of(run)
        self._found = self._read()
        self._known: Any = None  # the signature of what was read last
        self._drawn: Any = None  # and of what was drawn
        self._next, self._pause = 0.0, _EVERY
        self._words, self._chart, self._examples = widgets.HTML(), _hidden_image(), _hidden_image()
        super().__init__([self._words, self._chart, self._examples])
        self.refresh()
        if not self._over.is_set():
            threading.Thread(target=self._watch, name=f"watching {self._folder.name}", daemon=True).start()

    @property
    def live(self) -> bool:
        """Whether the logs are still being read again."""
        return not self._over.is_set()

    def refresh(self) -> None:
        """Read the logs now. InputError: they cannot be read, or the folder came to hold something else."""
        with self._lock:
            found = self._found = self._again()
            states = {training_words.state(history) for history in found.values()}
            self._words.value = training_words.page(self._folder, found)
            alone = self._folder in (history.folder for history in found.values())  # others may come to a folder of several
            ends = alone and states == {"done"}
            if self._known != self._drawn and (ends or time.monotonic() >= self._next):
                begun = time.thread_time()
                self._draw(found)
                self._drawn = self._known
                self._next = time.monotonic() + (time.thread_time() - begun) / _SHARE
            if ends:
                self._over.set()
            self._pause = _EVERY if "running" in states or not found else _RESTING

    def png(self) -> bytes:
        """Words, curves and newest examples as they are on disk now, as one PNG."""
        return whole(self._folder, self._read())

    def close(self) -> None:
        """Stop reading, and take the widget out of every page."""
        self._over.set()
        self._stored.stop()
        super().close()

    def _watch(self) -> None:
        while not self._over.wait(self._pause):
            try:
                self.refresh()
            except FileNotFoundError:  # what the training has just put away; there is something newer
                continue
            except (InputError, OSError) as error:  # may be mended while it is waited for
                self._words.value = f"<div>{html.escape(str(error))}</div>"

    def _again(self) -> dict[str, "History"]:
        """What the logs say now; the tables are read again only when they have changed."""
        from atlas_lab.learning.training.history import with_status_of_now

        signature = self._signature()
        if signature == self._known:
            return with_status_of_now(self._found)
        found, self._known = self._read(), signature
        return found

    def _read(self) -> dict[str, "History"]:
        from atlas_lab.learning.training.history import histories

        return histories(self._folder)

    def _signature(self) -> tuple[Any, ...]:
        from atlas_lab.learning.training.history import signature_of

        return signature_of(self._folder)

    def _draw(self, found: Mapping[str, "History"]) -> None:
        if (sheet := curves(found)) is not None:
            _show(self._chart, sheet._repr_png_())
        for path in newest_examples(found):
            _show(self._examples, path.read_bytes())

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        return bundle | {"image/png": base64.b64encode(self.png()).decode()}

    def _ipython_display_(self) -> None:
        self._stored.show()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._folder)!r})"


def _hidden_image() -> widgets.Image:
    return widgets.Image(format="png", layout=widgets.Layout(max_width="1000px", display="none"))


def _show(image: widgets.Image, content: bytes) -> None:
    image.value = content
    image.layout.display = ""
