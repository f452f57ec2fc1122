"""What both networks learn from: crops of organs and their tumours, out of cases that `prepare` made ready."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import cc3d
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from atlas_lab.errors import InputError
from atlas_lab.learning.given import Cases, annotated, ready
from atlas_lab.learning.patches import PreparedCases
from atlas_lab.learning.patches.cut import cut
from atlas_lab.learning.patches.randomness import rng_of
from atlas_lab.synthesis.diffusion.grid import Grid
from atlas_lab.synthesis.organs import structures_of, tumor_of

_LEAST_VOXELS = 8  # of a tumour that teaches (Chen et al., CVPR 2024)
_OFF_CENTRE = 1 / 6  # of the patch: so far beside its middle tumours lie
_ON_TUMOURS = 0.5  # of the autoencoder's crops, where there are any


@dataclass(frozen=True)
class Place:
    """An organ of a prepared case, by number, or one tumour of it with its centre in voxels; `level` HU is the organ's
    median without its tumours."""

    case: int
    organ: str
    level: float
    centre: tuple[float, float, float] | None = None


class Crops(Dataset[Any]):
    """`crops[number]` is a batch, a function of seed, number and rank alone.

    `image` float32 (B, 1, X, Y, Z) as `Grid.seen` has it, `mask` its tumours (0 or 1), of the same shape, `ids` the cases.
    """

    def __init__(self, cases: PreparedCases, places: Sequence[Place], grid: Grid, batch_size: int, seed: int, rank: int) -> None:
        self._cases, self._grid, self._size, self._seed, self._rank = cases, grid, batch_size, seed, rank
        self._organs = [place for place in places if place.centre is None]
        self._tumours = [place for place in places if place.centre is not None]

    def __getitem__(self, number: int) -> dict[str, Any]:
        samples = [self._sample(rng_of("crop", self._seed, number, self._rank * self._size + row)) for row in range(self._size)]
        images, masks, ids = zip(*samples, strict=True)
        return {"image": torch.from_numpy(np.stack(images)), "mask": torch.from_numpy(np.stack(masks)), "ids": list(ids)}

    def _sample(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, str]:
        on_tumour = bool(self._tumours) and (not self._organs or rng.random() < _ON_TUMOURS)
        places = self._tumours if on_tumour else self._organs
        place = places[rng.integers(len(places))]
        if place.centre is None:
            points = _organ_points(self._cases, place)
            centre = points[rng.integers(len(points))]
        else:
            centre = place.centre + self._grid.patch * rng.uniform(-_OFF_CENTRE, _OFF_CENTRE, 3)
        image, mask = crop_of(self._cases, place, centre, self._grid)
        flips = tuple(axis for axis in (1, 2, 3) if rng.random() < 0.5)
        return np.flip(image, flips).copy(), np.flip(mask, flips).copy(), self._cases[place.case].id


def crop_of(cases: PreparedCases, place: Place, centre: Sequence[float], grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """The image around a voxel of a place's case, and its tumours in it: float32 (1, X, Y, Z)."""
    hu, bits = np.empty((grid.patch,) * 3, np.int16), np.empty((grid.patch,) * 3, np.int64)
    x, y, z = (round(float(c)) - grid.patch // 2 for c in centre)
    cut(cases[place.case], (x, y, z), hu, bits)
    mask = has(bits, cases.classes, [tumor_of(place.organ)])
    return grid.seen(hu, place.level)[None], mask[None].astype(np.float32)


def batches(
    cases: PreparedCases, places: Sequence[Place], grid: Grid, *, batch_size: int, seed: int, workers: int, start: int, rank: int
) -> Iterable[Any]:
    """Batches without end from number `start` on, whatever the number of worker processes."""
    crops = Crops(cases, places, grid, batch_size, seed, rank)
    return DataLoader(
        crops, batch_size=None, sampler=range(start, sys.maxsize), num_workers=workers,
        pin_memory=torch.cuda.is_available(), generator=torch.Generator(),
    )  # fmt: skip


def prepared(atlas: Cases, organs: Sequence[str], ids: Sequence[str] | None, spacing_mm: float, workers: int) -> PreparedCases:
    """The cases on the grid, with the masks of these organs and their tumours.

    InputError: no organs, an organ that no case is annotated for; see `learning.patches.prepare`.
    """
    if isinstance(organs, str) or not organs:
        raise InputError(f"organs={organs!r}: give a list, such as ['liver']")
    there = annotated(atlas)
    wanted: list[str] = []
    for organ in organs:
        structures = [name for name in structures_of(organ) if name in there]
        if not structures:
            raise InputError(f"organ {organ!r}: no case has its mask; annotated are {', '.join(there) or 'none'}")
        wanted += [*structures, *(name for name in (tumor_of(organ),) if name in there)]
    if isinstance(atlas, PreparedCases):
        return ready(atlas, ids, atlas.classes, spacing_mm, workers)
    return ready(atlas, ids, list(dict.fromkeys(wanted)), spacing_mm, workers)


def organs_in(cases: PreparedCases, organs: Sequence[str]) -> list[Place]:
    """Every organ of every case that has a voxel."""
    found = []
    for number, case in enumerate(cases):
        for organ in organs:
            mask = has(case.bits, cases.classes, structures_of(organ)) & ~has(case.bits, cases.classes, [tumor_of(organ)])
            if mask.any():
                found.append(Place(number, organ, float(np.median(case.hu[mask]))))
    return found


def tumours_in(cases: PreparedCases, organs: Sequence[Place], diameter_mm: tuple[float, float]) -> list[Place]:
    """Every tumour of these organs whose diameter, of the sphere of its volume, is in this range."""
    found = []
    for place in organs:
        bits = cases[place.case].bits
        mask = has(bits, cases.classes, [tumor_of(place.organ)])
        if not mask.any():
            continue
        figures = cc3d.statistics(cc3d.connected_components(mask, connectivity=26), no_slice_conversion=True)
        for count, centre in zip(figures["voxel_counts"][1:], figures["centroids"][1:], strict=True):
            diameter = (6 * count * np.prod(cases.spacing) / np.pi) ** (1 / 3)
            if count >= _LEAST_VOXELS and diameter_mm[0] <= diameter < diameter_mm[1]:
                x, y, z = map(float, centre)
                found.append(Place(place.case, place.organ, place.level, (x, y, z)))
    return found


def has(bits: np.ndarray, classes: Sequence[str], names: Iterable[str]) -> np.ndarray:
    """Where any of these classes is; nowhere for those that the cases were not prepared for."""
    wanted = sum(1 << classes.index(name) for name in names if name in classes)
    mask: np.ndarray = (bits & bits.dtype.type(wanted)) != 0
    return mask


def _organ_points(cases: PreparedCases, place: Place) -> np.ndarray:
    case = cases[place.case]
    parts = [cases.classes.index(name) for name in structures_of(place.organ) if name in cases.classes]
    return np.concatenate([case.points(part) for part in parts])
