"""Checkers of `07_train_on_synthetic`."""

import math

import numpy as np
import pandas as pd

from atlas_lab.lessons.verdict import Answer, Verdict

_CTS = pd.DataFrame(
    {
        "patient": ["a", "b", "c", "d", "e", "a", "b", "c", "d", "f"],
        "tumours": ["real"] * 5 + ["none"] * 5,
    },
    index=pd.Index(["a1", "b1", "c1", "d1", "e1", "a0", "b0", "c0", "d0", "f0"], name="id"),
)


def mixture(answer: Answer) -> Verdict:
    for n, share, real in ((4, 0.5, 2), (4, 0.25, 1), (4, 0.0, 0), (4, 1.0, 4)):
        got = answer(_CTS.copy(), n, share)
        if got is ...:
            return Verdict(False, "it still returns ...; first so many real CTs, then healthy ones until there are n")
        if isinstance(got, str) or not hasattr(got, "__iter__"):
            return Verdict(False, f"it returns {type(got).__name__}; return a list of ids")
        ids = list(got)
        if unknown := [id for id in ids if id not in _CTS.index]:
            return Verdict(False, f"{unknown[0]!r} is no id of the table")
        chosen = _CTS.loc[ids]
        asked = f"n = {n}, share = {share:g}"
        if len(ids) != n or len(set(ids)) != n:
            return Verdict(False, f"{asked}: {len(set(ids))} different CTs; every mixture must have n, or it is a larger budget")
        if (count := int((chosen["tumours"] == "real").sum())) != real:
            return Verdict(False, f"{asked}: {count} CTs with real tumours, and {real} were asked for")
        if (twice := chosen["patient"].duplicated()).any():
            who = chosen["patient"][twice].iloc[0]
            return Verdict(False, f"{asked}: patient {who} is there twice, with and without a tumour: {n} CTs of fewer people")
    return Verdict(True, "as many CTs and as many people in every mixture: only the share of real tumours differs")


_SAME = np.array([0.01, -0.02, 0.00, 0.015, -0.01, 0.005, 0.01, -0.005, 0.0, -0.015, 0.02, -0.01])
_FEW = np.array([0.10, -0.12, 0.02])
_WORSE = np.full(12, -0.03) + 0.1 * _SAME


def as_good(answer: Answer) -> Verdict:
    margin = 0.05
    tried = (
        (_SAME, True, "twelve small differences around 0: the interval lies within the margin, so this is as good"),
        (
            _FEW,
            False,
            "three patients that scatter: no difference is significant, yet equality is not shown; the interval is too wide",
        ),
        (_WORSE, True, "0.03 worse in everybody: a difference that is significant, and smaller than the margin all the same"),
        (_WORSE - 0.05, False, "0.08 worse in everybody: below the margin"),
        (-_WORSE + 0.05, False, "0.08 better is not as good as: equivalence has two sides"),
    )
    for differences, right, why in tried:
        got = answer(differences.copy(), margin)
        if got is ...:
            return Verdict(
                False, "it still returns ...; mean and standard error of the differences first, then the 90 % interval"
            )
        if not isinstance(got, bool | np.bool_):
            return Verdict(False, f"it returns {type(got).__name__}; return True or False")
        if bool(got) != right:
            return Verdict(False, f"mean {differences.mean():+.3f}, n = {len(differences)}: {why}")
    edge = np.array([0.049, 0.041, 0.047, 0.043])  # the normal quantile says yes, Student's t says no
    if bool(answer(edge, 0.0482)):
        return Verdict(False, "with four patients the t quantile is 2.353, not the normal 1.645: your interval is too narrow")
    return Verdict(
        True, "a test that finds no difference says nothing; an interval within the margin says that it does not matter"
    )


def equal_price(answer: Answer) -> Verdict:
    confidences, cases = [0.9, 0.4, 0.7, 0.7, 0.2], 2
    tried = ((1.0, 0.7, 2), (0.5, 0.9, 1), (2.5, 0.0, 5), (2.0, 0.2, 4))
    for rate, above, allowed in tried:
        got = answer(list(confidences), cases, rate)
        if got is ...:
            return Verdict(False, "it still returns ...; how many false positives are allowed in all cases together?")
        if not isinstance(got, int | float | np.floating) or not math.isfinite(got):
            return Verdict(False, f"it returns {got!r}; return a threshold, a finite number")
        kept = sum(c >= got for c in confidences)
        said = f"{rate:g} a case in {cases} cases are {allowed} false positives; at your threshold {got:.3g} there are {kept}"
        if kept > allowed:
            return Verdict(False, said + (" (two have the same confidence: neither fits)" if rate == 1.0 else ""))
        if got > np.nextafter(above, math.inf) + 1e-6:
            return Verdict(False, f"{said}; a lower one is allowed, and finds more tumours: just above {above:g}")
    if answer([], 3, 1.0) > 0:
        return Verdict(False, "without any false positive every threshold is allowed: return 0")
    return Verdict(True, "two networks are compared where both raise as many false alarms, wherever their probabilities lie")
