"""Checkers accept every right answer and name what is wrong with the usual wrong ones."""

import numpy as np
import pytest

from atlas_lab.errors import InputError
from atlas_lab.lessons import check, unsolved


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (lambda m, s: m.sum() * np.prod(s) / 1000, True, "for any voxel size"),
        (lambda m, s: float(np.count_nonzero(m)) * s[0] * s[1] * s[2] * 1e-3, True, "for any voxel size"),
        (lambda m, s: m.sum(), False, "number of voxels"),
        (lambda m, s: m.sum() * np.prod(s), False, "1 mL is 1000 mm³"),
        (lambda m, s: m.sum() * s[0] ** 3 / 1000, False, "not cubes"),
        (lambda m, s: m.size * np.prod(s) / 1000, False, "whole image"),
        (lambda m, s: m * 1.0, False, "one number"),
        (lambda m, s: 7.0, False, "your function says 7.000"),
        (lambda m, s: 0.168 + 0 * m.sum(), False, "empty mask"),
        (lambda m, s: ..., False, "still returns"),
        (lambda m: 1, False, "raised TypeError"),
        (42, False, "is a function, not int"),
    ],
)
def test_volume_ml(answer, ok, said, capsys):
    verdict = check("volume_ml", answer)
    assert bool(verdict) is ok
    assert said in capsys.readouterr().out


def world_x(mask, affine):
    return (np.argwhere(mask) @ affine[:3, :3].T + affine[:3, 3])[:, 0].mean()


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (lambda a, b, affine: world_x(a, affine) < world_x(b, affine), True, "smaller world x"),
        (lambda a, b, affine: world_x(a, affine) > world_x(b, affine), False, "wrong way round"),
        (lambda a, b, affine: np.argwhere(a)[:, 0].mean() < np.argwhere(b)[:, 0].mean(), False, "use the affine"),
        (lambda a, b, affine: False, False, "compare the mean world x"),
        (lambda a, b, affine: "left", False, "return True or False"),
        (lambda a, b, affine: ..., False, "still returns"),
    ],
)
def test_left_of(answer, ok, said, capsys):
    assert bool(check("left_of", answer)) is ok
    assert said in capsys.readouterr().out


def z(values, middle=np.median, spread=lambda v: 1.4826 * np.median(np.abs(v - np.median(v)))):
    return (values - middle(values)) / spread(values)


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (z, True, "the broken liver has z = -60"),
        (lambda v: z(v).tolist(), True, "z = -60"),
        (lambda v: z(v, np.mean, np.std), False, "hides itself"),
        (lambda v: z(v, np.mean, lambda x: x.std(ddof=1)), False, "hides itself"),
        (lambda v: z(v, np.mean), False, "the mean is drawn towards the outlier"),
        (lambda v: z(v, spread=np.std), False, "the SD is widened"),
        (lambda v: z(v) * 1.4826, False, "1.4826"),
        (lambda v: abs(z(v)), False, "keep the sign"),
        (lambda v: -z(v), False, "the other way round"),
        (lambda v: v - np.median(v), False, "divide it by the spread"),
        (lambda v: z(v).max(), False, "one z for each"),
        (lambda v: z(v) + 1, False, "the last z is -60"),
        (lambda v: ..., False, "still returns"),
    ],
)
def test_robust_z(answer, ok, said, capsys):
    assert bool(check("robust_z", answer)) is ok
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (lambda s, w: [id for id, names in s.items() if set(w) <= set(names)], True, "was not looked at"),
        (lambda s, w: {id for id, names in s.items() if all(n in names for n in w)}, True, "was not looked at"),
        (lambda s, w: [id for id, names in s.items() if set(w) & set(names) or not w], False, "keep those that have all"),
        (lambda s, w: [id for id, names in s.items() if w and set(w) <= set(names)], False, "for [] the cases are"),
        (lambda s, w: True, False, "return a list of case ids"),
        (lambda s, w: ..., False, "still returns"),
    ],
)
def test_annotated_for(answer, ok, said, capsys):
    assert bool(check("annotated_for", answer)) is ok
    assert said in capsys.readouterr().out


def test_an_unknown_exercise_names_the_nearest():
    with pytest.raises(InputError, match="did you mean 'volume_ml'"):
        check("volume_m", len)


def test_only_an_untouched_answer_is_unsolved():
    assert unsolved(lambda x: ..., 1)
    assert not unsolved(lambda x: 3, 1)
    assert not unsolved(lambda: 3, 1)
