"""Checkers of `09_pretraining`."""

from typing import Any

import numpy as np

from atlas_lab.lessons.verdict import Answer, Verdict

_SHAPE = (6, 5, 4)


def _batch() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two samples of three classes: a large and a small structure that are known, one absent, the rest not annotated."""
    rng = np.random.default_rng(0)
    probabilities = rng.uniform(0.05, 0.95, (2, 3, *_SHAPE))
    target = np.zeros((2, 3, *_SHAPE), bool)
    target[0, 0, 1:5], target[1, 2, 2:4, 1:3, 1:3] = True, True
    target[0, 2], target[1, 1] = rng.random((2, *_SHAPE)) < 0.5  # not annotated: whatever stands there
    known = np.array([[True, True, False], [False, False, True]])
    return probabilities, target, known


def masked_dice(answer: Answer) -> Verdict:
    p, target, known = _batch()
    overlap, total, truth = (a.sum(axis=(2, 3, 4)) for a in (p * target, p + target, target))
    loss, present = 1 - 2 * overlap / total, truth > 0
    right = float(loss[known & present].mean())
    got = answer(p.copy(), target.copy(), known.copy())
    if got is ...:
        return Verdict(False, "it still returns ...; sum over the three axes of space, for each sample and class")
    if not _is_number(got):
        return Verdict(False, f"it returns {_kind(got)}, but a loss is one number: the mean over the pairs that count")
    slabs = 1 - 2 * (p * target).sum(axis=(3, 4)) / (p + target).sum(axis=(3, 4))
    known_values = (
        (1 - right, "that is the Dice coefficient; a loss is 1 minus it, so that less is better"),
        (loss.mean(), "it counts every pair; leave out what is not known, and what is not in the patch"),
        (loss[present].mean(), "it counts classes that nobody annotated: there the target means nothing"),
        (loss[known].mean(), "it counts a structure that is not in the patch: its loss is 1 whatever the network says"),
        (slabs[known & present].mean(), "that is slab by slab, as in section 4: sum over all three axes of space at once"),
        (
            1 - 2 * overlap[known & present].sum() / total[known & present].sum(),
            "that is one Dice over all pairs: the liver would drown the adrenal glands; take the mean of one each",
        ),
        (1 - (right - 1) / -2, "a factor of 2 is missing: Dice is twice the overlap over the sum of both"),
    )
    for wrong, hint in known_values:
        if np.isclose(got, wrong):
            return Verdict(False, hint)
    if not np.isclose(got, right, atol=1e-3):
        return Verdict(False, f"the loss of the trial is {right:.4f}, your function says {float(got):.4f}")
    nothing = answer(p.copy(), target.copy(), np.zeros_like(known))
    if not _is_number(nothing) or not np.isfinite(nothing):
        return Verdict(False, f"with nothing known it gives {nothing}: one such batch, and every weight is NaN; give 0")
    return Verdict(True, "a class that nobody annotated says nothing, and a small structure weighs as much as a large one")


def rate(answer: Answer) -> Verdict:
    from atlas_lab.learning.training.plan import Plan  # PyTorch, which the other lessons need not wait for

    peak, warm_up = 0.01, 0.2
    plan = Plan(learning_rate=peak, warm_up=warm_up)
    progress = np.array([0.0, 0.1, 0.2, 0.4, 0.6, 0.9, 1.0])
    right = np.array([plan.rate(float(at)) for at in progress])
    got = [answer(float(at), peak, warm_up) for at in progress]
    if any(value is ... for value in got):
        return Verdict(False, "it still returns ...; below warm_up a straight line from 0 to peak, then half a cosine")
    if not all(_is_number(value) for value in got):
        return Verdict(False, f"it returns {_kind(got[0])}, but a learning rate is one number")
    said, after = np.array(got, float), progress >= warm_up
    whole = peak * 0.5 * (1 + np.cos(np.pi * progress))
    if np.allclose(said, whole):
        return Verdict(False, "there is no warm-up: at the start the network is random, and large steps lead anywhere")
    if np.allclose(said[after], whole[after]):
        return Verdict(False, "the cosine begins at 0 instead of warm_up, so that the rate jumps down where the rise ends")
    if np.isclose(said[-1], -peak):
        return Verdict(False, "the cosine itself ends at -1, and a negative rate climbs uphill; use 0.5 * (1 + cos)")
    if np.allclose(said[after], peak * (1 - progress[after]) / (1 - warm_up)):
        return Verdict(False, "that falls in a straight line; a cosine stays high for longer and lands softly")
    if np.allclose(said[after], right[after]) and not np.allclose(said, right):
        return Verdict(False, f"the fall is right; at progress 0.1 of warm_up 0.2 the rate is {right[1]:g}, not {said[1]:g}")
    if not np.allclose(said, right):
        wrong = int(np.argmax(~np.isclose(said, right)))
        return Verdict(
            False, f"at progress {progress[wrong]:g} the rate is {right[wrong]:.4g}, your function says {said[wrong]:.4g}"
        )
    if not np.isclose(answer(0.0, peak, 0.0), peak):
        return Verdict(False, "without a warm-up (warm_up=0) it begins at peak")
    return Verdict(True, "the rate rises to its peak, then falls to 0: the last steps only polish")


_TRIALS = 20


def swap(answer: Answer) -> Verdict:
    image = np.random.default_rng(0).permutation(12 * 9 * 6).reshape(12, 9, 6).astype(float)  # every voxel can be told
    moved = []
    for seed in range(_TRIALS):
        given = image.copy()
        got = answer(given, np.random.default_rng(seed))
        if got is ...:
            return Verdict(False, "it still returns ...; draw a size, then two corners that are a size apart along one axis")
        if not (given == image).all():
            return Verdict(False, "it changes the image itself, which is the answer to learn; work on a copy")
        if np.shape(got) != image.shape:
            return Verdict(False, f"it returns {_kind(got)}; return an image of the shape of the one given, {image.shape}")
        if hint := _not_two_boxes(np.asarray(got), image):
            return Verdict(False, hint)
        moved.append(np.asarray(got))
    if not (answer(image.copy(), np.random.default_rng(0)) == moved[0]).all():
        return Verdict(False, "with the same rng it draws other boxes; draw from rng alone, or no training can be repeated")
    if len({picture.tobytes() for picture in moved}) < _TRIALS // 2:
        return Verdict(False, "it swaps the same boxes again and again, which a network learns by heart; draw where they lie")
    return Verdict(True, "no intensity is lost or new, so only knowing what belongs where puts it right")


def _not_two_boxes(got: np.ndarray, image: np.ndarray) -> str:
    """What is wrong with it, nothing where two disjoint boxes of one size have changed places."""
    if lost := np.setdiff1d(image, got).size:
        return f"{lost} of {image.size} voxels are lost: the boxes overlap, or one was overwritten before it was copied"
    there = np.argwhere(got != image)
    if not len(there):
        return "nothing has changed places; are both boxes the same?"
    from_where = np.array(np.unravel_index(np.argsort(image, axis=None), image.shape)).T  # image holds 0, 1, 2, …
    ways = {tuple(map(int, way)) for way in from_where[got[got != image].astype(int)] - there}
    if len(ways) != 2:
        return "voxels move in many directions; two whole boxes change places, each in its own order"
    one = np.array([voxel for voxel in there if tuple(from_where[int(got[tuple(voxel)])] - voxel) == min(ways)])
    if np.prod(np.ptp(one, axis=0) + 1) != len(one):
        return "what moves is no box; cut it out with three slices"
    return ""


_HOURS, _MASKS = 1152 - 40, 672  # SuPreM, ICLR 2024: GPU-hours saved, masks needed


def break_even(answer: Answer) -> Verdict:
    annotator, gpu = 50.0, 2.0
    right = 60 * _HOURS * gpu / (_MASKS * annotator)
    got = answer(annotator, gpu)
    if got is ...:
        return Verdict(False, "it still returns ...; set 672 masks and 40 GPU-hours equal to 1,152 GPU-hours, in money")
    if not _is_number(got):
        return Verdict(False, f"it returns {_kind(got)}, but the answer is one number of minutes")
    known = (
        (right / 60, "that is in hours; give minutes"),
        (60 * 1152 * gpu / (_MASKS * annotator), "supervised pre-training needs a GPU too, for 40 hours"),
        (60 * 1192 * gpu / (_MASKS * annotator), "the 40 GPU-hours are a cost of the other side: subtract them"),
        (60 * _HOURS * annotator / (_MASKS * gpu), "the prices are the wrong way round: a dear annotator has less time a mask"),
        (60 * _HOURS / _MASKS, "it knows no prices; an hour of an expert costs more than one of a GPU"),
        (60 * _HOURS * gpu / (21 * annotator), "that is a CT; each of the 21 has 32 masks"),
    )
    for wrong, hint in known:
        if np.isclose(got, wrong, rtol=1e-3):
            return Verdict(False, hint)
    if not np.isclose(got, right, rtol=1e-3):
        return Verdict(False, f"at 50 and 2 an hour it is {right:.2f} minutes a mask, your function says {float(got):.2f}")
    if not np.isclose(answer(20.0, 4.0), 60 * _HOURS * 4 / (_MASKS * 20), rtol=1e-3):
        return Verdict(False, "it is right for prices of 50 and 2 an hour alone; use both arguments")
    return Verdict(True, "at 50 and 2 an hour a mask may take 4 minutes: correcting one may, outlining one by hand does not")


def _is_number(value: Any) -> bool:
    return np.ndim(value) == 0 and np.issubdtype(np.asarray(value).dtype, np.number)


def _kind(value: Any) -> str:
    return f"an array of shape {np.shape(value)}" if np.ndim(value) else type(value).__name__
