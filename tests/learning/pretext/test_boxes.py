"""Boxes counted by running sums, beside boxes painted one by one."""

import torch

from atlas_lab.learning.pretext._boxes import covered, random_boxes
from tests.learning.pretext.stand_in import generator


def test_running_sums_cover_what_painting_covers():
    shape, used = (9, 7, 11), torch.rand(3, 12, generator=generator(1)) < 0.5
    start, size = random_boxes(3, 12, shape, (1, 1, 1), (4, 7, 5), generator())
    painted = torch.zeros(3, 1, *shape, dtype=torch.bool)
    for sample, box in used.nonzero().tolist():
        x, y, z = (slice(int(a), int(a + n)) for a, n in zip(start[sample, box], size[sample, box], strict=True))
        painted[sample, 0, x, y, z] = True
    assert torch.equal(covered((start, size), shape, used), painted)
    assert covered((start, size), shape).sum() > painted.sum()


def test_boxes_lie_inside_with_their_margin_and_reach_both_ends():
    start, size = random_boxes(200, 5, (20, 20, 20), (3, 3, 3), (6, 6, 6), generator(), margin=3)
    assert (size.min(), size.max()) == (3, 6)
    assert start.min() == 3
    assert (start + size).max() == 17
    tight, whole = random_boxes(10, 1, (5, 5, 5), (5, 5, 5), (5, 5, 5), generator(), margin=3)
    assert tight.max() == 0
    assert whole.min() == 5
