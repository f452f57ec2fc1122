"""What a layout is: how one kind of folder names its cases, images and labels."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from atlas_lab.data.case import Case


@dataclass(frozen=True)
class Found:
    """A case as a layout found it, without a voxel read. Paths are relative to the atlas folder, with `/`.

    `structures` are the annotated names, `labels` the label files (empty: not annotated), `meta` what the folder or its
    JSON says of the case (split, phase, …).
    """

    id: str
    image: str
    labels: tuple[str, ...] = ()
    structures: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)


class Layout(ABC):
    """One way people arrange a folder of cases. Instances hold no state but the options they were made with."""

    name: ClassVar[str]

    @abstractmethod
    def recognises(self, root: Path) -> bool:
        """Whether `root` looks like this layout; reads names and small JSON files only."""

    @abstractmethod
    def stamps(self, root: Path) -> dict[str, str]:
        """Every case's id → a text that changes when its files do. Called at each opening, so names and stats only."""

    @abstractmethod
    def find(self, root: Path, id: str) -> Found:
        """Where a case's image and labels are, and which structures are annotated. Reads no voxels."""

    @abstractmethod
    def open(self, root: Path, found: Found) -> Case:
        """The case, with lazy voxels."""


def stamp(*paths: Path) -> str:
    """Size and modification time of each path, `-` where there is nothing."""
    parts = []
    for path in paths:
        try:
            status = path.stat()
            parts.append(f"{status.st_mtime_ns}:{status.st_size}")
        except FileNotFoundError:
            parts.append("-")
    return "|".join(parts)
