"""The same chart on white paper."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex, to_rgb

from atlas_lab.figures.charts import distribution_chart, interval_chart, lighten, paired_chart
from atlas_lab.figures.charts._axes import FAINT, QUIET, colour
from atlas_lab.figures.sheet import INK, PAPER
from tests.figures.charts.estimates import Estimate, dots

VALUES = pd.DataFrame({"structure": ["liver"] * 5, "value": [5.0, 1, 2, 4, 3], "model": ["a", "b", "a", "b", "a"]})
PAIRS = pd.DataFrame({"a": [0.5, 0.6, 0.7], "b": [0.7, 0.5, 0.7]})
ROWS = pd.DataFrame({"value": [0.5], "low": [0.1], "high": [0.8], "n": [3]}, index=["liver"])


def colours(figure):
    """Every colour of what is drawn, as hex."""
    found = set()
    for artist in figure.findobj():
        for part in ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor"):
            if hasattr(artist, f"get_{part}"):
                given = getattr(artist, f"get_{part}")()
                for one in given if isinstance(given, np.ndarray) and given.ndim == 2 else [given]:
                    found.add(to_hex(one))
    return found


def brightness(hex):
    red, green, blue = to_rgb(hex)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    "chart",
    [
        lambda: distribution_chart(VALUES, "DSC"),
        lambda: paired_chart(PAIRS, Estimate(0.03, -0.1, 0.2), "DSC"),
        lambda: interval_chart(ROWS, "DSC", 0),
    ],
)
def test_nothing_of_the_dark_paper_is_left(chart):
    dark = {PAPER, INK, FAINT, QUIET, colour(0), colour(1)}
    figure = chart()
    assert colours(figure) >= {PAPER, INK, FAINT}
    light = lighten(figure)
    light.savefig("/dev/null", format="png")  # ticks are made when it is drawn
    assert not colours(light) & dark
    assert to_hex(light.get_facecolor()) == "#ffffff"
    assert all(brightness(to_hex(text.get_color())) < 0.2 for ax in light.axes for text in ax.texts + ax.get_xticklabels())


def test_the_drawing_stays_and_so_does_what_shines_through():
    figure = distribution_chart(VALUES, "DSC")
    before, alphas = dots(figure.axes[0]), [box.get_facecolor()[3] for box in figure.axes[0].patches]
    lighten(figure)
    assert dots(figure.axes[0]) == before
    assert [box.get_facecolor()[3] for box in figure.axes[0].patches] == alphas
