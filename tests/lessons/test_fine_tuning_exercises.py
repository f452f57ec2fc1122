"""Checkers of the fine-tuning lesson accept every right answer and name what is wrong with the usual wrong ones."""

import numpy as np
import pandas as pd
import pytest

from atlas_lab.evaluation.statistics import adjust
from atlas_lab.lessons import check


def by_rank(p, factor, monotone=True, cap=True):
    """Sort, multiply, put back; each of the last two steps may be forgotten."""
    p = np.asarray(p, float)
    order = np.argsort(p)
    found = p[order] * factor(np.arange(len(p)), len(p))
    found = np.maximum.accumulate(found) if monotone else found
    back = np.empty_like(p)
    back[order] = np.minimum(found, 1) if cap else found
    return back


def step_down(rank, m):
    return m - rank


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (lambda p: adjust(p), True, "among four it is none"),
        (lambda p: list(by_rank(p, step_down)), True, "four questions"),
        (lambda p: [min(1, len(p) * x) for x in p], False, "Bonferroni"),
        (lambda p: by_rank(p, step_down, monotone=False), False, "at least all before it"),
        (lambda p: sorted(by_rank(p, step_down)), False, "sorted"),
        (lambda p: by_rank(p, step_down, cap=False), False, "no p is above 1"),
        (lambda p: by_rank(p, lambda rank, m: rank + 1, monotone=False), False, "the largest is multiplied by the most"),
        (lambda p: np.multiply(p, len(p) - np.arange(len(p))), False, "not by place"),
        (lambda p: [0.02, 0.04, 0.04, 0.02], False, "Benjamini"),
        (lambda p: p, False, "as they were"),
        (lambda p: [1.0] * len(p), False, "your function says"),
        (lambda p: 0.05, False, "a p for each of the 4"),
        (lambda p: ..., False, "still returns"),
    ],
)
def test_holm(answer, ok, said, capsys):
    assert bool(check("holm", answer)) is ok
    assert said in capsys.readouterr().out


def table(runs):
    return runs.pivot(index="seed", columns="arm", values="dsc")


def by_row(runs):
    """Whatever seed they are of: the first supervised run with the first from scratch."""
    arms = {arm: rows.reset_index(drop=True) for arm, rows in runs.groupby("arm")}
    difference = arms["supervised"]["dsc"] - arms["scratch"]["dsc"].iloc[:3]
    return pd.Series(difference.to_numpy(), index=arms["supervised"]["seed"])


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (lambda r: (table(r)["supervised"] - table(r)["scratch"]).dropna(), True, "a coin"),
        (lambda r: (table(r)["scratch"] - table(r)["supervised"]).dropna(), False, "wrong way round"),
        (lambda r: table(r)["supervised"] - table(r)["scratch"], False, "leave it out"),
        (lambda r: table(r).fillna(0)["supervised"] - table(r).fillna(0)["scratch"], False, "is not 0"),
        (by_row, False, "pair by seed, not by row"),
        (lambda r: (table(r)["supervised"] - table(r)["scratch"]).dropna().reset_index(drop=True).iloc[:2], False, "its index"),
        (lambda r: 0.03, False, "return a Series"),
        (lambda r: ..., False, "still returns"),
    ],
)
def test_paired(answer, ok, said, capsys):
    assert bool(check("paired", answer)) is ok
    assert said in capsys.readouterr().out


def free(cases):
    judges = set(cases.loc[cases["split"] == "test", "patient"])
    return cases[~cases["patient"].isin(judges)]


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (lambda c, n: list(free(c).drop_duplicates("patient").index[:n]), True, "with all his scans"),
        (lambda c, n: free(c).drop_duplicates("patient", keep="last").index[:n], True, "holds the shorter one"),
        (lambda c, n: list(c.index[c.split == "train"][:n]), False, "a1 leaks"),
        (lambda c, n: list(c.index[:n]), False, "a2 is in the test set"),
        (lambda c, n: list(free(c).index[:n]), False, "is there twice"),
        (lambda c, n: list(free(c).drop_duplicates("patient").index[: n - 1]), False, "were asked for"),
        (lambda c, n: ["b1", "c1"] if n == 2 else ["b1", "c2", "e1", "f1"], False, "no part of the list of 4"),
        (lambda c, n: list(free(c)["patient"].unique()[:n]), False, "is no id"),
        (lambda c, n: "b1", False, "a list of ids"),
        (lambda c, n: ..., False, "still returns"),
    ],
)
def test_few_shot(answer, ok, said, capsys):
    assert bool(check("few_shot", answer)) is ok
    assert said in capsys.readouterr().out


def parts(names, encoder, part):
    head = [name for name in names if name.startswith("head.")]
    return {"full": names, "decoder": [name for name in names if name not in encoder], "head": head}[part]


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (parts, True, "decoder and head"),
        (lambda n, e, p: set(parts(n, e, p)), True, "the head alone"),
        (lambda n, e, p: n, False, "decoder: net.down_tr128"),
        (lambda n, e, p: [x for x in n if x not in parts(n, e, p)] or n, False, "those are the frozen ones"),
        (lambda n, e, p: [x for x in parts(n, e, p) if not x.startswith("head.")], False, "head.bias is missing"),
        (lambda n, e, p: parts(n, e, "decoder" if p == "head" else p), False, "is the decoder's; the head is the last layer"),
        (lambda n, e, p: parts(n, e, "head" if p == "decoder" else p), False, "a part of the decoder"),
        (lambda n, e, p: parts(n, e, "decoder" if p == "full" else p), False, "nothing is frozen"),
        (lambda n, e, p: ["decoder"], False, "'decoder' is no parameter"),
        (lambda n, e, p: 3, False, "return the names"),
        (lambda n, e, p: ..., False, "still returns"),
    ],
)
def test_trained(answer, ok, said, capsys):
    assert bool(check("trained", answer)) is ok
    assert said in capsys.readouterr().out
