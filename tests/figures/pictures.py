"""Small cases to draw, and ways to look at what was drawn."""

import io
from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume

SHAPE = (20, 22, 24)
SPACING = (2, 2, 3)


def block(x: slice, y: slice, z: slice, shape: tuple[int, int, int] = SHAPE) -> np.ndarray:
    """A bool array that is True in a box."""
    mask = np.zeros(shape, bool)
    mask[x, y, z] = True
    return mask


MIDDLE = block(slice(5, 15), slice(5, 15), slice(5, 20))


def case_with(masks: Iterable[str] | dict[str, np.ndarray], id: str = "case", spacing: Sequence[float] = SPACING) -> Case:
    """Noise around 50 HU with these masks; names alone all get the same block in the middle."""
    masks = masks if isinstance(masks, dict) else dict.fromkeys(masks, MIDDLE)
    shape = next(iter(masks.values())).shape if masks else SHAPE
    ct = Volume(np.random.default_rng(0).integers(-100, 200, shape).astype(np.int16), np.diag([*spacing, 1]))
    return Case(id, ct, LabelMap(masks, ct.affine, shape=shape))


def rendered(figure: Figure) -> np.ndarray:
    """The figure's pixels, uint8 (rows, columns, 3)."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=60)
    return np.asarray(Image.open(buffer).convert("RGB"))


def near(pixels: np.ndarray, colour: tuple[int, int, int]) -> int:
    """How many pixels have almost this colour."""
    return int((np.abs(pixels.reshape(-1, 3).astype(int) - colour).sum(axis=1) < 30).sum())


def legend(figure: Figure) -> list[str]:
    """What the legend says, in its order."""
    return [text.get_text() for each in figure.legends for text in each.get_texts()]


def captions(figure: Figure) -> list[str]:
    """What stands above each picture."""
    return [ax.get_title() for ax in figure.axes]


def heading(figure: Figure) -> str:
    """What stands above everything."""
    return figure.get_suptitle()


def pixels_a_mm(ax: Axes) -> float:
    """How long a millimetre is drawn, measured along both sides, which must agree."""
    (x, y), (across, down) = ax.transData.transform([(0, 0), (1, 1)])
    np.testing.assert_allclose(across - x, y - down, rtol=1e-6)
    return float(across - x)
