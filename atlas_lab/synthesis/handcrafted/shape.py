"""The shape of a tumour: an ellipsoid, bent by smooth random displacements (Hu et al., CVPR 2023).

The original bends a voxel mask three times, each time along two axes, by displacements drawn at 3 x 3 control points and
joined by cubic splines. Here every voxel's centre is sent back through the three displacements and asked whether it
lands in the ellipsoid, which needs no resampling and is the same shape in mm on every grid.
"""

from dataclasses import dataclass

import numba
import numpy as np

AXIS_RATIO = (0.75, 1.25)  # semi-axes, of the radius
# Standard deviation of the displacements, of the radius, at the original's radii (tiny, small, medium, large).
RADII_MM = (4.0, 8.0, 16.0, 32.0)
BEND_LOW = (0.5 / 4, 1 / 8, 3 / 16, 5 / 32)
BEND_HIGH = (1 / 4, 2 / 8, 6 / 16, 10 / 32)
SPAN = 2.0  # the control points lie at -2, 0 and 2 semi-axes
_SAMPLES = 24  # an axis, to measure a shape with

# Values at the three control points -> factors of 1, of S(t) and of O(t), the cubic spline that is level at its ends:
# f(t) = f0 + ((f+ + f-)/2 - f0) S(t) + (f+ - f-)/2 O(t), with S = t^2 (3 - 2|t|) and O = t (3 - t^2) / 2.
_SPLINE = np.array([[0, 1, 0], [0.5, -1, 0.5], [-0.5, 0, 0.5]])


@dataclass(frozen=True)
class Shape:
    """A bent ellipsoid about its centre of mass.

    `semi_axes` mm, of the ellipsoid before bending; `bends` float32 (3 bends, 2 axes, 3, 3), spline factors in semi-axes;
    `middle` the centre of mass and `low`, `high` the bounds, in semi-axes; `bend_mm` the displacements' standard deviation.
    """

    semi_axes: np.ndarray
    bends: np.ndarray
    middle: np.ndarray
    low: np.ndarray
    high: np.ndarray
    bend_mm: float

    @property
    def reach_mm(self) -> np.ndarray:
        """How far the shape reaches from its centre of mass along each axis, either way: (3,)."""
        return np.maximum(self.high - self.middle, self.middle - self.low) * self.semi_axes

    def levels(self, offsets: tuple[np.ndarray, np.ndarray, np.ndarray]) -> np.ndarray:
        """Float32 (x, y, z): below 1 in the shape, 1 on its surface, growing outwards as the square of the radius.

        `offsets` mm from the centre of mass, one array an axis.
        """
        x, y, z = ((mm / axis + at).astype(np.float32) for mm, axis, at in zip(offsets, self.semi_axes, self.middle, strict=True))
        return _levels(x, y, z, self.bends)


def draw_shape(radius_mm: float, rng: np.random.Generator) -> Shape:
    """A random shape with the volume of the sphere of `radius_mm`.

    Semi-axes of 0.75 to 1.25 radii; displacements of 0.12 to 0.38 radii, by size as in Hu et al. (CVPR 2023).
    """
    ratios = rng.uniform(*AXIS_RATIO, 3)
    least, most = (float(np.interp(np.log2(radius_mm), np.log2(RADII_MM), ends)) for ends in (BEND_LOW, BEND_HIGH))
    bend = rng.uniform(least, most)
    moves = bend * rng.standard_normal((3, 2, 3, 3)) / ratios[np.array([[0, 1], [1, 2], [0, 2]])][:, :, None, None]
    bends = (_SPLINE @ moves @ _SPLINE.T).astype(np.float32)
    step = 2 * SPAN / _SAMPLES
    ticks = ((np.arange(_SAMPLES) + 0.5) * step - SPAN).astype(np.float32)
    count, sums, first, last = _extent(_levels(ticks, ticks, ticks, bends))
    scale = radius_mm * (4 / 3 * np.pi / (count * step**3 * ratios.prod())) ** (1 / 3)
    low, middle, high = (ticks[0] + at * step for at in (first - 1, sums / count, last + 1))
    return Shape(ratios * scale, bends, middle, low, high, bend * scale)


@numba.njit(cache=True, nogil=True)
def _levels(x: np.ndarray, y: np.ndarray, z: np.ndarray, bends: np.ndarray) -> np.ndarray:
    """Squared radius, in semi-axes, of where each point of a grid comes from."""
    one, three, half = np.float32(1), np.float32(3), np.float32(0.5)
    out = np.empty((x.size, y.size, z.size), np.float32)
    s_z, o_z = np.empty_like(z), np.empty_like(z)
    for k in range(z.size):
        t = min(max(z[k] * half, -one), one)
        s_z[k], o_z[k] = t * t * (three - abs(t) - abs(t)), t * (three - t * t) * half
    a, b = np.empty((2, 3), np.float32), np.empty((2, 3), np.float32)
    for i in range(x.size):
        t = min(max(x[i] * half, -one), one)
        s_x, o_x = t * t * (three - abs(t) - abs(t)), t * (three - t * t) * half
        for j in range(y.size):
            t = min(max(y[j] * half, -one), one)
            s_y, o_y = t * t * (three - abs(t) - abs(t)), t * (three - t * t) * half
            for c in range(2):
                for n in range(3):
                    a[c, n] = bends[0, c, 0, n] + s_x * bends[0, c, 1, n] + o_x * bends[0, c, 2, n]
            px = x[i] + a[0, 0] + s_y * a[0, 1] + o_y * a[0, 2]
            py = y[j] + a[1, 0] + s_y * a[1, 1] + o_y * a[1, 2]
            t = min(max(py * half, -one), one)
            s, o = t * t * (three - abs(t) - abs(t)), t * (three - t * t) * half
            t = min(max(px * half, -one), one)
            s_p, o_p = t * t * (three - abs(t) - abs(t)), t * (three - t * t) * half
            for c in range(2):
                for n in range(3):
                    a[c, n] = bends[1, c, 0, n] + s * bends[1, c, 1, n] + o * bends[1, c, 2, n]
                    b[c, n] = bends[2, c, 0, n] + s_p * bends[2, c, 1, n] + o_p * bends[2, c, 2, n]
            a00, a01, a02, a10, a11, a12 = a[0, 0], a[0, 1], a[0, 2], a[1, 0], a[1, 1], a[1, 2]
            b00, b01, b02, b10, b11, b12 = b[0, 0], b[0, 1], b[0, 2], b[1, 0], b[1, 1], b[1, 2]
            for k in range(z.size):
                qy = py + a00 + s_z[k] * a01 + o_z[k] * a02
                qz = z[k] + a10 + s_z[k] * a11 + o_z[k] * a12
                t = min(max(qz * half, -one), one)
                s, o = t * t * (three - abs(t) - abs(t)), t * (three - t * t) * half
                qx = px + b00 + s * b01 + o * b02
                qz = qz + b10 + s * b11 + o * b12
                out[i, j, k] = qx * qx + qy * qy + qz * qz
    return out


@numba.njit(cache=True, nogil=True)
def _extent(levels: np.ndarray) -> tuple[int, np.ndarray, np.ndarray, np.ndarray]:
    """Number of samples in the shape, the sums of their indices, and the lowest and highest index along each axis."""
    count, sums = 0, np.zeros(3)
    low, high = np.full(3, 1 << 30), np.full(3, -1)
    for i in range(levels.shape[0]):
        for j in range(levels.shape[1]):
            for k in range(levels.shape[2]):
                if levels[i, j, k] < 1:
                    count += 1
                    for axis, n in enumerate((i, j, k)):
                        sums[axis] += n
                        low[axis], high[axis] = min(low[axis], n), max(high[axis], n)
    return count, sums, low, high
