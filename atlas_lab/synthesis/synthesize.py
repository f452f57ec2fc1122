"""`synthesize`: tumours into one case. `remake`: the same ones again, from the record."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from numbers import Integral
from typing import Any

import numpy as np

from atlas_lab._version import __version__
from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask
from atlas_lab.errors import InputError, nearest
from atlas_lab.synthesis import boxes, phases, sizes
from atlas_lab.synthesis.engine import Grown, Planned, grow_tumours, stream
from atlas_lab.synthesis.given import CroppedMasks, annotated, check_numbers, fingerprint, phase_of
from atlas_lab.synthesis.method import Method
from atlas_lab.synthesis.methods import METHODS, method_of
from atlas_lab.synthesis.organs import PUBLISHED, organ_of, tumor_of
from atlas_lab.synthesis.result import Synthesis, measured
from atlas_lab.synthesis.tissue import Site


def synthesize(
    case: Case,
    organ: str,
    method: str | Method = "handcrafted",
    size: sizes.Asked = "small",
    count: int | None = None,
    phase: str = phases.AUTO,
    seed: int = 0,
) -> Synthesis:
    """Make tumours in an organ of a case, on any grid, and return a new case with their mask and record.

    `organ` is liver, pancreas, kidney (both sides), or a structure of the atlas; `method` handcrafted (Hu et al., CVPR 2023),
    automaton (Lai et al., MICCAI 2024), diffusion (Chen et al., CVPR 2024), or one with settings, such as
    `Handcrafted(mass_effect=True)`. `size` is tiny, small, medium, large, mix, early (below 20 mm) or a diameter in mm, of
    the sphere of the same volume. `count` None draws how many, and takes as many as find room; a number must all fit.
    `phase` "auto" is the case's own, or guessed from its HU. Vessels and lesions that are annotated stay clear.
    NoRoom: the organ is too small for a tumour of this size. InputError: the organ's mask is missing or empty, an unknown
    organ, method, size or phase (with the nearest name), HU that are no number.
    """
    structures = annotated(case, organ)
    phases.check_phase(phase)
    sizes.check_size(size)
    if isinstance(seed, bool) or not isinstance(seed, Integral) or seed < 0:
        raise InputError(f"seed={seed!r}: give a whole number, 0 or more")
    chosen = method_of(method)
    name = organ_of(organ)
    if name not in PUBLISHED:
        warnings.warn(f"{organ}: tumours of it are outside what was published ({', '.join(PUBLISHED)})", stacklevel=2)
    seed, count = int(seed), None if count is None else int(count)
    entropy = (seed, *organ.encode())
    diameters = sizes.draw_diameters(size, count, name, stream(entropy, "sizes"))
    plans = [Planned(diameter, (*entropy, number)) for number, diameter in enumerate(diameters)]
    asked = {"size": size, "count": count, "planned": len(plans), "seed": seed}
    return _made(case, organ, structures, chosen, phase_of(case, phase), plans, asked, must_fit=count is not None)


def remake(case: Case, record: Mapping[str, Any]) -> Synthesis:
    """The tumours of a record, the same bytes, in the case that it was made of.

    InputError: no such record, another CT than the record's, a method that is not here.
    """
    if not isinstance(record, Mapping):
        raise InputError(f"record: give one record (a case's record.json is a list of them), not {type(record).__name__}")
    missing = {"organ", "method", "phase", "ct", "tumours", "asked"} - set(record)
    if missing:
        raise InputError(f"this is no record of a synthesis: it lacks {', '.join(sorted(missing))}")
    if fingerprint(case) != record["ct"]:
        raise InputError(f"{case.id}: is not the CT that this record was made of (case {record.get('case')}); give that one")
    made = record["method"]
    if made["name"] not in METHODS:
        raise InputError(f"method {made['name']!r}: {nearest(made['name'], METHODS)}it is not in this version")
    plans = [Planned(row["diameter_mm"], tuple(row["seed"]), row["structure"], _site(row)) for row in record["tumours"]]
    method = method_of(made["name"], made["settings"])
    structures = annotated(case, record["organ"])
    return _made(case, record["organ"], structures, method, record["phase"], plans, dict(record["asked"]), must_fit=True)


def _site(row: Mapping[str, Any]) -> Site:
    x, y, z = row["voxel"]
    return Site((x, y, z), row["site_mm"], row["clipped"])


def _made(
    case: Case,
    organ: str,
    structures: Sequence[str],
    method: Method,
    phase: str,
    plans: Sequence[Planned],
    asked: dict[str, Any],
    *,
    must_fit: bool,
) -> Synthesis:
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
    record = {
        "atlas_lab": __version__, "case": case.id, "ct": fingerprint(case), "organ": organ, "phase": phase,
        "published": organ_of(organ) in PUBLISHED, "method": {"name": method.name, "settings": method.settings()},
        "asked": asked,
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
    return {
        "structure": plan.structure, "diameter_mm": plan.diameter_mm, "seed": list(plan.seed), "voxel": list(plan.site.centre),
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
