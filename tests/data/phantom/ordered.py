"""Patients with lesions that were ordered, and what each of them is like on the CT."""

import functools
from collections.abc import Iterator, Sequence

import cc3d
import numpy as np
from scipy.ndimage import binary_dilation, distance_transform_edt, find_objects

from atlas_lab.data.phantom import Order, PhantomPatient, patient
from atlas_lab.data.phantom.lesions import LABELS

ROOM_MM = 4.0  # of organ between a lesion and the tissue it is compared with


def cases(
    indices: Sequence[int], orders: Sequence[Order], *, roi: str, spacing: float, phase: str = "portal", **knobs
) -> list[PhantomPatient]:
    return [patient(i, phase=phase, roi=roi, spacing=spacing, lesions=orders, **knobs) for i in indices]


def each_lesion(made: PhantomPatient) -> Iterator[tuple[dict, np.ndarray]]:
    """The facts of each lesion and its mask, the piece that lies nearest to its centre; not of those grown into one."""
    pieces = {label: cc3d.connected_components(made.masks[label], connectivity=26) for label in LABELS}
    found = []
    for fact in made.meta["lesions"]:
        points = np.argwhere(pieces[fact["mask"]])
        center = np.linalg.solve(made.affine, [*fact["center_mm"], 1])[:3]
        nearest = points[np.argmin(((points - center) ** 2).sum(axis=1))]
        found.append((fact, int(pieces[fact["mask"]][tuple(nearest)])))
    for fact, piece in found:
        if sum(other["mask"] == fact["mask"] and same == piece for other, same in found) == 1:
            yield fact, pieces[fact["mask"]] == piece


def spacing_of(made: PhantomPatient) -> float:
    return float(made.affine[0, 0])


def depth(mask: np.ndarray, mm: float) -> np.ndarray:
    """How deep (mm) each voxel lies in a mask; below 0 outside of it, by no more than 9 mm."""
    reach = int(np.ceil(9 / mm)) + 1
    box = tuple(slice(max(side.start - reach, 0), side.stop + reach) for side in find_objects(mask.astype(np.uint8))[0])
    out = np.full(mask.shape, -9.0)
    out[box] = np.maximum((distance_transform_edt(mask[box]) - distance_transform_edt(~mask[box])) * mm, -9)
    return out


def inner(mask: np.ndarray, mm: float) -> np.ndarray:
    """The part of a lesion that lies deeper than half of its depth."""
    deep = depth(mask, mm)
    return deep > 0.5 * deep.max()


@functools.lru_cache(maxsize=16)
def parenchyma(made: PhantomPatient, organ: str) -> np.ndarray:
    """The organ well away from its surface, its vessels, lesions and mimics."""
    mm = spacing_of(made)
    odd = np.logical_or.reduce([made.masks["hepatic_vessel"], *(made.masks[label] for label in LABELS), *made.mimics.values()])
    steps = max(round(ROOM_MM / mm), 1)
    return (depth(made.masks[organ], mm) > ROOM_MM) & ~binary_dilation(odd, iterations=steps)
