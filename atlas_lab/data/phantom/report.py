"""What a radiologist would write: findings as a table, and the same in a few sentences."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from atlas_lab.anatomy import structure
from atlas_lab.data.phantom.compose import Placed
from atlas_lab.data.phantom.lesions import Lesion
from atlas_lab.data.phantom.space import Grid

_PHASES = {"non_contrast": "without contrast medium", "arterial": "in the arterial phase", "portal": "in the portal venous phase"}


def findings(
    lesions: Sequence[Lesion], placed: Sequence[Placed], grid: Grid
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The labelled lesions and the mimics that have a voxel in view.

    Each with type, mask, organ, diameter (mm, of the sphere of the same volume as its mask), volume (mL), centre (of its
    mask, world mm, RAS+), contrast (HU, lesion minus organ) and whether the scan's border cuts it.
    """
    voxel_mm3 = float(np.prod(grid.spacing))
    seen: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    for lesion, where in zip(lesions, placed, strict=True):
        index = np.argwhere(where.owned < 0)
        voxels = len(index)
        if not voxels:
            continue
        middle = grid.affine @ [*(index.mean(axis=0) + [side.start for side in where.crop]), 1]
        fact = {
            "type": lesion.kind,
            **({"mask": lesion.label} if lesion.label else {}),
            "organ": lesion.organ,
            "diameter_mm": round(float(np.cbrt(6 * voxels * voxel_mm3 / np.pi)), 1),
            "volume_ml": round(voxels * voxel_mm3 / 1000, 4),
            "center_mm": [round(float(c), 1) for c in middle[:3]],
            "hu_contrast": round(float(lesion.contrast), 1),
            "cut": _is_cut(index, where, grid),
        }
        (seen if lesion.label else others).append(fact)
    return seen, others


def _is_cut(index: npt.NDArray[np.intp], where: Placed, grid: Grid) -> bool:
    """Whether the border of the scan cuts a lesion, which then is larger than what is seen of it."""
    low, high = index.min(axis=0), index.max(axis=0)
    return any(a + s.start == 0 or b + s.start == n - 1 for a, b, s, n in zip(low, high, where.crop, grid.shape, strict=True))


def report(seen: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]], phase: str) -> dict[str, Any]:
    """Findings (organ, type, benign or not looked for as a tumour, count, largest diameter in mm) and a short text."""
    rows = [*_grouped(seen, benign=False), *_grouped(others, benign=True)]
    sentences = [f"CT of the abdomen {_PHASES[phase]}."]
    sentences += [_sentence(row) for row in rows]
    if not seen:
        sentences.append("No tumour.")
    return {"findings": rows, "text": " ".join(sentences)}


def _grouped(facts: Sequence[dict[str, Any]], *, benign: bool) -> list[dict[str, Any]]:
    groups: dict[tuple[str, str], list[float]] = {}
    for fact in facts:
        groups.setdefault((fact["organ"], fact["type"]), []).append(fact["diameter_mm"])
    return [
        {"organ": organ, "type": kind, "benign": benign, "count": len(sizes), "largest_mm": max(sizes)}
        for (organ, kind), sizes in groups.items()
    ]


def _sentence(row: dict[str, Any]) -> str:
    organ, kind = structure(row["organ"]).display, row["type"].replace("_", " ")
    if row["count"] == 1:
        return f"{organ.capitalize()}: {kind}, {row['largest_mm']:.0f} mm."
    return f"{organ.capitalize()}: {row['count']} × {kind}, the largest {row['largest_mm']:.0f} mm."
