"""Every edit of a case on disk before it counts: what a crash cannot take away."""

import contextlib
import hashlib
import json
import os
import platform
import threading
import weakref
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import platformdirs

from atlas_lab.data.case import Case
from atlas_lab.errors import InputError
from atlas_lab.runs.files import user_errors
from atlas_lab.viewers.edits.edit import Edit
from atlas_lab.viewers.edits.log import FORMAT, Log, edit_record, masks_record
from atlas_lab.viewers.edits.records import pack
from atlas_lab.viewers.edits.writer import HeldElsewhere, Writer

_CLAIMING = threading.Lock()
_MINE: "weakref.WeakValueDictionary[Path, Journal]" = weakref.WeakValueDictionary()  # the journals this process writes


class Journal:
    """The edits of one case, appended to one file that a crash, a full disk or a second process cannot spoil.

    The file appears with the first edit and is written by one process at a time, by the journal that claimed it. Within
    a process the newest claim wins: a cell that is run again makes a new editor, and the old one is told so.
    """

    def __init__(self, path: Path, about: Mapping[str, Any]) -> None:
        """`about` goes into the header: case, folder, shape and affine. Nothing is read or written yet."""
        self.path = path
        self._about = dict(about)
        self._writer: Writer | None = None
        self._known: set[str] = set()  # structures whose first mask is recorded
        self._over = ""  # why nothing can be written any more

    @classmethod
    def open(cls, case: Case) -> Self:
        """The journal of a case; to look at it leaves no file."""
        return cls(cls.path_of(case), _about(case))

    @staticmethod
    def path_of(case: Case) -> Path:
        """Where a case's edits lie: in the folder `ATLAS_LAB_EDITS` names, else among the user's data.

        The name is made of the case's id and a hash of id, folder (None for a case that only lives in memory) and grid.
        """
        chosen = os.environ.get("ATLAS_LAB_EDITS", "")
        folder = Path(chosen).expanduser().absolute() if chosen else Path(platformdirs.user_data_dir("atlas_lab")) / "edits"
        identity = hashlib.sha256(json.dumps(_about(case)).encode()).hexdigest()
        return folder / f"{case.id[:80]}-{identity[:16]}.journal"

    @classmethod
    def is_edited_here(cls, case: Case) -> bool:
        """Whether an editor of this process has unsaved edits of the case."""
        return cls.path_of(case) in _MINE

    @property
    def mine(self) -> bool:
        """Whether this journal is the one that writes the file."""
        return self._writer is not None

    @property
    def unsaved(self) -> list[Edit]:
        """The edits in the file, in order. InputError: it cannot be read."""
        return self.read().edits

    @property
    def begun(self) -> datetime | None:
        """When the first of them was made; None when there are none."""
        return self.read().begun

    def read(self) -> Log:
        """All that the file says; an empty log when there is no file. InputError: unreadable, of a newer release."""
        try:
            # through our own handle: to close another one would end the lock on some network file systems
            return Log.of(self._writer.read() if self._writer else self.path.read_bytes(), self.path)
        except (FileNotFoundError, NotADirectoryError):
            return Log()
        except OSError as error:
            raise InputError(f"{self.path}: cannot be read: {error.strerror}; ATLAS_LAB_EDITS names another folder") from error

    @contextlib.contextmanager
    def claimed(self) -> Iterator[bool]:
        """Become the one that writes (yields whether that is new), and cut off a torn end; not so if what follows fails.

        InputError: another process writes, a newer editor of this one has taken over, disk full, no permission.
        """
        anew = self._claim()
        try:
            yield anew
        except BaseException:
            if anew:
                self._leave()
            raise

    def check_free(self) -> None:
        """InputError: another process writes this case's edits, or this journal may not any more."""
        if self._over:
            raise InputError(self._over)
        if self.path not in _MINE and self.path.exists():
            with user_errors(self.path):
                self._new_writer().close()

    def append(self, edit: Edit, fingerprint: str) -> None:
        """Put an edit on disk; when this returns it is there, flushed.

        `fingerprint` is that of the mask which the edits of this structure start from; it is kept with the first one.
        InputError: as `claimed`; the file is as it was.
        """
        first = b"" if edit.structure in self._known else masks_record({edit.structure: fingerprint})
        self._write(first + edit_record(edit))
        self._known.add(edit.structure)

    def mark(self, fingerprints: Mapping[str, str]) -> None:
        """Note how the masks of some structures are with all edits so far, before they are saved. InputError: as `claimed`."""
        self._write(masks_record(fingerprints))

    def move(self, case: Case) -> None:
        """Go on under the name for a case that has got a folder or another id. InputError: edits lie there already."""
        path = self.path_of(case)
        if self._writer is not None and path != self.path:
            with user_errors(path):
                if path.exists():
                    raise InputError(
                        f"{path}: holds edits of {case.id}; make a new editor of it, and restore or discard them first"
                    )
                os.rename(self.path, path)
            self._writer.path = path
            del _MINE[self.path]
            _MINE[path] = self
        self.path, self._about = path, _about(case)

    def discard(self) -> None:
        """Remove the file; the next edit begins another. InputError: as `claimed`."""
        if self.mine or self.path.exists():
            self._claim()
            self._remove()

    def close(self) -> None:
        """Write nothing any more; the file stays."""
        self._leave(f"{self._about['case']}: this editor is closed; make a new one")

    def _claim(self) -> bool:
        if self._over:
            raise InputError(self._over)
        if self.mine:
            return False
        with user_errors(self.path), _CLAIMING:
            if (older := _MINE.get(self.path)) is not None:
                older._leave(f"{self._about['case']}: is edited in a newer viewer of this notebook; go on there")
            self._writer = self._new_writer()
            try:
                log = self.read()
                self._writer.cut(log.end)
                self._known = set(log.masks)
                if log.end:  # tells the others who holds the lock; a full disk must not stand in the way of a restore
                    with contextlib.suppress(OSError):
                        self._writer.append(_session())
            except BaseException:
                self._leave()
                raise
            _MINE[self.path] = self
        return True

    def _write(self, records: bytes) -> None:
        self._claim()
        assert self._writer is not None
        with user_errors(self.path):
            if self._writer.end:
                self._writer.append(records)
                return
            header = pack({"kind": "header", "format": FORMAT, **self._about, "begun": _now()})
            try:
                self._writer.append(header + _session() + records)
            except BaseException:
                self._remove()  # an empty file would tell of edits that never were
                raise

    def _new_writer(self) -> Writer:
        try:
            return Writer(self.path)
        except HeldElsewhere:
            who = Log.of(self.path.read_bytes(), self.path).session
            holder = f"process {who['pid']} on {who['host']}, since {who['since']}" if who else "another process"
            what = f"{self._about['case']}: is being edited elsewhere ({holder})"
            raise InputError(f"{what}; close that viewer or stop its kernel, then try again") from None

    def _remove(self) -> None:
        writer = self._writer
        assert writer is not None
        self._forget()
        with user_errors(self.path):
            writer.remove()

    def _leave(self, why: str = "") -> None:
        self._over = why or self._over
        if self._writer is not None:
            self._writer.close()
        self._forget()

    def _forget(self) -> None:
        self._writer, self._known = None, set()
        if _MINE.get(self.path) is self:
            del _MINE[self.path]


def _about(case: Case) -> dict[str, Any]:
    folder = os.path.realpath(case.folder) if case.folder is not None else None
    affine = (case.ct.affine + 0.0).tolist()  # no -0.0, which would be another name
    return {"case": case.id, "folder": folder, "shape": list(case.ct.shape), "affine": affine}


def _session() -> bytes:
    return pack({"kind": "session", "pid": os.getpid(), "host": platform.node(), "since": _now()})


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _leave_to_parent() -> None:
    """In a forked child: the handles, and with them the locks, are the parent's."""
    for journal in list(_MINE.values()):
        journal._leave(f"{journal._about['case']}: is edited in the process that this one was forked from; go on there")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)
