"""Checkers of the pre-training lesson accept every right answer and name what is wrong with the usual wrong ones."""

import math

import numpy as np
import pytest
import torch

from atlas_lab.learning import Plan, bce_dice
from atlas_lab.lessons import check

SPACE = (2, 3, 4)


def losses(p, g, axis=SPACE):
    return 1 - 2 * (p * g).sum(axis=axis) / (p + g).sum(axis=axis)


def present(g, k):
    return k & g.any(axis=SPACE)


def right_dice(p, g, k):
    pairs = losses(p, g)[present(g, k)]
    return pairs.mean() if pairs.size else 0.0


def by_library(p, g, k):
    logits = torch.logit(torch.from_numpy(p)).float()
    return bce_dice(logits, torch.from_numpy(g), torch.from_numpy(k)).dice.item()


def pooled(p, g, k):
    p, g = p[present(g, k)], g[present(g, k)]
    return 1 - 2 * (p * g).sum() / (p.sum() + g.sum())


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (right_dice, True, "says nothing"),
        (lambda p, g, k: 1 - right_dice(p, g, k), False, "1 minus it"),
        (lambda p, g, k: losses(p, g).mean(), False, "every pair"),
        (lambda p, g, k: losses(p, g)[g.any(axis=SPACE)].mean(), False, "nobody annotated"),
        (lambda p, g, k: losses(p, g)[k].mean(), False, "not in the patch"),
        (lambda p, g, k: losses(p, g, (3, 4))[present(g, k)].mean(), False, "slab by slab"),
        (pooled, False, "drown"),
        (lambda p, g, k: 1 - (1 - right_dice(p, g, k)) / 2, False, "factor of 2"),
        (lambda p, g, k: losses(p, g)[present(g, k)].mean() if k.any() else np.nan, False, "every weight is NaN"),
        (lambda p, g, k: losses(p, g), False, "an array of shape (2, 3)"),
        (lambda p, g, k: 0.2, False, "your function says 0.2000"),
        (lambda p, g, k: ..., False, "still returns"),
    ],
)
def test_masked_dice(answer, ok, said, capsys):
    assert bool(check("masked_dice", answer)) is ok
    assert said in capsys.readouterr().out


def test_the_librarys_own_loss_solves_the_exercise_up_to_its_smoothing():
    rng = np.random.default_rng(1)
    p, g = rng.uniform(0.1, 0.9, (2, 3, 16, 16, 16)), rng.random((2, 3, 16, 16, 16)) < 0.5
    k = np.array([[True, False, True], [True, True, False]])
    assert by_library(p, g, k) == pytest.approx(right_dice(p, g, k), abs=1e-3)


def cosine(at, peak, begin=0.0):
    return peak * 0.5 * (1 + math.cos(math.pi * (at - begin) / (1 - begin)))


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (lambda at, peak, up: Plan(learning_rate=peak, warm_up=up).rate(at), True, "only polish"),
        (lambda at, peak, up: peak * at / up if at < up else cosine(at, peak, up), True, "only polish"),
        (lambda at, peak, up: cosine(at, peak), False, "no warm-up"),
        (lambda at, peak, up: peak * at / up if at < up else cosine(at, peak), False, "jumps down"),
        (
            lambda at, peak, up: peak * at / up if at < up else peak * math.cos(math.pi * (at - up) / (1 - up)),
            False,
            "climbs uphill",
        ),
        (lambda at, peak, up: peak * at / up if at < up else peak * (1 - at) / (1 - up), False, "straight line"),
        (lambda at, peak, up: peak * at if at < up else cosine(at, peak, up), False, "the fall is right"),
        (lambda at, peak, up: peak * at / up if at < up else 0.9 * cosine(at, peak, up), False, "at progress 0.2"),
        (lambda at, peak, up: peak * at / up if at <= up else cosine(at, peak, up), False, "raised ZeroDivisionError"),
        (lambda at, peak, up: [peak], False, "one number"),
        (lambda at, peak, up: ..., False, "still returns"),
    ],
)
def test_rate(answer, ok, said, capsys):
    assert bool(check("rate", answer)) is ok
    assert said in capsys.readouterr().out


def right_swap(image, rng):
    size = rng.integers(1, np.array(image.shape) // 3 + 1)
    axis = rng.integers(3)
    one, other = rng.integers(0, image.shape - size + 1), rng.integers(0, image.shape - size + 1)
    one[axis] = rng.integers(0, image.shape[axis] - 2 * size[axis] + 1)
    other[axis] = rng.integers(one[axis] + size[axis], image.shape[axis] - size[axis] + 1)
    return exchanged(image, one, other, size)


def exchanged(image, one, other, size):
    out = image.copy()
    here, there = (tuple(slice(a, a + s) for a, s in zip(corner, size, strict=True)) for corner in (one, other))
    out[here], out[there] = image[there], image[here]
    return out


def in_place(image, rng):
    image[:] = right_swap(image, rng)
    return image


def one_way(image, rng):
    out = image.copy()
    out[:2, :2, :2] = out[4:6, :2, :2]
    out[4:6, :2, :2] = out[:2, :2, :2]
    return out


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (right_swap, True, "knowing what belongs where"),
        (in_place, False, "work on a copy"),
        (one_way, False, "overwritten"),
        (lambda image, rng: exchanged(image, (0, 0, 0), (1, 1, 1), (3, 3, 3)), False, "the boxes overlap"),
        (lambda image, rng: image.copy(), False, "nothing has changed places"),
        (lambda image, rng: rng.permutation(image.ravel()).reshape(image.shape), False, "many directions"),
        (lambda image, rng: exchanged(image, (0, 0, 0), (6, 4, 3), (2, 2, 2)), False, "by heart"),
        (lambda image, rng: right_swap(image, np.random.default_rng()), False, "draw from rng alone"),
        (lambda image, rng: image[:6], False, "return an image of the shape"),
        (lambda image, rng: ..., False, "still returns"),
    ],
)
def test_swap(answer, ok, said, capsys):
    assert bool(check("swap", answer)) is ok
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (lambda annotator, gpu: 60 * (1152 - 40) * gpu / (672 * annotator), True, "4 minutes"),
        (lambda annotator, gpu: (1152 - 40) * gpu / (672 * annotator), False, "in hours"),
        (lambda annotator, gpu: 60 * 1152 * gpu / (672 * annotator), False, "needs a GPU too"),
        (lambda annotator, gpu: 60 * (1152 + 40) * gpu / (672 * annotator), False, "subtract them"),
        (lambda annotator, gpu: 60 * (1152 - 40) * annotator / (672 * gpu), False, "the wrong way round"),
        (lambda annotator, gpu: 60 * (1152 - 40) / 672, False, "knows no prices"),
        (lambda annotator, gpu: 60 * (1152 - 40) * gpu / (21 * annotator), False, "has 32 masks"),
        (lambda annotator, gpu: 60 * (1152 - 40) * 2 / (672 * 50), False, "use both arguments"),
        (lambda annotator, gpu: 7.0, False, "your function says 7.00"),
        (lambda annotator, gpu: (1, 2), False, "one number of minutes"),
        (lambda annotator, gpu: ..., False, "still returns"),
    ],
)
def test_break_even(answer, ok, said, capsys):
    assert bool(check("break_even", answer)) is ok
    assert said in capsys.readouterr().out
