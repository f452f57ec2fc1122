"""Labels as bits: the narrowest number on disk, every class back on the device."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas_lab.errors import InputError
from atlas_lab.learning.patches.bits import dtype_for, expand


@settings(max_examples=20)
@given(classes=st.integers(0, 63), seed=st.integers(0, 99))
def test_every_bit_becomes_the_mask_of_its_class(classes, seed):
    masks = np.random.default_rng(seed).random((2, classes, 3, 4, 5)) < 0.5
    bits = sum((masks[:, c].astype(np.int64) << c for c in range(classes)), np.zeros((2, 3, 4, 5), np.int64))
    found = expand(torch.from_numpy(bits), classes)
    assert found.dtype == torch.bool
    assert np.array_equal(found.numpy(), masks)


@pytest.mark.parametrize(("classes", "bytes"), [(0, 1), (8, 1), (9, 2), (25, 4), (32, 4), (33, 8), (63, 8)])
def test_labels_take_no_more_disk_than_they_need(classes, bytes):
    assert dtype_for(classes).itemsize == bytes


def test_more_classes_than_bits_are_refused():
    with pytest.raises(InputError, match="64 classes do not fit"):
        dtype_for(64)
