"""The FROC curve of lesions."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from atlas_lab.figures.charts._axes import BAND, by_name, chart, check_table, legend, look
from atlas_lab.figures.sheet import Sheet

RATES = (0, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64)  # false positives per case, doubled from LUNA16's first on

COLUMNS = ("false_positives_per_case", "sensitivity", "low", "high")


def froc_chart(curves: pd.DataFrame | Mapping[str, pd.DataFrame]) -> Sheet:
    """Sensitivity against false positives per case, with intervals as bands; one curve, or several by name.

    Columns false_positives_per_case, sensitivity, low, high, a row an operating point. The curve is a step, since no
    threshold lies between two points, and goes on to the right at its last height. The axis is linear up to 1/8, doubles
    from there on. InputError: no table, a column is missing, no rows.
    """
    tables = {}
    for name, table in by_name(curves).items():
        check_table(table, COLUMNS, f"curve {name!r}" if name else "curves")
        tables[name] = table.sort_values(["false_positives_per_case", "sensitivity"])
    most = max(float(table["false_positives_per_case"].max()) for table in tables.values())
    end = next((rate for rate in RATES[4:] if rate >= most), most)
    figure, ax = chart(4.6, "false positives per case", "sensitivity of lesions")
    for number, (name, table) in enumerate(tables.items()):
        style = look(number)
        x = np.append(table["false_positives_per_case"].to_numpy(float), end)
        middle, low, high = (np.append(table[c].to_numpy(float), table[c].iloc[-1]) for c in COLUMNS[1:])
        ax.fill_between(x, low, high, step="post", color=style["color"], alpha=BAND, linewidth=0)
        ax.step(x, middle, where="post", color=style["color"], linestyle=style["linestyle"], linewidth=2, label=name or None)
    ax.set_xscale("symlog", base=2, linthresh=RATES[1], linscale=0.5)
    ax.xaxis.set_major_locator(FixedLocator([rate for rate in RATES if rate <= end]))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda rate, _: f"{rate:g}"))
    ax.set_xlim(0, end)
    ax.set_ylim(-0.02, 1.02)
    legend(ax, "above")
    return figure
