"""What a user would write from the paper (Lai et al., MICCAI 2024): sweeps over the whole organ, then plain NumPy and SciPy.

The rule is the published one in its sequential form, a cell after the other, with acceptance 1 / 0.3 / 0.1 applied and 27
neighbours drawn; all arrays are of the whole organ's box, as in the original. Its HU levels are fixed, for the portal phase.
"""

import numba
import numpy as np
from scipy import ndimage

LOW, OUT, THIRD = 100.0, 160.0, 20.0
SIGMA_PATCH, SIGMA_GRAIN = 6.0, 4.0


def tissue_map(hu: np.ndarray, organ: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Density levels of the whole organ and the state in which nothing has grown, int32 each."""
    held = np.where(organ, np.minimum(hu, OUT), OUT)
    edges = [LOW + THIRD, LOW + 2 * THIRD, OUT]
    density = np.select([held < edge for edge in edges], [LOW, LOW + THIRD, LOW + 2 * THIRD], OUT).astype(np.int32)
    return density, np.where(density == OUT, int(OUT), 0).astype(np.int32)


@numba.njit(cache=True)
def sweep(state: np.ndarray, following: np.ndarray, density: np.ndarray) -> None:
    """One step, reading `state` and adding to `following`; draws are numba's own."""
    nx, ny, nz = state.shape
    for x in range(nx):
        for y in range(ny):
            for z in range(nz):
                own = state[x, y, z]
                if own == 0 or own >= OUT:
                    continue
                if own < 10:
                    following[x, y, z] += 1
                if own < 5:
                    continue
                for _ in range(3):
                    k = np.random.randint(27)  # noqa: NPY002  compiled code's own generator
                    i, j, m = x + k // 9 - 1, y + k // 3 % 3 - 1, z + k % 3 - 1
                    if i < 0 or j < 0 or m < 0 or i >= nx or j >= ny or m >= nz:
                        continue
                    if own >= 10:
                        if following[i, j, m] > OUT + 2:
                            following[i, j, m] = 0
                            density[i, j, m] = LOW
                        elif following[i, j, m] >= OUT:
                            following[i, j, m] += 1
                            continue
                    level = density[i, j, m]
                    chance = 1.0 if level < LOW + THIRD else 0.3 if level < LOW + 2 * THIRD else 0.1 if level < OUT else 0.0
                    if np.random.random() >= chance or following[i, j, m] >= 10:  # noqa: NPY002
                        continue
                    following[i, j, m] += 1
                    break
    for x in range(nx):
        for y in range(ny):
            for z in range(nz):
                following[x, y, z] = min(following[x, y, z], OUT + 2)


@numba.njit(cache=True)
def seed_draws(seed: int) -> None:
    np.random.seed(seed)  # noqa: NPY002


def grow(density: np.ndarray, state: np.ndarray, steps: int, seed: int) -> np.ndarray:
    """Population 0 to 10 of the whole organ from what is in `state`; as in the original, one update more than `steps`."""
    seed_draws(seed)
    state = state.copy()
    for _ in range(steps + 1):
        following = state.copy()
        sweep(state, following, density)
        state = following
    state[state >= OUT] = 0
    return np.minimum(state, 10)


def texture(shape: tuple[int, int, int], rng: np.random.Generator) -> np.ndarray:
    """Blurred salt noise in [0, 1], float64 (the original cuts it from a bank of 10 GB)."""
    rate = ndimage.gaussian_filter(rng.random(shape), SIGMA_PATCH)
    rate = 0.2 * (rate - rate.min()) / (rate.max() - rate.min()) + 0.05
    salt = ndimage.gaussian_filter((rate > rng.random(shape)).astype(float), SIGMA_GRAIN)
    return np.clip(0.52 / salt[salt > 0.12].mean() * salt, 0, 1)


def to_hu(hu: np.ndarray, density: np.ndarray, population: np.ndarray, pattern: np.ndarray, drop: float) -> np.ndarray:
    """The whole organ's HU with the tumour in it, int16."""
    held = ndimage.gaussian_filter(population.astype(float), (0, 0.8, 0.8))
    out = hu.astype(float)
    out[(density == OUT) & (held >= 5)] *= (LOW + THIRD / 2) / OUT
    bright = (density == LOW + 2 * THIRD) & (held != 0)
    out[bright] *= (LOW + 2 * THIRD) / OUT
    out -= pattern * drop * held / 10
    inside = held >= 5
    blurred = ndimage.gaussian_filter(out, (0, 0.8, 0.8))
    replaced = inside & (density >= LOW + 2 * THIRD)
    out[replaced] = blurred[replaced]
    return out.astype(np.int16)


def synthesise(
    hu: np.ndarray, organ: np.ndarray, centre: tuple[int, int, int], pattern: np.ndarray, steps: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """One tumour of so many steps from one seed at `centre`, in a texture of the bank: the organ's population and new HU."""
    density, state = tissue_map(hu, organ)
    state[centre] = 5
    population = grow(density, state, steps, seed)
    return population, to_hu(hu, density, population, pattern, np.random.default_rng(seed).uniform(65, 145))
