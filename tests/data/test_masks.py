"""The box around a mask."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from atlas_lab.data.masks import bounding_box

MASKS = arrays(bool, st.tuples(*[st.integers(1, 6)] * 3), elements=st.booleans(), fill=st.just(False))


@given(MASKS, st.permutations(range(3)), st.tuples(*[st.sampled_from([1, -1])] * 3))
def test_the_box_is_the_smallest_however_the_array_lies_in_memory(mask, order, steps):
    turned = mask.transpose(order)[tuple(slice(None, None, step) for step in steps)]
    box = bounding_box(turned)
    places = np.argwhere(turned)
    if len(places):
        assert [(part.start, part.stop) for part in box] == [(a.min(), a.max() + 1) for a in places.T]
    else:
        assert box == (slice(0, 0),) * 3
