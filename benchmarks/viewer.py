"""Our viewer beside ipyniivue: JupyterLab 4 in headless Chromium, a real case and one of 512 x 512 x 300 voxels, 25 labels.

Every run has a kernel, a browser and a cache of its own, the two viewers take turns, and figures are medians. Both begin
with the same files; what is imported is imported in an earlier cell, opening the case belongs to the cell that is timed.
Time runs from the key that executes the cell, in the page, which looks at the cell's output every 20 ms, until two frames
after what it looks for, when that is on the screen:

- picture: an image has loaded or a canvas shows something, a tenth of its pixels not its ground;
- interactive: a canvas that shows something has changed after one step of the wheel. ipyniivue is counted as soon as it
  shows the CT alone, its labels come later; ours has both at once, on the large case from every third or fourth voxel at first;
- full: nothing is left to load; ipyniivue loads all before it shows anything;
- bytes and sent: what the page has received and sent on its websockets until the wheel's change; of ours that is also
  what has arrived of the full resolution by then;
- memory: resident bytes of the browser's renderers when nothing moves any more, JupyterLab's own with them. Textures are
  not in it: they lie in another process.

Agreement of these: in every run the wheel changed the picture, and both viewers, told to go to the middle of the CT,
showed its middle axial slice, found in a screenshot by correlation of at least 0.8 and better than slices 10 mm away.
Their labels are not compared. The wheel's change may, in ipyniivue, be its labels' arrival: to its advantage.

A stroke is timed from the pointer's lift to a callback in Python in which `viewer.labels` holds its voxels; ipyniivue keeps
drawings in the page. A second view of the same case in the same page is compared with the first.
"""

import os
import shutil
import signal
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import viewer_cases as cases
from benchmarks.measure import report, version
from benchmarks.viewer_anatomy import shows_centre
from benchmarks.viewer_page import CANVASES, Lab, opened_lab
from benchmarks.viewer_strokes import strokes
from tests.ui.browser import installed_browser

CASE = "TS_ABD_0001"
RUNS = {"real": 5, "large": 3}
MOST_SENT = 10_000

Run = dict[str, float]
Pairs = list[tuple[Run, Run]]


def run(lab: Lab, files: cases.Files, ours: bool) -> Run:
    """Show a case once; ours twice."""
    cells = [cases.OURS_IMPORT, files.ours] if ours else [cases.PEER_IMPORT, files.peers]
    with lab.notebook([*cells, files.at_centre(ours), files.ours]) as notebook:
        notebook.run(1)
        seen = notebook.shown(2, "full" if ours else "interactive")
        notebook.settle()
        seen["memory"] = notebook.page.memory()
        notebook.run(3)
        notebook.settle()
        seen["agrees"] = shows_centre(notebook.page.picture(f"{CANVASES}[0]"), files)
        if ours:
            seen |= {f"second.{key}": value for key, value in notebook.shown(4, "interactive").items()}
    return seen


def medians(pairs: Pairs, key: str) -> tuple[float, float]:
    """Of one figure: ours and the peer's."""
    ours, peers = zip(*pairs, strict=True)
    return statistics.median(one[key] for one in ours), statistics.median(one[key] for one in peers)


def beside(figure: str, pairs: Pairs, key: str, unit: str, agreement: Callable[[float], bool] = lambda _: True) -> None:
    """Report a figure of both viewers."""
    ours, peer = medians(pairs, key)
    agree = all(one["agrees"] for pair in pairs for one in pair) and agreement(ours)
    report(figure, ours, peer, unit=unit, peer_version=version("ipyniivue"), agreement=agree)


def beside_the_first(pairs: Pairs) -> None:
    """Report what a second view of the same case takes, and that it brings no code again."""
    ours = [pair[0] for pair in pairs]
    without_code = all(one["second.bundles"] == 0 for one in ours)
    for figure, key, unit in (("viewer.second", "interactive", "s"), ("viewer.second.bytes", "received", "bytes")):
        second, first = (statistics.median(one[of + key] for one in ours) for of in ("second.", ""))
        report(figure, second, first, unit=unit, peer_version="atlas_lab's own first view", agreement=without_code)


def alone(figure: str, value: float, unit: str, agreement: bool) -> None:
    """Report a figure that the peer does not have."""
    report(figure, value, None, unit=unit, peer_version=None, agreement=agreement)


def real(lab: Lab, case: Path, folder: Path) -> None:
    files = cases.real(case, folder)
    pairs = [(run(lab, files, True), run(lab, files, False)) for _ in range(RUNS["real"])]
    beside("viewer.real.picture", pairs, "picture", "s")
    beside("viewer.real.interactive", pairs, "interactive", "s")
    beside("viewer.real.bytes", pairs, "received", "bytes")
    beside_the_first(pairs)


def painting(lab: Lab, case: Path, folder: Path) -> None:
    copy = shutil.copytree(case, folder / "copy" / case.name)
    painted = strokes(lab, copy, folder / "edits")
    alone("viewer.stroke", painted.ms, "ms", painted.exact)
    alone("viewer.stroke.bytes", painted.sent, "bytes", painted.small)


def large(lab: Lab, folder: Path) -> None:
    files = cases.large(folder / "large")
    pairs = [(run(lab, files, True), run(lab, files, False)) for _ in range(RUNS["large"])]
    beside("viewer.large.interactive", pairs, "interactive", "s")
    alone("viewer.large.full", statistics.median(ours["full"] for ours, _ in pairs), "s", all(o["agrees"] for o, _ in pairs))
    beside("viewer.large.bytes", pairs, "received", "bytes")
    beside("viewer.sent", pairs, "sent", "bytes", lambda ours: ours <= MOST_SENT)
    beside("viewer.memory", pairs, "memory", "bytes")


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))  # browser and server end too
    version("ipyniivue")
    data = os.environ.get("ATLAS_LAB_TEST_DATA") or sys.exit("set ATLAS_LAB_TEST_DATA to the folder that holds cases/" + CASE)
    browser = installed_browser() or sys.exit("no Chromium or Chrome found; install one (apt install chromium)")
    case = Path(data, "cases", CASE)
    with tempfile.TemporaryDirectory(prefix="atlas-lab-bench-") as name, opened_lab(browser, Path(name)) as lab:
        real(lab, case, Path(name))
        painting(lab, case, Path(name))
        large(lab, Path(name))


if __name__ == "__main__":
    main()
