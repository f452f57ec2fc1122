"""Small folders of label maps, made by hand."""

from collections.abc import Mapping
from pathlib import Path

import nibabel as nib
import numpy as np

SHAPE, SPACING = (20, 16, 12), (1.0, 2.0, 3.0)


def block(*bounds: tuple[int, int], shape: tuple[int, int, int] = SHAPE) -> np.ndarray:
    """A bool array that is True within these bounds along x, y and z."""
    mask = np.zeros(shape, dtype=bool)
    mask[tuple(slice(*side) for side in bounds)] = True
    return mask


LIVER = block((4, 14), (4, 12), (3, 9))
SHIFTED = block((5, 15), (4, 12), (3, 9))  # by one voxel: DSC 0.9
CUT_LIVER = block((4, 14), (4, 12), (3, 12))  # up to the last slice
SPLEEN = block((15, 19), (4, 8), (3, 7))
TUMOR = block((5, 8), (5, 8), (4, 6))


def write(path: Path, array: np.ndarray, spacing: tuple[float, float, float] = SPACING, codes: str = "RAS") -> Path:
    """An (x, y, z) RAS+ array as a NIfTI file, stored in the orientation `codes`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = nib.Nifti1Image(array.astype(np.uint8) if array.dtype == bool else array, np.diag([*spacing, 1.0]))
    turned = nib.orientations.ornt_transform(nib.orientations.axcodes2ornt("RAS"), nib.orientations.axcodes2ornt(codes))
    nib.save(image.as_reoriented(turned), path)
    return path


def flat(root: Path, cases: Mapping[str, np.ndarray]) -> Path:
    """A folder with a file a case."""
    for id, array in cases.items():
        write(root / f"{id}.nii.gz", array)
    return root


def masks(root: Path, cases: Mapping[str, Mapping[str, np.ndarray]]) -> Path:
    """A folder with a folder a case, each with a mask a structure and without a CT."""
    for id, structures in cases.items():
        for name, mask in structures.items():
            write(root / id / "segmentations" / f"{name}.nii.gz", mask)
    return root
