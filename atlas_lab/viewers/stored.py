"""The picture that a notebook stores beside a widget that goes on changing: drawn anew whenever a cell has run.

A widget shown before a training would otherwise leave in the executed notebook, and in its HTML, what it showed then.
"""

import contextlib
import uuid
from collections.abc import Callable
from typing import Any

from IPython import get_ipython
from IPython.display import display

from atlas_lab.errors import InputError


class StoredPicture:
    """Shows `bundle()` in a notebook, and replaces it after each cell in which `changed()` came to say something else."""

    def __init__(self, bundle: Callable[[], dict[str, Any]], changed: Callable[[], Any]) -> None:
        self._bundle, self._changed = bundle, changed
        self._place = uuid.uuid4().hex
        self._shown: Any = None
        self._shell: Any = None  # the one whose cells are listened to

    def show(self) -> None:
        """Display it, from now on."""
        self._shown = self._changed()
        display(self._bundle(), raw=True, display_id=self._place)
        if self._shell is None and (shell := get_ipython()) is not None:
            shell.events.register("post_run_cell", self._renew)
            self._shell = shell

    def stop(self) -> None:
        """Leave it as it is."""
        if self._shell is not None:
            self._shell.events.unregister("post_run_cell", self._renew)
        self._shell = None

    def _renew(self, result: Any) -> None:
        with contextlib.suppress(InputError, OSError):  # the widget says so; the picture stays as it was
            now = self._changed()
            if now != self._shown:
                display(self._bundle(), raw=True, display_id=self._place, update=True)
                self._shown = now
