"""Whether tumours have the diameters that were asked for."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

OFF = 0.05  # of the diameter: what no longer is the size that was asked for
_DECIDES = {"automaton": "steps"}  # where it is set, this decides how large a tumour gets, and no size


def is_off(asked_mm: npt.ArrayLike, made_mm: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Which diameters are further from what was asked than 5 %."""
    return np.abs(np.divide(made_mm, asked_mm) - 1) > OFF


def off_size(record: Mapping[str, Any]) -> str:
    """A line on the tumours of a record that are larger or smaller than asked for, and why; empty when there are none."""
    method, rows = record["method"], record["tumours"]
    if method["settings"].get(_DECIDES.get(method["name"])):
        return ""
    asked, made = (np.array(sizes) for sizes in ([r["diameter_mm"] for r in rows], [r["measured"]["diameter_mm"] for r in rows]))
    off = is_off(asked, made)
    if not off.any():
        return ""
    worst = int(np.abs(made / asked - 1).argmax())
    sizes = f"{made[worst]:.3g} mm where {asked[worst]:.3g} mm were asked for"
    which = sizes if len(rows) == 1 else f"{off.sum()} of {len(rows)} tumours are more than {OFF:.0%} off, the worst {sizes}"
    smaller = "it ends where the organ, vessels and other lesions leave no room; ask for a smaller size"
    why = smaller if made[worst] < asked[worst] else "a tumour is whole voxels; ask for a larger size"
    return f"{record['organ']}: {which} ({why})"
