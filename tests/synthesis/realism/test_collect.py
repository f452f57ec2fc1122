"""Lesions cut out of cases."""

import numpy as np
import pytest

from atlas_lab.data import Case, LabelMap, Volume
from atlas_lab.errors import InputError
from atlas_lab.synthesis import synthesize
from atlas_lab.synthesis.realism import lesions_of
from tests.synthesis.blobs import Blob
from tests.synthesis.cases import ball, by_hand

CENTRES = {"first": (70, 32, 24), "second": (86, 32, 24)}


def ill(spacing=(2.0, 2.0, 2.0), **meta) -> Case:
    """Two lesions of about 16 and 8 mm in the liver, 60 HU darker."""
    case = by_hand()
    lesions = [ball(case.ct.shape, centre, radius) for centre, radius in zip(CENTRES.values(), (4, 2), strict=True)]
    hu = case.ct.array.copy()
    hu[lesions[0] | lesions[1]] = 50
    labels = dict(case.labels) | {"liver_tumor": lesions[0] | lesions[1]}
    affine = np.diag([*spacing, 1.0])
    return Case("a", Volume(hu, affine), LabelMap(labels, affine), meta=meta)


def test_each_piece_of_the_mask_is_a_lesion_with_its_volume_and_its_organs_level():
    found = lesions_of([ill(patient="P7")], "liver_tumor", spacing_mm=2.0)
    volumes = [np.count_nonzero(ball((40,) * 3, (20,) * 3, r)) * 8 for r in (4, 2)]
    assert sorted(found.diameters, reverse=True) == pytest.approx([np.cbrt(6 * v / np.pi) for v in volumes])
    assert list(found.patients) == ["P7", "P7"]
    assert [lesion.level for lesion in found] == pytest.approx([110, 110], abs=1)
    assert [float(lesion.relative[lesion.mask].mean()) for lesion in found] == pytest.approx([-60, -60], abs=1)
    assert not any((lesion.mask & lesion.organ).any() for lesion in found)


def test_a_scan_of_those_voxels_is_not_interpolated():
    case = ill()
    first = max(lesions_of(case, "liver_tumor", spacing_mm=2.0), key=lambda lesion: lesion.diameter_mm)
    reach = [(centre - 16, centre + 16) for centre in CENTRES["first"]]
    inside = tuple(slice(low, high) for low, high in reach)
    assert np.array_equal(first.hu, case.ct.array[inside].astype(np.float32))


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 3.0), (3.0, 2.0, 1.5)])
def test_a_lesion_stands_in_the_middle_with_its_size_in_mm_on_any_voxels(spacing):
    found = lesions_of(ill(spacing), "liver_tumor", spacing_mm=1.0)
    for lesion in found:
        middle = np.array(lesion.hu.shape) // 2
        assert np.abs(np.argwhere(lesion.mask).mean(axis=0) - middle).max() <= max(spacing) / 2
        assert lesion.mask.sum() == pytest.approx(np.pi / 6 * lesion.diameter_mm**3, rel=0.12)
        assert min(lesion.hu.shape) >= 32


def test_lesions_that_the_scan_cuts_or_that_are_too_small_are_left_out_and_counted():
    case = ill()
    labels = dict(case.labels)
    labels["liver_tumor"][78, 32, 0] = True
    labels["liver_tumor"][78, 40, 24] = True
    cut = Case("a", case.ct, LabelMap(labels, case.ct.affine))
    found = lesions_of(cut, "liver_tumor", spacing_mm=2.0)
    assert (len(found), found.left_out) == (2, 2)


def test_of_a_synthesis_only_what_it_made_is_taken():
    made = synthesize(ill(), "liver", Blob(), size=10.0, count=1, phase="portal")
    found = lesions_of([made], "liver_tumor", spacing_mm=2.0)
    assert found.diameters == pytest.approx([made.tumours[0].diameter_mm])


def test_a_kidney_tumour_is_measured_against_its_own_kidney():
    case = by_hand()
    hu = case.ct.array.copy()
    hu[case.labels["kidney_right"]] -= 40
    tumor = ball(case.ct.shape, (45, 20, 24), 3)
    labels = dict(case.labels) | {"kidney_tumor": tumor}
    (lesion,) = lesions_of(Case("a", Volume(hu, case.ct.affine), LabelMap(labels, case.ct.affine)), "kidney_tumor")
    assert lesion.level == pytest.approx(130, abs=1)


def test_what_cannot_be_taken_is_said():
    with pytest.raises(InputError, match="cases: there is none"):
        lesions_of([], "liver_tumor")
    with pytest.raises(InputError, match=r"BDMAP_00000001: has no mask of liver_tumor; annotated: .*liver"):
        lesions_of(by_hand(), "liver_tumor")
    with pytest.raises(InputError, match="'liver' is no tumour mask"):
        lesions_of(ill(), "liver")
    with pytest.raises(InputError, match="spacing_mm=0"):
        lesions_of(ill(), "liver_tumor", spacing_mm=0)
    with pytest.raises(InputError, match="not ndarray"):
        lesions_of([np.zeros(3)], "liver_tumor")
    case = ill()
    hu = case.ct.array.astype(np.float32)
    hu[CENTRES["first"]] = np.nan
    broken = Case("a", Volume(hu, case.ct.affine), case.labels)
    with pytest.raises(InputError, match=r"a: .*no number"):
        lesions_of(broken, "liver_tumor", spacing_mm=2.0)
    full = dict(case.labels) | {"liver_tumor": case.labels["liver"]}
    with pytest.raises(InputError, match="liver hold no tissue"):
        lesions_of(Case("a", case.ct, LabelMap(full, case.ct.affine)), "liver_tumor")
