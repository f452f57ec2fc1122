"""Real and synthetic lesions beside each other: distributions, curves, and what observers make of them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from atlas_lab.errors import InputError
from atlas_lab.figures.charts._axes import BAND, QUIET, check_table, colour, legend, look, paper, style
from atlas_lab.figures.sheet import Sheet

CHANCE = (0.40, 0.60)  # areas that count as chance, shown as a band

_ACROSS, _WIDE, _TALL = 3, 3.6, 2.9  # charts in a row; inches of each

Curves = tuple[np.ndarray, Mapping[str, np.ndarray]]


def realism_chart(
    spread: Mapping[str, Mapping[str, np.ndarray]], curves: Mapping[tuple[str, str], Curves], areas: pd.DataFrame | None = None
) -> Sheet:
    """A small chart each, three in a row.

    `spread` has numbers (n,) by name of the sample, for each axis label: their cumulative shares. `curves` has, for labels
    of both axes, the places (k,) and curves (n, k) by name: their mean and the middle half, NaN left out. `areas` (value,
    low, high; index the observers) is drawn on 0 to 1 with a band for chance. InputError: nothing to draw, curves of
    another length than their places.
    """
    count = len(spread) + len(curves) + (areas is not None and len(areas) > 0)
    if not count:
        raise InputError("there is nothing to draw: no numbers, curves or areas")
    rows = -(-count // _ACROSS)
    across = min(count, _ACROSS)
    figure = paper(_TALL * rows, _WIDE * across)
    places = iter(np.ravel(figure.subplots(rows, across, squeeze=False)))
    for label, samples in spread.items():
        _draw_shares(next(places), label, samples)
    for labels, (where, samples) in curves.items():
        _draw_curves(next(places), labels, where, samples)
    if areas is not None and len(areas):
        _draw_areas(next(places), check_table(areas, ("value", "low", "high"), "areas"))
    for empty in places:
        empty.set_axis_off()
    legend(figure.axes[0], "lower right")
    return figure


def _draw_shares(ax: Axes, label: str, samples: Mapping[str, np.ndarray]) -> None:
    style(ax, label, "share of lesions")
    for number, (name, values) in enumerate(samples.items()):
        looks = look(number)
        if len(values):
            ax.ecdf(values, color=looks["color"], linestyle=looks["linestyle"], linewidth=1.8, label=name)
    ax.set_ylim(0, 1.02)


def _draw_curves(ax: Axes, labels: tuple[str, str], where: np.ndarray, samples: Mapping[str, np.ndarray]) -> None:
    style(ax, *labels)
    for number, (name, curves) in enumerate(samples.items()):
        if curves.ndim != 2 or curves.shape[1] != len(where):
            raise InputError(f"{labels[1]}, {name}: curves of shape {curves.shape} need {len(where)} places a row")
        known = np.isfinite(curves).any(axis=0)
        if not known.any():
            continue
        looks, shown = look(number), curves[:, known]
        low, high = np.nanpercentile(shown, (25, 75), axis=0)
        ax.fill_between(where[known], low, high, color=looks["color"], alpha=BAND, linewidth=0)
        ax.plot(where[known], np.nanmean(shown, axis=0), color=looks["color"], linestyle=looks["linestyle"], linewidth=1.8)
    ax.margins(x=0)


def _draw_areas(ax: Axes, areas: pd.DataFrame) -> None:
    style(ax, "AUC of the observer")
    ax.axvspan(*CHANCE, color=QUIET, alpha=BAND, linewidth=0)
    ax.axvline(0.5, color=QUIET, linewidth=1, linestyle=(0, (2, 3)))
    rows = np.arange(len(areas))
    ax.hlines(rows, areas["low"], areas["high"], color=colour(2), linewidth=2.5)
    ax.plot(areas["value"], rows, "s", color=colour(2), markersize=6.5)
    ax.set_yticks(rows, [str(name) for name in areas.index])
    ax.set_ylim(len(areas) - 0.5, -0.5)
    ax.set_xlim(-0.02, 1.02)
    ax.grid(visible=False, axis="y")
