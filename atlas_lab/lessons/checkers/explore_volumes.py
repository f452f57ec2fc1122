"""Checkers of `01_explore_volumes`."""

import numpy as np

from atlas_lab.lessons.verdict import Answer, Verdict

_VOLUMES = np.array([1480.0, 1510, 1495, 1530, 1465, 1500, 160])  # mL; the last is a liver with most of it missing


def robust_z(answer: Answer) -> Verdict:
    got = answer(_VOLUMES.copy())
    if got is ...:
        return Verdict(False, "it still returns ...; begin with each value's distance from the median")
    got = np.asarray(got, dtype=float)
    if got.shape != _VOLUMES.shape:
        return Verdict(False, f"it returns shape {got.shape} for {len(_VOLUMES)} values; give one z for each")
    deviation = _VOLUMES - np.median(_VOLUMES)
    mad = np.median(np.abs(deviation))
    right = deviation / (1.4826 * mad)
    known = (
        (deviation, "that is the distance in mL; divide it by the spread"),
        (deviation / mad, "multiply the MAD by 1.4826 first, so that it equals the SD of a normal distribution"),
        (np.abs(right), "keep the sign: too small and too large are different mistakes"),
        (-right, "the sign is the other way round: a value above the median has a positive z"),
        ((_VOLUMES - _VOLUMES.mean()) / _VOLUMES.std(), _HIDES),
        ((_VOLUMES - _VOLUMES.mean()) / _VOLUMES.std(ddof=1), _HIDES),
        ((_VOLUMES - _VOLUMES.mean()) / (1.4826 * mad), "the mean is drawn towards the outlier; use the median"),
        (deviation / _VOLUMES.std(), "the SD is widened by the outlier; use the MAD"),
    )
    for wrong, hint in known:
        if np.allclose(got, wrong):
            return Verdict(False, hint)
    if not np.allclose(got, right):
        return Verdict(False, f"for {_VOLUMES.astype(int).tolist()} the last z is {right[-1]:.1f}, yours is {got[-1]:.1f}")
    return Verdict(True, f"the broken liver has z = {right[-1]:.0f}; with mean and SD it would have had -2.4 and passed")


_HIDES = "with mean and SD the broken liver has only z = -2.4: it widens the SD and hides itself; use median and MAD"


def annotated_for(answer: Answer) -> Verdict:
    structures = {"a": ["liver", "spleen"], "b": ["liver"], "c": ["spleen", "kidney_left"], "d": []}
    asked = [["liver"], ["liver", "spleen"], ["pancreas"], []]
    expected = [["a", "b"], ["a"], [], ["a", "b", "c", "d"]]
    for wanted, right in zip(asked, expected, strict=True):
        got = answer(dict(structures), list(wanted))
        if got is ...:
            return Verdict(False, "it still returns ...; go through the cases and keep those that have every wanted structure")
        if isinstance(got, str) or not hasattr(got, "__iter__"):
            return Verdict(False, f"it returns {type(got).__name__}; return a list of case ids")
        if sorted(got) != right:
            either = sorted(id for id, names in structures.items() if set(names) & set(wanted))
            if sorted(got) == either and len(wanted) > 1:
                return Verdict(False, f"for {wanted} that is every case with one of them; keep those that have all")
            return Verdict(False, f"for {wanted} the cases are {right}, your function says {sorted(got)}")
    return Verdict(True, "a case without a mask was not looked at for it, so it cannot serve as a negative example")
