"""What a lesion model gains from its size and from organs that were learned before."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from atlas_lab.data import Case
from atlas_lab.errors import InputError
from atlas_lab.evaluation import uls23_score
from atlas_lab.evaluation.statistics import bootstrap
from atlas_lab.evaluation.uls23 import WEIGHTS
from atlas_lab.learning import Model, prepare
from atlas_lab.learning.inference import predict_masks
from atlas_lab.lessons.debate import Cohort, Setting
from atlas_lab.lessons.lesions.training import pretrained, tuned
from atlas_lab.lessons.lesions.volumes import LESION, central

ORGANS, SCRATCH = "organs first", "scratch"


def lesion_models(
    cohort: Cohort, setting: Setting, volumes: Sequence[Case], test: Sequence[str], sizes: Sequence[str], folder: Path,
    *, seed: int = 0,
) -> pd.DataFrame:  # fmt: skip
    """One row a network and test lesion: `size`, `start`, `parameters`, `patient`, `lesion`, `dsc` and ULS23's `score`.

    Each size of nnU-Net is trained on the organs of the cohort and then on the volumes of patients not in `test`, and once
    on these alone. `score` is the lesion's share of ULS23's, without its consistency. Trainings stay in `folder`.
    InputError: no volume for training, or none for the test.
    """
    learn = [case for case in volumes if case.meta["patient"] not in test]
    judge = [case for case in volumes if case.meta["patient"] in test]
    if not learn or not judge:
        raise InputError(f"{len(learn)} lesions to learn from and {len(judge)} to judge by; both are needed: take more patients")
    cases = prepare(learn, [LESION], spacing_mm=setting.spacing_mm, progress=False)
    rows = []
    for size in sizes:
        place = folder / f"{size}_{seed}"
        for name, start in ((SCRATCH, SCRATCH), (ORGANS, pretrained(cohort, setting, size, folder, seed=seed))):
            model = tuned(cases, start, setting, size, place / name.replace(" ", "_"), seed=seed)
            judged = _judged(model, judge)
            rows.append(judged.assign(size=size, start=name, seed=seed, parameters=_count(model)))
    return pd.concat(rows, ignore_index=True)


def size_chart(results: pd.DataFrame) -> Figure:
    """The mean score of each network against its parameters, with the interval of a bootstrap over patients."""
    figure, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
    plt.close(figure)
    for number, (start, rows) in enumerate(results.groupby("start", sort=False)):
        by_patient = rows.groupby(["parameters", "patient"])["score"].mean()
        found = {count: bootstrap(by_patient[count], seed=0) for count in sorted(rows["parameters"].unique())}
        x, y, low, high = np.array([[count, one.value, one.low, one.high] for count, one in found.items()]).T
        aside = x * (1.02 if number else 0.98)  # so that one interval does not hide the other
        ax.errorbar(aside, y, np.nan_to_num([y - low, high - y]), fmt="o-", capsize=3, color=f"C{number}", label=start)
    ax.set(xscale="log", xlabel="parameters", ylabel="ULS23 score, without consistency")
    ax.set_xlim(results["parameters"].min() / 2, 2 * results["parameters"].max())
    ax.grid(alpha=0.3)
    ax.legend(frameon=False)
    return figure


def _count(model: Model) -> int:
    return sum(parameter.numel() for parameter in model.network.parameters())


def _judged(model: Model, volumes: Sequence[Case]) -> pd.DataFrame:
    truths = {case.id: central(case.labels[LESION]) for case in volumes}
    said = {case.id: central(predict_masks(model, case.ct.array)[0].full) for case in volumes}
    lesions = uls23_score(said, truths, model.spacing).lesions
    by_id = {case.id: case.meta for case in volumes}
    about = pd.DataFrame.from_dict({id: by_id[id] for id in lesions.index}, orient="index")
    judged = about.assign(dsc=lesions["dsc"], score=_score(lesions))
    return judged.rename_axis("lesion").reset_index()


def _score(lesions: pd.DataFrame) -> pd.Series:
    """Each lesion's share of the challenge's score, which is their mean; the axes in voxels, as the challenge has them."""
    good = pd.DataFrame({"dsc": lesions["dsc"]} | {f"sape_{a}": 1 - lesions[f"sape_{a}_voxels"] for a in ("long", "short")})
    weights = pd.Series(WEIGHTS)[good.columns]
    return good @ weights / weights.sum()
