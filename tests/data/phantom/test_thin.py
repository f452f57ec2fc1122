"""Thin structures have the HU of the anatomy table where voxels are fine enough to show them."""

import numpy as np
import pytest
from scipy.ndimage import binary_dilation, binary_erosion

from atlas_lab.anatomy import BY_NAME, PHASES
from atlas_lab.data.phantom import patient
from atlas_lab.data.phantom.patient import LABELLED

MM = 1.5
PATIENTS = 15
ROIS = {
    "pancreas": ("adrenal_gland_left", "adrenal_gland_right", "celiac_trunk", "portal_vein_and_splenic_vein"),
    "esophagus": ("esophagus",),
    "hepatic_vessel": ("hepatic_vessel",),
}
LEFT_OVER_HU = 6.0  # the blur of the scanner reaches as deep as these structures are thick

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def means() -> dict[tuple[str, str], list[float]]:
    """Mean HU by structure and phase, a voxel below the surface."""
    found: dict[tuple[str, str], list[float]] = {}
    for index in range(PATIENTS):
        phase = PHASES[index % len(PHASES)]
        for roi, names in ROIS.items():
            if roi == "hepatic_vessel" and index >= 6:
                continue
            made = patient(index, phase=phase, roi=roi, spacing=MM, lesions=[])
            mimics = np.logical_or.reduce([np.zeros(made.ct.shape, bool), *made.mimics.values()])
            for name in names:
                inner = binary_erosion(made.masks[name]) & ~binary_dilation(mimics)
                if inner.sum() >= 20:
                    found.setdefault((name, phase), []).append(float(made.ct[inner].mean()))
    return found


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("name", [name for names in ROIS.values() for name in names])
def test_thin_structures_have_the_hu_of_the_table(name: str, phase: str, means: dict[tuple[str, str], list[float]]) -> None:
    assert name in LABELLED
    low, high = BY_NAME[name].hu[phase]
    here = means[name, phase]
    assert len(here) >= 2
    assert low - LEFT_OVER_HU <= min(here)
    assert max(here) <= high + LEFT_OVER_HU
