"""Strokes of the brush, from the pointer's lift to the voxels in Python, and what they send."""

import json
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.devtools import Tab
from benchmarks.viewer_cases import OURS_IMPORT
from benchmarks.viewer_page import CANVASES, Lab

STROKES = 20
MESSAGE = 1000  # bytes of a message around its runs: Jupyter's headers, what is painted with which HU, the page's name
_VIEW = """\
import json, os, time
os.environ["ATLAS_LAB_EDITS"] = {edits!r}
import numpy as np
viewer = al.view(al.Case.open({case!r}), edit="liver")
moments, masks = [], [viewer.labels["liver"]]

def changed(change):
    moments.append({{"at": time.time(), "voxels": change["voxels"]}})
    masks.append(viewer.labels["liver"])

viewer.on_change(changed)
viewer"""
_WRITE = """\
for moment, before, after in zip(moments, masks, masks[1:]):
    flat = (before != after).ravel(order="F")
    moment["differ"], moment["runs"] = int(flat.sum()), int((np.diff(flat.astype(np.int8), prepend=0) == 1).sum())
with open("strokes.json", "w") as file:
    json.dump(moments, file)"""


@dataclass(frozen=True)
class Strokes:
    """Median milliseconds and bytes of a stroke, and whether Python had what was painted."""

    ms: float
    sent: float
    exact: bool  # every stroke arrived, and the mask differs by the voxels announced
    small: bool  # no stroke sent more than 8 bytes a run and one message around them


def strokes(lab: Lab, case: Path, edits: Path) -> Strokes:
    """Paint on a case, which is not changed: strokes are never saved into it."""
    cells = [OURS_IMPORT, _VIEW.format(case=str(case), edits=str(edits)), _WRITE]
    with lab.notebook(cells) as notebook:
        notebook.run(1)
        notebook.shown(2, "full")
        notebook.settle()
        sent = [_stroke(notebook.page, number) for number in range(STROKES)]
        lifts = notebook.page.evaluate("lifts")[-STROKES:]
        notebook.run(3)
    moments = json.loads((lab.folder / "strokes.json").read_text())
    if len(moments) != STROKES:
        return Strokes(float("nan"), float("nan"), exact=False, small=False)
    ms = [1000 * (moment["at"] - lift["at"]) for moment, lift in zip(moments, lifts, strict=True)]
    exact = all(moment["differ"] == moment["voxels"] for moment in moments)
    small = all(size <= 8 * moment["runs"] + MESSAGE for size, moment in zip(sent, moments, strict=True))
    return Strokes(statistics.median(ms), statistics.median(sent), exact, small)


def _stroke(page: Tab, number: int) -> int:
    """Paint 20 pixels on the axial plane, on the side away from the liver; the bytes that the page sent for it."""
    left, top, width, height = page.box(f"{CANVASES}[0]")
    x, y = left + width * (0.55 + 0.08 * (number % 5)), top + height * (0.35 + 0.1 * (number // 5))
    page.drag(x, y, right=20, steps=5)
    time.sleep(0.5)
    return page.evaluate("bytes.sent - lifts.at(-1).sent")
