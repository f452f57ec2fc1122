"""Filling, interpolating and growing add what they say and nothing else."""

import numpy as np
import pytest

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.viewers.edits import Editor


def case_of(hu, spacing=(1.0, 1.0, 1.0), affine=None, **masks):
    ct = Volume(np.asarray(hu, np.int16), np.diag([*spacing, 1.0]) if affine is None else affine)
    return Case("P1", ct, LabelMap(masks, ct.affine, shape=ct.shape))


def cone(shape, spacing):
    """Discs around the z axis, wider by 1 mm in radius from slice to slice; 3 mm in the lowest."""
    x, y, z = np.indices(shape)
    r = np.hypot((x - shape[0] // 2) * spacing[0], (y - shape[1] // 2) * spacing[1])
    return r <= 3 + z


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 3.0), (0.5, 1.0, 3.0)])
def test_between_two_slices_of_a_cone_there_is_the_cone(spacing):
    shape = (61, 41, 9)
    whole = cone(shape, spacing)
    painted = whole.copy()
    painted[:, :, 2:5] = painted[:, :, 6:8] = False
    editor = Editor(case_of(np.zeros(shape), spacing, liver=painted), "liver")
    edit = editor.interpolate("liver", "axial")
    assert edit.action == "interpolate"
    found, expected = (m.sum(axis=(0, 1)) * spacing[0] * spacing[1] for m in (editor.mask("liver"), whole))
    assert np.allclose(found, expected, rtol=0.1)
    assert (np.diff(found) > 0).all(), "the areas lie between those of the painted slices"
    assert np.array_equal(editor.mask("liver")[:, :, [0, 1, 5, 8]], painted[:, :, [0, 1, 5, 8]])
    assert editor.interpolate("liver", "axial").voxels == 0, "nothing is left to interpolate"


def test_distances_count_in_millimetres_not_in_pixels():
    lengths = []
    for fine in (1, 4):  # pixels a millimetre along x: the same two rectangles, 16 and 48 mm long
        mask = np.zeros((60 * fine, 40, 3), bool)
        mask[22 * fine : 38 * fine, 10:30, 0] = True
        mask[6 * fine : 54 * fine, 10:30, 2] = True
        editor = Editor(case_of(np.zeros(mask.shape), (1 / fine, 1.0, 2.0), liver=mask), "liver")
        editor.interpolate("liver", "axial")
        lengths.append(editor.mask("liver")[:, 20, 1].sum() / fine)
    assert lengths == pytest.approx([32, 32], abs=2)


@pytest.mark.parametrize(("plane", "axis"), [("axial", 2), ("coronal", 1), ("sagittal", 0)])
def test_only_empty_slices_between_painted_ones_are_interpolated(plane, axis):
    mask = np.zeros((9, 9, 9), bool)
    slices = np.moveaxis(mask, axis, 0)
    slices[2, 3:6, 3:6] = slices[5, 3:6, 3:6] = True
    editor = Editor(case_of(np.zeros(mask.shape), liver=mask), "liver")
    assert editor.interpolate("liver", plane).voxels == 18
    after = np.moveaxis(editor.mask("liver"), axis, 0)
    assert after.any(axis=(1, 2)).tolist() == [2 <= i <= 5 for i in range(9)]
    assert (after[2:6, 3:6, 3:6]).all()


def test_holes_of_one_slice_are_filled_and_bays_are_not():
    mask = np.zeros((9, 9, 3), bool)
    mask[1:6, 1:6] = True
    mask[2:5, 2:5] = False
    mask[3, 3] = True
    mask[3, 0:2, 2] = False  # there the ring is open
    editor = Editor(case_of(np.zeros(mask.shape), liver=mask), "liver")
    edit = editor.fill("liver", "axial", 1)
    assert (edit.voxels, edit.action, edit.value) == (8, "fill", True)
    assert editor.mask("liver")[1:6, 1:6, 1].all()
    assert np.array_equal(editor.mask("liver")[:, :, [0, 2]], mask[:, :, [0, 2]])
    assert editor.fill("liver", "axial", 2).voxels == 0
    assert Editor(case_of(np.zeros((9, 9, 9)), liver=np.zeros((9, 9, 9), bool)), "spleen").fill("spleen", "axial", 0).voxels == 0


def test_growing_stays_within_the_hu_the_sphere_and_what_is_joined():
    hu = np.full((30, 30, 30), 50)
    hu[:, 14, :] = 300  # a wall
    hu[10, 14, 10] = 50  # with a hole
    hu[3, 3, 3] = 61
    editor = Editor(case_of(hu, (1.0, 1.0, 2.0)), "liver")
    edit = editor.grow("liver", (10, 10, 10), (40, 60), max_mm=7)
    grown = editor.mask("liver")
    assert edit.voxels == grown.sum() > 100
    assert (hu[grown] == 50).all()
    far = np.linalg.norm((np.argwhere(grown) - (10, 10, 10)) * (1, 1, 2), axis=1)
    assert far.max() <= 7
    assert grown[10, 15, 10], "through the hole in the wall"
    sphere = np.linalg.norm((np.argwhere(hu == 50) - (10, 10, 10)) * (1, 1, 2), axis=1) <= 7
    assert grown.sum() == sphere.sum(), "everything within is joined here"


def test_growing_passes_faces_only():
    hu = np.zeros((5, 5, 5))
    hu[0, 0, 0] = hu[1, 0, 0] = hu[2, 1, 0] = 100
    editor = Editor(case_of(hu), "liver")
    assert editor.grow("liver", (0, 0, 0), (90, 110), 50).voxels == 2


def test_the_sphere_is_round_on_a_sheared_grid():
    affine = np.array([[1, 0.6, 0, 5], [0, 1, 0, 5], [0, 0, 1.5, 5], [0, 0, 0, 1]], float)
    editor = Editor(case_of(np.zeros((31, 31, 31)), affine=affine), "liver")
    editor.grow("liver", (15, 15, 15), (0, 0), 8)
    every = np.stack(np.indices((31, 31, 31)), axis=-1) - 15
    assert np.array_equal(editor.mask("liver"), np.linalg.norm(every @ affine[:3, :3].T, axis=-1) <= 8)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda e: e.grow("liver", (1, 1, 1), (100, 200), 5), r"seed \(1, 1, 1\): has 7 HU, outside 100 to 200"),
        (lambda e: e.grow("liver", (9, 1, 1), (0, 200), 5), r"seed \(9, 1, 1\): is no voxel"),
        (lambda e: e.grow("liver", (1, 1, 1), (0, 200), 0), "max_mm=0 must be above 0 mm"),
        (lambda e: e.grow("liver", (1, 1, 1), (200, 0), 5), "the lowest HU must not be above the highest"),
        (lambda e: e.grow("liver", (1, 1, 1), 40, 5), "give the range as"),
        (lambda e: e.fill("liver", "axal", 1), "unknown plane 'axal': did you mean 'axial'"),
        (lambda e: e.fill("liver", "axial", 5), "there are slices 0 to 4"),
        (lambda e: e.interpolate("liver", "oblique"), "planes are axial, coronal, sagittal"),
        (lambda e: e.fill("livr", "axial", 1), "'livr' is not edited here: did you mean 'liver'"),
    ],
)
def test_wrong_values_are_told(call, said, journals):
    editor = Editor(case_of(np.full((5, 5, 5), 7)), "liver")
    with pytest.raises(InputError, match=said):
        call(editor)
    assert not journals.exists()
