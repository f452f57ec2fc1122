"""Contours become the voxels whose centres they enclose, on the CT's own grid."""

import re
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.path import Path as Polygon
from scipy.spatial.transform import Rotation

from atlas_lab.data.dicom import read_ct
from atlas_lab.data.rtstruct import _fill, read_rtstruct
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from tests.data.dicom_files import AXIAL, ORIGIN, SPACING, write_rtstruct, write_series

STORED = np.zeros((9, 20, 24), np.int16)  # slice, row, column


class Scan:
    """A CT whose planes may lie anyhow, and contours given in its own columns, rows and slices."""

    def __init__(self, folder, directions=None):
        self.row, self.column, normal = np.reshape([*AXIAL, 0, 0, 1], (3, 3)) if directions is None else directions
        self.step = 2.5 * normal
        write_series(folder / "ct", STORED, orientation=(*self.row, *self.column), step=self.step)
        self.ct, _ = read_ct(folder / "ct")

    def polygon(self, points, index):
        points = np.asarray(points, dtype=float)
        plane = np.outer(points[:, 0], self.row * SPACING[1]) + np.outer(points[:, 1], self.column * SPACING[0])
        return np.array(ORIGIN) + plane + self.step * index

    def in_dicom_order(self, mask):
        """A mask as (slice, row, column)."""
        return Volume(mask, self.ct.affine, disk=self.ct.disk), mask.transpose(2, 1, 0)[:, ::-1, ::-1]


@pytest.fixture
def scan(tmp_path):
    return Scan(tmp_path)


def square(low, high):
    """Corners half-way between pixels: pixels `low` to `high` - 1 of rows and columns are inside."""
    low, high = low - 0.5, high - 0.5
    return [(low, low), (high, low), (high, high), (low, high)]


def _slices(scan, path, name):
    return scan.in_dicom_order(read_rtstruct(path, scan.ct)[name])[1]


def test_a_square_is_filled_where_it_was_drawn_and_nowhere_else(scan, tmp_path):
    path = write_rtstruct(tmp_path / "rs.dcm", {"Liver": [scan.polygon(square(3, 8), 2)]})
    expected = np.zeros(STORED.shape, bool)
    expected[2, 3:8, 3:8] = True
    np.testing.assert_array_equal(_slices(scan, path, "liver"), expected)


def test_a_contour_inside_another_is_a_hole_and_an_island_in_it_is_not(scan, tmp_path):
    nested = [scan.polygon(square(a, b), 4) for a, b in ((2, 18), (5, 15), (8, 11))]
    path = write_rtstruct(tmp_path / "rs.dcm", {"Liver": nested})
    expected = np.zeros(STORED.shape, bool)
    expected[4, 2:18, 2:18] = True
    expected[4, 5:15, 5:15] = False
    expected[4, 8:11, 8:11] = True
    np.testing.assert_array_equal(_slices(scan, path, "liver"), expected)


def test_a_keyhole_contour_is_a_hole(scan, tmp_path):
    outer, inner = square(2, 12), square(5, 9)
    keyhole = [*outer, outer[0], inner[0], *reversed(inner), outer[0]]
    path = write_rtstruct(tmp_path / "rs.dcm", {"Liver": [scan.polygon(keyhole, 0)]})
    expected = np.zeros(STORED.shape, bool)
    expected[0, 2:12, 2:12] = True
    expected[0, 5:9, 5:9] = False
    np.testing.assert_array_equal(_slices(scan, path, "liver"), expected)


def test_contours_on_every_second_slice_are_joined_but_a_larger_gap_stays_one(scan, tmp_path):
    drawn = [scan.polygon(square(2, 8), 0), scan.polygon(square(2, 14), 2), scan.polygon(square(2, 8), 8)]
    mask = _slices(scan, write_rtstruct(tmp_path / "rs.dcm", {"Liver": drawn}), "liver")
    assert mask.any(axis=(1, 2)).tolist() == [True, True, True, False, False, False, False, False, True]
    assert mask[0].sum() < mask[1].sum() < mask[2].sum()
    assert (mask[1] >= mask[0]).all()
    assert (mask[1] <= mask[2]).all()


def test_contours_of_a_coarser_scan_leave_no_slice_out(scan, tmp_path):
    drawn = [scan.polygon(square(2, 8), k) for k in (0, 2.5, 5, 7.5)]
    mask = _slices(scan, write_rtstruct(tmp_path / "rs.dcm", {"Liver": drawn}), "liver")
    assert mask.sum(axis=(1, 2)).tolist() == [36] * 9


def test_a_slice_skipped_by_hand_stays_empty(scan, tmp_path):
    drawn = [scan.polygon(square(2, 8), k) for k in (0, 1, 3)]
    mask = _slices(scan, write_rtstruct(tmp_path / "rs.dcm", {"Liver": drawn}), "liver")
    assert mask.any(axis=(1, 2)).tolist() == [True, True, False, True, *[False] * 5]


def test_contours_drawn_between_slices_are_not_mixed_up(scan, tmp_path):
    drawn = [scan.polygon(square(2, 8), 2.0), scan.polygon(square(2, 12), 2.4), scan.polygon(square(2, 6), 3.3)]
    mask = _slices(scan, write_rtstruct(tmp_path / "rs.dcm", {"Liver": drawn}), "liver")
    assert mask.sum(axis=(1, 2)).tolist() == [0, 0, 36, 16, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("name", ["sagittal", "coronal", "oblique"])
def test_contours_follow_the_planes_of_any_scan(tmp_path, name):
    turned = {
        "sagittal": np.array([[0, 1, 0], [0, 0, -1], [-1, 0, 0]], dtype=float),
        "coronal": np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], dtype=float),
        "oblique": Rotation.from_euler("xyz", (20, -15, 10), degrees=True).as_matrix(),
    }[name]
    scan = Scan(tmp_path, turned)
    path = write_rtstruct(tmp_path / "rs.dcm", {"Liver": [scan.polygon(square(3, 8), 2), scan.polygon(square(3, 6), 3)]})
    found = np.argwhere(read_rtstruct(path, scan.ct)["liver"])
    assert len(found) == 25 + 9
    world = (found @ scan.ct.affine[:3, :3].T + scan.ct.affine[:3, 3]) * (-1, -1, 1) - ORIGIN
    slices, rows, columns = world @ scan.step / 2.5**2, world @ scan.column / SPACING[0], world @ scan.row / SPACING[1]
    inside = [(round(s), round(r), round(c)) for s, r, c in zip(slices, rows, columns, strict=True)]
    expected = [(2, r, c) for r in range(3, 8) for c in range(3, 8)] + [(3, r, c) for r in range(3, 6) for c in range(3, 6)]
    assert sorted(inside) == sorted(expected)


@given(points=st.lists(st.tuples(st.floats(-5, 25), st.floats(-5, 29)), min_size=3, max_size=12))
def test_filling_agrees_with_matplotlib_on_any_triangle_fan(points):
    points = np.array(points)
    middle = points.mean(axis=0)
    fan = points[np.argsort(np.arctan2(*(points - middle).T))]  # star-shaped, so winding and parity agree
    grid = np.stack(np.meshgrid(np.arange(20), np.arange(24), indexing="ij"), axis=-1).reshape(-1, 2)
    expected = Polygon(np.vstack([fan, fan[:1]]), closed=True).contains_points(grid).reshape(20, 24)
    start, along = fan, np.roll(fan, -1, axis=0) - fan
    length = np.maximum((along**2).sum(axis=1), 1e-30)
    nearest = np.clip(((grid[:, None] - start) * along).sum(axis=2) / length, 0, 1)
    apart = np.linalg.norm(grid[:, None] - start - nearest[..., None] * along, axis=2).min(axis=1).reshape(20, 24)
    clear = apart > 1e-6  # on an edge either answer is right
    np.testing.assert_array_equal(_fill([fan], (20, 24))[clear], expected[clear])


def test_names_are_translated_kept_safe_and_told_apart(scan, tmp_path):
    one = [scan.polygon(square(3, 8), 2)]
    path = write_rtstruct(tmp_path / "rs.dcm", {"Left Kidney": one, "GTV 1/../2": one, "liver": one, "Liver": one, "...": None})
    labels = read_rtstruct(path, scan.ct)
    assert set(labels.names) == {"kidney_left", "GTV_1_.._2", "liver", "liver_4", "roi_5"}
    assert labels.status("roi_5") == "absent"


def test_points_are_no_structure(scan, tmp_path):
    path = write_rtstruct(tmp_path / "rs.dcm", {"isocentre": [scan.polygon([(3, 3)], 2)]}, kind="POINT")
    assert read_rtstruct(path, scan.ct).names == []


def test_a_structure_that_leaves_the_field_of_view_is_cut(scan, tmp_path):
    path = write_rtstruct(tmp_path / "rs.dcm", {"Liver": [scan.polygon(square(-4, 8), 2)]})
    labels = read_rtstruct(path, scan.ct)
    assert labels.status("liver") == "cut"
    assert labels["liver"].sum() == 64


def test_a_region_outside_the_ct_is_left_out_with_a_warning(scan, tmp_path):
    far = [scan.polygon(square(3, 8), 40)]
    path = write_rtstruct(tmp_path / "rs.dcm", {"Liver": [scan.polygon(square(3, 8), 2)], "Bladder": far})
    with pytest.warns(UserWarning, match="left out bladder"):
        assert read_rtstruct(path, scan.ct).names == ["liver"]


def test_one_in_a_zip_is_read_in_place(scan, tmp_path):
    path = write_rtstruct(tmp_path / "rs.dcm", {"Liver": [scan.polygon(square(3, 8), 2)]})
    with zipfile.ZipFile(tmp_path / "scan.zip", "w") as archive:
        archive.write(path, "deep/rs.dcm")
    assert read_rtstruct(tmp_path / "scan.zip" / "deep" / "rs.dcm", scan.ct)["liver"].sum() == 25


def test_bad_input_is_one_line_that_names_it(scan, tmp_path):
    one = scan.polygon(square(3, 8), 2)
    leaning = one + np.outer([0, 0, 9, 9], [0, 0, 1])
    (tmp_path / "text.dcm").write_text("no DICOM")
    for path, told in (
        (write_rtstruct(tmp_path / "far.dcm", {"Liver": [one + 5000]}), "lie outside the CT's grid"),
        (write_rtstruct(tmp_path / "leaning.dcm", {"Liver": [leaning]}), "do not lie in the CT's slices"),
        (next((tmp_path / "ct").iterdir()), "is CT, not an RTSTRUCT"),
        (tmp_path / "text.dcm", "is not readable as an RTSTRUCT"),
        (tmp_path / "gone.dcm", "does not exist"),
    ):
        with pytest.raises(InputError, match=re.escape(f"{path}: ") + ".*" + re.escape(told)) as error:
            read_rtstruct(path, scan.ct)
        assert "\n" not in str(error.value)
