"""Checkers of the lesson on synthetic tumours accept right answers and name what is wrong with the usual wrong ones."""

import numpy as np
import pytest
from scipy import stats

from atlas_lab.lessons import check


def fair(table, n, share):
    real = list(table.index[table["tumours"] == "real"])[: round(share * n)]
    free = table[(table["tumours"] == "none") & ~table["patient"].isin(table.loc[real, "patient"])]
    return real + list(free.index)[: n - len(real)]


def same_people(table, n, share):
    real = list(table.index[table["tumours"] == "real"])[: round(share * n)]
    return real + list(table.index[table["tumours"] == "none"])[: n - len(real)]


def added(table, n, share):
    return [*list(table.index[table["tumours"] == "real"])[: round(share * n)], "c0", "d0", "f0", "b0"]


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (fair, True, "only the share of real tumours differs"),
        (same_people, False, "is there twice, with and without"),
        (added, False, "larger budget"),
        (lambda table, n, share: list(table.index[:n]), False, "were asked for"),
        (lambda table, n, share: ["z9"] * n, False, "no id of the table"),
        (lambda table, n, share: 3, False, "return a list of ids"),
        (lambda table, n, share: ..., False, "still returns"),
    ],
)
def test_mixture(answer, ok, said, capsys):
    assert bool(check("mixture", answer)) is ok
    assert said in capsys.readouterr().out


def interval(differences, margin, quantile=None):
    mean, n = differences.mean(), len(differences)
    half = (quantile or stats.t.ppf(0.95, n - 1)) * differences.std(ddof=1) / np.sqrt(n)
    return bool(mean - half > -margin and mean + half < margin)


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (interval, True, "says that it does not matter"),
        (lambda d, margin: bool(stats.ttest_1samp(d, 0).pvalue > 0.05), False, "equality is not shown"),
        (lambda d, margin: bool(abs(d.mean()) < margin), False, "equality is not shown"),
        (lambda d, margin: interval(d, 10) and bool(d.mean() > -margin) and len(d) > 3, False, "two sides"),
        (lambda d, margin: interval(d, margin, 1.645), False, "t quantile"),
        (lambda d, margin: 1, False, "return True or False"),
        (lambda d, margin: ..., False, "still returns"),
    ],
)
def test_as_good(answer, ok, said, capsys):
    assert bool(check("as_good", answer)) is ok
    assert said in capsys.readouterr().out


def price(confidences, cases, rate):
    allowed, falling = int(rate * cases), sorted(confidences, reverse=True)
    return 0.0 if len(falling) <= allowed else float(np.nextafter(falling[allowed], np.inf))


def one_too_many(confidences, cases, rate):
    allowed, falling = int(rate * cases), sorted(confidences, reverse=True)
    return 0.0 if len(falling) <= allowed else falling[allowed - 1]


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (price, True, "as many false alarms"),
        (one_too_many, False, "neither fits"),
        (lambda confidences, cases, rate: 0.95, False, "a lower one is allowed"),
        (lambda confidences, cases, rate: None, False, "a finite number"),
        (lambda confidences, cases, rate: ..., False, "still returns"),
    ],
)
def test_equal_price(answer, ok, said, capsys):
    assert bool(check("equal_price", answer)) is ok
    assert said in capsys.readouterr().out
