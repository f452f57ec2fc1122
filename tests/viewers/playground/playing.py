"""What a user of the playground does and sees."""

import numpy as np

from tests.viewers.page import codes

SHAPE, SPACING = (70, 60, 40), (1.5, 1.5, 2.5)


def words(played) -> str:
    return played._controls._words.value


def refusal(played) -> str:
    return played._controls._refusal.value


def control(played, name):
    return played._controls._turned[name]


def voxel(*mm: float) -> tuple[int, ...]:
    return tuple(int(v / step) for v, step in zip(mm, SPACING, strict=True))


def press(played, label):
    def buttons(widget):
        return [widget] if hasattr(widget, "click") else [b for child in getattr(widget, "children", ()) for b in buttons(child)]

    next(button for button in buttons(played._controls.root) if button.description.startswith(label)).click()


def seen(played, page) -> np.ndarray:
    """The CT as a page that heard everything holds it."""
    hu = played._case.ct.array.copy()
    message, parts = [told for told in page.told("change") if told[0]["box"]][-1]
    x0, x1, y0, y1, z0, z1 = message["box"]
    hu[x0:x1, y0:y1, z0:z1] = codes(parts["voxels"], (x1 - x0, y1 - y0, z1 - z0))
    return hu
