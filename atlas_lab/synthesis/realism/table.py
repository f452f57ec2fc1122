"""The table of a realism report: a row a measure, a row an observer."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from atlas_lab.evaluation.statistics import adjust
from atlas_lab.synthesis.realism.distances import Sample, distance
from atlas_lab.synthesis.realism.lesions import Lesions
from atlas_lab.synthesis.realism.measures import UNITS, Measured
from atlas_lab.synthesis.realism.observers import Observed

COLUMNS = ("unit", "real", "synthetic", "distance", "low", "high", "chance", "ks", "p", "n_real", "n_synthetic", "verdict")
_ALPHA = 0.05


def measure_table(sides: Sequence[tuple[Lesions, Measured]], sizes: Sequence[Lesions], seed: int) -> pd.DataFrame:
    """`sides` are real and synthetic lesions of matched size, `sizes` all of them: diameters are compared before matching."""
    numbers = [measured.numbers for _, measured in sides]
    compared = {"diameter": [(side.diameters, side.patients) for side in sizes]}
    for name in numbers[0].columns.drop("diameter"):
        compared[name] = [(one[name].to_numpy(float), side.patients) for one, (side, _) in zip(numbers, sides, strict=True)]
    compared["edge profile"] = [(measured.profiles, side.patients) for side, measured in sides]
    compared["noise power"] = [(log_power(measured.spectra), side.patients) for side, measured in sides]
    rows = {name: _row(name, [Sample.of(*one) for one in given], seed) for name, given in compared.items()}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS)).rename_axis("measure")
    known = table["p"].notna()
    table.loc[known, "p"] = adjust(table.loc[known, "p"].astype(float))
    table["verdict"] = [_said(p) for p in table["p"]]
    return table


def observer_table(observed: Sequence[Observed]) -> pd.DataFrame:
    """The same columns: `distance` is the area, which is one half by chance."""
    rows = {}
    for one in observed:
        n = one.scores["synthetic"].value_counts()
        ends = (one.auc.value, one.auc.low, one.auc.high)
        counts = (int(n[False]), int(n[True]))
        rows[f"{one.observer} observer"] = ("AUC", np.nan, np.nan, *ends, 0.5, np.nan, np.nan, *counts, one.verdict)
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS)).rename_axis("measure")


def log_power(spectra: np.ndarray) -> np.ndarray:
    """Powers of ten, so that weak noise counts as much as strong; NaN stays."""
    return np.log10(np.maximum(spectra, 1e-6))


def _row(name: str, samples: Sequence[Sample], seed: int) -> tuple[object, ...]:
    real, synthetic = samples
    found = distance(real, synthetic, seed)
    medians = [float(np.median(one.values)) if one.values.ndim == 1 and len(one) else np.nan for one in samples]
    ends = (found.interval.value, found.interval.low, found.interval.high, found.floor)
    return (UNITS[name], *medians, *ends, found.ks, found.p, len(real), len(synthetic), "")


def _said(p: float) -> str:
    if not np.isfinite(p):
        return "too small to measure"
    return "differs" if p < _ALPHA else "no difference shown"
