"""One file, one writer: appending so that a crash, a full disk or a second process spoils nothing."""

import contextlib
import errno
import os
import weakref
from pathlib import Path

from atlas_lab.runs.files import flush_folder

try:
    import fcntl
except ImportError:  # Windows: no lock there; two kernels that write one file at a time are not told of each other
    fcntl = None  # type: ignore[assignment]


class HeldElsewhere(Exception):
    """Another process has the file locked."""


class Writer:
    """A file (made if need be) locked for this process, until it is closed or the process dies.

    `end` is where the next bytes go. OSError: what the system refuses. HeldElsewhere: another process has it locked.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.end = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
            self._closing = weakref.finalize(self, os.close, self._handle)  # a forgotten writer holds no lock
            if self._lock():
                return
            self.close()  # its last writer has removed it meanwhile

    def read(self) -> bytes:
        """The whole file."""
        os.lseek(self._handle, 0, os.SEEK_SET)
        parts = []
        while part := os.read(self._handle, 1 << 24):
            parts.append(part)
        return b"".join(parts)

    def cut(self, end: int) -> None:
        """Forget what is beyond `end` bytes."""
        os.ftruncate(self._handle, end)
        self.end = end

    def append(self, data: bytes) -> None:
        """Write and flush to disk; whatever goes wrong, the file ends where it ended before."""
        try:
            os.lseek(self._handle, self.end, os.SEEK_SET)
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._handle, rest) :]
            os.fsync(self._handle)
            if not self.end:
                flush_folder(self.path.parent)
        except BaseException:
            with contextlib.suppress(OSError):
                self.cut(self.end)
            raise
        self.end += len(data)

    def close(self) -> None:
        """Let go of the file and its lock."""
        self._closing()

    def remove(self) -> None:
        """Close the file and remove it, in the order in which nobody else can lock it in between."""
        if fcntl is None:  # Windows removes no open file
            self.close()
            self.path.unlink(missing_ok=True)
        else:
            with contextlib.closing(self):
                self.path.unlink(missing_ok=True)

    def _lock(self) -> bool:
        """Lock the open file; False when it is not the one of that name any more."""
        if fcntl is None:
            return True
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                self.close()
                raise HeldElsewhere from None
            # else a file system that knows no locks: better without one than not at all
        try:
            return os.path.samestat(os.fstat(self._handle), self.path.stat())
        except FileNotFoundError:
            return False
