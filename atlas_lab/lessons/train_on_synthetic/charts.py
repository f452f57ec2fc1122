"""Every answer against how far real tumours lie from synthetic ones: curves, never a point."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from atlas_lab.figures.charts._axes import FAINT, QUIET, chart, legend, look
from atlas_lab.figures.charts.sensitivity import sensitivity_chart
from atlas_lab.figures.sheet import Sheet
from atlas_lab.lessons.train_on_synthetic.cohort import name_of

_GAP = name_of(0).removesuffix("0")  # before the number
_ASIDE = 0.012  # of the axis, so that one interval does not hide the other


def against_gap(table: pd.DataFrame, label: str, *, margin: float | None = None) -> Sheet:
    """A curve an arm over `real_gap`, each point with its interval; `table` is that of `dsc_table` or `equivalences`.

    `margin` draws the band around 0 within which a difference does not matter. Looks that are no gap (real CTs) stand side by
    side.
    """
    sheet, ax = chart(4.0, "", label)
    looks = list(dict.fromkeys(table.index.get_level_values("look")))
    places = _places(looks)
    if margin is not None:
        ax.axhspan(-margin, margin, color=FAINT, label=f"within {100 * margin:g} points")
        ax.axhline(0, color=QUIET, linewidth=1)
    for number, (arm, rows) in enumerate(table.groupby("arm", sort=False)):
        x = np.array([places[seen] for seen in rows.index.get_level_values("look")]) + _ASIDE * number
        spread = np.nan_to_num([rows["value"] - rows["low"], rows["high"] - rows["value"]]).clip(0)
        ax.errorbar(x, rows["value"], spread, capsize=3, markersize=5, **look(number), label=arm)
    _ticks(ax, places)
    legend(ax, "above")
    return sheet


def against_diameter(tables: Mapping[str, pd.DataFrame], label: str, chance: float | None = None) -> Sheet:
    """A curve a table over ranges of diameter (index), with columns value, low, high, n; the row "all" is left out."""
    sheet, ax = chart(3.8, "diameter", label)
    for number, (name, table) in enumerate(tables.items()):
        rows = table.drop(index="all", errors="ignore")
        x = np.arange(len(rows)) + 0.08 * number
        spread = np.nan_to_num([rows["value"] - rows["low"], rows["high"] - rows["value"]]).clip(0)
        ax.errorbar(x, rows["value"], spread, capsize=3, **look(number), label=name)
        ax.set_xticks(range(len(rows)), [f"{label} mm\nn = {n}" for label, n in zip(rows.index, rows["n"], strict=True)])
    if chance is not None:
        ax.axhline(chance, color=QUIET, linestyle="--", linewidth=1, label="chance")
    ax.set_ylim(-0.03, 1.03)
    legend(ax, "above")
    return sheet


def found_by_radius(bins: pd.DataFrame, look: str, *, arms: int = 6) -> Sheet:
    """The first few arms of `sensitivities` on one look of real tumours, bin by bin."""
    rows = bins.xs(look, level="look").drop(index="all", level="radius_mm")
    names = rows.index.get_level_values("arm")
    sheet = sensitivity_chart({name: rows[names == name].droplevel("arm") for name in list(dict.fromkeys(names))[:arms]})
    sheet.axes[0].set_xlabel(f"radius in mm, {look}")
    return sheet


def _places(looks: list[str]) -> dict[str, float]:
    if all(look.startswith(_GAP) for look in looks):
        return {look: float(look.removeprefix(_GAP)) for look in looks}
    return {look: float(number) for number, look in enumerate(looks)}


def _ticks(ax: Axes, places: Mapping[str, float]) -> None:
    gaps = all(look.startswith(_GAP) for look in places)
    ax.set_xticks(list(places.values()), [look.removeprefix(_GAP) if gaps else look for look in places])
    ax.set_xlabel("real_gap: how far real tumours lie from what the handcrafted synthesiser makes" if gaps else "tumours")
    middle, half = (max(places.values()) + min(places.values())) / 2, (max(places.values()) - min(places.values())) / 2
    ax.set_xlim(middle - half - 0.15, middle + half + 0.25)
