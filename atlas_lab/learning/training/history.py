"""Reading a training's logs: while it runs elsewhere, after it has ended, of one or of many."""

import dataclasses
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from atlas_lab.errors import InputError
from atlas_lab.learning.training.log import STEPS, VALIDATIONS, example_pictures
from atlas_lab.learning.training.status import FILE, Status, read_status


@dataclass(frozen=True)
class History:
    """What a training has logged so far.

    `steps` has columns step, loss, the parts of the loss, learning_rate, patches_per_second, seconds; `validations` step and
    the figures of each, the first of which says which checkpoint is best. Both are empty where nothing was logged.
    `examples` are pictures of the network's answers by step; `status` is None where a training never said where it is.
    """

    folder: Path
    steps: pd.DataFrame = field(repr=False)
    validations: pd.DataFrame = field(repr=False)
    status: Status | None
    examples: dict[int, Path]


def histories(run: Any) -> dict[str, History]:
    """The log of a training, or of every training below a folder, by name; empty where there is none yet.

    `run` is a folder, or what `train` returned. A folder that is not there, or is empty, is that of a training to come.
    InputError: neither a folder nor a training, a folder of something else, a log that cannot be read.
    """
    folder = folder_of(run)
    found = {_name(path, folder): path for path in trainings_in(folder)}
    if not found and folder.is_dir() and any(folder.iterdir()):
        raise InputError(
            f"{folder}: holds no training, and no folder in it does ({FILE} and {STEPS} are missing); give the folder of one"
        )
    return {name: read_history(path) for name, path in found.items()}


def read_history(folder: Path) -> History:
    """The log in one folder. InputError: one that cannot be read."""
    return History(folder, _table(folder / STEPS), _table(folder / VALIDATIONS), read_status(folder), example_pictures(folder))


def with_status_of_now(known: dict[str, History]) -> dict[str, History]:
    """The same tables; where the trainings are is read again."""
    return {name: dataclasses.replace(history, status=read_status(history.folder)) for name, history in known.items()}


def signature_of(folder: Path) -> tuple[Any, ...]:
    """Something that changes when what can be drawn of the trainings here does."""
    found = trainings_in(folder)
    files = [path for training in found for path in (training / STEPS, training / VALIDATIONS) if path.exists()]
    pictures = [max(example_pictures(training), default=0) for training in found]
    changes = [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files]
    return (*map(str, found), *changes, *pictures)


def folder_of(run: Any) -> Path:
    """The folder of a training. InputError: neither a folder nor a training."""
    given = getattr(run, "folder", run)
    if not isinstance(given, str | Path):
        raise InputError(f"give the folder of a training, or what train() returned, not {type(run).__name__}")
    folder = Path(given).absolute()
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file; give the folder of a training, such as {folder.parent}")
    return folder


def trainings_in(folder: Path) -> list[Path]:
    """The folder itself where it is that of a training, else those one or two folders below it."""
    for patterns in (("",), ("*/", "*/*/")):
        if found := {path.parent for part in patterns for name in (FILE, STEPS) for path in folder.glob(part + name)}:
            return sorted(found)
    return []


def _name(path: Path, folder: Path) -> str:
    return path.name if path == folder else path.relative_to(folder).as_posix()


def _table(path: Path) -> pd.DataFrame:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return pd.DataFrame()
    whole = text[: text.rfind("\n") + 1]  # the last line may still be being written
    if whole.count("\n") < 2:
        return pd.DataFrame()
    try:
        table = pd.read_csv(io.StringIO(whole), on_bad_lines="skip")
    except ValueError as error:
        raise InputError(f"{path}: cannot be read as a table; it is damaged") from error
    if "step" not in table:
        raise InputError(f"{path}: has no column 'step', so it is not the log of a training")
    return table
