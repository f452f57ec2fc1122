"""The log of a training: tables that survive a kill, and the same for TensorBoard; pictures; where it is."""

import csv
import io
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from matplotlib.figure import Figure
from torch.utils.tensorboard import SummaryWriter

from atlas_lab.learning.training.plan import Plan
from atlas_lab.learning.training.status import Reporter
from atlas_lab.runs import atomic_write, write_text

STEPS, VALIDATIONS, EXAMPLES, BOARD = "steps.csv", "validations.csv", "examples", "tensorboard"
_KEPT = 5  # of the newest pictures; the first is kept too


class Log:
    """Rows of numbers by step, in `steps.csv` and `validations.csv` and for TensorBoard, pictures in `examples`, `status.json`.

    A `with` block from the first step to the last: each row is on disk when it is logged, and how the block ends is how the
    training ended. A resumed training removes what was logged after the step it goes on from.
    """

    def __init__(self, folder: Path, plan: Plan, fabric: Any, about: dict[str, Any], step: int, seconds: float) -> None:
        """A training that is at `step` after `seconds`. Only one of several processes writes: the first."""
        self._folder = folder
        self._writes = bool(fabric.is_global_zero)
        if self._writes:
            for name in (STEPS, VALIDATIONS):
                _keep_up_to(folder / name, step)
            for number, path in example_pictures(folder).items():
                if number > step:
                    path.unlink()
            self._board = SummaryWriter(folder / BOARD, purge_step=step + 1)
            self._reporter = Reporter(folder, plan, fabric, about, step, seconds)

    def step(self, row: dict[str, Any]) -> None:
        """What a step of the optimiser cost and gave; `row["step"]` counts from 1, `row["seconds"]` are those so far."""
        if self._writes:
            self._add(STEPS, row)
            self._reporter.at(row["step"], row["seconds"])

    def validation(self, row: dict[str, Any]) -> None:
        """What a validation found."""
        if self._writes:
            self._add(VALIDATIONS, row)

    def examples(self, step: int, picture: Figure | None) -> None:
        """What the network answers at this step, drawn. The first picture and the newest are kept."""
        if not self._writes or picture is None:
            return
        with atomic_write(self._folder / EXAMPLES / f"step_{step:06d}.png") as temporary:
            picture.savefig(temporary, format="png", dpi=picture.dpi)
        for path in list(example_pictures(self._folder).values())[1:-_KEPT]:
            path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        if self._writes:
            self._board.close()
            self._reporter.end(error)

    def _add(self, name: str, row: dict[str, Any]) -> None:
        path = self._folder / name
        text = io.StringIO()
        writer = csv.DictWriter(text, list(row), lineterminator="\n")
        if not path.exists():
            writer.writeheader()
        writer.writerow(row)
        with path.open("a", encoding="utf-8") as file:
            file.write(text.getvalue())
        for key, value in row.items():
            if key != "step":
                self._board.add_scalar(f"{name.removesuffix('.csv')}/{key}", value, row["step"])


def example_pictures(folder: Path) -> dict[int, Path]:
    """The pictures of a training by step, the first first."""
    found = {path.stem.removeprefix("step_"): path for path in (folder / EXAMPLES).glob("step_*.png")}
    return dict(sorted((int(step), path) for step, path in found.items() if step.isdecimal()))


def _keep_up_to(path: Path, step: int) -> None:
    if not path.exists():
        return
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    whole = [row for row in rows if row.count(",") == header.count(",")]  # a killed process may have left half a line
    kept = [row for row in whole if int(row.partition(",")[0]) <= step]
    if kept:
        write_text(path, "\n".join([header, *kept]) + "\n")
    else:
        path.unlink()
