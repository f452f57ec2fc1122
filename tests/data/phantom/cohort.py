"""200 phantom patients of five hospitals, whole on voxels of 4 mm, as plain numbers measured once."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import cc3d
import numpy as np
from scipy.ndimage import binary_erosion, gaussian_filter

from atlas_lab.anatomy import BY_NAME, STRUCTURES
from atlas_lab.data.phantom import HOSPITALS, PhantomPatient, patient
from atlas_lab.data.phantom.lesions import LABELS

PATIENTS = 200
MM = 4.0
WHOLE = {"shape": (100, 96, 140), "spacing": MM}  # no organ is cut, in any hospital
CORE_VOXELS = 30

Facts = dict[str, Any]
_ERODE = np.ones((3, 3, 3), bool)


def cohort() -> list[Facts]:
    """The facts of all patients, from two processes."""
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(facts, range(PATIENTS), chunksize=4))


def facts(number: int) -> Facts:
    """Patient `number`, who is index `number` of the hospitals in turn."""
    return measured(patient(number, hospital=HOSPITALS[number % len(HOSPITALS)].name, **WHOLE))


def measured(made: PhantomPatient) -> Facts:
    """What the tests ask of a patient; `structures` holds those that are there."""
    lesion = np.logical_or.reduce([made.masks[label] for label in LABELS])
    odd = np.logical_or.reduce([lesion, made.masks["hepatic_vessel"], *made.mimics.values()])
    organs = np.sum([made.masks[s.name] for s in STRUCTURES if s.name != "hepatic_vessel"], axis=0, dtype=np.uint8)
    return {
        **made.meta,
        "structures": {s.name: _structure(made, s.name, odd) for s in STRUCTURES if made.masks[s.name].any()},
        "shared_voxels": int((organs > 1).sum()),
        "vessel_outside_liver": int((made.masks["hepatic_vessel"] & ~made.masks["liver"]).sum()),
        "pieces": {label: _pieces(made.masks[label]) for label in LABELS if made.masks[label].any()},
        "tumour_outside_organ": {label: _outside(made, label) for label in LABELS},
        "mimic_in_tumour": int(sum((mask & lesion).sum() for mask in made.mimics.values())),
        "mimic_masks": [name for name, mask in made.mimics.items() if mask.any()],
        "postcava_hu": _postcava(made),
        "stomach": _stomach(made),
    }


def core(mask: np.ndarray) -> np.ndarray:
    """The mask without its outermost voxels, which show partial volume."""
    out = np.zeros_like(mask)
    box = _box(mask)
    out[box] = binary_erosion(mask[box], _ERODE)
    return out


def _structure(made: PhantomPatient, name: str, odd: np.ndarray) -> Facts:
    box = _box(made.masks[name])
    mask = made.masks[name][box]
    start = [side.start for side in box]
    inner = binary_erosion(mask, _ERODE)
    if name != "hepatic_vessel":
        inner &= ~odd[box]
    place = made.affine[:3, :3] @ (np.argwhere(mask).mean(axis=0) + start) + made.affine[:3, 3]
    return {
        "ml": float(mask.sum() * MM**3 / 1000),
        "center": place.tolist(),
        "cut": any(side.start == 0 or side.stop == n for side, n in zip(box, made.ct.shape, strict=True)),
        "pieces": _pieces(mask),
        "hu": float(made.ct[box][inner].mean()) if inner.sum() >= CORE_VOXELS else None,
        "top": float(made.affine[2, 2] * (box[2].stop - 1) + made.affine[2, 3]),
    }


def _box(mask: np.ndarray) -> tuple[slice, ...]:
    found = []
    for axis in range(3):
        there = np.flatnonzero(mask.any(axis=tuple(other for other in range(3) if other != axis)))
        found.append(slice(int(there[0]), int(there[-1]) + 1))
    return tuple(found)


def _pieces(mask: np.ndarray) -> int:
    return int(cc3d.connected_components(mask, connectivity=26).max())


def _outside(made: PhantomPatient, name: str) -> int:
    hosts = np.logical_or.reduce([made.masks[host] for host in BY_NAME[name].hosts])
    return int((made.masks[name] & ~hosts).sum())


def _postcava(made: PhantomPatient) -> tuple[float | None, float]:
    """Mean HU of the inferior vena cava well below (None: out of sight) and well above the middle of the kidneys."""
    inner = core(made.masks["postcava"])
    kidneys = np.flatnonzero((made.masks["kidney_left"] | made.masks["kidney_right"]).any(axis=(0, 1)))
    z, middle = MM * np.arange(made.ct.shape[2]), MM * (kidneys[0] + kidneys[-1]) / 2
    below, above = made.ct[inner & (z < middle - 30)], made.ct[inner & (z > middle + 50)]
    return float(below.mean()) if below.size >= 5 else None, float(above.mean())


def _stomach(made: PhantomPatient) -> Facts:
    """How much of the stomach is gas, and mean heights (mm) of gas and of what is beside it in the same columns."""
    mask = core(made.masks["stomach"])
    smooth = gaussian_filter(made.ct.astype(np.float32), 0.7)
    gas, fluid = mask & (smooth < -700), mask & (smooth > -50)
    level = gas.any(axis=1) & fluid.any(axis=1)  # columns along y where both are seen
    y = np.arange(mask.shape[1])[None, :, None]
    both = level[:, None, :]
    upside_down = 0
    if level.any():
        lowest_gas = np.where(gas & both, y, 10_000).min(axis=1)[level]
        highest_fluid = np.where(fluid & both, y, -1).max(axis=1)[level]
        upside_down = int((lowest_gas < highest_fluid).sum())
    areas = made.masks["stomach"].sum(axis=(0, 1)) * MM**2
    return {
        "gas": float(gas.sum() / max(mask.sum(), 1)),
        "columns": int(level.sum()),
        "upside_down": upside_down,
        "core_share": float(mask.sum() / made.masks["stomach"].sum()),
        "areas": areas[areas > 0].tolist(),
    }
