"""One patient: a CT, its label map, and where both come from."""

import dataclasses
import json
import os
import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from atlas_lab import anatomy
from atlas_lab.data import label_files, nifti
from atlas_lab.data.label_files import ClassMap
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.runs.files import atomic_folder, write_text

CT_NAMES = ("ct.nii.gz", "ct.nii")
MASKS = "segmentations"
COMBINED = "combined_labels.nii.gz"
FACTS = "case.json"


@dataclasses.dataclass
class Case:
    """One patient of an atlas.

    `id` names its folder, `ct` is the `Volume`, `labels` the `LabelMap` on the CT's grid, `release` the AbdomenAtlas
    release whose ids `combined_labels` uses, `meta` what is known of the patient and scan (phase, site, age, sex, …),
    `provenance` how the case came to be. `folder` is where it was opened or last saved.
    """

    id: str
    ct: Volume
    labels: LabelMap
    release: str = "1.1"
    meta: dict[str, Any] = dataclasses.field(default_factory=dict)
    provenance: dict[str, Any] = dataclasses.field(default_factory=dict)
    folder: Path | None = None

    def __post_init__(self) -> None:
        _check_id(self.id)
        if self.labels.shape != self.ct.shape:
            raise InputError(f"{self.id}: the labels have shape {self.labels.shape}, but the CT has {self.ct.shape}")
        if self.labels.disk is None:
            self.labels.disk = self.ct.disk

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, class_map: ClassMap | None = None) -> Self:
        """A case folder in AbdomenAtlas layout, a NIfTI file, or a folder or zip of DICOM files.

        `class_map` names the ids of `combined_labels` where they are not the release's. Of a NIfTI nothing but the
        header is read. A DICOM case is named after its folder, holds nothing that identifies the patient, and takes its
        labels from the newest RTSTRUCT that lies beside the series and belongs to it.
        InputError: nothing there to open, or the first thing that is wrong with it.
        """
        path = Path(path).absolute()  # the caller may go elsewhere before the voxels are read
        if not path.exists():
            raise InputError(f"{path}: does not exist")
        if path.is_dir():
            if find_ct(path) is not None:
                return cls._open_layout(path, class_map)
            if not any(path.iterdir()):
                raise InputError(f"{path}: is an empty folder; a case folder holds ct.nii.gz and segmentations/")
            if (path / MASKS).is_dir():
                require_ct(path)
            if any(find_ct(part) is not None for part in path.iterdir() if part.is_dir()):
                raise InputError(f"{path}: is a folder of cases, not one case; open it with al.Atlas.open")
        elif path.name.endswith(nifti.SUFFIXES):
            ct = Volume.open(path)
            if path.name in CT_NAMES:
                return cls._open_layout(path.parent, class_map)
            _warn_of_labels(ct, path)
            return cls(path.name.removesuffix(".gz").removesuffix(".nii"), ct, no_labels(ct), provenance={"source": str(path)})
        return cls._open_dicom(path)

    @classmethod
    def _open_dicom(cls, path: Path) -> Self:
        from atlas_lab.data import dicom, rtstruct

        ct, meta = dicom.read_ct(path)
        contours = dicom.find_rtstruct(path)
        labels = rtstruct.read_rtstruct(contours[0], ct) if contours else no_labels(ct)
        return cls(path.stem, ct, labels, meta=meta, provenance={"format": "DICOM"})

    @classmethod
    def _open_layout(cls, folder: Path, class_map: ClassMap | None) -> Self:
        ct = Volume.open(require_ct(folder))
        facts = read_facts(folder)
        grid = ct.disk
        assert grid is not None
        release = str(facts.get("release", "1.1"))
        names = class_map if class_map is not None else _class_map_of(facts, release, folder)
        files = label_files.structure_files(folder / MASKS)
        if files:
            labels = label_files.open_masks(files, grid, names)
        elif (folder / COMBINED).exists():
            labels = label_files.open_combined(folder / COMBINED, grid, names)
        else:
            labels = no_labels(ct, names)
        return cls(
            str(facts.get("id", folder.resolve().name)),
            ct,
            labels,
            release=release,
            meta=dict(facts.get("meta", {})),
            provenance=facts.get("provenance") or {"source": str(folder)},
            folder=folder,
        )

    def save(self, folder: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Write the case as `folder/<id>/` in AbdomenAtlas layout and return that path.

        A new case appears at once or not at all. Saving a case where it was opened or last saved replaces the files of
        the structures that were edited, each atomically, and the CT only when it is another one. InputError: another
        case is there already (`overwrite` replaces it), disk full, no permission; what was there survives.
        """
        _check_id(self.id)  # it may have been changed since
        target = Path(folder).absolute() / self.id
        if target.exists() and self.folder is not None and target.samefile(self.folder):
            self._write(target)
        else:
            if target.exists() and not overwrite:
                raise InputError(f"{target}: holds a case already; choose another folder, or overwrite it with overwrite=True")
            with atomic_folder(target, replace=overwrite) as temporary:
                self._write(temporary)
                _keep_what_is_not_ours(target, temporary)
        self.folder = target
        self.labels.edited.clear()
        return target

    def _write(self, folder: Path) -> None:
        ct_path = find_ct(folder) or folder / CT_NAMES[0]
        if self.ct.source is None or not ct_path.exists() or not ct_path.samefile(self.ct.source):
            self.ct.save(ct_path)
        (folder / MASKS).mkdir(exist_ok=True)
        label_files.save_masks(self.labels, folder / MASKS)
        if len(self.labels):
            label_files.save_combined(self.labels, folder / COMBINED)
        else:
            (folder / COMBINED).unlink(missing_ok=True)  # alone it would say that everything was looked for
        facts: dict[str, Any] = {"id": self.id, "release": self.release, "meta": self.meta, "provenance": self.provenance}
        if self.labels.class_map != anatomy.class_map(self.release):
            facts["class_map"] = self.labels.class_map
        write_text(folder / FACTS, json.dumps(facts, indent=1, default=str))

    def __repr__(self) -> str:
        return f"Case({self.id!r}, {self.ct.grid}, {len(self.labels)} structures)"


def _check_id(id: str) -> None:
    if not id or Path(id).name != id or id.startswith("."):
        raise InputError(f"{id!r} cannot be a case's id: it becomes the name of a folder")


def find_ct(folder: Path) -> Path | None:
    """The CT in a case folder, or None."""
    return next((folder / name for name in CT_NAMES if (folder / name).is_file()), None)


def require_ct(folder: Path) -> Path:
    """The CT in a case folder. InputError: there is none."""
    ct = find_ct(folder)
    if ct is None:
        raise InputError(f"{folder}: has {MASKS}/ but no {CT_NAMES[0]}; put the CT beside the masks")
    return ct


def read_facts(folder: Path) -> Mapping[str, Any]:
    """What `case.json` says of the case; empty when there is none. InputError: it is not JSON."""
    path = folder / FACTS
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as JSON ({error}); repair or remove it") from error
    if not isinstance(facts, dict):
        raise InputError(f"{path}: holds {type(facts).__name__}, not an object with id, release, meta and provenance")
    return facts


def _class_map_of(facts: Mapping[str, Any], release: str, folder: Path) -> ClassMap:
    names: ClassMap = facts.get("class_map", release)
    try:
        anatomy.class_map(names)
    except InputError as error:
        raise InputError(f"{folder / FACTS}: {error}") from None
    return names


def no_labels(ct: Volume, class_map: ClassMap = "1.1") -> LabelMap:
    """The label map of a case nobody has annotated."""
    return LabelMap({}, ct.affine, class_map, shape=ct.shape, disk=ct.disk)


def _keep_what_is_not_ours(old: Path, new: Path) -> None:
    """Files of the user's that lie in a case's folder survive when the case is replaced."""
    ours = {*CT_NAMES, COMBINED, MASKS, FACTS}
    for path in old.iterdir() if old.is_dir() else ():
        if path.name not in ours:
            copy = shutil.copytree if path.is_dir() and not path.is_symlink() else shutil.copy2
            copy(path, new / path.name)


def _warn_of_labels(ct: Volume, path: Path) -> None:
    encoding = ct.disk.encoding if ct.disk else None
    if encoding and encoding.dtype.kind == "u" and not encoding.scaled:
        warnings.warn(f"{path}: unsigned numbers without an intercept cannot be HU; is it a label file?", stacklevel=3)
