"""Public sets on the Hugging Face hub: the first few cases, resumed where they stopped, checked against the hub's hashes.

A case's files are gathered in `.download` beside the cases; its folder appears when all of them are there and right,
and is never touched again, so edits made to it are safe.
"""

import hashlib
import itertools
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tqdm.auto import tqdm

from atlas_lab.data.archives import refuse_unsafe, safe_extract
from atlas_lab.data.case import CT_NAMES
from atlas_lab.data.hub_errors import hub_errors
from atlas_lab.errors import InputError, nearest
from atlas_lab.runs.files import user_errors, write_text

ARCHIVES = (".tar.gz", ".tgz", ".zip")
_STAGING = ".download"
_CONTENTS = "archives.json"  # archive → the cases in it, so that a finished one is not fetched again


@dataclass(frozen=True)
class HubSet:
    """A public set: its repository and its licence."""

    repo: str
    licence: str


_CC = (
    "CC BY-NC-SA 4.0 (https://creativecommons.org/licenses/by-nc-sa/4.0): not for commercial use, share alike, credit the source"
)
SETS = {
    "AbdomenAtlas1.0Mini": HubSet("AbdomenAtlas/AbdomenAtlas1.0Mini", _CC),
    "_AbdomenAtlas1.0Mini": HubSet("AbdomenAtlas/_AbdomenAtlas1.0Mini", _CC),
}


class HubClient(Protocol):
    """The two calls of `huggingface_hub.HfApi` that a download makes."""

    def list_repo_tree(
        self, repo_id: str, path_in_repo: str | None = None, *, recursive: bool = False, repo_type: str | None = None
    ) -> Iterable[Any]: ...

    def hf_hub_download(self, repo_id: str, filename: str, *, repo_type: str | None, local_dir: str | Path) -> Any: ...


def download(name: str, cases: int = 5, to: str | os.PathLike[str] | None = None, *, client: HubClient | None = None) -> Path:
    """Fetch the first `cases` of a set into the folder `to` (default: the set's name, here) and return it.

    `name` is one of `SETS` or any `owner/name` of a data set on the hub that holds a folder or an archive a case (an
    archive may hold many: all of it is fetched). The licence is printed first. A second call goes on where the first
    stopped. InputError: an unknown set, no connection, no access, a wrong checksum, disk full.
    """
    if cases < 1:
        raise InputError(f"cases={cases}: ask for at least one case")
    chosen = _set(name)
    root = Path(to) if to is not None else Path(chosen.repo.rpartition("/")[2])
    if root.exists() and not root.is_dir():
        raise InputError(f"{root}: is a file; name a folder to download to")
    tqdm.write(f"{chosen.repo}: licence {chosen.licence}")
    if client is None:
        from huggingface_hub import HfApi

        client = HfApi()
    repo = Repo(client, chosen.repo, root / _STAGING)
    with tqdm(total=cases, desc="downloading", unit="case") as bar:
        found = 0
        for _ in itertools.islice(_cases(repo, root), cases):
            bar.update()
            found += 1
    if not found:
        raise InputError(f"{chosen.repo}: holds no cases (folders or archives with {CT_NAMES[0]})")
    if not (repo.staging / _CONTENTS).exists():  # what archives left there is for a later call
        shutil.rmtree(repo.staging, ignore_errors=True)
    return root


class Repo:
    """A data set on the hub, and the folder its files are gathered in."""

    def __init__(self, client: HubClient, name: str, staging: Path) -> None:
        self.client, self.name, self.staging = client, name, staging

    def entries(self, path: str | None = None, *, recursive: bool = False) -> list[Any]:
        """What the hub lists, in the order of the names; files have a `size`."""
        with hub_errors(self.name):
            entries = list(self.client.list_repo_tree(self.name, path, recursive=recursive, repo_type="dataset"))
        refuse_unsafe(Path(self.name), (entry.path for entry in entries))
        return sorted(entries, key=lambda entry: entry.path)

    def fetch(self, file: Any) -> Path:
        """The file in the staging folder, fetched unless it is there, with the hub's size and hash."""
        path = self.staging / file.path
        if not (path.is_file() and _right(path, file)):
            self.staging.mkdir(parents=True, exist_ok=True)
            if file.size > (free := shutil.disk_usage(self.staging).free):
                raise InputError(f"{path}: needs {file.size / 1e9:.1f} GB, but only {free / 1e9:.1f} GB are free")
            with hub_errors(self.name), user_errors(path):
                self.client.hf_hub_download(self.name, file.path, repo_type="dataset", local_dir=self.staging)
            if not _right(path, file):
                path.unlink(missing_ok=True)
                raise InputError(f"{path}: what arrived has another size or checksum than the hub says; download it again")
        return path


def _set(name: str) -> HubSet:
    if name in SETS:
        return SETS[name]
    owner, slash, rest = name.partition("/")
    if slash and owner and rest and "/" not in rest:
        return HubSet(name, f"as stated on https://huggingface.co/datasets/{name}")
    raise InputError(
        f"unknown set {name!r}: {nearest(name, SETS)}known are {', '.join(SETS)}, or give owner/name of one on the hub"
    )


def _cases(repo: Repo, root: Path) -> Iterator[Path]:
    """Every case folder in turn, each once it is complete."""
    top = repo.entries()
    archives = [entry for entry in top if _is_file(entry) and entry.path.endswith(ARCHIVES)]
    for folder in (entry.path for entry in top if not _is_file(entry)):
        yield from _folder_cases(repo, root, folder, deeper=True)
    for archive in archives:
        yield from _archive_cases(repo, root, archive)


def _folder_cases(repo: Repo, root: Path, folder: str, *, deeper: bool) -> Iterator[Path]:
    """The case in a folder, or the cases in the folders in it."""
    target = root / Path(folder).name
    if any((target / name).is_file() for name in CT_NAMES):
        yield target
        return
    inside = repo.entries(folder)
    if any(entry.path == f"{folder}/{name}" for entry in inside for name in CT_NAMES):
        for file in filter(_is_file, repo.entries(folder, recursive=True)):
            repo.fetch(file)
        yield _move(repo.staging / folder, target)
    elif deeper:
        for entry in inside:
            if not _is_file(entry):
                yield from _folder_cases(repo, root, entry.path, deeper=False)


def _archive_cases(repo: Repo, root: Path, archive: Any) -> Iterator[Path]:
    """The cases in an archive. Those nobody asked for yet stay unpacked in the staging folder."""
    ledger = repo.staging / _CONTENTS
    contents = json.loads(ledger.read_text(encoding="utf-8")) if ledger.exists() else {}
    unpacked = repo.staging / f"{archive.path}.unpacked"
    waiting = _unpacked_cases(unpacked)
    names = contents.get(archive.path)
    if names is None or not all(name in waiting or (root / name).is_dir() for name in names):
        shutil.rmtree(unpacked, ignore_errors=True)
        packed = repo.fetch(archive)
        safe_extract(packed, unpacked)
        waiting = _unpacked_cases(unpacked)
        names = sorted(waiting)
        write_text(ledger, json.dumps({**contents, archive.path: names}))
        packed.unlink()
    for name in names:
        source = waiting.pop(name, None)
        if source is not None and not (root / name).exists():
            _move(source, root / name)
        if not waiting:
            shutil.rmtree(unpacked, ignore_errors=True)
        yield root / name


def _unpacked_cases(unpacked: Path) -> dict[str, Path]:
    """Case → its folder; an archive that is one case without a folder gives it its own name."""
    own = unpacked.name.partition(".")[0]
    folders = [path.parent for path in unpacked.rglob("ct.nii*") if path.name in CT_NAMES]
    return {own if folder == unpacked else folder.name: folder for folder in folders}


def _move(source: Path, target: Path) -> Path:
    with user_errors(target):
        os.rename(source, target)
    return target


def _is_file(entry: Any) -> bool:
    return hasattr(entry, "size")


def _right(path: Path, file: Any) -> bool:
    """Whether size and hash are the hub's: SHA-256 of a large file, git's own hash of a small one."""
    if path.stat().st_size != file.size:
        return False
    digest = hashlib.sha256() if file.lfs else hashlib.sha1(b"blob %d\0" % file.size)
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest() == (file.lfs.sha256 if file.lfs else file.blob_id)
