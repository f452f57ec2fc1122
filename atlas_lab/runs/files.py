"""Writing files so that a crash, a full disk or a second process never leaves half of one behind."""

import contextlib
import errno
import functools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from atlas_lab.errors import InputError

_USERS_PROBLEM = {
    errno.ENOSPC: "the disk is full; free some space and try again (nothing was changed)",
    errno.EDQUOT: "the disk quota is used up; free some space and try again (nothing was changed)",
    errno.EACCES: "permission denied; choose a folder you can write to",
    errno.EPERM: "permission denied; choose a folder you can write to",
    errno.EROFS: "the file system is read-only; choose another folder",
    errno.ENAMETOOLONG: "the name is too long for this file system",
    errno.ENOENT: "a part of the path does not exist and cannot be made",
    errno.ENOTDIR: "a part of the path is a file, not a folder",
    errno.EEXIST: "a part of the path is a file, not a folder",
    errno.EFBIG: "the file is larger than this file system or user may write",
    errno.EISDIR: "it is a folder; give the name of a file",
}


@contextlib.contextmanager
def user_errors(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn the operating system's refusals while writing `path` into an `InputError` that names it."""
    try:
        yield
    except OSError as error:
        if error.errno in _USERS_PROBLEM:
            raise InputError(f"{path}: cannot be written: {_USERS_PROBLEM[error.errno]}") from error
        raise


@contextlib.contextmanager
def atomic_write(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary file beside `path`; on success it is flushed to disk and takes the name `path`.

    On any error the temporary file is removed and whatever was at `path` survives untouched. The temporary name keeps
    `path`'s suffixes, so that writers which choose a format by suffix work. InputError: disk full, no permission.
    """
    path = Path(path)
    with user_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".part-", suffix="-" + path.name, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            _flush(temporary)
            temporary.chmod(0o666 & ~_umask())
            os.replace(temporary, path)
            flush_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_folder(path: str | os.PathLike[str], *, replace: bool = False) -> Iterator[Path]:
    """Yield a temporary folder beside `path`; on success it takes the name `path`.

    On any error it is removed. InputError: something is at `path` by then, unless `replace` puts the new folder in its
    place; the old one is moved aside first and removed last, so that one of the two is always whole.
    """
    path = Path(path)
    with user_errors(path), _parents_of(path):
        temporary = Path(tempfile.mkdtemp(prefix=".part-", suffix="-" + path.name, dir=path.parent))
        old = temporary.with_name(temporary.name.replace(".part-", ".old-", 1))
        try:
            yield temporary
            temporary.chmod(0o777 & ~_umask())
            if path.exists():
                if not replace:
                    raise InputError(f"{path}: already exists; remove it or choose another name")
                os.rename(path, old)
            os.rename(temporary, path)
            flush_folder(path.parent)
        finally:
            if old.exists() and not path.exists():
                os.rename(old, path)
            shutil.rmtree(temporary, ignore_errors=True)
            shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def _parents_of(path: Path) -> Iterator[None]:
    """Make the folders above `path`; those that were not there go again, as long as they are empty, when the rest fails."""
    made = [parent for parent in path.absolute().parents if not parent.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            for parent in made:
                parent.rmdir()
        raise


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a small text file atomically, as UTF-8."""
    with atomic_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


@functools.cache  # reading the mask means setting it for a moment, which other threads must not see twice
def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
