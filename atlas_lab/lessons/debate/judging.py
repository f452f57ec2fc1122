"""What the debate says: every arm against scratch, seed by seed, and whether there is enough to say anything."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from atlas_lab.errors import InputError
from atlas_lab.evaluation.statistics import adjust, bootstrap, paired_test
from atlas_lab.lessons.debate.setting import SCRATCH

ENOUGH = 6  # pairs, with which a test of signs can reach 0.05 at all (2 / 2^6)
TOO_SMALL = "too small to decide"


def transfer(results: pd.DataFrame, structures: Sequence[str] | None = None) -> pd.DataFrame:
    """One row a seed and arm: the mean over structures of their mean DSC over the test patients, and the arm's costs.

    `results` is what `debate` gives; `structures` chooses some, such as the lesions. InputError: none of them was judged.
    """
    chosen = results if structures is None else results[results["structure"].isin(structures)]
    if chosen.empty:
        raise InputError(f"results: hold none of {', '.join(structures or ['anything'])}")
    by_structure = chosen.groupby(["seed", "arm", "structure"], sort=False)["dsc"].mean()
    scores = by_structure.groupby(["seed", "arm"], sort=False).mean()
    costs = chosen.drop(columns=["structure", "case", "dsc"]).groupby(["seed", "arm"], sort=False).first()
    return pd.concat([scores, costs], axis=1).reset_index()


def against(scores: pd.DataFrame, reference: str = SCRATCH, *, seed: int = 0) -> pd.DataFrame:
    """Each arm's difference to `reference` on the same seeds: mean, 95 % interval (bootstrap over seeds), p, verdict.

    p is that of all ways to flip signs, adjusted for the number of arms (Holm 1979). With fewer than six seeds no
    verdict is possible, and none is given. InputError: no such arm, an arm that lacks a seed that another one has.
    """
    table = scores.pivot(index="seed", columns="arm", values="dsc")
    if reference not in table:
        raise InputError(f"there is no arm {reference!r}; there are {', '.join(map(str, table))}")
    if table.isna().any(axis=None):
        lacking = table.columns[table.isna().any()][0]
        raise InputError(f"arm {lacking!r} lacks seed {table.index[table[lacking].isna()][0]}; run every arm with every seed")
    rows = {}
    for arm in (name for name in scores["arm"].unique() if name != reference):
        difference = table[arm] - table[reference]
        found = bootstrap(difference, seed=seed)
        p = paired_test(table[arm], table[reference], "permutation", seed=seed).p if len(table) >= ENOUGH else np.nan
        rows[arm] = {"value": found.value, "low": found.low, "high": found.high, "n": found.n, "p": p}
    judged = pd.DataFrame.from_dict(rows, orient="index").rename_axis("arm")
    judged["p_holm"] = adjust(judged["p"]) if len(table) >= ENOUGH else np.nan
    judged["verdict"] = [_verdict(row) for row in judged.itertuples()]
    return judged


def _verdict(row: object) -> str:
    p, value = getattr(row, "p_holm"), getattr(row, "value")  # noqa: B009
    if not np.isfinite(p):
        return TOO_SMALL
    if p >= 0.05:
        return "no difference shown"
    return "better" if value > 0 else "worse"
