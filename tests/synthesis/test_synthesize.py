"""`synthesize` and `remake`: what they promise whatever the method."""

import json

import numpy as np
import pytest

from atlas_lab.data import Case, Volume
from atlas_lab.errors import InputError
from atlas_lab.synthesis import Automaton, Handcrafted, NoRoom, given, remake, synthesize
from tests.synthesis.blobs import Blob
from tests.synthesis.cases import ball, by_hand


def test_the_case_that_is_given_stays_as_it_is():
    case = by_hand()
    before, names = case.ct.array.copy(), list(case.labels)
    made = synthesize(case, "liver", Blob(), "small", seed=1)
    assert np.array_equal(case.ct.array, before)
    assert list(case.labels) == names
    assert "liver_tumor" in made.case.labels


def test_nothing_changes_outside_the_tumours_and_they_lie_in_the_organ_clear_of_vessels():
    case = by_hand()
    made = synthesize(case, "liver", Blob(), "tiny", seed=2)
    changed = made.case.ct.array != case.ct.array
    assert changed.any()
    assert not (changed & ~made.tumor).any()
    assert not (made.tumor & ~case.labels["liver"]).any()
    assert not (made.tumor & case.labels["hepatic_vessel"]).any()
    assert made.case.ct.array.dtype == np.int16


def test_tumours_do_not_overlap():
    made = synthesize(by_hand(), "liver", Blob(), "tiny", count=6, seed=3)
    assert len(made.tumours) == 6
    assert made.tumor.sum() == sum(tumour.mask.voxels for tumour in made.tumours)


def test_the_three_masks_agree_with_the_release():
    made = synthesize(by_hand(), "liver", Blob(), 15.0, seed=0)
    ids = made.case.labels.class_map
    combined = made.combined
    assert set(np.unique(combined)) == {0, ids["liver"], ids["liver_tumor"]}
    assert np.array_equal(combined == ids["liver_tumor"], made.tumor)
    assert np.array_equal(combined > 0, made.organ)
    assert np.array_equal(made.case.labels["liver_tumor"], made.tumor)


def test_a_record_is_plain_values():
    made = synthesize(by_hand(), "kidney", Blob(contrast=-80), "early", seed=5)
    record = json.loads(json.dumps(made.record))
    assert record["tumours"][0]["measured"]["diameter_mm"] == pytest.approx(made.tumours[0].diameter_mm)
    assert record["organ"] == "kidney"


def test_numbers_of_numpy_are_taken_and_written_down_as_plain_ones():
    wanted = synthesize(by_hand(), "liver", Handcrafted(contrast=-40.0, edge_mm=1.0, capsule=20.0), 8.0, count=2, seed=3)
    method = Handcrafted(contrast=np.float32(-40), edge_mm=np.float32(1), capsule=np.int16(20))
    for size in (np.float32(8), np.int64(8)):
        made = synthesize(by_hand(), "liver", method, size, count=np.int64(2), seed=np.int64(3))
        assert json.loads(json.dumps(made.record)) == json.loads(json.dumps(wanted.record))


@pytest.mark.parametrize("organ", ["liver", "kidney_left", "kidney_right"])
def test_the_voxel_of_a_record_is_the_cts(organ):
    case = by_hand()
    made = synthesize(case, organ, "handcrafted", 10.0, count=1, seed=1)
    record = made.record["tumours"][0]
    assert made.tumor[tuple(record["voxel"])]
    centre = np.linalg.solve(case.ct.affine, [*made.tumours[0].centre_mm, 1.0])[:3]
    assert record["voxel"] == pytest.approx(centre, abs=1.5)
    again = remake(case, json.loads(json.dumps(made.record)))
    assert again.record == made.record
    assert np.array_equal(again.case.ct.array, made.case.ct.array)


def test_an_older_record_whose_voxels_count_in_the_organs_box_still_opens():
    case = by_hand()
    made = synthesize(case, "liver", "handcrafted", 10.0, count=2, seed=1)
    old = json.loads(json.dumps(made.record))
    for row in old["tumours"]:
        row["voxel"] = [voxel - first for voxel, first in zip(row["voxel"], row.pop("corner"), strict=True)]
    assert old["tumours"][0]["voxel"] != made.record["tumours"][0]["voxel"]
    assert np.array_equal(remake(case, old).case.ct.array, made.case.ct.array)


def test_both_kidneys_get_tumours_and_one_mask():
    sides = {
        tumour.structure for seed in range(8) for tumour in synthesize(by_hand(), "kidney", Blob(), 8.0, 1, seed=seed).tumours
    }
    assert sides == {"kidney_left", "kidney_right"}
    assert "kidney_tumor" in synthesize(by_hand(), "kidney_left", Blob(), 8.0, seed=0).case.labels


def test_one_seed_is_one_result_and_another_seed_another():
    first, same, other = (synthesize(by_hand(), "liver", Blob(), "small", seed=seed) for seed in (4, 4, 5))
    assert first.record == same.record
    assert np.array_equal(first.case.ct.array, same.case.ct.array)
    assert not np.array_equal(first.case.ct.array, other.case.ct.array)


def test_a_real_tumour_stays_and_is_not_touched():
    real = ball((112, 64, 48), (88, 32, 24), 5)
    case = by_hand(liver_tumor=real)
    made = synthesize(case, "liver", Blob(), "tiny", count=5, seed=1)
    assert not (made.tumor & real).any()
    assert np.array_equal(made.case.labels["liver_tumor"], made.tumor | real)
    assert np.array_equal(made.case.ct.array[real], case.ct.array[real])


def test_masks_move_with_the_tissue():
    case = by_hand()
    made = synthesize(case, "liver", Blob(bulge=2.0), 16.0, seed=0)
    (tumour,) = made.tumours
    assert np.array_equal(made.case.labels["spleen"], case.labels["spleen"])
    moved = {name for name in case.labels if not np.array_equal(made.case.labels[name], case.labels[name])}
    inside = np.zeros(case.ct.shape, bool)
    inside[tumour.box] = True
    assert not (made.case.labels["liver"] ^ case.labels["liver"])[~inside].any()
    assert moved <= {"liver", "hepatic_vessel"}


def test_an_lps_case_gets_its_tumours_at_the_same_place_of_the_patient():
    straight, turned = by_hand(), by_hand()
    flipped = np.diag([-2.0, -2.0, 2.0, 1.0])
    flipped[:2, 3] = [2.0 * 111, 2.0 * 63]
    turned = Case("a", Volume(straight.ct.array[::-1, ::-1], flipped), straight.labels, meta=straight.meta)
    one, two = (synthesize(case, "liver", Blob(), 14.0, seed=1).tumours[0] for case in (straight, turned))
    assert one.centre_mm == pytest.approx(two.centre_mm)


def test_the_phase_is_guessed_where_the_case_does_not_say_it():
    case = by_hand()
    case.meta = {}
    assert synthesize(case, "liver", Blob(), 10.0).record["phase"] == "portal"
    plain = Case("plain", Volume(case.ct.array - 60, case.ct.affine), case.labels)
    assert synthesize(plain, "liver", Blob(), 10.0).record["phase"] == "non_contrast"


def test_another_organ_works_and_says_that_it_was_not_published():
    spleen = ball((112, 64, 48), (18, 46, 24), 12)
    case = by_hand(spleen=spleen)
    with pytest.warns(UserWarning, match="outside what was published"):
        made = synthesize(case, "spleen", Blob(), 10.0)
    assert made.record["published"] is False
    assert "spleen_tumor" in made.case.labels


def test_a_vessel_is_clear_of_other_vessels_not_of_itself():
    shape = (112, 64, 48)
    case = by_hand(aorta=ball(shape, (78, 32, 24), 12))
    with pytest.warns(UserWarning, match="published"):
        made = synthesize(case, "aorta", Blob(), 8.0, 1, seed=0)
    assert not (made.tumor & ~case.labels["aorta"]).any()
    assert made.tumor.any()


def test_a_tumour_that_the_organ_cuts_short_is_said_in_one_line_and_the_record_has_both_diameters():
    with pytest.warns(UserWarning, match="liver") as said:
        made = synthesize(by_hand(), "liver", Blob(), 60.0, seed=0)
    (only,) = said
    measured = made.tumours[0].diameter_mm
    assert measured < 0.95 * 60
    assert str(only.message) == (
        f"liver: {measured:.3g} mm where 60 mm were asked for "
        "(it ends where the organ, vessels and other lesions leave no room; ask for a smaller size)"
    )
    row = made.record["tumours"][0]
    assert (row["diameter_mm"], row["measured"]["diameter_mm"]) == (60.0, measured)


def test_of_several_tumours_the_worst_is_said_once():
    with pytest.warns(UserWarning, match=r"1 of 3 tumours are more than 5% off, the worst 22\.\d mm where 24 mm") as said:
        synthesize(by_hand(), "liver", Blob(), 24.0, count=3, seed=0)
    assert len(said) == 1


def test_a_tumour_of_less_than_a_voxel_is_one_and_making_it_again_says_so_no_more():
    case = by_hand()
    with pytest.warns(
        UserWarning, match=r"liver: 2.48 mm where 1.5 mm were asked for \(a tumour is whole voxels; ask for a larger"
    ):
        made = synthesize(case, "liver", size=1.5)
    assert remake(case, made.record).record == made.record


def test_a_size_that_the_method_decides_itself_is_no_surprise():
    assert synthesize(by_hand(), "liver", Automaton(steps=4), 30.0).tumours[0].diameter_mm < 20


def test_a_drawn_number_takes_what_fits_and_an_asked_one_must_fit():
    case = by_hand()
    fits = synthesize(case, "kidney", Blob(), "mix", seed=0)
    assert 1 <= len(fits.tumours) <= fits.record["asked"]["planned"]
    with pytest.raises(NoRoom, match="BDMAP_00000001"):
        synthesize(case, "kidney", Blob(), 16.0, count=40)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"organ": "pancreas"}, "has no mask of pancreas"),
        ({"organ": "spleen"}, "the mask is empty"),
        ({"organ": "livr"}, "did you mean 'liver'"),
        ({"organ": "liver_tumor"}, "did you mean 'liver'"),
        ({"method": "handcraft"}, "did you mean 'handcrafted'"),
        ({"size": "smal"}, "did you mean 'small'"),
        ({"size": 0.5}, "from 1 to 200 mm"),
        ({"count": 0}, "count=0"),
        ({"count": 2.7}, "count=2.7: give a whole number"),
        ({"count": "3"}, "count='3': give a whole number"),
        ({"count": "many"}, "count='many': give a whole number"),
        ({"count": [1]}, r"count=\[1\]: give a whole number"),
        ({"count": True}, "count=True: give a whole number"),
        ({"phase": "portl"}, "did you mean 'portal'"),
        ({"seed": -1}, "seed=-1"),
        ({"size": 120.0}, "smaller"),
    ],
)
@pytest.mark.filterwarnings("ignore:spleen")
def test_what_is_wrong_is_said_in_one_line(wrong, said):
    given = {"organ": "liver", "method": Blob(), "size": "small"} | wrong
    with pytest.raises(InputError, match=said) as error:
        synthesize(by_hand(), **given)
    assert "\n" not in str(error.value)


def test_a_ct_with_nan_is_refused_and_names_the_case():
    case = by_hand()
    hu = case.ct.array.astype(np.float32)
    hu[78, 32, 20:28] = np.nan
    with pytest.raises(InputError, match=r"BDMAP_00000001.*no number"):
        synthesize(Case(case.id, Volume(hu, case.ct.affine), case.labels), "liver", Blob(), "small")


def test_the_ct_is_read_through_once_to_make_a_record_again(monkeypatch):
    case = by_hand()
    record = synthesize(case, "liver", size=12.0).record
    seen = []
    monkeypatch.setattr(given.hashlib, "sha256", lambda data, real=given.hashlib.sha256: seen.append(len(data)) or real(data))
    assert remake(case, record).record["ct"] == record["ct"]
    assert sum(size >= case.ct.array.nbytes for size in seen) == 1


def test_a_record_of_another_ct_is_refused():
    case = by_hand()
    record = synthesize(case, "liver", Blob(), 12.0).record
    other = Case("other", Volume(case.ct.array + 1, case.ct.affine), case.labels)
    with pytest.raises(InputError, match="is not the CT"):
        remake(other, record)
    with pytest.raises(InputError, match="lacks"):
        remake(case, {"organ": "liver"})
