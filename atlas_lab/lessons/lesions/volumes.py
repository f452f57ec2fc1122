"""Volumes of interest as in ULS23 (de Grauw et al., arXiv 2406.05231, 2024): a cube around each lesion."""

from collections.abc import Iterable

import cc3d
import numpy as np

from atlas_lab.anatomy import STRUCTURES
from atlas_lab.data import Atlas, Case, LabelMap, Volume
from atlas_lab.data.phantom import Order
from atlas_lab.data.transforms import resample
from atlas_lab.errors import InputError
from atlas_lab.lessons.source import PHANTOM, open_atlas

LESION = "lesion"
HOSPITAL, SEED = "abroad", 1000  # the hospital that is held out in the debate, and patients of it that the debate has not
AIR = -1024  # HU, beyond the border of a scan
_ORDERS = (
    Order("metastasis", diameter_mm=(14.0, 45.0)),
    Order("renal_cell_carcinoma", diameter_mm=(14.0, 45.0)),
    Order("pancreatic_neuroendocrine_tumor", diameter_mm=(14.0, 40.0)),
    Order("colon_carcinoma", diameter_mm=(14.0, 45.0)),
)
_ORGANS = frozenset(structure.name for structure in STRUCTURES)


def lesion_atlas(source: str = PHANTOM, *, patients: int = 8, spacing_mm: float = 4.0, seed: int = 0, workers: int = 1) -> Atlas:
    """Patients with lesions: phantoms with one each of liver, kidney, pancreas and colon, or the atlas in a folder.

    InputError: fewer than 2 patients, a folder without a lesion.
    """
    if patients < 2:
        raise InputError(f"lesion_patients={patients}: give 2 or more, some to train on and some to judge")
    if source == PHANTOM:
        return Atlas.phantom(
            cases=patients, hospitals=HOSPITAL, seed=SEED + seed, spacing=spacing_mm, lesions=_ORDERS, workers=workers
        )
    atlas = open_atlas(source)
    ill = [str(id) for id, names in atlas.table["structures"].items() if set(names) - _ORGANS]
    if not ill:
        raise InputError(f"{source}: no case is annotated for a lesion; there are {', '.join(atlas.structures())}")
    return atlas.select(ill[:patients])


def lesion_volumes(cases: Iterable[Case], *, spacing_mm: float = 4.0, side: int = 32, least_voxels: int = 8) -> list[Case]:
    """A case a lesion: a cube of `side` voxels of `spacing_mm` (mm) with it in the middle, its mask named `lesion`.

    The mask holds all lesions in the cube, whatever their organ; `central` tells the one that the cube is about.
    `meta` names the patient and the lesion's mask. Lesions of fewer voxels than `least_voxels` are left out.
    """
    found = []
    for whole in cases:
        masks = {name: whole.labels[name] for name in whole.labels if name not in _ORGANS}
        if not masks:
            continue
        case = resample(Case(whole.id, whole.ct, LabelMap(masks, whole.ct.affine)), spacing_mm)
        everything = np.any([case.labels[name] for name in masks], axis=0)
        for name in masks:
            pieces, count = cc3d.connected_components(case.labels[name], connectivity=26, return_N=True)
            for number in range(1, count + 1):
                inside = np.argwhere(pieces == number)
                if len(inside) >= least_voxels:
                    middle = np.rint(inside.mean(axis=0)).astype(int)
                    about = {"patient": case.id, "mask": name}
                    found.append(_cube(f"{case.id}_{name}_{number}", case.ct, everything, middle, side, about))
    return found


def central(mask: np.ndarray) -> np.ndarray:
    """The connected piece of a mask (x, y, z) that is nearest to the middle of the volume: the others were not asked for."""
    pieces, count = cc3d.connected_components(mask, connectivity=26, return_N=True)
    if count < 2:
        return np.asarray(mask, bool)
    where = np.argwhere(pieces)
    nearest = where[np.linalg.norm(where - (np.array(mask.shape) - 1) / 2, axis=1).argmin()]
    return np.asarray(pieces == pieces[tuple(nearest)])


def _cube(id: str, ct: Volume, mask: np.ndarray, middle: np.ndarray, side: int, about: dict[str, str]) -> Case:
    first = middle - side // 2
    hu = np.rint(ct.array).astype(np.int16)
    affine = ct.affine.copy()
    affine[:3, 3] = (affine @ [*first, 1])[:3]
    labels = LabelMap({LESION: _cut(mask, first, side, fill=False)}, affine)
    return Case(id, Volume(_cut(hu, first, side, fill=AIR), affine), labels, meta=about)


def _cut(array: np.ndarray, first: np.ndarray, side: int, *, fill: int) -> np.ndarray:
    """A cube of an array (x, y, z), which may reach beyond it."""
    cube = np.full((side,) * 3, fill, array.dtype)
    here = tuple(slice(max(0, a), min(size, a + side)) for a, size in zip(first, array.shape, strict=True))
    there = tuple(slice(s.start - a, s.stop - a) for s, a in zip(here, first, strict=True))
    cube[there] = array[here]
    return cube
