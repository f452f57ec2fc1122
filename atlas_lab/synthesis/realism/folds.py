"""Cross-validation by patient: no patient is both learned from and judged."""

import numpy as np

from atlas_lab.errors import InputError

MOST = 5


def patient_folds(patients: np.ndarray, synthetic: np.ndarray, seed: int) -> np.ndarray:
    """The fold (0, 1, …) of each lesion: at most 5, each with real and synthetic lesions; a patient's are all in one.

    InputError: fewer than two patients have real lesions, or synthetic ones.
    """
    least = min(len(set(patients[synthetic == side])) for side in (False, True))
    if least < 2:
        raise InputError("an observer needs real lesions of two patients or more, and synthetic ones too")
    count = min(MOST, least)
    rng = np.random.default_rng(seed)
    kind = {name: tuple(np.unique(synthetic[patients == name])) for name in np.unique(patients)}
    fold: dict[str, int] = {}
    for sort in ((False, True), (False,), (True,)):  # so that every fold has its share of each
        for name in rng.permutation([name for name in kind if kind[name] == sort]):
            fold[str(name)] = len(fold) % count if sort == (False, True) else _emptiest(fold, kind, sort[0], count)
    return check_folds(np.array([fold[name] for name in patients]), patients, synthetic)


def check_folds(folds: np.ndarray, patients: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    """The folds as they are. InputError: a patient is in two, a fold has lesions of one side only, there is one fold."""
    folds = np.asarray(folds)
    if folds.shape != patients.shape:
        raise InputError(f"folds: give one for each of the {len(patients)} lesions, not an array of shape {folds.shape}")
    for name in np.unique(patients):
        if len(where := np.unique(folds[patients == name])) > 1:
            raise InputError(f"folds: patient {name} is in {' and '.join(map(str, where))}; whole patients go into one fold")
    for number in (numbers := np.unique(folds)):
        if len(np.unique(synthetic[folds == number])) < 2:
            raise InputError(f"folds: fold {number} has lesions of one side only; each needs real and synthetic ones")
    if len(numbers) < 2:
        raise InputError("folds: there is one fold only; an observer learns from the others")
    return folds


def _emptiest(fold: dict[str, int], kind: dict[str, tuple[bool, ...]], side: bool, count: int) -> int:
    """The fold with the fewest patients of a side."""
    taken = np.bincount([where for name, where in fold.items() if side in kind[name]], minlength=count)
    return int(np.argmin(taken))
