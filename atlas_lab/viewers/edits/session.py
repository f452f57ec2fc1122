"""The state of an editing session, and where it is safe: masks in memory, the journal beside them, the case at the end."""

import contextlib
from pathlib import Path

from atlas_lab.data.case import Case
from atlas_lab.errors import InputError
from atlas_lab.viewers.edits import runs as voxel_runs
from atlas_lab.viewers.edits.edit import Edit
from atlas_lab.viewers.edits.edited import EditedMasks
from atlas_lab.viewers.edits.history import History
from atlas_lab.viewers.edits.journal import Journal
from atlas_lab.viewers.edits.offer import Offer


class Session:
    """The masks, the history and the unsaved edits of a case: together the same as replaying the journal would give.

    `Editor` says what may be edited and how; it holds the lock that makes a session safe for threads.
    """

    def __init__(self, case: Case, journal: Journal | None) -> None:
        self.case = case
        self.masks = EditedMasks(case)
        self.history = History()
        self.unsaved = 0
        self._edited: set[str] = set()  # structures with unsaved edits
        self._journal = journal or Journal.open(case)
        self._follows = journal is None  # the case's own journal is renamed when the case gets a folder or another id
        self._place = (case.id, case.folder)

    @property
    def offer(self) -> Offer | None:
        """As `Editor.offer`."""
        return None if self._journal.mine else self._found()

    @property
    def elsewhere(self) -> str:
        """Who edits the case in another process, in words; empty when nobody does."""
        try:
            if not self._journal.mine:
                self._journal.check_free()
        except InputError as error:
            return str(error)
        return ""

    def ready(self) -> None:
        """InputError: the masks cannot be changed now; at the door of everything that does."""
        if self._follows and self._place != (self.case.id, self.case.folder):
            self._journal.move(self.case)
            self._place = (self.case.id, self.case.folder)
        self._refresh()
        if not self._journal.mine:
            self._journal.check_free()
            self._refuse(self._found())

    def commit(self, edit: Edit) -> None:
        """Write an edit down, then make it; one without voxels is neither. InputError: then nothing has changed."""
        if not edit.voxels:
            return
        with self._journal.claimed() as anew:
            if anew:
                self._refuse(self._found())  # what another process has left there since `ready`
        self._journal.append(edit, self.masks.base(edit.structure))
        self._make(edit)
        self._edited.add(edit.structure)
        self.unsaved += 1

    def differing(self, edit: Edit, action: str) -> Edit:
        """The edit with only those voxels that it changes now."""
        indices = voxel_runs.indices_of(edit.runs)
        indices = indices[self.masks.open(edit.structure).flat[indices] != edit.value]
        return Edit(edit.structure, edit.value, voxel_runs.runs_at(indices), action)

    def restore(self, anyway: bool) -> Offer:
        """As `Editor.restore`; returns what was offered."""
        self._refresh()
        self._check(self.offer, anyway)
        with self._journal.claimed():
            offer = self._check(self._found(), anyway)  # now that nobody else can write
        self.history = History(offer.edits)
        for index, edit in enumerate(self.history.done):
            self.history.done[index] = self.differing(edit, edit.action)
            self._make(self.history.done[index])
        self._edited = set(offer.structures)
        self.unsaved = offer.count
        return offer

    def discard(self) -> None:
        """Forget the edits, those found included. InputError: the case is edited elsewhere."""
        self._journal.discard()
        self.masks.drop()
        self.history = History()
        self._all_saved()

    def save(self) -> Path | None:
        """As `Editor.save`."""
        self.ready()
        folder = self.case.folder
        if folder is not None and folder.name != self.case.id:
            what = f"set case.id = {folder.name!r} to save it there"
            raise InputError(f"{folder}: holds the case {self.case.id!r}, which a save would put beside it; {what}")
        if self._edited:
            with contextlib.suppress(InputError):  # it only spares the next session an offer if this one dies midway
                self._journal.mark({name: self.masks.fingerprint(name) for name in self._edited})
        self.masks.store()
        if folder is not None and self.case.labels.edited:
            folder = self.case.save(folder.parent)
        self._all_saved()
        if folder is not None:
            self._journal.discard()
        return folder

    def close(self) -> None:
        """Let others edit the case; a journal whose edits are all on disk with the case goes."""
        on_disk = self.case.folder is not None and not self.case.labels.edited and not self.unsaved
        if on_disk and self._journal.mine:
            self._journal.discard()
        self._journal.close()

    def _make(self, edit: Edit) -> None:
        self.masks.open(edit.structure).set(edit.runs, edit.value)

    def _all_saved(self) -> None:
        self._edited.clear()
        self.unsaved = 0

    def _refresh(self) -> None:
        """Take masks that were assigned in `case.labels` since they were opened. InputError: one has unsaved edits here."""
        stale = self.masks.stale()
        for name in self._edited.intersection(stale):
            kept = f"keep a copy of editor.mask({name!r}) if you need it, then editor.discard()"
            raise InputError(f"{name}: case.labels[{name!r}] was changed while it was edited here; {kept}")
        if stale:
            self.masks.drop(stale)
            self.history = History()

    def _found(self) -> Offer | None:
        return Offer.of(self._journal.read(), self.masks.base)

    def _refuse(self, offer: Offer | None) -> None:
        if offer is not None:
            left = f"an earlier session left {offer.count} edits of {', '.join(offer.structures)} on {offer.begun:%Y-%m-%d %H:%M}"
            raise InputError(f"{self.case.id}: {left}; editor.restore() or editor.discard() them first")

    def _check(self, offer: Offer | None, anyway: bool) -> Offer:
        if offer is None:
            raise InputError(f"{self.case.id}: no edits of an earlier session are there to restore")
        if offer.changed and not anyway:
            other = f"the masks of {', '.join(offer.changed)} are not those that the edits began from"
            what = "editor.restore(anyway=True) paints the same voxels on them, editor.discard() throws the edits away"
            raise InputError(f"{self.case.id}: {other}; {what}")
        return offer
