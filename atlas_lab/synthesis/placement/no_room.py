"""What to say when an organ has no room for a tumour."""

import edt
import numpy as np

from atlas_lab.synthesis.tissue import NoRoom, Tissue


def no_room(tissue: Tissue, diameter_mm: float) -> NoRoom:
    """The organ, its size, what was asked for and what to do, in one line."""
    organ_ml = np.count_nonzero(tissue.organ) * tissue.voxel_mm3 / 1000
    tumour_ml = np.pi / 6 * diameter_mm**3 / 1000
    largest = largest_ball_mm(tissue.organ & ~tissue.taken, tissue.spacing)
    free = " clear of vessels and other tumours" if tissue.taken.any() else ""
    room = f"the largest ball in it{free} is {largest:.3g} mm wide"
    if organ_ml < tumour_ml:
        small = f"{organ_ml:.3g} mL is smaller than a tumour of {diameter_mm:.3g} mm ({tumour_ml:.3g} mL)"
        return NoRoom(f"{tissue.structure}: {small}, {room}; ask for a smaller size")
    none = f"no room for a tumour of {diameter_mm:.3g} mm"
    return NoRoom(f"{tissue.structure}: {none}, {room}; ask for a smaller size or fewer tumours")


def largest_ball_mm(free: np.ndarray, spacing: tuple[float, float, float]) -> float:
    """Diameter in mm of the largest ball inside a mask; the array's faces bound it too."""
    distances = edt.edt(np.ascontiguousarray(free), anisotropy=spacing, black_border=True, order="C", parallel=1)
    return 2 * float(distances.max())
