"""The cubes of the lesson on lesions: a lesion in the middle of each, in its place in the patient, and nothing lost."""

import numpy as np
import pytest

from atlas_lab.data import Case, LabelMap, Volume
from atlas_lab.errors import InputError
from atlas_lab.lessons.lesions import LESION, central, lesion_atlas, lesion_volumes

SIDE = 16


def ball(shape, centre, radius):
    axes = np.ogrid[tuple(slice(side) for side in shape)]
    return sum((axis - middle) ** 2 for axis, middle in zip(axes, centre, strict=True)) <= radius**2


@pytest.fixture(scope="module")
def patient():
    """A lesion in the liver, one in the colon close by, one in the lung at the very border, one of a single voxel."""
    shape, affine = (40, 36, 30), np.diag([4.0, 4, 4, 1])
    affine[:3, 3] = (-80, -50, 12)
    hu = np.random.default_rng(0).integers(-100, 200, shape, dtype=np.int16)
    masks = {
        "liver": ball(shape, (18, 18, 14), 12),
        "liver_tumor": ball(shape, (20, 18, 14), 3),
        "colon_tumor": ball(shape, (27, 18, 14), 2),
        "lung_tumor": ball(shape, (1, 34, 28), 2),
        "kidney_tumor": ball(shape, (5, 5, 5), 0),
    }
    return Case("p1", Volume(hu, affine), LabelMap(masks, affine))


@pytest.fixture(scope="module")
def cubes(patient):
    return {case.meta["mask"]: case for case in lesion_volumes([patient], spacing_mm=4.0, side=SIDE)}


def test_there_is_a_cube_for_each_lesion_that_is_large_enough_and_none_for_an_organ(cubes):
    assert set(cubes) == {"liver_tumor", "colon_tumor", "lung_tumor"}
    assert {case.ct.shape for case in cubes.values()} == {(SIDE, SIDE, SIDE)}
    assert {case.meta["patient"] for case in cubes.values()} == {"p1"}
    assert len({case.id for case in cubes.values()}) == 3


def test_the_lesion_is_in_the_middle_and_the_one_beside_it_is_in_the_mask_too(patient, cubes):
    for name, case in cubes.items():
        mine = central(case.labels[LESION])
        assert np.abs(np.argwhere(mine).mean(axis=0) - SIDE / 2).max() <= (1 if name != "lung_tumor" else 2)
    both = cubes["liver_tumor"].labels[LESION]
    assert both.sum() > central(both).sum() == patient.labels["liver_tumor"].sum()


def test_voxels_keep_their_place_in_the_patient_and_beyond_the_scan_there_is_air(patient, cubes):
    back = np.linalg.inv(patient.ct.affine)
    for case in cubes.values():
        for index in np.argwhere(np.ones(case.ct.shape))[::97]:
            x, y, z = np.rint(back @ case.ct.affine @ [*index, 1]).astype(int)[:3]
            inside = all(0 <= i < side for i, side in zip((x, y, z), patient.ct.shape, strict=True))
            assert case.ct.array[tuple(index)] == (patient.ct.array[x, y, z] if inside else -1024)
    assert (cubes["lung_tumor"].ct.array == -1024).any()


def test_of_several_pieces_the_one_nearest_to_the_middle_is_meant():
    near, far = ball((16, 16, 16), (8, 8, 8), 2), ball((16, 16, 16), (13, 13, 13), 2)
    np.testing.assert_array_equal(central(near | far), near)
    np.testing.assert_array_equal(central(far), far)
    assert not central(np.zeros((4, 4, 4), bool)).any()


def test_an_atlas_without_a_lesion_is_refused(tmp_path, patient):
    Case("p2", patient.ct, LabelMap({"liver": patient.labels["liver"]}, patient.ct.affine)).save(tmp_path)
    with pytest.raises(InputError, match="no case is annotated for a lesion; there are liver"):
        lesion_atlas(str(tmp_path))
    with pytest.raises(InputError, match="lesion_patients=1: give 2 or more"):
        lesion_atlas(patients=1)


def test_of_an_atlas_the_patients_with_lesions_are_taken(tmp_path, patient):
    for id, names in (("p1", ["liver"]), ("p2", ["liver", "liver_tumor"]), ("p3", ["colon_tumor"])):
        masks = LabelMap({name: patient.labels[name] for name in names}, patient.ct.affine)
        Case(id, patient.ct, masks).save(tmp_path)
    assert lesion_atlas(str(tmp_path)).ids == ["p2", "p3"]
