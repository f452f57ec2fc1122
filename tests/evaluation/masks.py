"""Pairs of masks, from the harmless to the adversarial."""

import numpy as np
from hypothesis import strategies as st
from scipy import ndimage

SPACINGS = [(1.0, 1.0, 1.0), (0.7, 0.7, 5.0), (3.0, 2.0, 1.0), (0.813, 1.1, 2.5)]
TOLERANCES = [0.0, 1.0, 1.5, 2.0, 3.1]
_KINDS = ("noise", "islands", "blobs", "checkerboard", "one voxel", "box", "empty", "full")


def mask(kind, shape, rng):
    """A bool mask of one kind."""
    empty = np.zeros(shape, bool)
    if kind == "noise":
        return rng.random(shape) < rng.random()
    if kind == "islands":
        return rng.random(shape) < 0.02
    if kind == "blobs":
        return ndimage.gaussian_filter(rng.normal(size=shape), 2) > 0.02
    if kind == "checkerboard":
        return np.indices(shape).sum(axis=0) % 2 == rng.integers(2)
    if kind == "one voxel":
        empty[tuple(rng.integers(0, size) for size in shape)] = True
    if kind == "box":
        empty[tuple(slice(low, low + rng.integers(1, 9)) for low in (rng.integers(0, size) for size in shape))] = True
    return ~empty if kind == "full" else empty


@st.composite
def pairs(draw, kinds=_KINDS):
    """A prediction and a truth of one shape and memory order."""
    shape = draw(st.tuples(*[st.integers(1, 24)] * 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    order = draw(st.sampled_from("CF"))
    return tuple(np.asarray(mask(draw(st.sampled_from(kinds)), shape, rng), order=order) for _ in range(2))


def sphere(shape, centre, radius):
    """The voxels whose centres lie within `radius` voxels."""
    places = np.indices(shape)
    return sum((axis - c) ** 2 for axis, c in zip(places, centre, strict=True)) <= radius**2
