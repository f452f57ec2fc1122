"""A tumour takes as many voxels as its volume asks for, where it may."""

import numpy as np
from scipy import ndimage

from atlas_lab.synthesis.handcrafted.mask import REGROWTH, fill


def sphere(radius=8, n=27):
    """Levels of a sphere on a cube of voxels."""
    offsets = np.ogrid[(slice(-(n // 2), n // 2 + 1),) * 3]
    return (sum(o.astype(np.float32) ** 2 for o in offsets) / radius**2).astype(np.float32)


EVERYWHERE = np.ones((27, 27, 27), bool)


def test_it_is_the_deepest_voxels_and_their_number_is_the_one_asked_for():
    levels = sphere() + np.random.default_rng(0).random((27, 27, 27), dtype=np.float32) * 1e-3
    mask = fill(levels, EVERYWHERE, 1700)
    assert np.count_nonzero(mask) == 1700
    assert levels[mask].max() < levels[~mask].min()


def test_what_it_may_not_have_it_takes_elsewhere_but_not_far():
    half = EVERYWHERE.copy()
    half[:9] = False
    mask = fill(sphere(), half, 2000)
    assert not mask[:9].any()
    assert np.count_nonzero(mask) >= 2000
    nothing = EVERYWHERE.copy()
    nothing[:13] = False
    short = fill(sphere(), nothing, 2000)
    assert np.count_nonzero(short) < 2000
    assert sphere()[short].max() < REGROWTH**2


def test_it_is_one_piece_where_something_lies_across():
    across = EVERYWHERE.copy()
    across[15] = False
    mask = fill(sphere(), across, 2000)
    assert ndimage.label(mask)[1] == 1
    assert mask[13, 13, 13]


def test_nothing_allowed_is_an_empty_mask():
    assert not fill(sphere(), ~EVERYWHERE, 10).any()
