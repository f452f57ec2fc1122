"""Which way up: left is left in every picture, on volumes small enough to check by hand."""

import numpy as np
import pytest

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.figures import multiplanar
from atlas_lab.figures.multiplanar import resolve
from atlas_lab.figures.paint import mask_slice, rgb
from atlas_lab.figures.planes import PLANES, VIEWS, centre, cut, position
from tests.figures.pictures import case_with, near, rendered

SHAPE = (5, 6, 7)


@pytest.fixture
def marked() -> np.ndarray:
    """Zeros, but for the voxel furthest to the patient's right, front and head."""
    array = np.zeros(SHAPE, np.int16)
    array[-1, -1, -1] = 1
    return array


def test_right_is_left_front_is_up_and_head_is_up(marked):
    assert cut(marked, "axial", 6)[0, 0] == 1  # right at the picture's left, front at its top
    assert cut(marked, "coronal", 5)[0, 0] == 1  # right at the left, head at the top
    assert cut(marked, "sagittal", 4)[0, 0] == 1  # front at the left, head at the top
    assert cut(marked, "axial", 6).shape == (6, 5)
    assert cut(marked, "coronal", 5).shape == (7, 5)
    assert cut(marked, "sagittal", 4).shape == (7, 6)


@pytest.mark.parametrize("plane", PLANES)
def test_position_says_where_cut_shows_a_voxel(plane):
    array = np.arange(np.prod(SHAPE)).reshape(SHAPE)
    for voxel in np.ndindex(*SHAPE):
        assert cut(array, plane, voxel[VIEWS[plane].axis])[position(plane, voxel, SHAPE)] == array[voxel]


@pytest.mark.parametrize("plane", PLANES)
def test_a_mask_and_its_ct_lie_on_each_other(plane):
    mask = np.random.default_rng(0).random(SHAPE) > 0.8
    labels = LabelMap({"liver": mask}, np.eye(4))
    for index in range(SHAPE[VIEWS[plane].axis]):
        shown = mask_slice(labels, "liver", plane, index)
        expected = cut(mask, plane, index)
        np.testing.assert_array_equal(expected if shown is not None else np.zeros_like(expected), expected)
        assert (shown is None) == (not expected.any())


def test_the_centre_of_a_curved_structure_lies_in_it():
    ring = np.zeros((9, 9, 3), bool)
    ring[1:8, 1:8, 1] = True
    ring[3:6, 3:6, 1] = False
    labels = LabelMap({"colon": ring}, np.eye(4))
    assert ring[centre(labels, "colon")]
    assert resolve("colon", Volume(np.zeros((9, 9, 3)), np.eye(4)), labels)[2] == 1


def test_a_figure_shows_three_planes_and_the_structures_in_their_colours():
    figure = multiplanar(case_with(["liver"]))
    assert len(figure.axes) == 3
    assert near(rendered(figure), rgb("liver")) > 100
    assert near(rendered(multiplanar(case_with([]))), rgb("liver")) == 0
    letters = [[text.get_text() for text in ax.texts] for ax in figure.axes]
    assert [found[:4] for found in letters] == [["R", "L", "A", "P"], ["R", "L", "S", "I"], ["A", "P", "S", "I"]]


def test_a_single_slice_is_one_plane():
    slice_ = Volume(np.zeros((20, 20, 1), np.int16), np.diag([1, 1, 5, 1]))
    assert len(multiplanar(slice_).axes) == 1


def test_what_cannot_be_shown_is_said_plainly():
    case = case_with(["liver"])
    for at, said in (((99, 0, 0), "outside the volume"), ("spleen", "it is unknown"), ("splen", "unknown structure 'splen'")):
        with pytest.raises(InputError, match=said):
            multiplanar(case, at=at)
    with pytest.raises(InputError, match="unknown window 'bones'"):
        multiplanar(case, window="bones")
    with pytest.raises(InputError, match="neither a Case nor a Volume"):
        multiplanar(np.zeros((2, 2, 2)))


@pytest.mark.real
def test_a_real_patients_liver_is_on_the_left_of_the_picture(real_data):
    case = Case.open(real_data / "cases" / "TS_ABD_0001")
    z = centre(case.labels, "liver")[2]
    liver, spleen = (cut(case.labels[name], "axial", z) for name in ("liver", "spleen"))
    assert np.argwhere(liver)[:, 1].mean() < liver.shape[1] / 2 < np.argwhere(spleen)[:, 1].mean()
    spine = cut(case.ct.array > 300, "axial", z)
    assert np.argwhere(spine)[:, 0].mean() > spine.shape[0] / 2
