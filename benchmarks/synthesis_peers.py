"""The handcrafted method as its release works, re-stated from published formulas (Hu et al., CVPR 2023) in plain NumPy and SciPy.

No line is the authors' own: constants and steps are the release's, on whole-organ arrays as there. The bounding box is
looked for in the whole volume, tumours are added on a canvas with 80 voxels on each side, a blur in float64 and the blend
run over the liver's whole crop, and textures are windows of a bank made beforehand. Radii are voxels of 1 mm. The release
bends each ellipsoid with the package elasticdeform, which does not import beside NumPy 2; the same three bends are SciPy's.
"""

import numpy as np
from scipy import ndimage

RADII = {"tiny": 4, "small": 8}
BENDS = {"tiny": (0.5, 1.0), "small": (1.0, 2.0)}
PAD = 80
BANK_SHAPE = (420, 300, 320)
BANK_SIGMAS = [(a, b) for a in (3, 6, 9, 12, 15) for b in (4, 7)]


def texture(shape: tuple[int, ...], sigma_a: float, sigma_b: float, rng: np.random.Generator) -> np.ndarray:
    """Blurred salt noise of wandering density, float64 in 0..1."""
    wander = ndimage.gaussian_filter(rng.random(shape), sigma_a)
    span = wander.max() - wander.min()
    rate = rng.uniform(0.19, 0.21) * (wander - wander.min()) / span + rng.uniform(0.04, 0.06)
    salt = ndimage.gaussian_filter((rate > rng.random(shape)).astype(float), sigma_b)
    return np.clip(rng.uniform(0.5, 0.55) / salt[salt > 0.12].mean() * salt, 0, 1)


def add_tumours(image: np.ndarray, label: np.ndarray, size: str, count: int, bank: np.ndarray, rng: np.random.Generator) -> None:
    """Write `count` tumours of a size into a float32 CT and its uint8 label (0, 1 liver, 2 tumour), both (x, y, z)."""
    crop = _liver_box(label)
    liver, hu = label[crop] == 1, image[crop]
    mask = _geometry(liver, size, count, rng)
    start = [rng.integers(0, have - need + 1) for have, need in zip(bank.shape, liver.shape, strict=True)]
    window = bank[tuple(slice(s, s + n) for s, n in zip(start, liver.shape, strict=True))]
    soft = ndimage.gaussian_filter(mask.astype(float), rng.uniform(1, 2))
    drop = rng.uniform(65, 145)
    darker = (hu - window * soft * drop) * liver
    image[crop] = darker + hu * ~liver
    label[crop] += mask.astype(np.uint8)


def _liver_box(label: np.ndarray) -> tuple[slice, ...]:
    """The liver's box, without its first and last plane on each axis."""
    sides = []
    for others in ((1, 2), (0, 2), (0, 1)):
        planes = np.where(np.any(label, axis=others))[0]
        sides.append(slice(planes[0] + 1, planes[-1]))
    return tuple(sides)


def _geometry(liver: np.ndarray, size: str, count: int, rng: np.random.Generator) -> np.ndarray:
    """The mask of all tumours in the liver's crop."""
    canvas = np.zeros([n + 2 * PAD for n in liver.shape], np.int8)
    low, high = int(0.75 * RADII[size]), int(1.25 * RADII[size])
    for _ in range(count):
        tumour = _ellipsoid(*rng.integers(low, high + 1, 3))
        bend = rng.uniform(*BENDS[size]) if size == "tiny" else float(rng.integers(1, 3))
        for axes in ((0, 1), (1, 2), (0, 2)):
            tumour = _bent(tumour, axes, bend, rng)
        corner = [at - n // 2 + PAD for at, n in zip(_location(liver, rng), tumour.shape, strict=True)]
        canvas[tuple(slice(c, c + n) for c, n in zip(corner, tumour.shape, strict=True))] += tumour
    return canvas[PAD:-PAD, PAD:-PAD, PAD:-PAD] * liver >= 1


def _ellipsoid(x: int, y: int, z: int) -> np.ndarray:
    """A solid ellipsoid in the middle of a box of four semi-axes a side, int8."""
    i, j, k = np.ogrid[: 4 * x, : 4 * y, : 4 * z]
    return (((i - 2 * x) / x) ** 2 + ((j - 2 * y) / y) ** 2 + ((k - 2 * z) / z) ** 2 < 1).astype(np.int8)


def _bent(volume: np.ndarray, axes: tuple[int, int], sigma: float, rng: np.random.Generator) -> np.ndarray:
    """Displaced along two axes by cubic splines through 3 x 3 random control points, nearest voxel."""
    sides = [volume.shape[axis] for axis in axes]
    at = np.meshgrid(*(np.linspace(0, 2, n) for n in sides), indexing="ij")
    places = []
    for axis in range(2):
        moved = ndimage.map_coordinates(rng.normal(0, sigma, (3, 3)), at, order=3, mode="nearest")
        index = np.rint(np.arange(sides[axis]).reshape((-1, 1) if axis == 0 else (1, -1)) + moved)
        places.append(np.clip(index, 0, sides[axis] - 1).astype(int))
    turned = np.moveaxis(volume, axes, (0, 1))[places[0], places[1]]
    return np.moveaxis(turned, (0, 1), axes)


def _location(liver: np.ndarray, rng: np.random.Generator) -> tuple[int, int, int]:
    """A liver voxel of the middle 40 % along z, two voxels or more from its slice's edge."""
    planes = np.where(np.any(liver, axis=(0, 1)))[0]
    z = round(rng.uniform(0.3, 0.7) * (planes[-1] - planes[0])) + planes[0]
    inner = np.argwhere(ndimage.binary_erosion(liver[:, :, z], np.ones((5, 5))))
    x, y = inner[rng.integers(len(inner))]
    return int(x), int(y), int(z)
