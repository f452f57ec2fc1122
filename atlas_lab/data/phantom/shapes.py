"""Smooth implicit shapes: each gives a signed distance in mm, negative inside.

Distances are computed in canonical coordinates (see `space`) and only near the shape; farther out than the space's
`reach` they count as `reach`. Formulas: I. Quilez, "Distance functions" (iquilezles.org/articles/distfunctions).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, wraps
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from atlas_lab.data.phantom.space import Array, Crop, Space, inside, overlap, room, rotation

Vector = tuple[float, float, float]
Move = Callable[[Vector], Vector]
Box = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


def _once(box: Callable[[Any], Box]) -> Callable[[Any], Box]:
    """A method `box` that keeps what it finds: a shape never changes, and is asked often."""

    @wraps(box)
    def kept(shape: Any) -> Box:
        if "kept box" not in vars(shape):
            vars(shape)["kept box"] = box(shape)
        found: Box = vars(shape)["kept box"]
        return found

    return kept


class Shape(Protocol):
    """What every shape can do."""

    def box(self) -> Box:
        """The lowest and highest corner (mm) that hold the shape."""

    def distance(self, space: Space, crop: Crop) -> Array:
        """Signed distance (mm) on the voxels of `crop`."""

    def moved(self, move: Move, scale: float) -> "Shape":
        """The same shape with every point moved and every radius scaled."""


def distance_on(shape: Shape, space: Space, crop: Crop) -> Array:
    """A shape's distance on `crop`, computed only where the shape can be."""
    near = overlap(space.crop(*shape.box()), crop)
    out = np.full([s.stop - s.start for s in crop], space.reach, np.float32)
    out[inside(near, crop)] = shape.distance(space, near)
    return out


@dataclass(frozen=True)
class Ellipsoid:
    """An ellipsoid; `turn` rotates it about x, then y, then z, in degrees."""

    center: Vector
    radii: Vector
    turn: Vector = (0.0, 0.0, 0.0)

    @_once
    def box(self) -> Box:
        half = np.sqrt((self._rotation**2) @ np.square(self.radii))
        return np.subtract(self.center, half), np.add(self.center, half)

    def distance(self, space: Space, crop: Crop) -> Array:
        rows = (self._rotation.T / np.array(self.radii)[:, None]).astype(np.float32)
        x, y, z = (c - np.float32(o) for c, o in zip(space.at(crop), self.center, strict=True))
        unit = [a * x + b * y + c * z for a, b, c in rows]
        k0 = np.sqrt(sum(u * u for u in unit))
        k1 = np.sqrt(sum((u / np.float32(r)) ** 2 for u, r in zip(unit, self.radii, strict=True)))
        return np.asarray(k0 * (k0 - 1) / np.maximum(k1, np.float32(1e-6)), np.float32)

    def moved(self, move: Move, scale: float) -> "Ellipsoid":
        a, b, c = self.radii
        return replace(self, center=move(self.center), radii=(a * scale, b * scale, c * scale))

    @cached_property
    def _rotation(self) -> npt.NDArray[np.float64]:
        return rotation(self.turn)


@dataclass(frozen=True)
class Drum:
    """A short elliptic cylinder along z, tilted about x by `tilt` degrees: a vertebral body or a disc."""

    center: Vector
    radii: tuple[float, float]
    half_height: float
    tilt: float = 0.0

    def box(self) -> Box:
        half = max(self.radii[1], self.half_height) * 1.3
        extent = np.array([self.radii[0], half, half])
        return np.array(self.center) - extent, np.array(self.center) + extent

    def distance(self, space: Space, crop: Crop) -> Array:
        x, y, z = (c - np.float32(o) for c, o in zip(space.at(crop), self.center, strict=True))
        cos, sin = np.float32(np.cos(np.radians(self.tilt))), np.float32(np.sin(np.radians(self.tilt)))
        y, z = cos * y + sin * z, cos * z - sin * y
        across = (np.sqrt((x / self.radii[0]) ** 2 + (y / self.radii[1]) ** 2) - 1) * min(self.radii)
        return np.maximum(across, np.abs(z) - self.half_height).astype(np.float32)

    def moved(self, move: Move, scale: float) -> "Drum":
        a, b = self.radii
        return replace(self, center=move(self.center), radii=(a * scale, b * scale), half_height=self.half_height * scale)


@dataclass(frozen=True)
class Tube:
    """A round tube along a smooth curve through `points`, with a radius at each.

    `stretch` widens it along x, y, z (the curve keeps its place); `bulges` adds haustra, as (depth, length) in mm.
    """

    points: tuple[Vector, ...]
    radii: tuple[float, ...]
    stretch: Vector = (1.0, 1.0, 1.0)
    bulges: tuple[float, float] = (0.0, 1.0)

    @_once
    def box(self) -> Box:
        curve, radius = self.curve
        half = radius[:, None] * np.array(self.stretch)
        return (curve - half).min(axis=0), (curve + half).max(axis=0)

    def distance(self, space: Space, crop: Crop) -> Array:
        from atlas_lab.data.phantom.tubes import lower_to_segments

        out = np.full([s.stop - s.start for s in crop], space.reach, np.float32)
        low, high, segments = self._segments
        first, beyond = space.reached(low, high)
        corner, opposite = np.array([(s.start, s.stop) for s in crop]).T
        near = np.maximum(first, corner), np.minimum(beyond, opposite)
        lower_to_segments(out, corner, *near, space.x, space.y, space.z, *segments)
        return out

    def moved(self, move: Move, scale: float) -> "Tube":
        return replace(self, points=tuple(move(p) for p in self.points), radii=tuple(r * scale for r in self.radii))

    @cached_property
    def _segments(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], tuple[Array, ...]]:
        """The boxes of the curve's segments, as lowest and highest corners (n, 3), and what `lower_to_segments` asks of them."""
        curve, radius = self.curve
        stretch = np.array(self.stretch)
        start, end, r0, r1 = curve[:-1], curve[1:], radius[:-1], radius[1:]
        half = np.maximum(r0, r1)[:, None] * stretch
        way = (end - start) / stretch
        length = np.maximum((way * way).sum(axis=1), 1e-6)
        parts = tuple(part.astype(np.float32) for part in (start, way, length, r0, r1 - r0, stretch))
        return np.minimum(start, end) - half, np.maximum(start, end) + half, parts

    @cached_property
    def curve(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Points along the middle line, a few mm apart, and the radius at each."""
        from atlas_lab.data.phantom.tubes import smooth_line

        points = np.array(self.points, float)
        knots = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
        count = max(2, int(np.ceil(knots[-1] / max(4.0, 0.5 * min(self.radii)))) + 1)
        at = np.linspace(0, knots[-1], count)
        curve = smooth_line(knots, points, at) if len(points) > 2 else np.linspace(points[0], points[1], count)
        depth, wave = self.bulges
        return curve, np.interp(at, knots, self.radii) - depth * (0.5 + 0.5 * np.cos(2 * np.pi * at / wave))


@dataclass(frozen=True)
class Plate:
    """A rounded triangle `thickness` mm thick: flat bones and the limbs of the adrenal glands are made of these."""

    corners: tuple[Vector, Vector, Vector]
    thickness: float

    def box(self) -> Box:
        corners = np.array(self.corners)
        return corners.min(axis=0) - self.thickness / 2, corners.max(axis=0) + self.thickness / 2

    def distance(self, space: Space, crop: Crop) -> Array:
        corners = np.array(self.corners)
        edges = np.roll(corners, -1, axis=0) - corners
        normal = np.cross(edges[0], -edges[2])
        normal /= np.linalg.norm(normal)
        at = space.at(crop)
        outside = np.zeros(at[0].shape, bool)
        border = np.full(at[0].shape, np.inf, np.float32)
        for corner, edge, outward in zip(corners, edges, np.cross(edges, normal).astype(np.float32), strict=True):
            x, y, z = (c - np.float32(o) for c, o in zip(at, corner, strict=True))
            a, b, c = outward
            outside |= x * a + y * b + z * c > 0
            a, b, c = edge.astype(np.float32)
            t = np.clip((x * a + y * b + z * c) / np.float32(edge @ edge), 0, 1)
            border = np.minimum(border, (x - t * a) ** 2 + (y - t * b) ** 2 + (z - t * c) ** 2)
        x, y, z = (c - np.float32(o) for c, o in zip(at, corners[0], strict=True))
        a, b, c = normal.astype(np.float32)
        height = (x * a + y * b + z * c) ** 2
        return np.asarray(np.sqrt(np.where(outside, border, height)) - self.thickness / 2, np.float32)

    def moved(self, move: Move, scale: float) -> "Plate":
        a, b, c = self.corners
        return Plate((move(a), move(b), move(c)), self.thickness * scale)


@dataclass(frozen=True)
class Union:
    """Several shapes as one, their joints rounded over `blend` mm."""

    parts: tuple[Shape, ...]
    blend: float = 0.0

    @_once
    def box(self) -> Box:
        low, high = zip(*(part.box() for part in self.parts), strict=True)
        return np.min(low, axis=0) - self.blend / 4, np.max(high, axis=0) + self.blend / 4

    def distance(self, space: Space, crop: Crop) -> Array:
        out = np.full([s.stop - s.start for s in crop], space.reach, np.float32)
        for part in self.parts:
            near = overlap(space.crop(*part.box()), crop)
            here = out[inside(near, crop)]
            here[...] = self._joined(here, part.distance(space, near))
        return out

    def _joined(self, a: Array, b: Array) -> Array:
        if not self.blend:
            return np.minimum(a, b)
        close = np.maximum(self.blend - np.abs(a - b), 0)
        return np.minimum(a, b) - close * close * np.float32(0.25 / self.blend)

    def moved(self, move: Move, scale: float) -> "Union":
        return replace(self, parts=tuple(part.moved(move, scale) for part in self.parts))


@dataclass(frozen=True)
class Minus:
    """`shape` without `hole`."""

    shape: Shape
    hole: Shape

    def box(self) -> Box:
        return self.shape.box()

    def distance(self, space: Space, crop: Crop) -> Array:
        distance, hole = self.shape.distance(space, crop), distance_on(self.hole, space, crop)
        return np.maximum(distance, -room(hole, space.reach))

    def moved(self, move: Move, scale: float) -> "Minus":
        return Minus(self.shape.moved(move, scale), self.hole.moved(move, scale))


@dataclass(frozen=True)
class Cut:
    """The part of `shape` behind a plane through `point` whose `normal` points to what is cut away."""

    shape: Shape
    point: Vector
    normal: Vector

    def box(self) -> Box:
        return self.shape.box()

    def distance(self, space: Space, crop: Crop) -> Array:
        normal = (np.array(self.normal) / np.linalg.norm(self.normal)).astype(np.float32)
        x, y, z = (c - np.float32(o) for c, o in zip(space.at(crop), self.point, strict=True))
        return np.maximum(self.shape.distance(space, crop), x * normal[0] + y * normal[1] + z * normal[2])

    def moved(self, move: Move, scale: float) -> "Cut":
        return replace(self, shape=self.shape.moved(move, scale), point=move(self.point))
