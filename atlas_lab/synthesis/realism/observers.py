"""Machine observers: can they tell real lesions from synthetic ones in patients that they have not seen?"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from atlas_lab.errors import InputError, nearest
from atlas_lab.evaluation.statistics import Interval, bootstrap, proportion
from atlas_lab.synthesis.realism.folds import check_folds, patient_folds
from atlas_lab.synthesis.realism.lesions import Lesions, check_lesions

NAMES = ("hotelling", "cnn")
MARGIN = (0.40, 0.60)  # an area within it, for all of its 90 % interval, counts as chance

_DRAWS = 1000


class Observer(Protocol):
    """Learns from lesions whose side it is told, and scores others: higher is more like a synthetic one."""

    def scores(self, train: np.ndarray, labels: np.ndarray, test: np.ndarray, seed: int) -> np.ndarray: ...


@dataclass(frozen=True)
class Observed:
    """What an observer made of real and synthetic lesions.

    `auc` is the area with its 95 % interval by patient, `narrow` the same with 90 %. `scores` has a row a lesion: patient,
    synthetic, fold, score (comparable within a fold only).
    """

    observer: str
    auc: Interval
    narrow: Interval
    scores: pd.DataFrame

    @property
    def verdict(self) -> str:
        """`told apart` where the 95 % interval lies above one half, `not told apart` where the 90 % one lies within .40
        to .60, else `undecided`: an area that is not shown to be above one half is not shown to be one half."""
        if self.auc.low > 0.5:
            return "told apart"
        within = MARGIN[0] <= self.narrow.low and self.narrow.high <= MARGIN[1]
        return "not told apart" if within else "undecided"

    def __str__(self) -> str:
        count = self.scores.groupby("synthetic")
        many = " + ".join(str(len(rows)) for _, rows in count)
        of = " + ".join(str(rows["patient"].nunique()) for _, rows in count)
        ends = f"{self.auc.value:.2f} [{self.auc.low:.2f}, {self.auc.high:.2f}]"
        need = f"; equivalence needs its 90 % interval within {MARGIN[0]:.2f} to {MARGIN[1]:.2f}"
        return f"{self.observer}: {self.verdict}, AUC {ends}, {many} lesions of {of} patients{need * (self.auc.low <= 0.5)}"


def observe(
    real: Lesions, synthetic: Lesions, observer: str | Observer = "hotelling", *, folds: np.ndarray | None = None, seed: int = 0
) -> Observed:
    """Train an observer (`hotelling`, `cnn`, or one of your own) on all folds but one, and let it judge that one, in turn.

    Sizes are taken as they are: match them first (see `matched`). The area counts pairs of one fold only, since scores of
    two trainings have no common scale; its interval draws patients again and takes the trained observers as they are, so with
    few patients it is narrow: of samples of one kind, 1 in 40 should count as told apart; simulated with 3 alike
    lesions a patient it is 1 in 12 with 10 patients a side, 1 in 35 with 20.
    Where the sides separate completely it is Clopper and Pearson's for as many pairs as the smaller side has patients.
    `folds` are numbers, the real lesions' first; by default 5, or as many as the smaller side has patients.

    InputError: no lesion, one patient on a side, a patient in two folds, an unknown observer, HU that are no number.
    """
    check_lesions(real, synthetic)
    check_observer(observer)
    name, chosen = _observer(observer, real, synthetic)
    crops = np.stack([lesion.seen for side in (real, synthetic) for lesion in side])
    labels = np.repeat([False, True], [len(real), len(synthetic)])
    patients = np.concatenate([real.patients, synthetic.patients])
    parts = patient_folds(patients, labels, seed) if folds is None else check_folds(folds, patients, labels)
    scores = np.empty(len(labels))
    for number in np.unique(parts):
        here = parts == number
        scores[here] = chosen.scores(crops[~here], labels[~here], crops[here], seed)
    table = pd.DataFrame({"patient": patients, "synthetic": labels, "fold": parts, "score": scores})
    return Observed(name, _area(table, 0.95, seed), _area(table, 0.90, seed), table)


def check_observer(observer: str | Observer) -> None:
    """InputError: an unknown name, something that gives no scores."""
    if isinstance(observer, str) and observer not in NAMES:
        raise InputError(f"observer {observer!r}: {nearest(observer, NAMES)}give one of {', '.join(NAMES)}")
    if not isinstance(observer, str) and not hasattr(observer, "scores"):
        raise InputError(f"observer {observer!r}: give one of {', '.join(NAMES)}, or an object with scores(...)")


def _observer(observer: str | Observer, real: Lesions, synthetic: Lesions) -> tuple[str, Observer]:
    if not isinstance(observer, str):
        return type(observer).__name__, observer
    if observer == "hotelling":
        from atlas_lab.synthesis.realism.hotelling import Hotelling

        width = float(np.median(np.concatenate([real.diameters, synthetic.diameters]))) / real.spacing_mm
        return observer, Hotelling(width)
    from atlas_lab.synthesis.realism.cnn import Cnn

    return observer, Cnn()


def _area(table: pd.DataFrame, confidence: float, seed: int) -> Interval:
    synthetic = table["synthetic"].to_numpy()
    fold, score, rows = (table[column].to_numpy() for column in ("fold", "score", "patient"))
    paired = fold[synthetic][:, None] == fold[~synthetic]
    above = np.sign(score[synthetic][:, None] - score[~synthetic]) / 2 + 0.5
    right = above * paired

    def area(drawn: np.ndarray) -> float:
        often = np.bincount(drawn, minlength=len(synthetic)).astype(float)
        pairs = often[synthetic] @ paired @ often[~synthetic]
        return float(often[synthetic] @ right @ often[~synthetic] / pairs) if pairs else 0.5  # such a draw says nothing

    found = bootstrap(
        np.arange(len(synthetic)), area, groups=rows, n_resamples=_DRAWS, confidence=confidence, seed=seed
    )  # fmt: skip
    if found.value not in (0, 1):
        return found
    fewer = min(len(set(rows[synthetic])), len(set(rows[~synthetic])))
    exact = proportion(round(found.value) * fewer, fewer, "clopper_pearson", confidence)
    return Interval(found.value, exact.low, exact.high, confidence, found.n)
