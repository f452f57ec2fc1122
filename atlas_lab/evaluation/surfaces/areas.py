"""How much surface runs through a voxel corner: marching cubes on the 2 x 2 x 2 voxels around it."""

import functools
import itertools

import numpy as np

CORNERS = tuple(itertools.product((0, 1), repeat=3))  # of the 2 x 2 x 2 cube; the first has the highest bit of a code


@functools.lru_cache(maxsize=16)
def surfel_areas(spacing: tuple[float, float, float]) -> np.ndarray:
    """Area in mm² for each of the 256 codes of which of the 8 voxels are inside, for voxels of `spacing` mm.

    The triangulation of Lorensen & Cline (1987) with vertices in the middle of the cube's edges; codes with more than
    four voxels inside are taken by their complement, as DeepMind's surface-distance does (Nikolov et al., 2018).
    """
    x, y, z = spacing
    across = np.array([y * z, x * z, x * y])  # mm² of a voxel's face across each axis
    areas = np.zeros(256)
    for code in range(256):
        inside = {corner for bit, corner in enumerate(CORNERS) if code & 128 >> bit}
        if len(inside) > 4:
            inside = set(CORNERS) - inside
        for part in _components(inside):
            areas[code] += sum(np.linalg.norm(triangle / 8 * across) for triangle in _triangles(part))
    areas.setflags(write=False)
    return areas


def _components(corners: set[tuple[int, ...]]) -> list[set[tuple[int, ...]]]:
    """The corners in groups that an edge of the cube connects."""
    parts: list[set[tuple[int, ...]]] = []
    for corner in corners:
        touching = [part for part in parts if any(_apart(corner, other) == 1 for other in part)]
        parts = [part for part in parts if part not in touching]
        parts.append({corner}.union(*touching))
    return parts


def _apart(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))


def _triangles(part: set[tuple[int, ...]]) -> np.ndarray:
    """Area vectors of one component's triangles, in eighths of a unit cube's faces; signs do not matter to an area."""
    ones = np.ones(3)
    if len(part) == 1:
        return np.array([ones])
    degrees = {corner: sum(_apart(corner, other) == 1 for other in part) for corner in part}
    along = np.ptp(np.array(sorted(part)), axis=0) == 1  # the axes in which the component extends
    if len(part) == 2:
        return np.array([2.0 * ~along, 2.0 * ~along])
    if len(part) == 3:
        return np.array([ones, 2 * ones, 4.0 * ~along])
    if not along.all():
        return np.array([4.0 * ~along, 4.0 * ~along])  # a face
    if max(degrees.values()) == 3:
        return np.array([ones, ones, 2 * ones, 2 * ones])  # a corner and its three neighbours
    ends = [corner for corner, degree in degrees.items() if degree == 1]
    edges = [_edge(end, next(other for other in part if _apart(end, other) == 1)) for end in ends]
    return np.array([ones, 3 * ones, *(2.0 * ~edge for edge in edges)])  # a winding path


def _edge(one: tuple[int, ...], other: tuple[int, ...]) -> np.ndarray:
    return np.not_equal(one, other)
