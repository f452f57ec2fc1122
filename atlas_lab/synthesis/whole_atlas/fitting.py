"""Which organs of a case can have tumours, why the others cannot, and how many each gets."""

from collections.abc import Iterator, Sequence

import numpy as np

from atlas_lab import anatomy
from atlas_lab.data.label_map import LabelMap
from atlas_lab.synthesis.organs import structures_of, tumor_of

REAL, CUT, SMALL, ABSENT, UNKNOWN = "real tumour", "cut", "too small", "absent", "not annotated"
REASONS = (REAL, CUT, SMALL, ABSENT, UNKNOWN)

Skipped = dict[str, str]


def fitting(labels: LabelMap, organs: Sequence[str]) -> tuple[dict[str, str], list[Skipped]]:
    """Organ → what to synthesise in, which of a pair may be one side alone; and a row for all that is left out.

    An organ that holds a real tumour is left out whole, both sides of it: nobody knows what else is ill there.
    """
    chosen: dict[str, str] = {}
    skipped: list[Skipped] = []
    for organ in organs:
        real = next((name for name in _tumours_of(organ) if name in labels and labels.cropped(name).voxels), None)
        if real is not None:
            skipped.append(skip(organ, REAL, f"{real} of {labels.volume_ml(real):.3g} mL"))
            continue
        reasons = {side: _unfit(labels, side) for side in structures_of(organ)}
        good = [side for side, reason in reasons.items() if not reason]
        if good:
            chosen[organ] = organ if len(good) == len(reasons) else good[0]
            skipped += [skip(side, reason, f"{good[0]} is used") for side, reason in reasons.items() if reason]
        else:
            skipped.append(skip(organ, min(reasons.values(), key=REASONS.index)))
    return chosen, skipped


def skip(organ: str, reason: str, detail: str = "") -> Skipped:
    """A row of what was left out."""
    return {"organ": organ, "reason": reason, "detail": detail}


def shares(organs: Sequence[str], total: int, rng: np.random.Generator) -> Iterator[tuple[str, int]]:
    """How many tumours each organ gets, those with none left out: as many each, and what is over by chance."""
    each, over = divmod(total, len(organs))
    lucky = set(rng.permutation(len(organs))[:over].tolist())
    counts = [each + (number in lucky) for number in range(len(organs))]
    return ((organ, count) for organ, count in zip(organs, counts, strict=True) if count)


def _tumours_of(organ: str) -> list[str]:
    """The masks in which an organ's tumours may stand; a cyst is none."""
    sides = set(structures_of(organ))
    hosted = [row.name for row in anatomy.TUMORS if sides & set(row.hosts) and row.name.endswith("_tumor")]
    return list(dict.fromkeys([tumor_of(organ), *hosted]))


def _unfit(labels: LabelMap, structure: str) -> str:
    """Why a structure will not do; empty when it will."""
    status = labels.status(structure)
    if status == "cut" and labels.volume_ml(structure) >= _whole_ml(structure):
        return ""  # the dome of a liver often is at the scan's edge
    return {"present": "", "unknown": UNKNOWN, "absent": ABSENT, "cut": CUT}[status]


def _whole_ml(structure: str) -> float:
    """The least that is typical of an adult's."""
    return (anatomy.structure(structure).volume_ml or (0.0, 0.0))[0]
