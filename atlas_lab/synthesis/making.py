"""Planned tumours into a case: the new case, what each tumour is in the end, and the record of all of it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from atlas_lab._version import __version__
from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask
from atlas_lab.errors import InputError
from atlas_lab.synthesis import boxes
from atlas_lab.synthesis.engine import Grown, Planned, grow_tumours
from atlas_lab.synthesis.given import CroppedMasks, check_numbers
from atlas_lab.synthesis.method import Method
from atlas_lab.synthesis.methods import weights_of
from atlas_lab.synthesis.organs import PUBLISHED, organ_of, tumor_of
from atlas_lab.synthesis.result import Synthesis, measured


def made(
    case: Case,
    organ: str,
    structures: Sequence[str],
    method: Method,
    phase: str,
    plans: Sequence[Planned],
    asked: dict[str, Any],
    *,
    ct: str,
    must_fit: bool,
) -> Synthesis:
    """Grow what is planned in an organ's `structures`; `asked` and `ct`, the CT's fingerprint, are for the record.

    NoRoom: none of them found a place, or, with `must_fit`, not all did. InputError: HU that are no number.
    """
    hu = np.array(case.ct.array)
    check_numbers(case, structures)
    where = case.folder or case.id
    try:
        grown = grow_tumours(
            hu,
            CroppedMasks(case.labels),
            case.ct.spacing,
            plans,
            structures=structures,
            method=method,
            phase=phase,
            must_fit=must_fit,
        )
    except InputError as error:
        raise type(error)(f"{where}: {error}") from None
    own = _own_masks(grown, case.ct.shape)
    tumours = tuple(measured(tumour, hu, case.ct.affine, mask, method.name) for tumour, mask in zip(grown, own, strict=True))
    weights = weights_of(method)
    how = {"name": method.name, "settings": method.settings()} | ({"weights": weights} if weights else {})
    record = {
        "atlas_lab": __version__, "case": case.id, "ct": ct, "organ": organ, "phase": phase,
        "published": organ_of(organ) in PUBLISHED, "method": how, "asked": asked,
        "tumours": [_row(tumour, seen.row, seen.settings) for tumour, seen in zip(grown, tumours, strict=True)],
    }  # fmt: skip
    new = Case(
        case.id, case.ct.like(hu), _labels(case.labels, grown, own, tumor_of(organ)), case.release, dict(case.meta),
        case.provenance | {"synthetic": [*case.provenance.get("synthetic", []), record]},
    )  # fmt: skip
    return Synthesis(new, tumours, record)


def _row(grown: Grown, measured: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    plan = grown.plan
    assert plan.site is not None
    corner = [int(there.start - here.start) for there, here in zip(grown.box, grown.growth.box, strict=True)]
    return {
        "structure": plan.structure, "diameter_mm": plan.diameter_mm, "seed": list(plan.seed),
        "voxel": [int(v + first) for v, first in zip(plan.site.centre, corner, strict=True)], "corner": corner,
        "site_mm": plan.site.diameter_mm, "clipped": plan.site.clipped,
        "box": [[part.start, part.stop] for part in grown.box], "measured": measured, "settings": settings,
    }  # fmt: skip


def _own_masks(grown: Sequence[Grown], shape: tuple[int, int, int]) -> list[CroppedMask]:
    """Each tumour's own voxels, where those that came later have pushed them."""
    masks: list[CroppedMask] = []
    for tumour in grown:
        warp = tumour.growth.warp
        if warp is not None:
            masks = [boxes.moved(mask, tumour.box, warp) for mask in masks]
        masks.append(boxes.placed(tumour.growth.mask, tumour.box, shape))
    return masks


def _labels(labels: LabelMap, grown: Sequence[Grown], own: Sequence[CroppedMask], tumor: str) -> LabelMap:
    warps = [(tumour.box, tumour.growth.warp) for tumour in grown if tumour.growth.warp is not None]
    masks: dict[str, Callable[[], CroppedMask]] = {name: partial(_moved, labels, name, warps) for name in labels}
    new = LabelMap(masks, labels.affine, labels.class_map, shape=labels.shape, disk=labels.disk)
    ill = new[tumor] if tumor in new else np.zeros(labels.shape, bool)
    for mask in own:
        ill[mask.box] |= mask.crop
    new[tumor] = ill
    return new


def _moved(labels: LabelMap, name: str, warps: Sequence[tuple[boxes.Box, np.ndarray]]) -> CroppedMask:
    mask = labels.cropped(name)
    for box, warp in warps:
        mask = boxes.moved(mask, box, warp)
    return mask
