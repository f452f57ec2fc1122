"""The mean-label prior: the segmentation nobody had to look at the CT for, so a measure of how hard an atlas is.

Training masks are averaged on one lattice in the patient (a probabilistic atlas), x and y counted from the middle of
the body, z in world coordinates as it is. A structure is predicted where its probability reaches a threshold of its own:
the one with the best mean Dice on the training cases, each judged by the mean of the *others*. A set above a threshold
is the best that a prior can do for Dice, and it needs no rule for structures that overlap (hepatic vessels in a liver).
"""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import cc3d
import numpy as np
from scipy import ndimage

from atlas_lab import anatomy
from atlas_lab.data.case import Case
from atlas_lab.data.masks import bounding_box
from atlas_lab.errors import InputError, nearest

if TYPE_CHECKING:
    import pandas as pd

BODY_HU = -300.0
SMOOTH_MM = 2.0  # sigma: takes away most of the noise, leaves a vessel of two voxels
PERCENTILES = (5, 95)  # of a structure's smoothed HU
SAMPLES = 2000  # voxels a structure and case, for the percentiles
LEVELS = 100  # thresholds tried: 0.01, 0.02, …


@dataclass(frozen=True)
class _Piece:
    """Part of the lattice: `values` (x, y, z) begins at the lattice point `start` (whole numbers, may be negative)."""

    start: np.ndarray
    values: np.ndarray

    @property
    def stop(self) -> np.ndarray:
        return self.start + self.values.shape

    def cut(self, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
        """The values between two lattice points; 0 where this piece has none."""
        out = np.zeros(stop - start, self.values.dtype)
        low, high = np.maximum(start, self.start), np.minimum(stop, self.stop)
        if (low < high).all():
            out[_box(low - start, high - start)] = self.values[_box(low - self.start, high - self.start)]
        return out


@dataclass(frozen=True)
class _Scan:
    """One training case on the lattice. An annotated structure that is absent has HU (none), but no mask."""

    phase: object
    annotated: tuple[str, ...]
    seen: _Piece  # bool: within the field of view
    hu: _Piece  # float32, smoothed
    masks: dict[str, _Piece]  # float32: how much of the point is in the structure
    samples: dict[str, np.ndarray]  # smoothed HU of some voxels


@dataclass(frozen=True)
class _Mean:
    """A structure's probability, its thresholds without and with the HU window, the windows by phase (None: all phases)."""

    probability: _Piece
    threshold: float
    window_threshold: float
    windows: Mapping[object, tuple[float, float]]

    def window(self, phase: object) -> tuple[float, float]:
        return self.windows.get(phase, self.windows[None])


class MeanLabels:
    """Where each structure lies in the mean training patient. `MeanLabels.fit(cases)`, then `predict(case)`."""

    def __init__(self, means: Mapping[str, _Mean], spacing_mm: float) -> None:
        """Use `MeanLabels.fit`; this is what it puts together."""
        self._means = dict(means)
        self.spacing_mm = spacing_mm

    @property
    def structures(self) -> list[str]:
        """The structures it predicts."""
        return list(self._means)

    @classmethod
    def fit(cls, cases: Iterable[Case], structures: str | Iterable[str] | None = None, *, spacing_mm: float = 4.0) -> Self:
        """Learn from annotated cases, each opened once; `structures` are those some case is annotated for, or those named.

        `spacing_mm` is the lattice's. A case counts for a structure it is annotated for, present or absent, and only
        where its field of view reaches. InputError: no cases, no annotated structure, a structure nobody knows or no
        case is annotated for, a spacing that is not above 0, a CT without a body.
        """
        if not 0 < spacing_mm < np.inf:
            raise InputError(f"spacing_mm={spacing_mm} must be above 0 mm")
        wanted = None if structures is None else [structures] if isinstance(structures, str) else list(structures)
        if isinstance(cases, Case):
            raise InputError(f"{cases.id}: is one case; give several, such as an atlas")
        scans = [_scan(case, wanted, spacing_mm) for case in cases]
        if not scans:
            raise InputError("a mean-label prior needs at least one training case")
        annotated = {name for scan in scans for name in scan.annotated}
        if not annotated:
            raise InputError(f"none of the {len(scans)} training cases has an annotated structure")
        for name in wanted or ():
            if name not in annotated:
                why = "no training case is annotated for it" if name in anatomy.BY_NAME else nearest(name, annotated).rstrip()
                raise InputError(f"no structure {name!r} to learn: {why or 'annotated are ' + ', '.join(sorted(annotated))}")
        order = wanted or sorted(annotated, key=lambda name: [*anatomy.BY_NAME, name].index(name))
        return cls({name: _mean(name, [s for s in scans if name in s.samples]) for name in order}, spacing_mm)

    def predict(self, case: Case, *, window: bool = False) -> dict[str, np.ndarray]:
        """Structure → bool mask (x, y, z) on the case's own grid; masks may overlap, and an unlikely structure is empty.

        `window` keeps only voxels whose smoothed HU lies within the 5th to 95th percentile of the structure's training
        voxels, those of the case's `meta["phase"]` where training cases had it, with the threshold that is best then; a
        structure whose training cases are better off without a window has none. InputError: a CT without a body.
        """
        to_lattice = np.linalg.inv(_lattice_to_world(case, self.spacing_mm)) @ case.ct.affine
        hu = _smoothed(case) if window else None
        masks = {}
        for name, mean in self._means.items():
            masks[name] = mask = np.zeros(case.ct.shape, dtype=bool)
            box, probability = _pull(mean.probability, to_lattice, case.ct.shape)
            mask[box] = probability >= (mean.threshold if hu is None else mean.window_threshold)
            if hu is not None:
                low, high = mean.window(case.meta.get("phase"))
                mask[box] &= (hu[box] >= low) & (hu[box] <= high)
        return masks


def baseline(train: Iterable[Case], test: Iterable[Case], structures: str | Iterable[str] | None = None) -> "pd.DataFrame":
    """Mean DSC over the test cases, a row a structure: columns `prior`, `prior_window` (with HU window) and `n`.

    `n` counts the test cases that `prior` is the mean of: those annotated for the structure, but for those that lack it
    and are predicted to. DSC is NaN where none is left. InputError: as `MeanLabels.fit`; no test cases.
    """
    import pandas as pd

    prior = MeanLabels.fit(train, structures)
    scores: dict[str, list[tuple[float, float]]] = {name: [] for name in prior.structures}
    some = False
    for case in test:
        some = True
        plain, windowed = prior.predict(case), prior.predict(case, window=True)
        for name in set(case.labels) & set(scores):
            truth = case.labels[name]
            scores[name].append((dice(plain[name], truth), dice(windowed[name], truth)))
    if not some:
        raise InputError("a baseline needs at least one test case")
    columns = {name: np.array(pairs, dtype=np.float64).reshape(-1, 2) for name, pairs in scores.items()}
    rows = [(_nanmean(pairs[:, 0]), _nanmean(pairs[:, 1]), int(np.isfinite(pairs[:, 0]).sum())) for pairs in columns.values()]
    return pd.DataFrame(rows, index=pd.Index(list(columns), name="structure"), columns=["prior", "prior_window", "n"])


def dice(a: np.ndarray, b: np.ndarray) -> float:
    """The Dice coefficient (DSC) of two bool masks of one shape, 0 to 1; NaN when both are empty."""
    total = np.count_nonzero(a) + np.count_nonzero(b)
    return 2 * np.count_nonzero(a & b) / total if total else float("nan")


def _scan(case: Case, wanted: list[str] | None, spacing_mm: float) -> _Scan:
    """The case on the lattice: only the masks survive at full size, as samples of HU."""
    to_voxel = np.linalg.inv(case.ct.affine) @ _lattice_to_world(case, spacing_mm)
    reached = _corners(np.linalg.inv(to_voxel), np.zeros(3), np.array(case.ct.shape))
    start = np.floor(reached.min(axis=0)).astype(int)
    shape = np.ceil(reached.max(axis=0)).astype(int) + 1 - start
    to_voxel[:3, 3] += to_voxel[:3, :3] @ start
    smooth = _smoothed(case)
    whole = np.zeros(3, dtype=int)

    def on_lattice(values: np.ndarray, first: np.ndarray) -> _Piece:
        box, out = _pull(_Piece(first, values), to_voxel, shape)
        return _Piece(start + [side.start for side in box], out)

    masks, samples = {}, {}
    for name in case.labels if wanted is None else set(wanted) & set(case.labels):
        mask = case.labels.cropped(name)
        hu = smooth[mask.box][mask.crop]
        samples[name] = hu[:: max(1, hu.size // SAMPLES)]
        if mask.voxels:
            masks[name] = on_lattice(mask.crop.astype(np.float32), np.array([side.start for side in mask.box]))
    inside = on_lattice(np.ones(case.ct.shape, dtype=np.float32), whole)
    seen = _Piece(inside.start, inside.values >= 0.5)
    return _Scan(case.meta.get("phase"), tuple(case.labels), seen, on_lattice(smooth, whole), masks, samples)


def _mean(name: str, scans: list[_Scan]) -> _Mean:
    """The mean of the scans annotated for a structure, and what is best on them."""
    phases = {None, *(scan.phase for scan in scans if scan.samples[name].size)}
    windows = {phase: _percentiles([s.samples[name] for s in scans if phase in (None, s.phase)]) for phase in phases}
    pieces = {index: scan.masks[name] for index, scan in enumerate(scans) if name in scan.masks}
    if not pieces:
        return _Mean(_Piece(np.zeros(3, dtype=int), np.zeros((1, 1, 1), np.float32)), 1.0, 1.0, windows)
    start = np.min([piece.start for piece in pieces.values()], axis=0)
    stop = np.max([piece.stop for piece in pieces.values()], axis=0)
    covered, total = np.zeros((2, *(stop - start)), np.float32)
    for scan in scans:
        covered += scan.seen.cut(start, stop)
    for piece in pieces.values():
        total += piece.cut(start, stop)
    mean = _Mean(_Piece(start, total / np.maximum(covered, 1)), 0.5, 0.5, windows)
    scores = np.zeros((2, LEVELS))
    for index, piece in pieces.items():
        scan, mask = scans[index], piece.cut(start, stop)
        seen, hu = scan.seen.cut(start, stop), scan.hu.cut(start, stop)
        others = (total - mask) / np.maximum(covered - seen, 1) if len(scans) > 1 else mean.probability.values
        low, high = mean.window(scan.phase)
        scores[0] += _dice_by_level(others, mask, seen)
        scores[1] += _dice_by_level(others, mask, seen & (hu >= low) & (hu <= high))
    if scores[0].max() >= scores[1].max():  # gas and fluid in one organ: no window holds both and little else
        scores[1], windows = scores[0], {None: (-np.inf, np.inf)}
    return _Mean(mean.probability, _best(scores[0]), _best(scores[1]), windows)


def _dice_by_level(probability: np.ndarray, mask: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """Dice of `allowed` voxels with at least a probability of 0, 0.01, … against a mask of fractions."""
    level = np.minimum((probability[allowed] * LEVELS + 1e-3).astype(int), LEVELS - 1)
    predicted = np.bincount(level, minlength=LEVELS)[::-1].cumsum()[::-1]
    hits = np.bincount(level, weights=mask[allowed], minlength=LEVELS)[::-1].cumsum()[::-1]
    return 2 * hits / (predicted + mask.sum())


def _best(scores: np.ndarray) -> float:
    """The threshold above 0 with the best score, the middle one of equals."""
    equal = np.flatnonzero(scores[1:] >= scores[1:].max() - 1e-9) + 1
    return float(equal[len(equal) // 2]) / LEVELS


def _percentiles(samples: list[np.ndarray]) -> tuple[float, float]:
    """The HU window of a structure; one that nothing is in when no case has the structure."""
    hu = np.concatenate(samples)
    if not hu.size:
        return np.inf, -np.inf
    low, high = np.percentile(hu, PERCENTILES)
    return float(low), float(high)


def _lattice_to_world(case: Case, spacing_mm: float) -> np.ndarray:
    """4x4: lattice points → the case's world in mm. Lattice x and y are 0 in the middle of the body's bounding box."""
    body = cc3d.largest_k(np.asarray(case.ct.array > BODY_HU), k=1, connectivity=6) > 0
    sides = bounding_box(body)
    if sides[0].stop == 0:
        raise InputError(f"{case.id}: no voxel is above {BODY_HU:g} HU, so there is no body to align; is it a CT in HU?")
    middle = case.ct.affine @ [*((side.start + side.stop - 1) / 2 for side in sides), 1]
    to_world = np.diag([spacing_mm, spacing_mm, spacing_mm, 1])
    to_world[:2, 3] = middle[:2]
    return to_world


def _smoothed(case: Case) -> np.ndarray:
    """HU (x, y, z), float32, with less noise; NaN counts as air."""
    hu = np.nan_to_num(case.ct.array.astype(np.float32), copy=False, nan=-1024)
    return ndimage.gaussian_filter(hu, SMOOTH_MM / np.array(case.ct.spacing))


def _pull(piece: _Piece, to_piece: np.ndarray, shape: Iterable[int]) -> tuple[tuple[slice, ...], np.ndarray]:
    """`piece` on a grid of `shape` whose indices `to_piece` (4x4) leads to its own: the box it reaches, float32 in there."""
    reached = _corners(np.linalg.inv(to_piece), piece.start, piece.stop)
    low = np.clip(np.floor(reached.min(axis=0)).astype(int), 0, np.array(shape))
    high = np.clip(np.ceil(reached.max(axis=0)).astype(int) + 1, low, np.array(shape))
    if (low == high).any():
        return _box(low, low), np.zeros((0, 0, 0), np.float32)
    offset = to_piece[:3, :3] @ low + to_piece[:3, 3] - piece.start
    values = ndimage.affine_transform(
        piece.values, to_piece[:3, :3], offset, output_shape=tuple(high - low), output=np.float32, order=1, mode="grid-constant"
    )
    return _box(low, high), values


def _corners(matrix: np.ndarray, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Where a box of indices, a voxel larger on each side, has its corners after `matrix` (4x4): shape (8, 3)."""
    corners = np.array(list(itertools.product(*zip(start - 1, stop, strict=True))))
    return corners @ matrix[:3, :3].T + matrix[:3, 3]


def _box(low: np.ndarray, high: np.ndarray) -> tuple[slice, ...]:
    return tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))


def _nanmean(values: np.ndarray) -> float:
    found = values[np.isfinite(values)]
    return float(found.mean()) if found.size else float("nan")
