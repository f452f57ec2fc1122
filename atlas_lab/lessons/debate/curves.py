"""The three curves of the talk: what transfers, against the CTs, the seconds and the annotation that went before."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from atlas_lab.lessons.debate.setting import CONTROL, SCRATCH, SUPERVISED

_AXES = (
    ("cts", "CTs for pre-training"),
    ("total_seconds", "seconds on this device, pre-training and fine-tuning"),
    ("annotated_minutes", "minutes to annotate the pre-training CTs by hand"),
)


def three_curves(scores: pd.DataFrame) -> Figure:
    """The score of each arm (mean and range over seeds) against the three costs; `scores` is what `transfer` gives.

    Arms of one kind are joined; scratch is the dashed line.
    """
    scores = scores.assign(total_seconds=scores["seconds_before"] + scores["seconds"])
    figure, axes = plt.subplots(1, 3, figsize=(13, 3.8), sharey=True, layout="constrained")
    plt.close(figure)
    for ax, (cost, words) in zip(axes, _AXES, strict=True):
        _draw(ax, scores, cost)
        ax.set(xlabel=words)
        ax.grid(alpha=0.3)
    axes[0].set(ylabel="DSC after fine-tuning", xscale="symlog")
    seen = sorted(scores["cts"].unique())
    axes[0].set_xticks(seen, [f"{count:g}" for count in seen])
    axes[0].set_xticks([], minor=True)
    axes[0].set_xlim(-0.3, 1.3 * max(seen[-1], 1))
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    return figure


def _draw(ax: Axes, scores: pd.DataFrame, cost: str) -> None:
    scratch = scores.loc[scores["arm"] == SCRATCH, "dsc"]
    if len(scratch):
        ax.axhline(scratch.mean(), color="0.5", linestyle="--", linewidth=1)
    kinds = scores.assign(kind=scores["arm"].map(kind_of))
    for number, (kind, rows) in enumerate(kinds.groupby("kind", sort=False)):
        points = rows.groupby("arm", sort=False).agg(x=(cost, "mean"), y=("dsc", "mean"), low=("dsc", "min"), high=("dsc", "max"))
        points = points.sort_values("x")
        spread = np.array([points["y"] - points["low"], points["high"] - points["y"]])
        ax.errorbar(points["x"], points["y"], spread, fmt="o-", capsize=3, markersize=5, color=f"C{number}", label=kind)


def kind_of(arm: str) -> str:
    """The arm without its number of CTs."""
    if CONTROL in arm:
        return f"{SUPERVISED}, {CONTROL}"
    return ", then ".join(part.partition(" on ")[0] for part in arm.split(", then "))
