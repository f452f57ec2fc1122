"""What `score` accepts, what it promises, what it flags."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.evaluation import score
from tests.evaluation.masks import SPACINGS, pairs

SPACING = (1.0, 2.0, 2.5)
AFFINE = np.diag([*SPACING, 1])
METRICS = ["dsc", "nsd", "hd95", "assd"]


def box(*sides, shape=(12, 12, 12)):
    mask = np.zeros(shape, bool)
    mask[tuple(slice(*side) for side in sides)] = True
    return mask


LIVER, SHIFTED = box((2, 8), (2, 8), (2, 8)), box((3, 9), (2, 8), (2, 8))
SPLEEN = box((8, 11), (8, 11), (8, 11))


def test_every_form_says_the_same_of_the_same_masks():
    ours = {"liver": SHIFTED & ~SPLEEN, "spleen": SPLEEN}
    theirs = {"liver": LIVER, "spleen": SPLEEN}
    maps = [LabelMap(side, AFFINE) for side in (ours, theirs)]
    cases = [Case("a", Volume(np.zeros(map.shape, np.int16), AFFINE), map) for map in maps]
    arrays = [map.combined for map in maps]
    named = {name: maps[0].class_map[name] for name in ("liver", "spleen")}
    expected = score(ours, theirs, SPACING, tolerance_mm=2).sort_index()
    wide = [array.astype(np.int64) for array in arrays]
    fortran = [np.asfortranarray(array) for array in arrays]
    some = [maps, cases, [arrays[0], maps[1]], [maps[0], arrays[1]]]
    tables = [score(*sides, SPACING, tolerance_mm=2) for sides in some]
    tables += [score(*sides, SPACING, tolerance_mm=2, structures=named) for sides in (arrays, wide, fortran, some[2])]
    for table in tables:
        np.testing.assert_allclose(
            table.sort_index().drop(columns="flag").to_numpy(float), expected.drop(columns="flag").to_numpy(float), atol=1e-12
        )
        assert table.index.name == "structure"


def test_overlapping_structures_are_measured_each_for_itself():
    both = {"liver": LIVER, "liver_tumor": box((4, 6), (4, 6), (4, 6))}
    assert score(both, both, SPACING)["dsc"].tolist() == [1, 1]


def test_one_structure_may_be_named_in_a_list():
    assert score(LIVER, LIVER, SPACING, structures=["liver"]).index.tolist() == ["liver"]


def test_columns_are_those_of_the_docs_and_nsd_needs_a_tolerance():
    table = score(SHIFTED, LIVER, SPACING, structures="liver")
    assert "nsd" not in table
    assert set(score(SHIFTED, LIVER, SPACING, tolerance_mm=1).columns) - set(table.columns) == {"nsd"}
    row = table.loc["liver"]
    assert row[["voxels", "truth_voxels", "common_voxels"]].tolist() == [216, 216, 180]
    assert row[["dsc", "iou", "precision", "recall"]].tolist() == pytest.approx([180 / 216, 180 / 252, 180 / 216, 180 / 216])
    assert row[["volume_ml", "truth_volume_ml", "volume_difference_ml"]].tolist() == pytest.approx([1.08, 1.08, 0])


def test_the_conventions_stand_in_the_result():
    attrs = score(SHIFTED, LIVER, SPACING, tolerance_mm=1.5, surface="voxel", direction="pooled", percentile="linear").attrs
    assert {
        "surface": "voxel",
        "direction": "pooled",
        "percentile": "linear",
        "assd": "mean",
        "nsd": "pooled",
    }.items() <= attrs.items()
    assert (attrs["tolerance_mm"], attrs["spacing_mm"]) == (1.5, SPACING)


def test_a_tolerance_may_be_each_structures_own():
    both = {"liver": SHIFTED, "spleen": SPLEEN}
    table = score(both, {"liver": LIVER, "spleen": SPLEEN}, SPACING, tolerance_mm={"liver": 0, "spleen": 2})
    assert table.loc["liver", "nsd"] == score(SHIFTED, LIVER, SPACING, tolerance_mm=0).iloc[0]["nsd"]
    with pytest.raises(InputError, match="has nothing for spleen"):
        score(both, both, SPACING, tolerance_mm={"liver": 1})


def test_what_a_mean_should_not_swallow_is_flagged():
    none = np.zeros_like(LIVER)
    truth = {
        "liver": LIVER, "spleen": SPLEEN, "pancreas": LIVER, "stomach": none, "colon": none,
        "lung_left": box((0, 4), (2, 8), (2, 8)), "duodenum": none, "lung_right": box((0, 4), (2, 8), (2, 8)),
        "rectum": box((0, 4), (2, 8), (2, 8)),
    }  # fmt: skip
    prediction = {"liver": SHIFTED, "spleen": none, "stomach": none, "colon": SPLEEN, "lung_left": LIVER, "aorta": SPLEEN,
                  "lung_right": none}  # fmt: skip
    table = score(prediction, truth, SPACING, tolerance_mm=1)
    assert table["flag"].to_dict() == {
        "liver": "", "spleen": "missed", "pancreas": "not predicted", "stomach": "absent", "colon": "only predicted",
        "lung_left": "cut", "lung_right": "cut, missed", "rectum": "cut, not predicted", "duodenum": "absent",
        "aorta": "not annotated",
    }  # fmt: skip
    assert table.loc[["spleen", "pancreas", "colon"], ["dsc", "nsd"]].to_numpy().tolist() == [[0, 0]] * 3
    assert np.isinf(table.loc[["spleen", "pancreas", "colon", "stomach"], ["hd", "hd95", "assd"]].to_numpy()).all()
    assert table.loc["stomach", ["dsc", "nsd"]].isna().all()
    assert table.loc["aorta"].drop("flag").isna().all()


def test_a_label_in_neither_array_is_absent_and_one_at_the_edge_is_cut():
    truth = LIVER * np.uint8(3)
    truth[0, 0, 0] = 7
    table = score(truth, truth, SPACING, structures={"liver": 3, "spleen": 4, "lung": 7})
    assert table["flag"].to_dict() == {"liver": "", "spleen": "absent", "lung": "cut"}


def test_one_slice_is_not_cut_by_its_thickness():
    slice_ = box((2, 8), (2, 8), (0, 1), shape=(12, 12, 1))
    assert score(slice_, slice_, SPACING)["flag"].tolist() == [""]


def test_large_labels_and_many_labels_are_kept_apart():
    labels = np.zeros((20, 20, 20), np.int32)
    labels[2:18, 2:18, 2:18] = np.arange(16**3).reshape(16, 16, 16) + 1000
    table = score(labels, labels, SPACING)
    assert table.index.tolist() == list(range(1000, 1000 + 16**3))
    assert (table["dsc"] == 1).all()
    assert (table["hd"] == 0).all()


@given(pairs(), st.sampled_from(SPACINGS))
def test_prediction_and_truth_may_change_places(pair, spacing):
    one, other = (score(*side, spacing, tolerance_mm=1).iloc[0] for side in (pair, pair[::-1]))
    np.testing.assert_allclose(one[METRICS].astype(float), other[METRICS].astype(float), atol=1e-12)
    np.testing.assert_allclose(one[["precision", "recall"]].astype(float), other[["recall", "precision"]].astype(float))


@given(pairs(), st.sampled_from(SPACINGS), st.sampled_from([0.5, 2.0, 8.0]))
def test_distances_grow_with_the_voxels(pair, spacing, factor):
    small = score(*pair, spacing, tolerance_mm=1).iloc[0]
    large = score(*pair, [factor * side for side in spacing], tolerance_mm=factor).iloc[0]
    np.testing.assert_allclose(large[["dsc", "nsd"]].astype(float), small[["dsc", "nsd"]].astype(float), atol=1e-12)
    np.testing.assert_allclose(large[["hd", "hd95", "assd"]].astype(float), factor * small[["hd", "hd95", "assd"]].astype(float))


@given(pairs(), st.tuples(*[st.integers(1, 70)] * 3))
def test_where_the_masks_lie_does_not_matter(pair, shift):
    moved = [np.pad(mask, [(n, 1) for n in shift]) for mask in pair]
    padded = [np.pad(mask, 1) for mask in pair]
    there, here = (score(*masks, SPACING, tolerance_mm=1).iloc[0].drop("flag").astype(float) for masks in (moved, padded))
    np.testing.assert_allclose(there, here, atol=1e-12)


@given(pairs(), st.permutations([1, 2, 7]))
def test_what_a_label_is_called_does_not_matter(pair, values):
    ours, theirs = (np.where(mask, values[0], values[1]).astype(np.uint8) for mask in pair)
    names = {"inside": values[0], "outside": values[1], "none": values[2]}
    found = score(ours, theirs, SPACING, structures=names, tolerance_mm=1)
    alone = score(*pair, SPACING, tolerance_mm=1).iloc[0]
    if pair[0].any() or pair[1].any():
        np.testing.assert_allclose(found.loc["inside", METRICS].astype(float), alone[METRICS].astype(float), atol=1e-12)
    assert found.loc["none", "flag"] == "absent"


def test_another_grid_is_named_and_resampled_only_on_request():
    truth = LabelMap({"liver": LIVER}, AFFINE)
    moved = AFFINE.copy()
    moved[0, 3] = -1
    prediction = LabelMap({"liver": SHIFTED}, moved)  # one voxel on in its array, one voxel back in the world
    with pytest.raises(InputError, match=r"lies elsewhere.*resample=True"):
        score(prediction, truth)
    assert score(prediction, truth, resample=True).loc["liver", "dsc"] == 1
    with pytest.raises(InputError, match=r"shape \(12, 12, 12\), but the truth has \(12, 12, 3\)"):
        score(LIVER, LIVER[..., :3], SPACING)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"prediction": LIVER * 0.5}, "prediction: needs bools or whole numbers, not float64; threshold soft values first"),
        ({"truth": -LIVER.astype(int)}, "truth: holds the negative label -1"),
        ({"truth": LIVER[0]}, "truth: needs three axes"),
        ({"spacing": (1, np.nan, 1)}, "spacing="),
        ({"spacing": (1, 1)}, "spacing="),
        ({"spacing": None}, "spacing: arrays do not say"),
        ({"tolerance_mm": -1}, "tolerance_mm=-1"),
        ({"tolerance_mm": np.inf}, "tolerance_mm=inf"),
        ({"surface": "corner"}, "surface='corner': did you mean 'corner_surfel'"),
        ({"direction": "both"}, "direction='both': choose one of max, pooled, mean"),
        ({"truth": {"liver": LIVER}}, "prediction: is an array of labels, the other side has names"),
        ({"prediction": {"liver": LIVER}, "truth": {}, "structures": ["livr"]}, "on neither side: did you mean 'liver'"),
        ({"prediction": LIVER.astype(int), "structures": "liver"}, "arrays of labels have no names"),
        ({"structures": ["liver", "spleen"]}, "two bool masks are one structure, not liver, spleen"),
        ({"structures": []}, "name at least one structure"),
        ({"structures": {5: "liver"}}, "give the name first, {'liver': 5}"),
        ({"structures": {"liver": "5"}}, "'liver' has the label '5'"),
        ({"structures": {"background": 0}}, "'background' has the label 0"),
        ({"prediction": "liver.nii.gz"}, "not the path 'liver.nii.gz'; al.evaluation.evaluate scores folders of files"),
        ({"prediction": None}, "needs an array (x, y, z), not a NoneType"),
        ({"prediction": np.where(LIVER, np.nan, 0)}, "holds NaN or infinite values"),
        ({"prediction": LIVER * 1.0}, "these are whole: .astype(int)"),
        ({"prediction": np.stack([LIVER, ~LIVER])}, "one-hot channels? take the argmax"),
        ({"prediction": LIVER * np.uint64(2**63)}, "holds the label 9223372036854775808"),
        ({"prediction": LIVER[:, :10, :8], "truth": LIVER[:8, :10]}, "the axes look reversed (z, y, x)"),
        ({"tolerance_mm": True}, "tolerance_mm=True"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_the_users_words(given, said):
    arguments = {"prediction": LIVER, "truth": LIVER, "spacing": SPACING} | given
    with pytest.raises(InputError) as refused:
        score(**arguments)
    assert said in str(refused.value)


def test_a_spacing_that_contradicts_the_label_map_is_refused():
    truth = LabelMap({"liver": LIVER}, AFFINE)
    assert score(truth, truth, SPACING).attrs["spacing_mm"] == SPACING
    with pytest.raises(InputError, match="leave spacing out"):
        score(truth, truth, (1, 1, 1))
