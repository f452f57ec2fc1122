"""Checkers of the evaluation lesson accept every right answer and name what is wrong with the usual wrong ones."""

import itertools

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from atlas_lab.evaluation.patients import choose_threshold
from atlas_lab.lessons import check


def pairs(scores, chosen):
    return [(a.Index, b.Index) for a, b in itertools.permutations(scores.itertuples(), 2) if chosen(a, b)]


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (lambda s: pairs(s, lambda a, b: a.dsc > b.dsc and a.hd95 > b.hd95), True, "not a question for one number"),
        (lambda s: set(pairs(s, lambda a, b: a.dsc > b.dsc and a.hd95 > b.hd95)), True, "beat dan by DSC"),
        (lambda s: pairs(s, lambda a, b: a.dsc < b.dsc and a.hd95 < b.hd95), False, "the other way round"),
        (lambda s: [("bert", "dan"), ("cleo", "dan"), ("bert", "cleo")], False, "same DSC"),
        (lambda s: pairs(s, lambda a, b: a.dsc > b.dsc and b.hd95 < a.hd95 < np.inf), False, "the worst there is"),
        (lambda s: pairs(s, lambda a, b: a.dsc > b.dsc and a.hd95 < b.hd95), False, "is no contradiction"),
        (lambda s: [], False, "none is found"),
        (lambda s: [("bert", "dan"), ("eve", "dan")], False, "not two networks of the table"),
        (lambda s: "bert", False, "list of pairs"),
        (lambda s: 3, False, "list of pairs"),
        (lambda s: ..., False, "still returns"),
    ],
)
def test_contradictions(answer, ok, said, capsys):
    assert bool(check("contradictions", answer)) is ok
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (lambda d: np.percentile(np.concatenate(d), 95), True, "2 mm"),
        (lambda d: float(np.quantile(np.hstack(d), 0.95)), True, "not punished"),
        (lambda d: max(map(np.max, d)), False, "largest distance"),
        (lambda d: np.concatenate(d).mean(), False, "the mean"),
        (lambda d: np.median(np.concatenate(d)), False, "the median"),
        (lambda d: np.percentile(np.concatenate(d), 5), False, "5th percentile"),
        (lambda d: np.mean([np.percentile(case, 95) for case in d]), False, "pool the cases"),
        (lambda d: np.percentile(np.concatenate(d), 90), False, "90th"),
        (lambda d: 5.0, False, "your function says 5"),
        (lambda d: [np.percentile(case, 95) for case in d], False, "one number of mm"),
        (lambda d: ..., False, "still returns"),
    ],
)
def test_tolerance_mm(answer, ok, said, capsys):
    assert bool(check("tolerance_mm", answer)) is ok
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (lambda k, n: proportion_confint(k, n, method="wilson"), True, "decides nothing"),
        (lambda k, n: list(proportion_confint(k, n, method="wilson")), True, "decides nothing"),
        (lambda k, n: proportion_confint(k, n, method="normal"), False, "cut off at 1"),
        (lambda k, n: k / n + np.array([-1.96, 1.96]) * (k / n * (1 - k / n) / n) ** 0.5, False, "above 1"),
        (lambda k, n: proportion_confint(k, n, method="beta"), False, "Clopper and Pearson"),
        (lambda k, n: tuple(100 * x for x in proportion_confint(k, n, method="wilson")), False, "not per cent"),
        (lambda k, n: proportion_confint(k, n, method="wilson")[::-1], False, "low end comes first"),
        (lambda k, n: proportion_confint(k, n, 0.1, method="wilson"), False, "your function says"),
        (lambda k, n: (0.45259, 0.93677), False, "9 of 9 are"),
        (lambda k, n: k / n, False, "the pair (low, high)"),
        (lambda k, n: ..., False, "still returns"),
    ],
)  # fmt: skip
def test_wilson(answer, ok, said, capsys):
    assert bool(check("wilson", answer)) is ok
    assert said in capsys.readouterr().out


def youden(patients):
    return choose_threshold(patients, youden=True, split="validation").value


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (lambda v, t: youden(v), True, "an honest one"),
        (lambda v, t: 0.55, True, "an honest one"),
        (lambda v, t: youden(t), False, "best threshold of the test set"),
        (lambda v, t: youden(pd.concat([v, t], ignore_index=True)), False, "chosen there, at least in part"),
        (lambda v, t: v.score.max(), False, "1 of 3 tumours are called and 0 of 3 controls"),
        (lambda v, t: 0.5, False, "3 of 3 tumours are called and 1 of 3 controls"),
        (lambda v, t: (youden(v), 1), False, "one number"),
        (lambda v, t: ..., False, "still returns"),
    ],
)
def test_choose(answer, ok, said, capsys):
    assert bool(check("choose", answer)) is ok
    assert said in capsys.readouterr().out
