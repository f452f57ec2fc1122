"""Checkers of `02_evaluation`."""

from typing import Any

import numpy as np
import pandas as pd

from atlas_lab.lessons.verdict import Answer, Verdict

_SCORES = pd.DataFrame(
    {"dsc": [0.95, 0.93, 0.93, 0.90], "hd95": [3.0, 21.0, np.inf, 6.0]},
    index=pd.Index(["ada", "bert", "cleo", "dan"], name="network"),
)
_CONTRADICTIONS = {("bert", "dan"), ("cleo", "dan")}  # better by DSC, worse by HD95


def contradictions(answer: Answer) -> Verdict:
    got = answer(_SCORES.copy())
    if got is ...:
        return Verdict(False, "it still returns ...; compare every network with every other one, in both columns")
    try:
        found = [(str(a), str(b)) for a, b in got]
    except (TypeError, ValueError):
        return Verdict(False, f"it returns {type(got).__name__}; return a list of pairs (better by DSC, better by HD95)")
    known = {
        frozenset((b, a) for a, b in _CONTRADICTIONS): "the pairs are the other way round: first who is better by DSC",
        frozenset(_CONTRADICTIONS | {("bert", "cleo")}): "bert and cleo have the same DSC: neither is better by it",
        frozenset(
            _CONTRADICTIONS - {("cleo", "dan")}
        ): "cleo is missing: an infinite HD95 is the worst there is, not one to skip",
        frozenset(): "none is found; remember that a high DSC is good and a high HD95 is bad",
    }
    if hint := known.get(frozenset(found)):
        return Verdict(False, hint)
    if not set(found) <= {(a, b) for a in _SCORES.index for b in _SCORES.index}:
        return Verdict(False, f"{found[0]} are not two networks of the table; use its index")
    if set(found) != _CONTRADICTIONS:
        wrong = sorted(set(found) ^ _CONTRADICTIONS)[0]
        said = "is no contradiction" if wrong in found else "is missing"
        values = "; ".join(f"{name}: DSC {_SCORES.dsc[name]:g}, HD95 {_SCORES.hd95[name]:g} mm" for name in wrong)
        return Verdict(False, f"{wrong} {said} ({values})")
    return Verdict(
        True, "bert and cleo beat dan by DSC and lose by HD95; which of them is better is not a question for one number"
    )


_DISTANCES = [np.array([0.0, 0.0, 0.5, 0.5, 1.0, 1.0]), np.r_[np.zeros(50), np.ones(40), np.full(8, 2.0), [3.0, 12.0]]]  # mm


def tolerance_mm(answer: Answer) -> Verdict:
    pooled = np.concatenate(_DISTANCES)
    right = float(np.percentile(pooled, 95))
    got = answer([distances.copy() for distances in _DISTANCES])
    if got is ...:
        return Verdict(False, "it still returns ...; pool the distances of all cases first")
    if not _is_number(got):
        return Verdict(False, f"it returns {type(got).__name__}, but a tolerance is one number of mm")
    known = (
        (pooled.max(), "that is the largest distance: one slip of one reader would excuse every network"),
        (pooled.mean(), "that is the mean; half of what experts draw would count as wrong"),
        (np.median(pooled), "that is the median; half of what experts draw would count as wrong"),
        (np.percentile(pooled, 5), "that is the 5th percentile: 95 % of the experts' own distances would be errors"),
        (
            np.mean([np.percentile(d, 95) for d in _DISTANCES]),
            "pool the cases: a small structure must not weigh as much as a large one",
        ),
        (np.percentile(pooled, 90), "that is the 90th percentile; the convention is the 95th"),
    )
    for wrong, hint in known:
        if np.isclose(got, wrong) and not np.isclose(wrong, right):
            return Verdict(False, hint)
    if not np.isclose(got, right):
        return Verdict(False, f"95 % of the distances are at most {right:g} mm; your function says {float(got):.3g}")
    return Verdict(True, f"{right:g} mm: as far as two experts differ, so that a network is not punished for what is not known")


_WILSON = (0.45258, 0.93677)  # 7 of 9, Wilson 1927
_WALD = (0.50616, 1.04940)
_EXACT = (0.39991, 0.97186)  # Clopper and Pearson 1934


def wilson(answer: Answer) -> Verdict:
    got = answer(7, 9)
    if got is ...:
        return Verdict(False, "it still returns ...; write down the formula with p = k / n and z = 1.96")
    if np.shape(got) != (2,):
        return Verdict(False, f"it returns {type(got).__name__}; return the pair (low, high)")
    low, high = float(got[0]), float(got[1])
    if low > high:
        return Verdict(False, "the low end comes first")
    if high > 2:
        return Verdict(False, "give shares from 0 to 1, not per cent")
    known = (
        (_WALD, f"that is p ± 1.96 SE: its high end of {_WALD[1]:.2f} is above 1, and 9 of 9 would get no width at all"),
        ((_WALD[0], 1.0), "that is p ± 1.96 SE with the end cut off at 1; Wilson's interval never leaves 0 to 1"),
        (_EXACT, "that is Clopper and Pearson's: never below 95 %, but wider; Wilson's is asked for"),
    )
    for wrong, hint in known:
        if np.allclose((low, high), wrong, atol=2e-3):
            return Verdict(False, hint)
    if not np.allclose((low, high), _WILSON, atol=2e-4):
        return Verdict(False, f"7 of 9 are {_WILSON[0]:.3f} to {_WILSON[1]:.3f}, your function says {low:.3f} to {high:.3f}")
    everything = answer(9, 9)
    if not np.allclose(everything, (0.70085, 1), atol=1e-3):
        return Verdict(False, f"9 of 9 are 0.701 to 1, your function says {everything[0]:.3f} to {everything[1]:.3f}")
    return Verdict(True, "7 of 9 found is anything from 45 % to 94 %: so small a test decides nothing")


_VALIDATION = pd.DataFrame({"tumour": [True, True, True, False, False, False], "score": [0.9, 0.8, 0.6, 0.5, 0.48, 0.45]})
_TEST = pd.DataFrame({"tumour": [True, True, True, False, False, False], "score": [0.95, 0.45, 0.4, 0.35, 0.2, 0.1]})
_FROM, _CHOSEN, _ON_TEST = 0.5, 0.6, 0.4  # from above 0.5 to 0.6 the same patients are called


def choose(answer: Answer) -> Verdict:
    got = answer(_VALIDATION.copy(), _TEST.copy())
    if got is ...:
        return Verdict(False, "it still returns ...; try every score as the threshold, on the patients you may look at")
    if not _is_number(got):
        return Verdict(False, f"it returns {type(got).__name__}, but a threshold is one number")
    if np.isclose(got, _ON_TEST):
        return Verdict(
            False, "that is the best threshold of the test set: whoever looks there reports what was chosen, not what was found"
        )
    other = answer(_VALIDATION.copy(), _TEST.assign(score=1 - _TEST["score"]))
    if not np.isclose(float(got), float(other)):
        return Verdict(False, "your threshold changes with the test set, so it was chosen there, at least in part")
    if not _FROM < got <= _CHOSEN:
        found = [int(_VALIDATION.score[_VALIDATION.tumour == is_ill].ge(got).sum()) for is_ill in (True, False)]
        said = f"from {float(got):g} up {found[0]} of 3 tumours are called and {found[1]} of 3 controls"
        return Verdict(False, f"{said}; {_CHOSEN:g} calls all tumours and no control of validation")
    return Verdict(True, "the threshold is 0.6, and on the test set it finds 1 tumour of 3: a lower number, and an honest one")


def _is_number(value: Any) -> bool:
    return np.ndim(value) == 0 and np.issubdtype(np.asarray(value).dtype, np.number)
