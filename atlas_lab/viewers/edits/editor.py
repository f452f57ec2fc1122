"""Painting on a case's masks: what may change, what did change, how to take it back, and where it is safe meanwhile."""

import threading
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.errors import InputError, nearest
from atlas_lab.viewers.edits import runs as voxel_runs
from atlas_lab.viewers.edits import tools
from atlas_lab.viewers.edits.edit import Edit
from atlas_lab.viewers.edits.journal import Journal
from atlas_lab.viewers.edits.names import structures_of
from atlas_lab.viewers.edits.offer import Offer
from atlas_lab.viewers.edits.painted import values_at
from atlas_lab.viewers.edits.session import Session
from atlas_lab.viewers.edits.tools import HU


class Editor:
    """An editing session on some structures of a case: the truth behind a viewer, usable without one.

    `case.labels` stays as it is until `save`. Every edit is on disk, in the case's journal, before it counts; after a
    crash the next editor of the case makes an `offer`, to `restore` or to `discard`. Voxels are given as runs of flat
    indices on the CT's grid (x, y, z) in RAS+, x fastest (see `edits.runs`); structures may overlap.

    `editable` are the structures that can be painted. `locked` is a set of names to change freely: a locked structure
    (an organ's name locks both sides) cannot be edited, and no stroke of another one enters its voxels. An editor may be
    used from several threads.
    """

    def __init__(self, case: Case, structures: str | Iterable[str], journal: Journal | None = None) -> None:
        """`structures`: annotated ones, known ones (which start empty) or organs such as "kidney" (both sides).

        `journal` is the case's own unless given. InputError: an unknown name, a grid of 2**32 voxels and more.
        """
        voxel_runs.check_grid(case.ct.shape)
        self.case = case
        self.editable = tuple(structures_of(case, structures))
        self.locked: set[str] = set()
        self._session = Session(case, journal)
        self._lock = threading.RLock()  # messages may come in another thread than the cells

    # What is there

    @property
    def labels(self) -> LabelMap:
        """All structures as they are now, on the case's grid: a copy. What nobody touched is read on first touch."""
        with self._lock:
            return self._session.masks.labels()

    def mask(self, structure: str) -> np.ndarray:
        """One structure's mask as it is now, a new bool array (x, y, z). InputError: it is not here."""
        with self._lock:
            if structure not in self.editable:
                return self.case.labels[structure]
            return self._session.masks.cropped(structure).full

    @property
    def elsewhere(self) -> str:
        """Who edits the case in another process, in words; empty when nobody does."""
        return self._session.elsewhere

    @property
    def unsaved(self) -> int:
        """How many edits were made since the last save, undos and redos counted as such."""
        return self._session.unsaved

    @property
    def can_undo(self) -> bool:
        return bool(self._session.history.done)

    @property
    def can_redo(self) -> bool:
        return bool(self._session.history.undone)

    # Changing it

    def paint(self, structure: str, runs: np.ndarray, value: bool, *, hu: HU | None = None, action: str | None = None) -> Edit:
        """Add voxels to a structure (`value` True) or take them away; returns what really changed.

        `runs`: (n, 2) start and length, sorted, apart. Left as they are: voxels that are so already, those with HU outside
        `hu` = (lowest, highest), those of locked structures. An edit without effect is written nowhere and cannot be
        undone. `action` names it in the journal ("paint" or "erase"). InputError: not editable, locked, an open offer,
        runs outside the grid, the case is edited elsewhere, a full disk; then nothing has changed.
        """
        with self._lock:
            locked = self._begin(structure)
            runs = voxel_runs.check(runs, self.case.ct.shape)
            indices = voxel_runs.indices_of(runs)
            indices = indices[self._session.masks.open(structure).flat[indices] != bool(value)]
            if hu is not None:
                low, high = tools.check_hu(hu)
                values = values_at(self.case.ct.array, indices)
                indices = indices[(values >= low) & (values <= high)]
            for other in locked:
                indices = indices[~self._session.masks.holds(other, indices)]
            edit = Edit(structure, bool(value), voxel_runs.runs_at(indices), action or ("paint" if value else "erase"))
            self._session.commit(edit)
            if edit.voxels:
                self._session.history.add(edit)
            return edit

    def fill(self, structure: str, plane: str, index: int) -> Edit:
        """Fill the holes of a structure in one slice of a plane. InputError: an unknown plane, no such slice, as `paint`."""
        with self._lock:
            axis = tools.axis_of(plane)
            self._begin(structure)
            added = tools.holes(self._session.masks.cropped(structure), axis, index)
            return self.paint(structure, voxel_runs.runs_of(added), True, action="fill")

    def interpolate(self, structure: str, plane: str) -> Edit:
        """Paint the empty slices between painted slices of a plane, contour to contour. InputError: unknown plane, as `paint`."""
        with self._lock:
            axis = tools.axis_of(plane)
            self._begin(structure)
            added = tools.between(self._session.masks.cropped(structure), axis, self.case.ct.spacing)
            return self.paint(structure, voxel_runs.runs_of(added), True, action="interpolate")

    def grow(self, structure: str, seed_voxel: tuple[int, int, int], hu: HU, max_mm: float) -> Edit:
        """Add the voxels joined face to face to a seed (x, y, z), with HU in (lowest, highest), within `max_mm` of it.

        InputError: the seed's own HU are outside the range, the seed is outside the volume, as `paint`.
        """
        with self._lock:
            self._begin(structure)
            added = tools.region(self.case.ct, seed_voxel, hu, max_mm)
            return self.paint(structure, voxel_runs.runs_of(added), True, action="grow")

    def undo(self) -> Edit | None:
        """Take back the last edit that stands, restored ones included; None when there is none.

        It gives every voxel back, also where another structure has been locked since. InputError: as `paint`.
        """
        with self._lock:
            self._session.ready()
            history = self._session.history
            if not history.done:
                return None
            last = history.done[-1]
            self._begin(last.structure)
            edit = Edit(last.structure, not last.value, last.runs, "undo")
            self._session.commit(edit)
            history.undone.append(history.done.pop())
            return edit

    def redo(self) -> Edit | None:
        """Make the edit again that was undone last; None when there is none. InputError: as `paint`."""
        with self._lock:
            self._session.ready()
            history = self._session.history
            if not history.undone:
                return None
            self._begin(history.undone[-1].structure)
            edit = self._session.differing(history.undone[-1], "redo")
            self._session.commit(edit)
            history.undone.pop()
            history.done.append(edit)
            return edit

    # What an earlier session left

    @property
    def offer(self) -> Offer | None:
        """Edits of an earlier session that are in no saved mask; None once this session has edits of its own."""
        with self._lock:
            return self._session.offer

    def restore(self, *, anyway: bool = False) -> None:
        """Make the offered edits again, and go on from there: undo works through them.

        InputError: nothing is offered; the case is edited elsewhere; a mask is not the one that the edits began from.
        `anyway` then paints the same voxels on the mask as it is now.
        """
        with self._lock:
            offer = self._session.restore(anyway)
            self.editable = tuple(dict.fromkeys((*self.editable, *offer.structures)))

    def discard(self) -> None:
        """Throw away what is offered or, in a session with edits, all that is unsaved: masks are those of `case.labels`.

        InputError: the case is edited elsewhere.
        """
        with self._lock:
            self._session.discard()

    # Keeping it

    def save(self) -> Path | None:
        """Put the changed masks into `case.labels` and, if the case has a folder, on disk there; returns the folder.

        The journal goes only when the case is on disk. A case that only lives in memory (None is returned) would lose its
        labels with the kernel: its journal stays, and is offered again to whoever makes that case anew. `case.save(…)`
        puts it on disk; `save` or `close` after that removes the journal. InputError: disk full, no permission, an open
        offer, `case.labels` was changed meanwhile; the journal stays and saving can be tried again.
        """
        with self._lock:
            return self._session.save()

    def close(self) -> None:
        """End the session: others may edit the case. Unsaved edits stay in the journal."""
        with self._lock:
            self._session.close()

    def _begin(self, structure: str) -> set[str]:
        """At the door of an edit: the names that are locked. InputError: nothing or not this structure can be edited now."""
        self._session.ready()
        if structure not in self.editable:
            known = ", ".join(self.editable)
            raise InputError(f"{structure!r} is not edited here: {nearest(structure, self.editable)}editable are {known}")
        locked = {n for name in self.locked for n in ([name] if name in self.editable else structures_of(self.case, name))}
        if structure in locked:
            raise InputError(f"{structure} is locked; unlock it first")
        return locked
