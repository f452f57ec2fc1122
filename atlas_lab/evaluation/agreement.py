"""How well two measurements, or several readers, agree."""

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from scipy import stats

from atlas_lab.data.prior import dice
from atlas_lab.errors import InputError
from atlas_lab.evaluation.given import check_mask
from atlas_lab.evaluation.statistics.given import check_pairs, check_share
from atlas_lab.evaluation.statistics.intervals import Interval

LIMIT = 1.96  # standard deviations that hold 95 % of a normal distribution (Bland and Altman 1999)


@dataclass(frozen=True, repr=False)
class BlandAltman:
    """The mean difference a - b, the limits between which 95 % of differences lie, and what to plot.

    `table` has one row a case: `mean` of the two measurements and their `difference`, in their unit.
    """

    bias: Interval
    lower_limit: Interval
    upper_limit: Interval
    table: pd.DataFrame

    def __repr__(self) -> str:
        return f"BlandAltman(bias {self.bias}; limits {self.lower_limit.value:.3g} to {self.upper_limit.value:.3g})"


def bland_altman(a: Any, b: Any, confidence: float = 0.95) -> BlandAltman:
    """Agreement of two measurements of the same cases (Bland and Altman, Lancet 1986 and Stat Methods Med Res 1999).

    The limits are the bias plus and minus 1.96 standard deviations; the intervals of bias and limits are theirs of 1999,
    by Student's t. The limits assume that the differences depend on the size no more than by chance: look at the chart.
    InputError: fewer than two cases, NaN, other lengths, Series with other cases or another order.
    """
    first, second = check_pairs(a, b)
    check_share(confidence, "confidence")
    n = len(first)
    if n < 2:
        raise InputError("agreement needs at least two cases, here is 1")
    differences = first - second
    bias, sd = float(differences.mean()), float(differences.std(ddof=1))
    t = float(stats.t.ppf((1 + confidence) / 2, n - 1))
    of_bias, of_limit = t * sd / math.sqrt(n), t * sd * math.sqrt(1 / n + LIMIT**2 / (2 * (n - 1)))
    index = next((given.index for given in (a, b) if isinstance(given, pd.Series)), None)
    lower, upper = (
        Interval(limit, limit - of_limit, limit + of_limit, confidence, n) for limit in (bias - LIMIT * sd, bias + LIMIT * sd)
    )
    table = pd.DataFrame({"mean": (first + second) / 2, "difference": differences}, index=index)
    return BlandAltman(Interval(bias, bias - of_bias, bias + of_bias, confidence, n), lower, upper, table)


def inter_rater(raters: Mapping[str, Any]) -> pd.DataFrame:
    """The DSC of every pair of raters, a symmetric table: `raters` names masks (x, y, z) of one structure on one grid.

    Two empty masks have no DSC: NaN, and the pair stands in `attrs["both_empty"]`. InputError: fewer than two raters, masks
    that are no masks or of other shapes.
    """
    masks = {str(name): check_mask(mask, f"rater {name!r}") for name, mask in raters.items()}
    if len(masks) < 2:
        raise InputError(f"agreement needs at least two raters, here are {len(masks)}")
    names = list(masks)
    for name in names[1:]:
        if masks[name].shape != masks[names[0]].shape:
            raise InputError(
                f"rater {name!r} has a mask of shape {masks[name].shape} and {names[0]!r} of {masks[names[0]].shape}; "
                "they must lie on one grid"
            )
    table = pd.DataFrame(math.nan, index=pd.Index(names, name="rater"), columns=names)
    for one, other in itertools.combinations_with_replacement(names, 2):
        table.loc[one, other] = table.loc[other, one] = dice(masks[one], masks[other])
    pairs = itertools.combinations(names, 2)
    table.attrs["both_empty"] = [pair for pair in pairs if not masks[pair[0]].any() and not masks[pair[1]].any()]
    return table
