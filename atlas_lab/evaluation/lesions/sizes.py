"""Which lesions are found, by their size."""

import itertools
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from atlas_lab.errors import InputError
from atlas_lab.evaluation.statistics.intervals import proportion

EARLY_MM = 20  # diameter below which a tumour is called early (2 cm: Chen et al., Radiology 2023)


def sensitivity_by_size(
    found: np.ndarray, diameter_mm: np.ndarray, by: Literal["radius", "diameter"], edges: Sequence[float], confidence: float
) -> pd.DataFrame:
    """A row a size, then "early" and "all", for lesions that are found or not; see `Detections.sensitivity_by_size`."""
    if by not in ("radius", "diameter"):
        raise InputError(f"by={by!r}: choose radius or diameter")
    limits = np.asarray(edges, float)
    if limits.ndim != 1 or len(limits) < 2 or not np.isfinite(limits).all() or limits[0] != 0 or (np.diff(limits) <= 0).any():
        raise InputError(f"edges={edges!r}: give sizes in mm that start with 0 and rise, such as (0, 5, 10, 15, 20)")
    size = diameter_mm / 2 if by == "radius" else diameter_mm
    bins = np.digitize(size, limits, right=True) - 1
    names = [f"{low:g}–{high:g}" for low, high in itertools.pairwise(limits)] + [f">{limits[-1]:g}"]
    groups = {name: bins == number for number, name in enumerate(names)}
    groups |= {"early": diameter_mm < EARLY_MM, "all": np.ones(len(size), bool)}
    rows = []
    for chosen in groups.values():
        share = proportion(int(found[chosen].sum()), int(chosen.sum()), "wilson", confidence)
        rows.append((share.n, int(found[chosen].sum()), share.value, share.low, share.high))
    return pd.DataFrame(rows, index=pd.Index(list(groups), name=f"{by}_mm"), columns=["n", "hits", "sensitivity", "low", "high"])
