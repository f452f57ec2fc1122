"""The voxel grid as the anatomy sees it, and random smooth fields that do not depend on the grid.

Anatomy is laid out once, in canonical millimetres: origin in the middle of the view, x to the patient's right, y to
the front, z to the head. A patient's own build (a scale, a pose) and smooth deformations lead from the voxels to that space.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Point = Sequence[float] | npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Crop = tuple[slice, slice, slice]
Axes = tuple[Array, Array, Array]

ORGAN_INDEPENDENCE = 0.7  # 0: organs scale with the body, 1: they do not
HALF_EXTENT_MM = 256.0  # random fields are drawn over this cube; beyond it they stay constant
WARPS = ((5.2, 130.0), (1.6, 60.0))  # the deformations of a patient: mm (standard deviation), distance of their lattice


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
            total = np.take(field, first, axis=k)
            total *= weights[0].reshape(shape)
            for j in range(1, 4):
                part = np.take(field, first + j, axis=k)
                part *= weights[j].reshape(shape)
                total += part
            field = total
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
    """How one patient differs from the canonical body as a whole.

    `scale` (3,) is the size along x, y, z, `turn` (3, 3) the pose on the table, `offset` (3,) mm where the patient lies.
    Two smooth deformations, body-wide and local, bend everything; `breath` mm moves the diaphragm and what hangs on it,
    and what lies in front reaches `belly` mm farther forward.
    """

    scale: npt.NDArray[np.float64]
    turn: npt.NDArray[np.float64]
    offset: npt.NDArray[np.float64]
    warps: tuple[tuple[float, tuple[Lattice, Lattice, Lattice]], ...]
    breath: float
    belly: float

    @classmethod
    def drawn(cls, rng: np.random.Generator, size: float = 1.0, belly_mm: float = 0.0) -> "Build":
        """A patient's build; `size` scales the body as a whole, `belly_mm` is how much farther its front reaches."""
        width, height = rng.uniform(0.95, 1.07), rng.uniform(0.95, 1.04)
        depth = width * rng.uniform(0.95, 1.06)
        scale = np.array([width, depth, height]) * size * rng.uniform(0.98, 1.03)
        turn = rotation(rng.uniform(-1, 1, 3) * (4.0, 3.0, 7.0))
        offset = rng.uniform(-1, 1, 3) * (14.0, 12.0, 26.0)
        warps = tuple((mm, (Lattice.drawn(rng, step), Lattice.drawn(rng, step), Lattice.drawn(rng, step))) for mm, step in WARPS)
        return cls(scale, turn, offset, warps, float(rng.uniform(-12, 12)), belly_mm)

    @property
    def organ_size(self) -> float:
        """How much larger (or smaller) than the body's scale organs are drawn: a small body has organs nearly as large."""
        return float(np.prod(self.scale) ** (-ORGAN_INDEPENDENCE / 3))

    def shift(self, axes: Axes) -> list[Array]:
        """The deformation in canonical mm on a grid of world axes, one array for each coordinate."""
        bent = [sum(np.float32(mm) * lattices[k].on(axes) for mm, lattices in self.warps) for k in range(3)]
        level = (axes[2] - self.offset[2]) / self.scale[2]
        bent[2] = bent[2] + (self.breath * np.exp(-(((level - 115) / 80) ** 2))).astype(np.float32)
        front = np.clip((axes[1] - self.offset[1]) / self.scale[1] / 90, 0, 1.3)
        reach = np.exp(-(((level - 5) / 80) ** 2))
        bent[1] = bent[1] - (self.belly * front[:, None] * reach[None, :]).astype(np.float32)[None]
        return [np.asarray(b, np.float32) for b in bent]

    def placed(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Canonical points (..., 3) without their deformation, in world mm."""
        return np.asarray((points * self.scale) @ self.turn.T + self.offset)

    def world_box(self, low: Point, high: Point) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """The lowest and highest world corner (mm) around canonical boxes (..., 3) without their deformation."""
        low, high = np.asarray(low), np.asarray(high)
        middle, half = self.placed((low + high) / 2), ((high - low) / 2 * self.scale) @ np.abs(self.turn).T
        return middle - half, middle + half


@dataclass(frozen=True)
class Grid:
    """Voxels in the world: `shape`, `spacing` (mm) and `origin`, the world position (mm, RAS+) of the first one."""

    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]
    origin: tuple[float, float, float]

    @classmethod
    def around(cls, center: Point, shape: tuple[int, int, int], spacing: tuple[float, float, float]) -> "Grid":
        x, y, z = (c - (n - 1) / 2 * s for c, n, s in zip(center, shape, spacing, strict=True))
        return cls(shape, spacing, (float(x), float(y), float(z)))

    @property
    def axes(self) -> Axes:
        """World coordinates (mm) of the voxels along x, y, z."""
        x, y, z = (
            (o + np.arange(n) * s).astype(np.float32) for o, n, s in zip(self.origin, self.shape, self.spacing, strict=True)
        )
        return x, y, z

    @property
    def affine(self) -> npt.NDArray[np.float64]:
        """Index to world (4, 4), mm, RAS+."""
        affine = np.diag([*self.spacing, 1.0])
        affine[:3, 3] = self.origin
        return affine

    def part(self, low: Point, high: Point) -> "Grid":
        """The voxels of this grid within a world box (mm); at least one along each axis, wherever the box lies."""
        first, shape, origin = [], [], []
        for a, b, o, n, s in zip(low, high, self.origin, self.shape, self.spacing, strict=True):
            start = int(np.clip(np.ceil((a - o) / s - 1e-6), 0, n - 1))
            stop = int(np.clip(np.floor((b - o) / s + 1e-6) + 1, start + 1, n))
            first.append(start)
            shape.append(stop - start)
            origin.append(o + start * s)
        (nx, ny, nz), (ox, oy, oz) = shape, origin
        return Grid((nx, ny, nz), self.spacing, (ox, oy, oz))


class Space:
    """A voxel grid in canonical coordinates: `x`, `y`, `z` are float32 arrays (x, y, z) in mm.

    `axes` are the world coordinates of the voxels, `voxel` the mean edge in mm, `blur` the width (mm) over which an
    edge spreads (partial volume and the scanner's resolution), `reach` how far outside a shape its distance is
    computed, beyond which it counts as `reach`. `levels` and `heights` are the canonical z and y of the planes of a
    patient who lies flat, along the last and the middle axis.
    """

    def __init__(self, grid: Grid, build: Build, sharpness_mm: float = 0.0) -> None:
        self.grid = grid
        self.axes = grid.axes
        self.shape: tuple[int, ...] = grid.shape
        self.spacing = grid.spacing
        self.voxel = float(np.mean(grid.spacing))
        self.blur = float(np.hypot(self.voxel, sharpness_mm))
        self.reach = 4.0 + self.voxel
        self._build = build
        shift = build.shift(self.axes)
        self._margin = np.array([float(np.abs(u).max()) for u in shift])
        world = [
            a.reshape([-1 if i == k else 1 for i in range(3)]) - np.float32(build.offset[k]) for k, a in enumerate(self.axes)
        ]
        back = (build.turn / build.scale).T.astype(np.float32)  # canonical = back @ (world - offset) + shift
        self.x, self.y, self.z = (
            np.asarray(row[0] * world[0] + row[1] * world[1] + (row[2] * world[2] + u), np.float32)
            for row, u in zip(back, shift, strict=True)
        )
        self.levels = ((self.axes[2] - build.offset[2]) / build.scale[2]).astype(np.float32)
        self.heights = ((self.axes[1] - build.offset[1]) / build.scale[1]).astype(np.float32)

    def crop(self, low: Point, high: Point) -> Crop:
        """The voxels that can lie within `reach` of a canonical box (mm)."""
        x, y, z = (slice(int(start), int(stop)) for start, stop in zip(*self.reached(low, high), strict=True))
        return x, y, z

    def reached(self, low: Point, high: Point) -> tuple[Indices, Indices]:
        """The first voxel that can lie within `reach` of canonical boxes (..., 3) in mm, and the first one beyond."""
        slack = self._margin + self.reach
        corners = self._build.world_box(np.subtract(low, slack), np.add(high, slack))
        first, beyond = (np.stack([a.searchsorted(c[..., k]) for k, a in enumerate(self.axes)], axis=-1) for c in corners)
        return first, np.maximum(first, beyond)

    def at(self, crop: Crop) -> Axes:
        """The canonical coordinates of the voxels of a crop."""
        return self.x[crop], self.y[crop], self.z[crop]


class Points(Space):
    """Scattered canonical points (n, 3) in place of a grid: shapes give their distances as an array (1, 1, n)."""

    def __init__(self, points: npt.NDArray[np.float64]) -> None:
        self.x, self.y, self.z = (np.asarray(c, np.float32).reshape(1, 1, -1) for c in points.T)
        self.shape = self.x.shape
        self.reach = 1000.0
        self.levels = self.z.ravel()

    def reached(self, low: Point, high: Point) -> tuple[Indices, Indices]:
        """All points."""
        first = np.zeros(np.shape(low), np.int64)
        return first, first + self.shape


def rotation(degrees: Point) -> npt.NDArray[np.float64]:
    """The matrix (3, 3) that turns about x, then y, then z."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


def room(distance: Array, reach: float) -> Array:
    """Distances that are known up to `reach` only, drawn out so that they grow beyond all bounds towards it; below 0 as given.

    Depth within a part is the room its neighbours leave: one that is out of reach must not make it shallow.
    """
    share = np.clip(distance / np.float32(reach), 0, 0.999)
    return np.asarray(distance / (1 - share * share), np.float32)


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
