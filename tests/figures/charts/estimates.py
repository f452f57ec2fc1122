"""Stand-ins for what the evaluation hands to a chart, and ways to read what was drawn."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes


@dataclass
class Estimate:
    value: float
    low: float
    high: float
    n: int = 9

    def __repr__(self) -> str:
        return f"{self.value} [{self.low}, {self.high}]"


def entries(ax: Axes) -> list[str]:
    """What the legend says."""
    return [text.get_text() for text in ax.get_legend().get_texts()] if ax.get_legend() else []


def ticks(axis) -> list[str]:
    """What stands at the ticks of an axis."""
    return [label.get_text() for label in axis.get_ticklabels()]


def bars(ax: Axes) -> list[list[list[float]]]:
    """The interval bars, each a start and an end, by group as they were drawn."""
    return [np.round(np.array(group.get_segments()), 6).tolist() for group in ax.collections if hasattr(group, "get_segments")]


def dots(ax: Axes) -> list[tuple[list[float], list[float]]]:
    """x and y of everything that has markers."""
    marked = [line for line in ax.lines if line.get_marker() != "None" and len(line.get_xdata())]
    return [(list(line.get_xdata()), list(line.get_ydata())) for line in marked]
