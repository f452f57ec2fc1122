"""What the phantom's anatomy promises: everything there, at its place, of the right size and brightness."""

import cc3d
import numpy as np
import pytest
from scipy.ndimage import binary_dilation

from atlas_lab.anatomy import BY_NAME, STRUCTURES
from atlas_lab.data.phantom import patient
from atlas_lab.data.phantom.patient import PhantomPatient

INDICES = (0, 1, 2, 3)  # 0-3 hold men and women; 3 has no gall bladder
LESIONS = ("liver_tumor", "pancreas_tumor", "kidney_tumor", "kidney_cyst")
HOLLOW = ("stomach", "duodenum", "intestine", "colon", "rectum", "esophagus")  # the table's HU is their wall's
CUT_BY_DESIGN = ("aorta", "postcava", "esophagus", "lung_left", "lung_right")
THIN_HU = 8.0  # what partial volume may take from a trunk two voxels wide


@pytest.fixture(scope="module")
def patients() -> list[PhantomPatient]:
    return [patient(index) for index in INDICES]


def center(made: PhantomPatient, name: str) -> np.ndarray:
    """World position (mm, RAS+) of a structure's centre."""
    return made.affine[:3, :3] @ np.argwhere(made.masks[name]).mean(axis=0) + made.affine[:3, 3]


def volume_ml(made: PhantomPatient, name: str) -> float:
    return float(made.masks[name].sum() * abs(np.linalg.det(made.affine[:3, :3])) / 1000)


def is_cut(mask: np.ndarray) -> bool:
    return any(mask.take(end, axis).any() for axis in range(3) for end in (0, -1))


def lesion_mask(made: PhantomPatient) -> np.ndarray:
    return np.logical_or.reduce([made.masks[name] for name in LESIONS])


def present(made: PhantomPatient) -> list[str]:
    return [s.name for s in STRUCTURES if made.masks[s.name].any()]


def test_every_structure_is_there_but_what_a_patient_may_lack(patients: list[PhantomPatient]) -> None:
    for made in patients:
        lacking = {s.name for s in STRUCTURES} - set(present(made)) - {"gall_bladder"}
        assert lacking == ({"prostate"} if made.meta["sex"] == "F" else set())
    assert {made.meta["sex"] for made in patients} == {"F", "M"}


def test_gall_bladders_are_there_in_most_patients_only(patients: list[PhantomPatient]) -> None:
    there = [bool(made.masks["gall_bladder"].any()) for made in patients]
    assert any(there)
    assert not all(there)


def test_masks_hold_the_25_structures_and_the_lesions_looked_for(patients: list[PhantomPatient]) -> None:
    for made in patients:
        assert set(made.masks) == {s.name for s in STRUCTURES} | set(LESIONS)
        assert all(mask.dtype == bool and mask.shape == made.ct.shape for mask in made.masks.values())


def test_volumes_lie_in_the_table_unless_the_view_cuts_the_structure(patients: list[PhantomPatient]) -> None:
    for made in patients:
        for name in present(made):
            low, high = BY_NAME[name].volume_ml or (0, np.inf)
            assert volume_ml(made, name) <= high, name
            if not is_cut(made.masks[name]):
                assert volume_ml(made, name) >= low, name
        assert {n for n in present(made) if is_cut(made.masks[n])} <= {*CUT_BY_DESIGN, "liver", "stomach", "rectum"}


def test_mean_hu_of_solid_organs_lies_in_the_portal_range(patients: list[PhantomPatient]) -> None:
    for made in patients:
        healthy = ~lesion_mask(made)
        for name in set(present(made)) - set(HOLLOW):
            low, high = BY_NAME[name].hu["portal"]
            slack = THIN_HU if name == "celiac_trunk" else 0.0
            assert low - slack <= made.ct[made.masks[name] & healthy].mean() <= high, name


def test_hollow_organs_hold_gas_and_fluid_within_an_enhancing_wall(patients: list[PhantomPatient]) -> None:
    for made in patients:
        for name in ("stomach", "colon"):
            inside = made.ct[made.masks[name]]
            assert (inside < -800).mean() > 0.02, name
            assert ((inside > 0) & (inside < 110)).mean() > 0.1, name


def test_each_structure_is_in_one_piece(patients: list[PhantomPatient]) -> None:
    for made in patients:
        for name in present(made):
            assert cc3d.connected_components(made.masks[name], connectivity=26).max() == 1, name


def test_no_voxel_belongs_to_two_structures_but_hepatic_vessels_in_the_liver(patients: list[PhantomPatient]) -> None:
    for made in patients:
        count = sum(made.masks[s.name].astype(int) for s in STRUCTURES if s.name != "hepatic_vessel")
        assert count.max() == 1
        assert not (made.masks["hepatic_vessel"] & ~made.masks["liver"]).any()


def test_left_and_right_in_world_millimetres(patients: list[PhantomPatient]) -> None:
    for made in patients:
        for pair in ("kidney", "adrenal_gland", "femur", "lung"):
            assert center(made, f"{pair}_left")[0] < center(made, f"{pair}_right")[0], pair
        assert center(made, "spleen")[0] < center(made, "stomach")[0] < center(made, "liver")[0]
        assert center(made, "aorta")[0] < center(made, "postcava")[0]
        assert center(made, "aorta")[0] < 0


ABOVE = (("lung_left", "spleen"), ("lung_right", "liver"), ("adrenal_gland_left", "kidney_left"),
         ("adrenal_gland_right", "kidney_right"), ("kidney_left", "bladder"), ("celiac_trunk", "intestine"),
         ("stomach", "intestine"), ("esophagus", "stomach"), ("intestine", "bladder"), ("bladder", "femur_left"))  # fmt: skip
IN_FRONT = (("bladder", "rectum"), ("portal_vein_and_splenic_vein", "aorta"), ("pancreas", "postcava"),
            ("celiac_trunk", "aorta"), ("duodenum", "kidney_right"), ("stomach", "spleen"),
            ("gall_bladder", "kidney_right"))  # fmt: skip


def test_neighbours_lie_above_and_in_front_of_each_other(patients: list[PhantomPatient]) -> None:
    for made in patients:
        for order, axis in ((ABOVE, 2), (IN_FRONT, 1)):
            for first, second in order:
                if made.masks[first].any():
                    assert center(made, first)[axis] > center(made, second)[axis], (first, second)
        if made.meta["sex"] == "M":
            assert center(made, "bladder")[2] > center(made, "prostate")[2]
            assert center(made, "prostate")[1] > center(made, "rectum")[1]


def test_the_head_of_the_pancreas_lies_in_the_curve_of_the_duodenum(patients: list[PhantomPatient]) -> None:
    for made in patients:
        x_mm = made.affine[0, 0] * np.arange(made.ct.shape[0]) + made.affine[0, 3]
        head = made.masks["pancreas"] & (x_mm > 15)[:, None, None]
        levels = np.flatnonzero(head.any(axis=(0, 1)))
        middle = int(levels[len(levels) // 2])
        duodenum = np.argwhere(made.masks["duodenum"][:, :, middle])
        assert duodenum[:, 0].max() > np.argwhere(head[:, :, middle])[:, 0].max()


def test_the_body_lies_in_air_and_its_lungs_hold_air(patients: list[PhantomPatient]) -> None:
    for made in patients:
        assert (made.ct[:, -8:, :] < -900).all()
        assert made.ct[made.masks["lung_left"]].mean() < -750


def test_edges_show_partial_volume(patients: list[PhantomPatient]) -> None:
    for made in patients:
        bladder = made.ct[made.masks["bladder"]]
        labelled = np.logical_or.reduce([made.masks[s.name] for s in STRUCTURES])
        ring = made.ct[binary_dilation(made.masks["bladder"]) & ~labelled]
        assert bladder.mean() > ring.mean() > -110  # between urine and fat
        assert ((ring > -85) & (ring < -15)).mean() > 0.1


def test_the_liver_is_as_noisy_as_in_a_ct(patients: list[PhantomPatient]) -> None:
    for made in patients:
        still = np.diff(made.ct[made.masks["liver"] & ~lesion_mask(made) & ~made.masks["hepatic_vessel"]].astype(float))
        assert 6 < still.std() / np.sqrt(2) < 30
