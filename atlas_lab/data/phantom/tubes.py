"""The arithmetic of tubes: a smooth line through points, and the distance to a chain of segments, compiled.

The distance is float32 throughout, in a fixed order with nothing fused, so that it is the same on every machine.
"""

import numba
import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import dgtsv

from atlas_lab.data.phantom.space import Array, Indices

Floats = npt.NDArray[np.float64]


def smooth_line(knots: Floats, points: Floats, at: Floats) -> Floats:
    """The natural cubic spline through `points` (n, 3), n > 2, which it passes at `knots` (n,), at the positions `at` (m,).

    The values of SciPy's `CubicSpline`, bit by bit, without its checks, which take most of its time on so few points.
    """
    step = np.diff(knots)
    wide = step[:, None]
    rise = np.diff(points, axis=0) / wide
    lower, upper = np.append(step[1:], step[-1]), np.append(step[0], step[:-1])
    middle = 2 * np.concatenate([step[:1], step[:-1] + step[1:], step[-1:]])
    inner = wide[1:] * rise[:-1] + wide[:-1] * rise[1:]
    slope = dgtsv(lower, middle, upper, 3 * np.concatenate([points[1:2] - points[:1], inner, points[-1:] - points[-2:-1]]))[3]
    cubic = (slope[:-1] + slope[1:] - 2 * rise) / wide
    i = np.clip(knots.searchsorted(at, side="right") - 1, 0, len(step) - 1)
    t = (at - knots[i])[:, None]
    quadratic = (rise - slope[:-1]) / wide - cubic
    return np.asarray(points[i] + slope[i] * t + quadratic[i] * (t * t) + (cubic / wide)[i] * (t * t * t))


@numba.njit(cache=True, nogil=True, error_model="numpy")  # a check against division by zero would keep it from being vectorised
def lower_to_segments(
    out: Array,
    corner: Indices,
    first: Indices,
    beyond: Indices,
    x: Array,
    y: Array,
    z: Array,
    starts: Array,
    ways: Array,
    lengths: Array,
    radii: Array,
    widening: Array,
    stretch: Array,
) -> None:
    """Lower `out`, distances (mm) on the voxels from `corner` on, to the distance to each of n segments near it.

    `first` and `beyond` (n, 3) bound the voxels near each segment, `x`, `y`, `z` are the coordinates of all voxels. A segment
    leads from `starts` along `ways` (n, 3), the latter divided by the `stretch` (3,) of x, y and z; `lengths` (n,) are its
    square lengths in that sense, `radii` (n,) its radii at the start and `widening` (n,) what its end adds to them.
    """
    sx, sy, sz = stretch
    stretched = sx != 1 or sy != 1 or sz != 1
    zero, one, least_away = np.float32(0), np.float32(1), np.float32(1e-3)
    least_slope = one / max(sx, sy, sz)
    for n in range(len(starts)):
        ox, oy, oz = starts[n]
        a, b, c = ways[n]
        length, radius, wider = lengths[n], radii[n], widening[n]
        start, stop = first[n, 2], beyond[n, 2]
        for i in range(first[n, 0], beyond[n, 0]):
            for j in range(first[n, 1], beyond[n, 1]):
                row = out[i - corner[0], j - corner[1], start - corner[2] : stop - corner[2]]
                xs, ys, zs = x[i, j, start:stop], y[i, j, start:stop], z[i, j, start:stop]
                for k in range(stop - start):
                    p, q, r = (xs[k] - ox) / sx, (ys[k] - oy) / sy, (zs[k] - oz) / sz
                    t = min(max((p * a + q * b + r * c) / length, zero), one)
                    p, q, r = p - t * a, q - t * b, r - t * c
                    away = np.sqrt(p * p + q * q + r * r)
                    distance = away - (radius + t * wider)
                    if stretched:
                        p, q, r = p / sx, q / sy, r / sz
                        slope = np.sqrt(p * p + q * q + r * r) / max(away, least_away)
                        distance = distance / max(slope, least_slope)
                    row[k] = min(row[k], distance)
