"""One call to make a tumour and play with it."""

from typing import TYPE_CHECKING

from atlas_lab.data.case import Case

if TYPE_CHECKING:
    from atlas_lab.viewers.playground_widget import Playground


def playground(case: Case, organ: str = "liver", method: str = "handcrafted", size: float = 20.0, seed: int = 0) -> "Playground":
    """Make one synthetic tumour in a case and turn its settings while you look at it; the last line of a cell shows it.

    `organ` and `method` are those of `al.synthesis.synthesize`, `size` is a diameter in mm. A click into a plane moves the
    tumour there. The case itself stays as it is. NoRoom: the organ has no place for it. InputError: the organ's mask is
    missing or empty, an unknown organ or method (with the nearest name), a size outside 1 to 200 mm.
    """
    from atlas_lab.viewers.playground_widget import Playground  # compilers, which `view` need not wait for

    return Playground(case, organ, method, size, seed)
