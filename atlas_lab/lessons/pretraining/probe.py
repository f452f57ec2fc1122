"""A linear probe: how well a straight cut through an encoder's features tells structures apart in patients it never saw."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from atlas_lab.errors import InputError
from atlas_lab.learning.patches import PreparedCase, PreparedCases

_RIDGE = 0.01  # of the number of voxels, on features of SD 1


def voxels_of(cases: PreparedCases, structures: Sequence[str], *, each: int = 30, seed: int = 0) -> pd.DataFrame:
    """Up to `each` voxels of each structure and case that lie in no other class of `cases`: case, structure, x, y, z.

    InputError: a structure that the cases were not prepared for, no voxel at all.
    """
    for name in structures:
        if name not in cases.classes:
            raise InputError(f"the cases were not prepared for {name!r}; there are {', '.join(cases.classes)}")
    tables = []
    for number, case in enumerate(cases):
        rng = np.random.default_rng([seed, number])
        for name in structures:
            chosen = _alone(case, cases.classes.index(name), each, rng)
            tables.append(pd.DataFrame(chosen, columns=["x", "y", "z"]).assign(case=case.id, structure=name))
    found = pd.concat(tables, ignore_index=True)[["case", "structure", "x", "y", "z"]]
    if found.empty:
        raise InputError(f"none of the cases has a voxel of {', '.join(structures)}")
    return found


def probe(features: np.ndarray, voxels: pd.DataFrame, test: Sequence[str], *, shuffle: int | None = None) -> pd.Series:
    """For each case in `test` the share of voxels given their own structure, the mean over its structures.

    `features` are (n, channels), a row each of `voxels` (see `voxels_of`). One-against-all ridge regression is fitted on
    the cases that are not in `test`. `shuffle` is a seed: the structures of those voxels change places first, a control
    that must end at chance. InputError: no case on one side.
    """
    judged = voxels["case"].isin(test).to_numpy()
    if judged.all() or not judged.any():
        raise InputError("a probe needs voxels of cases in test, and of others")
    names, told = np.unique(voxels["structure"].to_numpy()[~judged], return_inverse=True)
    if shuffle is not None:
        told = np.random.default_rng(shuffle).permutation(told)
    middle, spread = features[~judged].mean(axis=0), features[~judged].std(axis=0)
    ready = (features - middle) / np.where(spread > 0, spread, 1)
    weights = _ridge(ready[~judged].astype(float), np.eye(len(names))[told])
    said = names[(_with_one(ready[judged].astype(float)) @ weights).argmax(axis=1)]
    right = voxels[judged].assign(right=said == voxels["structure"].to_numpy()[judged])
    by_structure = right.groupby(["case", "structure"], sort=False)["right"].mean()
    return by_structure.groupby("case", sort=False).mean()


def _ridge(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    x = _with_one(x)
    penalty = np.full(x.shape[1], _RIDGE * len(x))
    penalty[-1] = 0
    found: np.ndarray = np.linalg.solve(x.T @ x + np.diag(penalty), x.T @ y)
    return found


def _with_one(x: np.ndarray) -> np.ndarray:
    return np.hstack([x, np.ones((len(x), 1))])


def _alone(case: PreparedCase, place: int, each: int, rng: np.random.Generator) -> np.ndarray:
    """Voxels (n, 3) that are of this class alone."""
    there = np.argwhere(np.asarray(case.bits) == 1 << place)
    return there[rng.choice(len(there), min(each, len(there)), replace=False)]
