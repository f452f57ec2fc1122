"""Do two models differ on the same cases? And what is left after many such questions."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

from atlas_lab.errors import InputError
from atlas_lab.evaluation.statistics.given import check_choice, check_numbers, check_pairs

Alternative = Literal["two-sided", "greater", "less"]

_SIGN_FLIPS = 9999


@dataclass(frozen=True)
class PairedTest:
    """The result of a paired test of `n` cases; `note` says what a reader must know of it."""

    p: float
    statistic: float
    difference: float
    n: int
    test: str
    alternative: str
    note: str = ""


def paired_test(
    a: Any,
    b: Any,
    test: Literal["wilcoxon", "permutation"] = "wilcoxon",
    alternative: Alternative = "two-sided",
    seed: int = 0,
) -> PairedTest:
    """Test whether the values `a` differ from `b` of the same cases; `alternative="greater"` asks whether a is greater.

    `wilcoxon` is the signed-rank test (Wilcoxon 1945; cases without a difference are left out and noted), its `difference`
    the median of a - b; `permutation` flips the signs of the differences (all ways where those are at most 9,999, else
    that many drawn by `seed`), its `difference` and `statistic` the mean. No difference in any case is p = 1. InputError:
    NaN, other lengths, two Series with other cases or another order.
    """
    first, second = check_pairs(a, b)
    check_choice(test, ("wilcoxon", "permutation"), "test")
    check_choice(alternative, ("two-sided", "greater", "less"), "alternative")
    differences = first - second
    n, zeros = len(differences), int(np.count_nonzero(differences == 0))
    if zeros == n:
        return PairedTest(1.0, 0.0, 0.0, n, test, alternative, f"all {n} differences are 0")
    if test == "wilcoxon":
        result = stats.wilcoxon(differences, alternative=alternative)
        centre, note = float(np.median(differences)), f"{zeros} of {n} differences are 0 and left out" if zeros else ""
    else:
        result = stats.permutation_test(
            (differences,), np.mean, permutation_type="samples", alternative=alternative, n_resamples=_SIGN_FLIPS,
            rng=np.random.default_rng(seed),
        )  # fmt: skip
        centre, note = float(differences.mean()), ""
    return PairedTest(float(result.pvalue), float(result.statistic), centre, n, test, alternative, note)


def adjust(p: Any, method: Literal["holm", "bh"] = "holm") -> Any:
    """p-values adjusted for their number: Holm (1979, family-wise) or Benjamini and Hochberg (1995, false discoveries).

    An array, or a Series with the same index where a Series is given. InputError: NaN, outside 0..1.
    """
    values = check_numbers(p, "p")
    check_choice(method, ("holm", "bh"), "method")
    if values.min() < 0 or values.max() > 1:
        raise InputError(f"p: holds {values.min():g} to {values.max():g}; p-values are from 0 to 1")
    adjusted = multipletests(values, method="holm" if method == "holm" else "fdr_bh")[1]
    return pd.Series(adjusted, index=p.index, name=p.name) if isinstance(p, pd.Series) else adjusted
