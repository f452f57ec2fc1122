"""Where the label maps of a folder lie: a file a case, a folder a case, or a data set that `Atlas.open` knows."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from atlas_lab.data import nifti
from atlas_lab.data.atlas import Atlas
from atlas_lab.data.case import COMBINED, MASKS, find_ct, read_facts
from atlas_lab.data.label_files import structure_files
from atlas_lab.data.layouts.base import stamp
from atlas_lab.data.layouts.totalsegmentator import by_structure
from atlas_lab.data.metadata import read_metadata
from atlas_lab.errors import InputError

Folder = str | os.PathLike[str] | Atlas


@dataclass(frozen=True)
class Source:
    """One side of a case: the mask files of its structures, one file of ids, or a case of an atlas.

    `stamp` changes when the files do, and stands in the `repr` with all else that says what was read.
    """

    id: str
    stamp: str
    masks: tuple[tuple[str, tuple[Path, ...]], ...] = ()
    combined: Path | None = None
    ids: Path | None = None
    ct: Path | None = None
    site: str | None = None
    atlas: Atlas | None = field(default=None, repr=False)

    @property
    def has_ct(self) -> bool:
        """Whether there is a CT to draw on."""
        return self.ct is not None or self.atlas is not None


@dataclass(frozen=True)
class Side:
    """All sources of a folder by id, what in it is no source (id → why), and whether they are flat files of ids.

    `doubles` are the files that another one of the same name hides: (id, structure or "") → which is read.
    """

    root: Path
    sources: dict[str, Source]
    problems: dict[str, str]
    flat: bool = False
    doubles: dict[tuple[str, str], str] = field(default_factory=dict)


def find_side(folder: Folder, what: str) -> Side:
    """The label maps in a folder, without a voxel read. InputError, which calls the folder `what`: none, or no folder."""
    if isinstance(folder, Atlas):
        return _of_atlas(folder)
    root = Path(folder).expanduser().absolute()
    if not root.is_dir():
        raise InputError(f"{what}: {root} {'is a file, give the folder it lies in' if root.exists() else 'does not exist'}")
    files = dict(structure_files(root))
    cases = dict(_case_folders(root))
    if cases:
        beside = {id: f"{path.name} lies beside folders of cases and is not read" for id, path in files.items()}
        metadata = read_metadata(root)
        sources = {id: _of_folder(id, path, metadata.get(id, {}).get("site")) for id, path in cases.items()}
        doubles = {(id, name): why for id, path in cases.items() for name, why in _doubles(path / MASKS).items()}
        return Side(root, sources, beside, doubles=doubles)
    if files:
        metadata = read_metadata(root)
        found = {
            id: Source(id, stamp(path), ids=path, site=_site(metadata.get(id, {}).get("site"))) for id, path in files.items()
        }
        return Side(root, found, {}, flat=True, doubles={(id, ""): why for id, why in _doubles(root).items()})
    if not any(root.iterdir()):
        raise InputError(f"{what}: {root} is an empty folder; it holds a NIfTI file or a folder a case")
    try:
        return _of_atlas(Atlas.open(root))
    except InputError as error:
        endings = " or ".join(nifti.SUFFIXES)
        why = "nor is it a data set that Atlas.open knows" if "layout=" in str(error) else f"and is no atlas ({error})"
        raise InputError(
            f"{what}: {root} has neither files CASE{endings}, nor folders CASE/{MASKS} or CASE/{COMBINED}, {why}"
        ) from None


def _doubles(folder: Path) -> dict[str, str]:
    """Name → what is not read, where `name.nii` lies beside `name.nii.gz`."""
    read = structure_files(folder)
    return {
        name: f"{name}.nii is not read, {path.name} beside it is; remove one of them"
        for name, path in read.items()
        if path.suffix == ".gz" and (folder / f"{name}.nii").is_file()
    }


def _case_folders(root: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(root.iterdir()):
        if not path.name.startswith(".") and path.is_dir() and ((path / MASKS).is_dir() or (path / COMBINED).is_file()):
            yield path.name, path


def _of_folder(id: str, folder: Path, site: object) -> Source:
    masks = {name: tuple(paths) for name, paths in by_structure(structure_files(folder / MASKS)).items()}
    combined = folder / COMBINED if not masks and (folder / COMBINED).is_file() else None
    files = [path for paths in masks.values() for path in paths] or [combined or folder]
    known = site if site is not None else dict(read_facts(folder).get("meta") or {}).get("site")
    return Source(id, stamp(*files), tuple(masks.items()), combined, ct=find_ct(folder), site=_site(known))


def _of_atlas(atlas: Atlas) -> Side:
    stamps, table = atlas.layout.stamps(atlas.root), atlas.table
    sites = table["site"].to_dict() if "site" in table else {}
    sources = {
        id: Source(id, f"{atlas.layout.name}|{stamps.get(id)}", site=_site(sites.get(id)), atlas=atlas.select([id]))
        for id in atlas.ids
    }
    return Side(atlas.root, sources, atlas.problems)


def _site(known: object) -> str | None:
    return None if known is None or known != known else str(known)  # NaN stands for nothing in a table
