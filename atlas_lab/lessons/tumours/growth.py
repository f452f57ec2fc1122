"""A tumour of the automaton while it grows."""

import numpy as np
import pandas as pd

from atlas_lab.figures.charts._axes import QUIET, chart, legend, look
from atlas_lab.figures.sheet import INK, Sheet
from atlas_lab.synthesis import Tumour

PUBLISHED = {10: 1.9, 20: 3.8, 30: 6.0, 40: 8.2, 50: 10.5, 60: 12.8, 80: 17.4, 100: 22.1, 120: 26.8, 150: 33.9}
"""Steps → equivalent radius in cells of 1 mm: a faithful port of the released rule, uniform tissue, one seed."""


def growth_table(tumour: Tumour, voxel_mm3: float) -> pd.DataFrame:
    """Columns radius_mm (of the sphere of its volume), published_mm (interpolated) and full (share of cells at capacity),
    a row a step that its history keeps."""
    assert tumour.history is not None
    steps = np.array(tumour.settings["history_steps"])
    volumes = (tumour.history > 0).sum(axis=(1, 2, 3)) * voxel_mm3
    full = (tumour.history >= 10).sum(axis=(1, 2, 3)) / np.maximum((tumour.history > 0).sum(axis=(1, 2, 3)), 1)
    published = np.interp(steps, list(PUBLISHED), list(PUBLISHED.values()), left=np.nan, right=np.nan)
    return pd.DataFrame(
        {"radius_mm": np.cbrt(3 * volumes / (4 * np.pi)), "published_mm": published, "full": full},
        index=pd.Index(steps, name="step"),
    )


def growth_chart(table: pd.DataFrame) -> Sheet:
    """Radius against steps, beside the published rule's."""
    sheet, ax = chart(3.4, "step", "radius in mm")
    ax.plot(table.index, table["published_mm"], color=QUIET, linewidth=4, label="the published rule, uniform tissue")
    ax.plot(table.index, table["radius_mm"], **look(0), markersize=4, label="this tumour, in this organ")
    legend(ax, "upper left")
    return sheet


def stages(tumour: Tumour, count: int = 8) -> Sheet:
    """The middle slice of its cells at `count` of the steps that its history keeps, the brighter the fuller."""
    assert tumour.history is not None
    steps = tumour.settings["history_steps"]
    chosen = np.unique(np.linspace(0, len(steps) - 1, min(count, len(steps))).round().astype(int))
    z = int((tumour.history[-1] > 0).sum(axis=(0, 1)).argmax())
    sheet = Sheet(1.6 * len(chosen), 2.0)
    for ax, which in zip(np.atleast_1d(sheet.subplots(1, len(chosen))), chosen, strict=True):
        ax.imshow(tumour.history[which, :, :, z].T[::-1, ::-1], cmap="magma", vmin=0, vmax=10)
        ax.set_title(f"step {steps[which]}", color=INK, fontsize=10)
        ax.set_axis_off()
    return sheet
