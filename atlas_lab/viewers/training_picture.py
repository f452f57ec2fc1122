"""Trainings as a still picture: a line of words, the curves, the newest example predictions."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from atlas_lab.figures.charts import training_chart
from atlas_lab.figures.sheet import PAPER, Sheet
from atlas_lab.viewers.picture import png
from atlas_lab.viewers.training_words import line

if TYPE_CHECKING:
    from atlas_lab.learning.training.history import History


def whole(folder: Path, histories: Mapping[str, "History"]) -> bytes:
    """Everything in one PNG, which stands alone."""
    said = line(folder, histories)
    first = (curves(histories, said) or _words_alone(said))._repr_png_()
    parts = [_opened(content) for content in (first, *(path.read_bytes() for path in newest_examples(histories)))]
    sheet = Image.new("RGB", (max(part.width for part in parts), sum(part.height for part in parts)), PAPER)
    top = 0
    for part in parts:
        sheet.paste(part, ((sheet.width - part.width) // 2, top))
        top += part.height
    return png(sheet)


def curves(histories: Mapping[str, "History"], title: str = "") -> Sheet | None:
    """The curves of those that have logged a step; None: of none."""
    if not any(len(history.steps) for history in histories.values()):
        return None
    return training_chart(dict(histories), title)


def newest_examples(histories: Mapping[str, "History"]) -> list[Path]:
    """The last picture of a single training's answers; none where there is none, or several trainings."""
    if len(histories) != 1:
        return []
    (history,) = histories.values()
    return list(history.examples.values())[-1:]


def _words_alone(said: str) -> Sheet:
    sheet = Sheet(10.0, 0.5)
    sheet.head(said)
    return sheet


def _opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")
