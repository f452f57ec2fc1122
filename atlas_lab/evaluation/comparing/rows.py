"""The numbers of one structure: how two models differ on the same cases."""

from typing import Any

import numpy as np
import pandas as pd

from atlas_lab.evaluation.statistics import adjust, bootstrap, cohens_dz, equivalence, paired_test, rank_biserial

_SMALLER_IS_BETTER = ("hd", "hd95", "assd")


def row_of(
    both: pd.DataFrame, flags: pd.DataFrame, counted: pd.Series, metric: str, margin: float | None, confidence: float,
    n_resamples: int, seed: int,
) -> dict[str, Any]:  # fmt: skip
    """A structure in `Comparison.table`, without the adjusted p; `both` and `flags` have columns a and b, a row a case."""
    kept = both[counted]
    missed = {side: int(flags.loc[counted, side].str.endswith(("missed", "not predicted")).sum()) for side in "ab"}
    better = (kept["a"] - kept["b"].to_numpy()).where(kept["a"] != kept["b"], 0.0)  # two infinite distances are equal
    better = -better if metric in _SMALLER_IS_BETTER else better
    finite = kept[np.isfinite(kept).all(axis=1)]
    row: dict[str, Any] = {"n": len(finite), "mean_a": finite["a"].mean(), "mean_b": finite["b"].mean()}
    row |= _difference(finite["a"].to_numpy(), finite["b"].to_numpy(), confidence, n_resamples, seed)
    row |= {"wins": int((better > 0).sum()), "ties": int((better == 0).sum()), "losses": int((better < 0).sum())}
    row |= {"missed_a": missed["a"], "missed_b": missed["b"]}
    row |= {"infinite": len(kept) - len(finite), "left_out": int((~counted).sum())}
    if margin is not None:
        tested = equivalence(finite["a"], finite["b"], margin) if len(finite) > 1 else None
        row |= {"equivalence_p": tested.p if tested else np.nan, "equivalent": tested is not None and tested.equivalent}
    return row


def _difference(a: np.ndarray, b: np.ndarray, confidence: float, n_resamples: int, seed: int) -> dict[str, float]:
    names = ("difference", "low", "high", "p", "p_permutation", "effect", "dz")
    if not len(a):
        return dict.fromkeys(names, np.nan)
    drawn = bootstrap(a - b, n_resamples=n_resamples, confidence=confidence, seed=seed)
    p, by_flips = paired_test(a, b).p, paired_test(a, b, "permutation", seed=seed).p if len(a) > 1 else 1.0
    size = cohens_dz(a, b) if len(a) > 1 else np.nan
    return dict(zip(names, (drawn.value, drawn.low, drawn.high, p, by_flips, rank_biserial(a, b), size), strict=True))


def adjusted(table: pd.DataFrame) -> pd.DataFrame:
    """With p-values adjusted over the structures that have one, each beside its own."""
    known = table["p"].notna()
    for column in ("p", "p_permutation"):
        holm = adjust(table.loc[known, column]) if known.any() else table.loc[known, column]
        table.insert(list(table.columns).index(column) + 1, f"{column}_holm", holm.reindex(table.index))
    return table
