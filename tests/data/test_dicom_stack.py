"""Slices lie where their positions say, and a stack that is not regular is refused with the place named."""

import re
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from atlas_lab.data.dicom import read_ct
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from tests.data.dicom_files import AXIAL, ORIGIN, SPACING, STEP, decimal, write_series

STORED = np.arange(6 * 4 * 5, dtype=np.int16).reshape(6, 4, 5)


def test_slices_are_ordered_by_position_whatever_their_file_names(tmp_path):
    write_series(tmp_path, STORED)
    volume, _ = read_ct(tmp_path)
    assert volume.original_orientation == "LPS"
    np.testing.assert_allclose(volume.spacing, (0.8, 0.7, 2.5))
    np.testing.assert_array_equal(volume.array, STORED.transpose(2, 1, 0)[::-1, ::-1])


def test_a_save_gives_the_dicom_orientation_back(tmp_path):
    write_series(tmp_path / "in", STORED)
    volume, _ = read_ct(tmp_path / "in")
    again = Volume.open(volume.save(tmp_path / "ct.nii.gz"))
    assert again.original_orientation == "LPS"
    np.testing.assert_array_equal(again.array, volume.array)
    np.testing.assert_allclose(again.affine, volume.affine, atol=1e-4)


@settings(max_examples=40)
@given(
    axes=st.permutations([0, 1, 2]),
    signs=st.tuples(*[st.sampled_from((-1, 1))] * 3),
    angles=st.one_of(st.just((0.0, 0.0, 0.0)), st.tuples(*[st.floats(-20, 20)] * 3)),
    marked=st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 4)),
)
def test_a_marked_voxel_keeps_its_world_coordinates_in_any_orientation(axes, signs, angles, marked):
    directions = Rotation.from_euler("xyz", angles, degrees=True).as_matrix() @ (np.eye(3)[axes] * signs)
    row, column, step = directions[0], directions[1], 2.5 * directions[2]
    stored = np.zeros((3, 4, 5), np.int16)
    stored[marked] = 1000
    with tempfile.TemporaryDirectory() as folder:
        write_series(Path(folder), stored, orientation=(*row, *column), step=step)
        volume, meta = read_ct(folder)
        (found,) = np.argwhere(volume.array == 1000)
    index, down, across = marked
    lps = np.array(ORIGIN) + row * SPACING[1] * across + column * SPACING[0] * down + step * index
    np.testing.assert_allclose((volume.affine @ [*found, 1])[:3], lps * (-1, -1, 1), atol=1e-3)
    assert "gantry_tilt_deg" not in meta
    rotation = volume.affine[:3, :3] / volume.spacing
    assert (rotation.argmax(axis=0) == np.abs(rotation).argmax(axis=0)).all()  # every axis points the RAS+ way


def test_a_tilted_gantry_is_reported_and_its_sheared_affine_is_exact(tmp_path):
    tilt = np.radians(12)
    tilted = (1, 0, 0, 0, np.cos(tilt), np.sin(tilt))  # the planes lean, the table still moves along z
    write_series(tmp_path, STORED, orientation=tilted)
    with pytest.warns(UserWarning, match=r"tilted by 12\.0 degrees"):
        volume, meta = read_ct(tmp_path)
    assert meta["gantry_tilt_deg"] == pytest.approx(12, abs=0.01)
    (found,) = np.argwhere(volume.array == STORED[5, 3, 4])
    lps = np.array(ORIGIN) + np.array(tilted[:3]) * 0.8 * 4 + np.array(tilted[3:]) * 0.7 * 3 + np.array(STEP) * 5
    np.testing.assert_allclose((volume.affine @ [*found, 1])[:3], lps * (-1, -1, 1), atol=1e-3)
    again = Volume.open(volume.save(tmp_path / "sheared.nii"))
    np.testing.assert_allclose(again.affine, volume.affine, atol=1e-4)


@pytest.mark.parametrize(("slices", "gone"), [(6, 2), (3, 1), (4, 2)])
def test_a_missing_slice_is_named(tmp_path, slices, gone):
    paths = write_series(tmp_path, STORED[:slices], step=STEP)
    if slices == 3:
        paths += write_series(tmp_path / "more", STORED[:1], origin=np.array(ORIGIN) + 3 * np.array(STEP))
    paths[gone].unlink()
    before, after = (ORIGIN[2] + 2.5 * (gone + k) for k in (-1, 1))
    expected = f"slice missing between z = {before:.2f} and {after:.2f} mm; got {len(paths) - 1} of {len(paths)} (spacing 2.5 mm)"
    with pytest.raises(InputError, match=re.escape(f"{tmp_path}: {expected}")):
        read_ct(tmp_path)


def _at(index, **change):
    def spoil(i, made):
        if i == index:
            for keyword, value in change.items():
                setattr(made, keyword, value)

    return spoil


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_at(3, ImagePositionPatient=decimal((-10, 20, -23.5))), "not evenly spaced: 1.5 mm after z = -25.00 mm, 2.5 mm else"),
        (_at(5, ImagePositionPatient=decimal((-10, 20, -20))), "hold several slices, the first z = -20.00 mm: several phases"),
        (_at(3, ImagePositionPatient=decimal((-7, 20, -22.5))), "shifted sideways by up to"),
        (_at(2, PixelSpacing=decimal((0.7, 0.9))), "has pixel spacing (0.7, 0.9), but 1.2.3_001.dcm of the same series has (0.7"),
        (_at(2, ImageOrientationPatient=decimal((1, 0, 0, 0, 0, -1))), "has orientation"),
        (_at(2, Rows=2), "has size (rows, columns) (2, 5)"),
        (_at(2, ImagePositionPatient=None), "has no usable ImagePositionPatient"),
        (_at(2, PixelSpacing=decimal((0, 0))), "is not positive"),
    ],
)
def test_an_irregular_stack_is_refused(tmp_path, change, told):
    write_series(tmp_path, STORED, change=change)
    with pytest.raises(InputError, match=re.escape(told)) as error:
        read_ct(tmp_path)
    assert "\n" not in str(error.value)
    assert str(tmp_path) in str(error.value)


def test_several_phases_in_one_series_are_told_by_their_acquisitions(tmp_path):
    write_series(tmp_path / "a", STORED, AcquisitionNumber=1)
    write_series(tmp_path / "b", STORED, AcquisitionNumber=2)
    with pytest.raises(InputError, match=r"6 position\(s\) hold several slices.*AcquisitionNumber 1, 2"):
        read_ct(tmp_path)


def test_positions_rounded_to_a_tenth_of_a_millimetre_are_a_regular_stack(tmp_path):
    def rounded(index, made):
        made.ImagePositionPatient = decimal((-10, 20, round(-30 + 0.625 * index, 1)))

    stored = np.zeros((24, 4, 5), np.int16)
    write_series(tmp_path, stored, change=rounded)
    assert read_ct(tmp_path)[0].spacing[2] == pytest.approx(0.625, abs=0.005)


def test_a_scout_view_filed_with_its_slices_is_left_out(tmp_path):
    write_series(tmp_path, STORED)
    scout = np.zeros((1, 9, 9), np.int16)
    write_series(tmp_path / "scout", scout, orientation=(0, 1, 0, 0, 0, -1), ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    assert read_ct(tmp_path)[0].shape == (5, 4, 6)


def test_the_same_file_twice_is_not_a_second_time_point(tmp_path):
    paths = write_series(tmp_path, STORED)
    (tmp_path / "copy.dcm").write_bytes(paths[0].read_bytes())
    assert read_ct(tmp_path)[0].shape == (5, 4, 6)


def test_one_slice_is_a_volume_as_thick_as_it_says(tmp_path):
    (path,) = write_series(tmp_path, STORED[:1], orientation=AXIAL)
    volume, _ = read_ct(path)
    assert volume.shape == (5, 4, 1)
    assert volume.spacing[2] == 2.5
