"""The voxel grid as the anatomy sees it, and random smooth fields that do not depend on the grid.

Anatomy is laid out once, in canonical millimetres: origin in the middle of the view, x to the patient's right, y to
the front, z to the head. A patient's own build (a scale) and a smooth deformation lead from the voxels to that space.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Point = Sequence[float] | npt.NDArray[np.float64]
Crop = tuple[slice, slice, slice]
Axes = tuple[Array, Array, Array]

HALF_EXTENT_MM = 256.0  # random fields are drawn over this cube; beyond it they stay constant


@dataclass(frozen=True, eq=False)
class Lattice:
    """A smooth random field: values on a world lattice (n, n, n) of `step` mm, joined by cubic B-splines.

    The lattice is drawn without knowing the voxel grid, so a patient looks the same at every spacing.
    """

    values: Array
    step: float

    @classmethod
    def drawn(cls, rng: np.random.Generator, step: float) -> "Lattice":
        n = int(2 * HALF_EXTENT_MM / step) + 4
        values = rng.standard_normal((n, n, n), dtype=np.float32)
        return cls(3.0 * np.clip(values, -2.5, 2.5), step)  # B-splines leave about a third of the values' deviation

    def on(self, axes: Axes) -> Array:
        """The field on the grid of three world axes (mm): shape (x, y, z), mean 0, standard deviation about 1."""
        field = self.values
        for k, axis in enumerate(axes):
            first, weights = self._weights(axis)
            shape = [-1 if i == k else 1 for i in range(3)]
            # four products in a fixed order, not a matrix product: BLAS rounds differently from machine to machine
            parts = (np.take(field, first + j, axis=k) * weights[j].reshape(shape) for j in range(4))
            field = functools.reduce(np.add, parts)
        return field

    def _weights(self, axis: Array) -> tuple[npt.NDArray[np.int64], Array]:
        """For each position the first of the four lattice planes that matter, and their weights (4, n)."""
        position = np.clip((axis.astype(np.float64) + HALF_EXTENT_MM) / self.step, 0, len(self.values) - 4 - 1e-6)
        first = position.astype(np.int64)
        t = position - first
        cubic = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
        return first, (np.stack(cubic) / 6).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Build:
    """How one patient differs from the canonical body as a whole: scale (3,) and a deformation of `amplitude` mm."""

    scale: npt.NDArray[np.float64]
    warp: tuple[Lattice, Lattice, Lattice]
    amplitude: float

    @classmethod
    def drawn(cls, rng: np.random.Generator, *, amplitude: float = 2.6, step: float = 90.0) -> "Build":
        width, height = rng.uniform(0.99, 1.08), rng.uniform(0.97, 1.02)
        depth = width * rng.uniform(0.97, 1.05)
        warp = (Lattice.drawn(rng, step), Lattice.drawn(rng, step), Lattice.drawn(rng, step))
        return cls(np.array([width, depth, height]), warp, amplitude)

    def shift(self, axes: Axes) -> list[Array]:
        """The deformation in canonical mm on a grid of world axes, one array for each coordinate."""
        return [self.amplitude * lattice.on(axes) for lattice in self.warp]

    def to_world(self, point: Point) -> npt.NDArray[np.float64]:
        """The world position (mm) of a canonical point, by fixed-point iteration of the deformation."""
        target = np.asarray(point, np.float64)
        world = target * self.scale
        for _ in range(12):
            x, y, z = (np.array([c], np.float32) for c in world)
            moved = np.array([float(u[0, 0, 0]) for u in self.shift((x, y, z))])
            world = self.scale * (target - moved)
        return world


class Space:
    """A voxel grid in canonical coordinates: `x`, `y`, `z` are float32 arrays (x, y, z) in mm.

    `axes` are the world coordinates of the voxels, `voxel` the mean edge in mm (the width of the partial volume
    effect), `reach` how far outside a shape its distance is computed, beyond which it counts as `reach`.
    """

    def __init__(self, shape: tuple[int, int, int], spacing: tuple[float, float, float], build: Build) -> None:
        x, y, z = (((np.arange(n) - (n - 1) / 2) * step).astype(np.float32) for n, step in zip(shape, spacing, strict=True))
        self.axes: Axes = (x, y, z)
        self.shape = shape
        self.spacing = spacing
        self.voxel = float(np.mean(spacing))
        self.reach = 4.0 + self.voxel
        self._scale = build.scale
        shift = build.shift(self.axes)
        self._margin = [float(np.abs(u).max()) for u in shift]
        scale = [np.float32(s) for s in build.scale]
        self.x = x[:, None, None] / scale[0] + shift[0]
        self.y = y[None, :, None] / scale[1] + shift[1]
        self.z = z[None, None, :] / scale[2] + shift[2]

    def crop(self, low: Point, high: Point) -> Crop:
        """The voxels that can lie within `reach` of a canonical box (mm)."""
        return (self._range(0, low, high), self._range(1, low, high), self._range(2, low, high))

    def _range(self, k: int, low: Point, high: Point) -> slice:
        margin, scale, axis = self._margin[k] + self.reach, self._scale[k], self.axes[k]
        start = int(np.searchsorted(axis, (low[k] - margin) * scale))
        return slice(start, max(start, int(np.searchsorted(axis, (high[k] + margin) * scale))))

    def at(self, crop: Crop) -> Axes:
        """The canonical coordinates of the voxels of a crop."""
        return self.x[crop], self.y[crop], self.z[crop]


def overlap(a: Crop, b: Crop) -> Crop:
    """The voxels two crops share; an empty crop where they share none."""
    x, y, z = (_shared(p, q) for p, q in zip(a, b, strict=True))
    return x, y, z


def inside(part: Crop, whole: Crop) -> Crop:
    """`part` in the index of an array that covers `whole`."""
    x, y, z = (slice(p.start - w.start, p.stop - w.start) for p, w in zip(part, whole, strict=True))
    return x, y, z


def _shared(p: slice, q: slice) -> slice:
    start = max(p.start, q.start)
    return slice(start, max(start, min(p.stop, q.stop)))
