"""Archives from elsewhere, extracted only when every member is known to stay where it belongs."""

import os
import posixpath
import re
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from lzma import LZMAError
from pathlib import Path
from typing import IO

from atlas_lab.errors import InputError
from atlas_lab.runs.files import atomic_folder

# Besides OSError, what the standard library raises while it reads a damaged archive.
DAMAGE = (EOFError, zlib.error, LZMAError, zipfile.BadZipFile, tarfile.TarError, NotImplementedError)


@dataclass(frozen=True)
class _Member:
    """A file or link; a link is written as a copy of `target`, so that no link ever exists to be followed."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]
    target: str | None = None


def safe_extract(archive: str | os.PathLike[str], to: str | os.PathLike[str]) -> list[Path]:
    """Extract a `.zip` or `.tar` (also `.gz`, `.bz2`, `.xz`) into the new folder `to`; returns its files, sorted.

    All members are checked before anything is written, and `to` appears complete or not at all. Links to files of the
    archive become copies of them. InputError names archive and member: absolute path, `..`, a link that leaves the
    archive, a device; also for a damaged or encrypted archive, one that would not fit on the disk, an existing `to`.
    """
    archive, to = Path(archive), Path(to)
    if to.exists():
        raise InputError(f"{to}: already exists; remove it or choose another name")
    with _members(archive) as members:
        _check(archive, members, to)
        with atomic_folder(to) as folder:
            for member in members:
                if member.target is None:
                    _write(archive, member, folder / member.name)
            for member in members:
                if member.target is not None:
                    (folder / member.name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(folder / member.target, folder / member.name)
    return sorted(to / member.name for member in members)


def refuse_unsafe(archive: Path, names: Iterable[str]) -> None:
    """InputError when a member's name would put it outside the folder it is extracted to."""
    for name in names:
        plain = name.replace("\\", "/")
        if plain.startswith("/") or re.match(r"[A-Za-z]:", plain):
            raise InputError(f"{archive}: member {name!r} has an absolute path; the archive is unsafe, nothing was extracted")
        if ".." in plain.split("/") or not plain.strip("./") or "\0" in plain:
            raise InputError(f"{archive}: member {name!r} leaves the folder; the archive is unsafe, nothing was extracted")


@contextmanager
def _members(archive: Path) -> Iterator[list[_Member]]:
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as opened:
                yield _zip_members(archive, opened)
        else:
            with tarfile.open(archive) as tar:
                yield _tar_members(archive, tar)
    except FileNotFoundError:
        raise InputError(f"{archive}: does not exist") from None
    except tarfile.ReadError as error:
        raise InputError(f"{archive}: is not a zip or tar archive, or a damaged one; download it again") from error
    except DAMAGE as error:
        raise InputError(f"{archive}: is damaged ({error}); download it again") from error
    except OSError as error:
        if error.errno is None:  # gzip's and bz2's way to say so; one with a number comes from the operating system
            raise InputError(f"{archive}: is damaged ({error}); download it again") from error
        raise


def _zip_members(archive: Path, opened: zipfile.ZipFile) -> list[_Member]:
    refuse_unsafe(archive, opened.namelist())
    members = []
    for info in opened.infolist():
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.is_dir():
            continue
        if info.flag_bits & 1:
            raise InputError(f"{archive}: member {info.filename!r} is encrypted; extract it with its password first")
        if kind not in (0, stat.S_IFREG, stat.S_IFLNK):
            raise InputError(f"{archive}: member {info.filename!r} is a device or pipe; the archive is unsafe")
        target = None
        if kind == stat.S_IFLNK:
            target = _beside(info.filename, opened.read(info).decode("utf-8", "replace"))
        members.append(_Member(posixpath.normpath(info.filename), info.file_size, partial(opened.open, info), target))
    return members


def _tar_members(archive: Path, opened: tarfile.TarFile) -> list[_Member]:
    infos = [info for info in opened.getmembers() if posixpath.normpath(info.name) != "."]
    while opened.fileobj is not None and opened.fileobj.read(1 << 20):
        pass  # a compressed stream compares its checksum at its very end, which tarfile does not read
    refuse_unsafe(archive, (info.name for info in infos))
    members = []
    for info in infos:
        if info.isdir():
            continue
        if not (info.isfile() or info.issym() or info.islnk()):
            raise InputError(f"{archive}: member {info.name!r} is a device or pipe; the archive is unsafe")
        target = None
        if not info.isfile():
            target = _beside(info.name, info.linkname) if info.issym() else posixpath.normpath(info.linkname)

        def stream(info: tarfile.TarInfo = info) -> IO[bytes]:
            file = opened.extractfile(info)
            assert file is not None  # only directories and devices have none
            return file

        members.append(_Member(posixpath.normpath(info.name), info.size, stream, target))
    return members


def _check(archive: Path, members: list[_Member], to: Path) -> None:
    files = {m.name: m.size for m in members if m.target is None}
    times = Counter(m.name for m in members)
    folders = {parent for name in times for parent in _parents(name)}
    for member in members:
        if member.target is not None and member.target not in files:
            raise InputError(f"{archive}: member {member.name!r} links to {member.target!r}, which is no file in the archive")
        if member.name in folders or times[member.name] > 1:
            raise InputError(f"{archive}: member {member.name!r} is there twice; repack the archive")
    total = sum(files[m.target or m.name] for m in members)
    place = next(parent for parent in to.absolute().parents if parent.exists())
    free = shutil.disk_usage(place).free
    if total > free:
        raise InputError(
            f"{archive}: holds {total / 1e9:.1f} GB, but {place} has {free / 1e9:.1f} GB free; nothing was extracted"
        )


def _write(archive: Path, member: _Member, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        opened = member.open()
    except OSError as error:  # a damaged table of contents points outside the file
        raise InputError(f"{archive}: is damaged at member {member.name!r} ({error}); download it again") from error
    with opened as source, path.open("wb") as file:
        shutil.copyfileobj(source, file, 1 << 20)
    if path.stat().st_size != member.size:
        raise InputError(f"{archive}: member {member.name!r} ends too early (damaged archive); download it again")


def _beside(name: str, link: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), link))


def _parents(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts))]
