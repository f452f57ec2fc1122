"""Do early tumours look alike? A radiomics classifier guesses the organ from a tumour alone (Chen et al., CVPR 2024)."""

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import optimize, special

from atlas_lab.data.lesion_shape import shape_statistics
from atlas_lab.data.phantom import OrganSimilarity
from atlas_lab.errors import InputError
from atlas_lab.evaluation.statistics import Interval, proportion
from atlas_lab.lessons.train_on_synthetic.patients import Wanted, one_tumour, phantoms
from atlas_lab.synthesis.realism import Lesions, lesions_of
from atlas_lab.synthesis.realism.measures import measure_lesions
from atlas_lab.synthesis.sizes import EARLY_MM

ORGANS = ("liver", "pancreas", "kidney")
CHANCE = 1 / len(ORGANS)
EDGES_MM = (6.0, 12.0, EARLY_MM, 40.0)  # diameters
SPACING_MM = 1.5
_FIRST = 2000  # no patient of the other experiments
_TELL_NOTHING = ["HU", "diameter"]  # HU tell the organ's level, not the tumour; diameters are matched by design
_LEAST_HU = 20.0  # of an organ's level, in shares of which contrasts are told
_RIDGE = 1.0
_FOLDS, _FEWEST = 5, 3


def tumours(count: int, similarity: float | OrganSimilarity, *, phase: str = "portal", workers: int = 1) -> dict[str, Lesions]:
    """`count` tumours of liver, pancreas and kidney each, one a patient, as many in each range of diameters.

    InputError: fewer than 3 of an organ.
    """
    if count < _FEWEST:
        raise InputError(f"tumours of an organ: {count}; give {_FEWEST} or more")
    alike = OrganSimilarity.of(similarity)
    found = {}
    for number, organ in enumerate(ORGANS):
        wanted = []
        for index in range(count):
            part = index % (len(EDGES_MM) - 1)
            patient = _FIRST + 1000 * number + index
            orders = one_tumour(organ, index // (len(EDGES_MM) - 1), (EDGES_MM[part], EDGES_MM[part + 1]))
            wanted.append(Wanted(patient, organ, SPACING_MM, phase, orders, similarity=alike, close=True))
        found[organ] = lesions_of(phantoms(wanted, workers=workers), f"{organ}_tumor", spacing_mm=SPACING_MM)
    return found


def features(lesions: Lesions) -> pd.DataFrame:
    """A row a tumour: first-order, edge and texture measures relative to its organ, and its form; what is unknown is NaN.

    The contrast is a share of the organ's level: tumours that are a third darker look alike in a bright organ and a dark one.
    """
    numbers = measure_lesions(lesions).numbers
    level = (numbers["HU"] - numbers["contrast"]).clip(lower=_LEAST_HU)
    measured = numbers.drop(columns=_TELL_NOTHING).assign(contrast=numbers["contrast"] / level)
    form = [shape_statistics(lesion.mask, (lesions.spacing_mm,) * 3) for lesion in lesions]
    return pd.concat([measured, pd.DataFrame(form).drop(columns="diameter_mm")], axis=1)


def guessed(groups: dict[str, Lesions], *, seed: int = 0) -> pd.DataFrame:
    """A row a tumour: its `organ`, the `guess`, `diameter_mm`, `patient`, and the `fold` in which it was held out.

    Multinomial logistic regression (ridge) on standardised features, cross-validated by patient: nobody is learned from and
    judged. InputError: fewer than 3 tumours of an organ.
    """
    table = pd.concat({name: features(group) for name, group in groups.items()}, names=["organ", "row"])
    about = pd.concat(
        {name: pd.DataFrame({"diameter_mm": one.diameters, "patient": one.patients}) for name, one in groups.items()},
        names=["organ", "row"],
    )  # fmt: skip
    about["fold"] = -1
    rng, folds = np.random.default_rng(seed), min(_FOLDS, *map(len, groups.values()))
    for name, rows in about.groupby("organ"):
        if len(rows) < _FEWEST:
            raise InputError(f"{name}: {len(rows)} tumours could be measured, {_FEWEST} or more are needed; make more")
        patients = rows["patient"].unique()
        fold_of = dict(zip(patients, rng.permutation(len(patients)) % folds, strict=True))
        about.loc[[name], "fold"] = rows["patient"].map(fold_of).to_numpy()
    truth, names = about.index.get_level_values("organ").to_numpy(), sorted(groups)
    about["guess"] = ""
    for fold in range(folds):
        held = (about["fold"] == fold).to_numpy()
        weights = _fitted(_scaled(table, ~held)[~held], pd.Index(names).get_indexer(pd.Index(truth[~held])), len(names))
        about.loc[held, "guess"] = np.array(names)[_scores(_scaled(table, ~held)[held], weights).argmax(axis=1)]
    return about.reset_index("organ").reset_index(drop=True)


def accuracy(guesses: pd.DataFrame, edges_mm: Sequence[float] = EDGES_MM) -> pd.DataFrame:
    """How often the organ is guessed, by diameter: a row a range of mm and "all", with Wilson's interval."""
    bins = pd.cut(guesses["diameter_mm"], [0.0, *edges_mm[1:-1], np.inf], right=False)
    right = guesses["organ"] == guesses["guess"]
    labels = [f"below {edges_mm[1]:g}"]
    labels += [f"{low:g} to {high:g}" for low, high in itertools.pairwise(edges_mm[1:-1])]
    labels += [f"from {edges_mm[-2]:g}"]
    groups = dict(zip(labels, [bins == one for one in bins.cat.categories], strict=True)) | {"all": pd.Series(True, right.index)}
    shares = {name: proportion(int(right[chosen].sum()), int(chosen.sum())) for name, chosen in groups.items()}
    rows = [(s.value, s.low, s.high, s.n) for s in shares.values()]
    return pd.DataFrame(rows, index=pd.Index(list(shares), name="diameter_mm"), columns=["value", "low", "high", "n"])


def early(guesses: pd.DataFrame) -> Interval:
    """How often the organ of a tumour below 2 cm is guessed."""
    chosen = guesses[guesses["diameter_mm"] < EARLY_MM]
    return proportion(int((chosen["organ"] == chosen["guess"]).sum()), len(chosen))


def precision_and_recall(guesses: pd.DataFrame) -> pd.DataFrame:
    """Both of each organ, as the published table has them."""
    rows = {}
    for organ in sorted(guesses["organ"].unique()):
        said, true = guesses["guess"] == organ, guesses["organ"] == organ
        both = int((said & true).sum())
        rows[organ] = {"precision": both / max(int(said.sum()), 1), "recall": both / int(true.sum()), "n": int(true.sum())}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("organ")


def _scaled(table: pd.DataFrame, learned: np.ndarray) -> np.ndarray:
    """Standardised by what is learned from; an unknown value is its mean. The last column is 1."""
    values = table.to_numpy(float)
    mean, spread = np.nanmean(values[learned], axis=0), np.nanstd(values[learned], axis=0)
    scaled = np.nan_to_num((values - mean) / np.where(spread > 0, spread, 1), nan=0.0).clip(-5, 5)
    return np.column_stack([scaled, np.ones(len(scaled))])


def _scores(x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return np.asarray(x @ weights)


def _fitted(x: np.ndarray, y: np.ndarray, classes: int) -> np.ndarray:
    """Weights (features, classes) of the softmax regression with a ridge on all but the constant."""
    hot = np.eye(classes)[y]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(x.shape[1], classes)
        scores = _scores(x, weights)
        kept = weights.copy()
        kept[-1] = 0
        value = float(special.logsumexp(scores, axis=1).sum() - (scores * hot).sum() + 0.5 * _RIDGE * (kept**2).sum())
        slope = x.T @ (special.softmax(scores, axis=1) - hot) + _RIDGE * kept
        return value, slope.ravel()

    found = optimize.minimize(loss, np.zeros(x.shape[1] * classes), jac=True, method="L-BFGS-B")
    return np.asarray(found.x.reshape(x.shape[1], classes))
