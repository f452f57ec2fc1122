"""How large and how bright the structures of a case are, beside what is typical."""

import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from atlas_lab import anatomy
from atlas_lab.data.case import Case
from atlas_lab.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


def measure(case: Case, structures: str | Iterable[str] | None = None) -> "pd.DataFrame":
    """One row a structure: status, volume in mL, mean and SD of HU, and the typical ranges for the case's phase.

    Measured are the annotated structures, or those named. `meta["phase"]` chooses the typical HU; where the phase is
    not known the range spans all phases. A structure cut by the field of view has no typical volume, a hollow organ
    (whose mask holds its contents too) no typical HU. InputError: a structure that is not annotated.
    """
    import pandas as pd

    if not isinstance(case, Case):
        raise InputError(f"measure takes a Case, not {type(case).__name__}; open one with al.Case.open(path)")
    names = [structures] if isinstance(structures, str) else case.labels if structures is None else structures
    rows = []
    for name in names:
        mask = case.labels.cropped(name)
        hu = case.ct.array[mask.box][mask.crop]
        if hu.dtype.kind == "f" and not np.isfinite(hu).all():
            unusable = int(np.count_nonzero(~np.isfinite(hu)))
            warnings.warn(
                f"{case.id}: {unusable} of {hu.size} voxels of {name} are NaN or infinite, left out of its HU", stacklevel=2
            )
            hu = hu[np.isfinite(hu)]
        row: dict[str, object] = {"structure": name, "status": case.labels.status(name), "volume_ml": case.labels.volume_ml(name)}
        if hu.size:
            row |= {"mean_hu": float(hu.mean(dtype="float64")), "sd_hu": float(hu.std(dtype="float64"))}
        known = anatomy.BY_NAME.get(name)
        if known and known.volume_ml and known.hu:
            if row["status"] != "cut":
                row["typical_ml"] = known.volume_ml
            if not known.hollow:
                row["typical_hu"] = _typical_hu(known.hu, case.meta.get("phase"))
        rows.append(row)
    columns = ["structure", "status", "volume_ml", "mean_hu", "sd_hu", "typical_ml", "typical_hu"]
    return pd.DataFrame(rows, columns=columns).set_index("structure")


def _typical_hu(by_phase: dict[str, tuple[float, float]], phase: str | None) -> tuple[float, float]:
    ranges = [by_phase[phase]] if phase in by_phase else list(by_phase.values())
    return min(low for low, _ in ranges), max(high for _, high in ranges)
