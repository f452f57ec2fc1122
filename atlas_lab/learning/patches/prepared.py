"""Cases made ready for training: resampled once, then read patch by patch through memory maps."""

import functools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from atlas_lab.errors import InputError, nearest
from atlas_lab.learning.patches.points import Box

HU, BITS, POINTS, FACTS = "hu.npy", "bits.npy", "points.npy", "facts.json"
_OPEN_FILES = 192  # each map keeps a file open, and a process may have about a thousand


@dataclass(frozen=True)
class PreparedCase:
    """One case on the training grid, RAS+.

    `hu` is int16 (x, y, z), `bits` the labels of the same shape as unsigned whole numbers, bit c set where class c is;
    both are memory maps. `known` says for each class whether the case is annotated for it: where it is not, a bit that
    is not set means nothing. `box` holds first and one past the last voxel of the patient along each axis.
    """

    id: str
    folder: Path
    shape: tuple[int, int, int]
    affine: np.ndarray = field(repr=False, compare=False)
    known: tuple[bool, ...]
    box: Box
    ends: tuple[int, ...] = field(repr=False)

    @classmethod
    def open(cls, folder: Path, id: str) -> "PreparedCase | None":
        """The entry in this folder, None when there is none."""
        try:
            facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        x, y, z = facts["box"]
        return cls(
            id,
            folder,
            tuple(facts["shape"]),
            np.array(facts["affine"]),
            tuple(facts["known"]),
            ((x[0], x[1]), (y[0], y[1]), (z[0], z[1])),
            tuple(facts["ends"]),
        )

    @property
    def hu(self) -> np.ndarray:
        return self._map(HU)

    @property
    def bits(self) -> np.ndarray:
        return self._map(BITS)

    def points(self, part: int) -> np.ndarray:
        """Voxels (n, 3) of class `part`; -2 stands for anything labelled, -1 for the rest of the body."""
        part %= len(self.ends)
        return self._map(POINTS)[self.ends[part - 1] if part else 0 : self.ends[part]]

    def count(self, part: int) -> int:
        """How many such voxels there are to choose from."""
        part %= len(self.ends)
        return self.ends[part] - (self.ends[part - 1] if part else 0)

    def _map(self, name: str) -> np.ndarray:
        try:
            return _mapped(self.folder / name)
        except FileNotFoundError:
            raise InputError(f"{self.id}: its prepared voxels in {self.folder} are gone; prepare the cases again") from None


class PreparedCases(Sequence[PreparedCase]):
    """Cases made ready for training on one list of classes at one spacing; see `prepare`.

    `classes` names the bits, `spacing` is in mm, `prepared["BDMAP_00000001"]` and `prepared[0]` are a `PreparedCase`.
    """

    def __init__(
        self, cases: Iterable[PreparedCase], classes: Sequence[str], spacing: tuple[float, float, float], folder: Path
    ) -> None:
        """Use `prepare`; this is what it, and `select`, put together."""
        self._cases = {case.id: case for case in cases}
        self.classes = tuple(classes)
        self.spacing = spacing
        self.folder = folder

    @property
    def ids(self) -> list[str]:
        return list(self._cases)

    @property
    def known(self) -> np.ndarray:
        """bool (cases, classes): which case is annotated for which class."""
        return np.array([case.known for case in self], dtype=bool).reshape(len(self), len(self.classes))

    def select(self, ids: Iterable[str]) -> "PreparedCases":
        """The cases with these ids, in this order. InputError: an id that is not there."""
        return PreparedCases((self[id] for id in ids), self.classes, self.spacing, self.folder)

    def __len__(self) -> int:
        return len(self._cases)

    def __iter__(self) -> Iterator[PreparedCase]:
        return iter(self._cases.values())

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            return self.select(self.ids[key])
        if not isinstance(key, str):
            return self._cases[self.ids[key]]
        if key not in self._cases:
            raise InputError(f"no case {key!r} is prepared: {nearest(key, self._cases)}there are {', '.join(self.ids[:5])} …")
        return self._cases[key]

    def __repr__(self) -> str:
        size = " x ".join(f"{side:.4g}" for side in self.spacing)
        return f"PreparedCases({len(self)} cases, {len(self.classes)} classes, {size} mm, in {self.folder})"


@functools.lru_cache(maxsize=_OPEN_FILES)
def _mapped(path: Path) -> np.ndarray:
    return np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
