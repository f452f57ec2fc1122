"""A Gaussian blur of a mask on a small box: the same bytes on any number of threads, and nothing done where nothing is."""

import numba
import numpy as np

REACH = 3.0  # standard deviations: what lies further away weighs nothing


def gaussian(mask: np.ndarray, sigma_mm: float, spacing: tuple[float, float, float]) -> np.ndarray:
    """A bool mask (x, y, z) blurred with the same width in mm along each axis, float32 in 0..1; beyond its faces all is 0."""
    return _blur(np.ascontiguousarray(mask), *(_weights(sigma_mm / step) for step in spacing))


def _weights(sigma: float) -> np.ndarray:
    reach = int(REACH * sigma + 0.5)
    if reach == 0:
        return np.ones(1, np.float32)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return (weights / weights.sum()).astype(np.float32)


@numba.njit(cache=True, nogil=True)
def _blur(mask: np.ndarray, along_x: np.ndarray, along_y: np.ndarray, along_z: np.ndarray) -> np.ndarray:
    """One pass an axis, each with its innermost loop along z, so that it is vectorised; empty rows and planes are passed over."""
    nx, ny, nz = mask.shape
    rows, planes = np.zeros((nx, ny), np.bool_), np.zeros(nx, np.bool_)
    first, second, last = np.zeros(mask.shape, np.float32), np.zeros(mask.shape, np.float32), np.zeros(mask.shape, np.float32)
    reach = along_z.size // 2
    for i in range(nx):
        for j in range(ny):
            for k in range(nz):
                if mask[i, j, k]:
                    rows[i, j] = True
                    for at in range(max(k - reach, 0), min(k + reach + 1, nz)):
                        first[i, j, at] += along_z[at - k + reach]
            planes[i] |= rows[i, j]
    reach = along_y.size // 2
    for i in range(nx):
        for j in range(ny):
            for at in range(max(j - reach, 0), min(j + reach + 1, ny)):
                if rows[i, at]:
                    for k in range(nz):
                        second[i, j, k] += along_y[at - j + reach] * first[i, at, k]
    reach = along_x.size // 2
    for i in range(nx):
        for at in range(max(i - reach, 0), min(i + reach + 1, nx)):
            if planes[at]:
                for j in range(ny):
                    for k in range(nz):
                        last[i, j, k] += along_x[at - i + reach] * second[at, j, k]
    return last
