"""The files in a folder, a zip or a single file, read in place: a zip is never unpacked."""

import contextlib
import itertools
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from atlas_lab.data.archives import DAMAGE, refuse_unsafe
from atlas_lab.errors import InputError

_LOOKED_AT = 20  # files


@dataclass(frozen=True)
class Member:
    """One file. `path` of a zip's member is `scan.zip/member`; `stamp` changes when the content does."""

    path: Path
    size: int
    stamp: int
    open: Callable[[], IO[bytes]]


@contextmanager
def members(path: Path) -> Iterator[list[Member]]:
    """Every file in a folder (searched recursively), in a zip, or the file itself, sorted by name; hidden ones left out.

    InputError: it does not exist, is empty, cannot be read; a zip that is damaged, encrypted, or has unsafe members.
    """
    if not path.exists():
        raise InputError(f"{path}: does not exist")
    if path.is_dir():
        found = [_on_disk(file) for file in _walk(path)]
        if not found:
            raise InputError(f"{path}: is an empty folder; give the folder that holds the DICOM files")
        yield found
    elif zipfile.is_zipfile(path):
        with _opened_zip(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir() and not _hidden(info.filename)]
            yield sorted(
                (Member(path / i.filename, i.file_size, i.CRC, partial(archive.open, i)) for i in infos), key=lambda m: m.path
            )
    elif path.suffix.lower() == ".zip":
        raise InputError(f"{path}: is not a readable zip archive; copy or download it again")
    else:
        yield [_on_disk(path)]


@contextmanager
def member(path: Path) -> Iterator[Member]:
    """One file on disk or, as `scan.zip/member`, in a zip. InputError: there is no such file."""
    holder = next((p for p in (path, *path.parents) if p.is_file()), path)
    with members(holder) as found:
        chosen = next((m for m in found if m.path == path), None)
        if chosen is None:
            raise InputError(f"{path}: is not a file")
        yield chosen


def read_bytes(file: Member) -> bytes:
    """The whole content. InputError: it cannot be read."""
    try:
        with file.open() as opened:
            return opened.read()
    except (OSError, *DAMAGE) as error:
        raise InputError(f"{file.path}: cannot be read ({error}); copy or download it again") from error


def looks_like_dicom(folder: Path) -> bool:
    """Whether one of the first files below `folder` is named `.dcm` or begins like a DICOM file."""
    for path in itertools.islice(_walk(folder), _LOOKED_AT):
        if path.suffix.lower() == ".dcm":
            return True
        with contextlib.suppress(OSError), path.open("rb") as file:
            if file.read(132)[128:] == b"DICM":
                return True
    return False


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _hidden(name))
        for name in sorted(files):
            if not _hidden(name):
                yield Path(root) / name


def _on_disk(path: Path) -> Member:
    try:
        status = path.stat()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    return Member(path, status.st_size, status.st_mtime_ns, lambda: path.open("rb"))


def _hidden(name: str) -> bool:
    """Also what macOS adds to a zip: `__MACOSX/._IM001.dcm` is no image."""
    return any(part.startswith(".") for part in name.split("/"))


@contextmanager
def _opened_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, *DAMAGE) as error:
        raise InputError(f"{path}: is not a readable zip archive ({error}); copy or download it again") from error
    with archive:
        refuse_unsafe(path, archive.namelist())
        locked = next((info.filename for info in archive.infolist() if info.flag_bits & 1), None)
        if locked is not None:
            raise InputError(f"{path}: member {locked!r} is encrypted; extract it with its password first")
        yield archive
