"""The lesions of many cases: sensitivity by size, FROC, average precision, and what they say about the patients."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from atlas_lab.errors import InputError
from atlas_lab.evaluation.lesions.counts import Counts, resamples, with_lesions
from atlas_lab.evaluation.lesions.detect import Detection, counted
from atlas_lab.evaluation.lesions.froc import LUNA_RATES, check_rates, froc, sensitivity_at, tails
from atlas_lab.evaluation.lesions.patients import patient_row
from atlas_lab.evaluation.lesions.precision import average_precision
from atlas_lab.evaluation.lesions.sizes import sensitivity_by_size
from atlas_lab.evaluation.statistics.given import check_share
from atlas_lab.evaluation.statistics.intervals import Interval


class Detections:
    """`Detections({case_id: detect(...), ...})`: every case counts, those without a lesion too.

    A case whose prediction is missing belongs in it as `detect(None, truth, spacing)`. Intervals of curves draw cases with
    replacement, since lesions of one patient are alike; a resample that drew no lesion is left out. InputError: no case,
    something that is not a `Detection`, cases matched by different rules, and, where a sensitivity is asked for, no lesion.
    """

    def __init__(self, cases: Mapping[str, Detection]) -> None:
        if not isinstance(cases, Mapping) or not cases:
            raise InputError("Detections takes a dict of case id and Detection, with at least one case")
        for id, case in cases.items():
            if not isinstance(case, Detection):
                raise InputError(f"{id}: {type(case).__name__} is no Detection; make one with detect(prediction, truth, spacing)")
        self.cases = dict(cases)
        self.matched_by = next(iter(cases.values())).matched_by
        for id, case in cases.items():
            if case.matched_by != self.matched_by:
                raise InputError(f"{id} was matched by {case.matched_by}, others by {self.matched_by}; match all by one rule")

    def __repr__(self) -> str:
        n = len(self.cases)
        found = counted(case.table for case in self.cases.values())
        return f"Detections({n} {'case' if n == 1 else 'cases'}, {found}; {self.matched_by})"

    @cached_property
    def lesions(self) -> pd.DataFrame:
        """The tables of all cases, as `Detection.table`, with the case's `id` and the `row` in its table as index."""
        filled = {id: case.table for id, case in self.cases.items() if len(case.table)}
        if not filled:
            table = next(iter(self.cases.values())).table
            return table.set_index(pd.MultiIndex.from_arrays([[], []], names=["id", "row"]))
        return pd.concat(filled, names=["id", "row"])

    @cached_property
    def counts(self) -> Counts:
        """What the curves are counted from."""
        case = pd.Index(list(self.cases)).get_indexer(self.lesions.index.get_level_values("id"))
        return Counts.of(self.lesions, case, len(self.cases))

    def sensitivity_by_size(
        self,
        by: Literal["radius", "diameter"] = "radius",
        edges: Sequence[float] = (0, 5, 10, 15, 20),
        *,
        threshold: float = 0.0,
        confidence: float = 0.95,
    ) -> pd.DataFrame:
        """A row a size in mm (upper edge included), then "early" (diameter below 20 mm) and "all": n, hits, sensitivity.

        `low` and `high` are Wilson's interval; it takes lesions as independent. A size without a lesion has n = 0 and no
        sensitivity (NaN). Candidates below `threshold` do not count. InputError: edges that do not rise from 0.
        """
        truth = self.lesions[self.lesions["kind"] == "truth"]
        found = (truth["outcome"] == "hit") & (truth["confidence"] >= threshold)
        return sensitivity_by_size(found.to_numpy(), truth["diameter_mm"].to_numpy(float), by, edges, confidence)

    def false_positives_per_case(self, threshold: float = 0.0) -> float:
        """Candidates that are false positives with a confidence of `threshold` or more, over the number of all cases."""
        imagined = (self.lesions["outcome"] == "false positive") & (self.lesions["confidence"] >= threshold)
        return int(imagined.sum()) / len(self.cases)

    def froc(self, n_bootstrap: int = 1000, seed: int = 0, *, confidence: float = 0.95) -> pd.DataFrame:
        """The FROC curve (Bunch et al., SPIE 1977): a row a threshold, from the highest confidence to the lowest.

        Columns `threshold`, `false_positives_per_case` (over all cases), `sensitivity`, `low` and `high` (the bootstrap
        interval at that threshold). A missed lesion is in no row's sensitivity; without a candidate there is no row.
        """
        return froc(self.counts, n_bootstrap, seed, check_share(confidence, "confidence"))

    def sensitivity_at(
        self,
        false_positives_per_case: float | Sequence[float] = LUNA_RATES,
        n_bootstrap: int = 1000,
        seed: int = 0,
        *,
        confidence: float = 0.95,
    ) -> pd.DataFrame:
        """Sensitivity, `low` and `high` of the lowest threshold with at most so many false positives per case; 0 without one."""
        rates = check_rates(false_positives_per_case)
        drawn, value = self._at(rates, n_bootstrap, seed)
        low, high = np.quantile(drawn, tails(check_share(confidence, "confidence")), axis=0)
        index = pd.Index(rates, name="false_positives_per_case")
        return pd.DataFrame({"sensitivity": value, "low": low, "high": high}, index=index)

    def froc_score(self, n_bootstrap: int = 1000, seed: int = 0, *, confidence: float = 0.95) -> Interval:
        """The mean of `sensitivity_at` 1/8, 1/4, 1/2, 1, 2, 4 and 8 false positives per case (LUNA16: Setio et al. 2017)."""
        drawn, value = self._at(LUNA_RATES, n_bootstrap, seed)
        low, high = np.quantile(drawn.mean(axis=1), tails(check_share(confidence, "confidence")))
        return Interval(float(value.mean()), float(low), float(high), confidence, len(self.cases))

    def average_precision(self) -> float:
        """The area under the precision-recall curve of the lesions (PI-CAI: Saha et al., Lancet Oncology 2024).

        Steps, no interpolation; the precision is 0 at a recall that is never reached.
        """
        return average_precision(self.counts)

    def patients(self) -> pd.DataFrame:
        """A row a case: `tumour` (the truth has a lesion), `score`, `localised_score`, `volume_ml`, `missing`.

        `score` is the highest confidence of any candidate, wherever it lies, `localised_score` in a patient with a tumour
        that of the candidates which hit a lesion; both are 0 without one. `volume_ml` is what was predicted. A `missing`
        prediction scores 0: a tumour-free patient without a prediction looks like a true negative, so decide on them first.
        """
        rows = [patient_row(case) for case in self.cases.values()]
        return pd.DataFrame(rows, index=pd.Index(list(self.cases), name="id"))

    def _at(self, rates: Sequence[float], n_bootstrap: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """The sensitivities at some rates: of each resample, and of the cases as they are."""
        n_cases = len(self.cases)
        weights = with_lesions(resamples(n_cases, n_bootstrap, seed), self.counts)
        everything = np.ones((1, n_cases), weights.dtype)
        return sensitivity_at(self.counts, weights, rates), sensitivity_at(self.counts, everything, rates)[0]
