"""The log of a training: tables that survive a kill, and the same for TensorBoard."""

import csv
import io
from pathlib import Path
from typing import Any

from torch.utils.tensorboard import SummaryWriter

from atlas_lab.runs import write_text

STEPS, VALIDATIONS = "steps.csv", "validations.csv"


class Log:
    """Rows of numbers by step, in `steps.csv` and `validations.csv` and for TensorBoard; each is on disk when it returns.

    A resumed training removes what was logged after the step it goes on from.
    """

    def __init__(self, folder: Path, step: int) -> None:
        self._folder = folder
        for name in (STEPS, VALIDATIONS):
            _keep_up_to(folder / name, step)
        self._board = SummaryWriter(folder / "tensorboard", purge_step=step + 1)

    def step(self, row: dict[str, Any]) -> None:
        """What a step of the optimiser cost and gave; `row["step"]` counts from 1."""
        self._add(STEPS, row)

    def validation(self, row: dict[str, Any]) -> None:
        """What a validation found."""
        self._add(VALIDATIONS, row)

    def close(self) -> None:
        """Let go of TensorBoard's file."""
        self._board.close()

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
