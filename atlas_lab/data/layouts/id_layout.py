"""What most data sets have in common: an image a case, and beside it one file of ids."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from atlas_lab.data.case import Case, no_labels
from atlas_lab.data.label_files import ClassMap
from atlas_lab.data.layouts.base import Found, Layout, stamp
from atlas_lab.data.layouts.id_labels import open_labels
from atlas_lab.data.layouts.naming import Naming
from atlas_lab.data.nifti import SUFFIXES
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError


@dataclass(frozen=True)
class Files:
    """A case's image, its file of ids (None: not annotated), and what the folder says of the case."""

    image: Path
    labels: Path | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


class IdLayout(Layout):
    """A layout with one file of ids a case. `class_map` names the ids where they are not what the data set says."""

    def __init__(self, class_map: ClassMap | None = None) -> None:
        self.class_map = class_map

    @abstractmethod
    def ids(self, root: Path) -> Iterable[str]:
        """The ids of all cases, from folder listings alone."""

    @abstractmethod
    def files(self, root: Path, id: str) -> Files:
        """Where a case's files are."""

    @abstractmethod
    def public_naming(self, root: Path, files: Files) -> Naming:
        """What the data set's own ids mean. InputError: nothing says so."""

    def described_by(self, root: Path) -> tuple[Path, ...]:
        """Files at the top that say something of every case."""
        return ()

    def stamps(self, root: Path) -> dict[str, str]:
        common = f"{stamp(*self.described_by(root))}|{self.class_map}"
        stamps = {}
        for id in sorted(self.ids(root)):
            files = self.files(root, id)
            stamps[id] = "|".join((stamp(files.image, *filter(None, [files.labels])), common))
        return stamps

    def find(self, root: Path, id: str) -> Found:
        files = self.files(root, id)
        image, meta = files.image.relative_to(root).as_posix(), dict(files.meta)
        if files.labels is None:
            return Found(id, image, meta=meta)
        return Found(id, image, (files.labels.relative_to(root).as_posix(),), self.naming(root, files).structures, meta)

    def open(self, root: Path, found: Found) -> Case:
        ct = Volume.open(root / found.image)
        labels = no_labels(ct)
        if found.labels:
            path = root / found.labels[0]
            labels = open_labels(path, self.naming(root, Files(root / found.image, path, found.meta)), ct)
        provenance = {"source": str(root), "layout": self.name, "image": found.image, "labels": list(found.labels)}
        return Case(found.id, ct, labels, meta=dict(found.meta), provenance=provenance)

    def naming(self, root: Path, files: Files) -> Naming:
        """The user's class map if there is one, else the data set's own."""
        if self.class_map is not None:
            return Naming.of_class_map(self.class_map)
        return self.public_naming(root, files)


@dataclass(frozen=True)
class Place:
    """A folder of images, the folder of their labels, and the split they are of. Paths relative to the atlas."""

    images: str
    labels: str
    split: str


class PlacesLayout(IdLayout):
    """Images and labels in folders of their own, joined by name."""

    places: tuple[Place, ...]

    def id_of(self, image: str) -> str | None:
        """The id of a case from its image's name without suffix; None when it is no case's image."""
        return image

    def image_of(self, id: str) -> str:
        """The name of a case's image, without suffix: the inverse of `id_of`."""
        return id

    def labels_of(self, id: str) -> str:
        """The name of a case's labels, without suffix."""
        return id

    def ids(self, root: Path) -> Iterable[str]:
        found = (self.id_of(stem) for place in self.places for stem in stems(root / place.images))
        return dict.fromkeys(id for id in found if id)

    def files(self, root: Path, id: str) -> Files:
        for place in self.places:
            image = existing(root / place.images, self.image_of(id))
            if image is not None:
                return Files(image, existing(root / place.labels, self.labels_of(id)), self.meta(root, id, place))
        raise InputError(f"{root}: the image of {id} went away while the folder was read")

    def meta(self, root: Path, id: str, place: Place) -> dict[str, Any]:
        """What is known of a case: its split."""
        return {"split": place.split}


def stems(folder: Path) -> list[str]:
    """The NIfTI files of a folder, by name without suffix, sorted; hidden ones (macOS writes `._x`) left out."""
    if not folder.is_dir():
        return []
    names = [e.name for e in folder.iterdir() if e.name.endswith(SUFFIXES) and not e.name.startswith(".")]
    return sorted(name.removesuffix(".gz").removesuffix(".nii") for name in names)


def existing(folder: Path, stem: str) -> Path | None:
    """The NIfTI file with this name, if there is one."""
    return next((path for path in (folder / f"{stem}{suffix}" for suffix in SUFFIXES) if path.is_file()), None)
