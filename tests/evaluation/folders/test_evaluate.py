"""A folder of predictions against a folder of truth: every case of the truth counts, and what is missing is said."""

import json
import sys

import numpy as np
import pandas as pd
import pytest

from atlas_lab.data import Atlas
from atlas_lab.errors import InputError, ParameterError
from atlas_lab.evaluation import CONVENTIONS, score
from atlas_lab.evaluation.folders import evaluate, read_scores
from atlas_lab.evaluation.folders import pair as pair_module
from tests.evaluation.folders.makers import CUT_LIVER, LIVER, SHAPE, SHIFTED, SPACING, SPLEEN, TUMOR, flat, masks, write

ORGANS = {"liver": 1, "spleen": 2}
LABELS = (LIVER + 2 * SPLEEN).astype(np.uint8)


def run(predictions, truth, **options):
    return evaluate(predictions, truth, progress=False, **options)


def problem(evaluation, id, structure=""):
    """The one row of a problem."""
    rows = evaluation.problems
    (row,) = rows[(rows["id"] == id) & (rows["structure"] == structure)].itertuples(index=False)
    return row


@pytest.fixture
def two(tmp_path):
    """Two cases as label files: a perfect one, and one whose liver is shifted."""
    predictions = flat(tmp_path / "model", {"a": LABELS, "b": (SHIFTED + 2 * (SPLEEN & ~SHIFTED)).astype(np.uint8)})
    return predictions, flat(tmp_path / "truth", {"a": LABELS, "b": LABELS})


def test_every_row_is_what_score_says_of_the_arrays(two):
    found = run(*two, labels=ORGANS, tolerance_mm=1.0, **CONVENTIONS["monai"])
    predicted = (SHIFTED + 2 * (SPLEEN & ~SHIFTED)).astype(np.uint8)
    expected = score(predicted, LABELS, SPACING, structures=ORGANS, tolerance_mm=1.0, **CONVENTIONS["monai"])
    pd.testing.assert_frame_equal(found.table.loc["b"], expected, check_names=False)
    assert found.table.loc[("a", "liver"), "dsc"] == 1
    assert found.summary.loc["liver", "dsc"] == pytest.approx(0.95)
    assert found.problems.empty
    assert found.table.attrs["surface"] == "voxel"
    assert found.table.attrs["tolerance_mm"] == 1


def test_a_truth_without_a_prediction_counts_as_worst_and_is_listed(two):
    (two[0] / "a.nii.gz").unlink()
    found = run(*two, labels=ORGANS)
    assert found.table.loc[("a", "liver"), ["dsc", "flag"]].tolist() == [0, "not predicted"]
    assert found.summary.loc["liver", "dsc"] == pytest.approx(0.45)
    assert found.summary.loc["liver", "n"] == 2
    assert problem(found, "a").problem == "no prediction"


def test_a_prediction_without_a_truth_is_listed_and_changes_nothing(two):
    before = run(*two, labels=ORGANS).table
    write(two[0] / "stranger.nii.gz", LABELS)
    found = run(*two, labels=ORGANS)
    pd.testing.assert_frame_equal(found.table, before)
    assert (problem(found, "stranger").problem, problem(found, "stranger").consequence) == ("no truth", "left out")


def test_a_case_without_anything_to_score_is_said_to_be_left_out_and_nothing_else(tmp_path):
    truth = masks(tmp_path / "truth", {"a": {"liver": LIVER}, "b": {"spleen": SPLEEN}})
    found = run(masks(tmp_path / "model", {"a": {"liver": LIVER}}), truth, structures="liver")
    assert (problem(found, "b").problem, problem(found, "b").consequence) == ("nothing to score", "left out")
    assert found.n_cases == 1


def test_what_the_scan_cuts_is_averaged_only_when_asked_for(tmp_path):
    truth = flat(tmp_path / "truth", {"a": LIVER, "b": CUT_LIVER, "c": CUT_LIVER})
    predictions = flat(tmp_path / "model", {"a": SHIFTED, "b": CUT_LIVER})
    without, with_cut = (run(predictions, truth, labels={"liver": 1}, cut=cut, sites={"b": "x"}) for cut in (False, True))
    assert without.table["flag"].tolist() == ["", "cut", "cut, not predicted"]
    assert without.summary.loc["liver", ["n", "missed", "dsc"]].tolist() == [1, 0, pytest.approx(0.9)]
    assert with_cut.summary.loc["liver", ["n", "missed", "dsc"]].tolist() == [3, 1, pytest.approx(1.9 / 3)]
    assert with_cut.by_site.loc[("liver", "x"), "n"] == 1
    assert with_cut.table.attrs["cut"] is True


def test_a_damaged_prediction_hides_nobody(two):
    path = two[0] / "b.nii.gz"
    path.write_bytes(path.read_bytes()[:-20])
    found = run(*two, labels=ORGANS)
    assert found.table.loc[("b", "liver"), "dsc"] == 0
    assert "truncated" in problem(found, "b").reason
    assert found.summary.loc["liver", "n"] == 2


def test_a_damaged_truth_is_listed_and_the_others_are_scored(two):
    (two[1] / "b.nii.gz").write_bytes(b"\x1f\x8bnothing")
    found = run(*two, labels=ORGANS)
    assert found.n_cases == 1
    assert (problem(found, "b").problem, problem(found, "b").consequence) == ("cannot be scored", "left out")


def test_probabilities_are_no_prediction(two):
    write(two[0] / "b.nii.gz", (LIVER * 0.7).astype(np.float32))
    assert "whole numbers" in problem(run(*two, labels=ORGANS), "b").reason


def test_one_damaged_mask_costs_that_structure_only(tmp_path):
    truth = masks(tmp_path / "truth", {"a": {"liver": LIVER, "spleen": SPLEEN}})
    predictions = masks(tmp_path / "model", {"a": {"liver": LIVER, "spleen": SPLEEN}})
    (predictions / "a" / "segmentations" / "spleen.nii.gz").write_bytes(b"")
    found = run(predictions, truth)
    assert found.table.loc["a", "dsc"].to_dict() == {"liver": 1, "spleen": 0}
    assert "is empty" in problem(found, "a", "spleen").reason


def test_another_grid_is_named_and_resampled_only_when_asked_for(two):
    fine = np.repeat(LABELS, 2, axis=0)
    write(two[0] / "a.nii.gz", fine, spacing=(0.5, 2, 3))
    found = run(*two, labels=ORGANS)
    assert "another grid: shape (40, 16, 12), the truth has (20, 16, 12)" in problem(found, "a").reason
    assert found.table.loc[("a", "liver"), "dsc"] == 0
    found = run(*two, labels=ORGANS, resample=True)
    assert found.problems.empty
    assert found.table.loc[("a", "liver"), "dsc"] > 0.9


def test_a_prediction_that_is_stored_turned_is_the_same_one(two):
    write(two[0] / "a.nii.gz", LABELS, codes="LPS")
    assert run(*two, labels=ORGANS).table.loc["a", "dsc"].tolist() == [1, 1]


def test_without_names_the_numbers_are_the_names(two):
    found = run(*two)
    assert found.table.loc["b", "dsc"].to_dict() == pytest.approx({"1": 0.9, "2": found.table.loc[("b", "2"), "dsc"]})
    assert found.table.attrs["labels"] == "the numbers themselves"


def test_a_number_that_is_only_in_the_prediction_is_wrong_not_unknown(two):
    write(two[0] / "a.nii.gz", (LABELS + 3 * TUMOR).astype(np.uint8))
    assert run(*two).table.loc[("a", "4"), "flag"] == "only predicted"


def test_dataset_json_beside_the_truth_names_both_sides(two):
    (two[1].parent / "dataset.json").write_text(json.dumps({"labels": {"background": 0, "liver": 1, "spleen": 2}}))
    found = run(*two)
    assert list(found.summary.index) == ["liver", "spleen"]
    assert found.table.attrs["labels"].endswith("dataset.json")


def test_label_files_against_masks_need_names(tmp_path):
    truth = masks(tmp_path / "truth", {"a": {"liver": LIVER, "liver_tumor": TUMOR}})
    predicted = np.where(TUMOR, 2, LIVER.astype(int)).astype(np.uint8)
    predictions = flat(tmp_path / "model", {"a": predicted})
    with pytest.raises(InputError, match="nothing says what their numbers mean"):
        run(predictions, truth)
    found = run(predictions, truth, labels={"liver": 1, "liver_tumor": 2})
    assert found.table["dsc"].tolist() == [1, 1]  # the tumour is the liver's too, as in the masks


def test_ids_that_nobody_named_are_listed_on_both_sides(two):
    write(two[0] / "b.nii.gz", (LABELS + 125 * TUMOR + 252 * SPLEEN).astype(np.uint8))
    write(two[1] / "a.nii.gz", np.where(TUMOR, 7, LABELS).astype(np.uint8))
    found = run(*two, labels=ORGANS)
    said = found.problems.set_index("id")[["problem", "reason"]].T.to_dict("list")
    assert said == {
        "a": ["truth: ids without a name", "holds id 7 that labels does not name"],
        "b": ["prediction: ids without a name", "holds ids 126, 254 that labels does not name"],
    }
    assert run(*two).problems.empty  # there the numbers are the names


def test_ids_of_a_label_set_that_have_no_name_here_are_known(two):
    write(two[0] / "a.nii.gz", np.where(TUMOR, 11, LABELS).astype(np.uint8))
    found = run(*two, labels="amos")  # 11 is an adrenal gland, 20 is nothing
    assert found.problems.empty
    write(two[0] / "a.nii.gz", np.where(TUMOR, 20, LABELS).astype(np.uint8))
    assert "holds id 20" in problem(run(*two, labels="amos"), "a").reason


def test_files_of_other_ids_than_those_named_are_refused_on_either_side(two, tmp_path):
    other = flat(tmp_path / "other", {"a": 9 * LIVER.astype(np.uint8), "b": 8 * LIVER.astype(np.uint8)})
    for (predictions, truth), side in (((other, two[1]), "prediction"), ((two[0], other), "truth")):
        with pytest.raises(InputError, match=rf"{side}: no file holds an id that labels names \(1, 2\), they hold ids 8, 9"):
            run(predictions, truth, labels=ORGANS)
    nothing = flat(tmp_path / "nothing", {"a": np.zeros(SHAPE, np.uint8)})
    assert run(nothing, two[1], labels=ORGANS).summary["dsc"].tolist() == [0, 0]  # a model may find nothing


@pytest.mark.parametrize("sides", [[0], [1], [0, 1]])
def test_more_than_255_ids_are_named_as_the_reason(two, sides):
    for side in sides:
        for id in ("a", "b"):
            write(two[side] / f"{id}.nii.gz", 300 * LABELS.astype(np.int16))
    with pytest.raises(InputError, match=r"a\.nii\.gz: label ids must be whole numbers from 0 to 255"):
        run(*two)


def test_labels_are_read_in_every_form(two):
    expected = run(*two, labels=ORGANS).table
    for labels in ({1: "liver", 2: "spleen"}, "1=liver, 2=spleen", "liver=1,spleen=2"):
        pd.testing.assert_frame_equal(run(*two, labels=labels).table, expected)


@pytest.mark.parametrize("labels", ["1:liver", "litss", "1=", "x=liver"])
def test_labels_of_another_form_are_answered_with_what_there_is(two, labels):
    with pytest.raises(ParameterError, match=r"is not ID=NAME, such as 1=liver.* a release \(.*1\.1.* label set \(.*lits"):
        run(*two, labels=labels)


def test_a_name_that_labels_does_not_have_is_a_wrong_option_before_a_file_is_read(two, monkeypatch):
    monkeypatch.setattr(sys.modules["atlas_lab.evaluation.folders.evaluate"], "map_cases", None)
    for options in ({"structures": "livr"}, {"tumors": "livr"}, {"sites": {"x": "north"}}, {"sites": "no.csv"}, {"worst": -1}):
        with pytest.raises(ParameterError):
            run(*two, labels=ORGANS, **options)


def test_of_two_files_of_one_name_the_one_that_is_not_read_is_listed(two, tmp_path):
    write(two[0] / "a.nii", SPLEEN)
    found = run(*two, labels=ORGANS)
    assert problem(found, "a").reason.startswith("a.nii is not read, a.nii.gz beside it is")
    assert found.table.loc["a", "dsc"].tolist() == [1, 1]
    truth = masks(tmp_path / "masks", {"a": {"liver": LIVER}})
    write(truth / "a" / "segmentations" / "liver.nii", SPLEEN)
    doubled = run(truth, two[1], labels=ORGANS).problems
    assert doubled["reason"].str.startswith("liver.nii is not read").any()


def test_names_of_totalsegmentator_are_understood(tmp_path):
    truth = masks(tmp_path / "truth", {"a": {"gall_bladder": LIVER, "lung_left": SPLEEN}})
    halves = {"lung_upper_lobe_left": SPLEEN & ~LIVER & (np.arange(SHAPE[2]) < 5), "lung_lower_lobe_left": SPLEEN}
    predictions = masks(tmp_path / "model", {"a": {"gallbladder": LIVER, **halves}})
    assert run(predictions, truth).table["dsc"].to_dict() == {("a", "gall_bladder"): 1, ("a", "lung_left"): 1}


def test_combined_labels_have_the_names_of_their_release(tmp_path):
    truth = masks(tmp_path / "truth", {"a": {"liver": LIVER}})
    write(tmp_path / "model" / "a" / "combined_labels.nii.gz", (5 * SHIFTED).astype(np.uint8))
    assert run(tmp_path / "model", truth).table.loc[("a", "liver"), "dsc"] == pytest.approx(0.9)
    write(tmp_path / "model" / "a" / "combined_labels.nii.gz", SHIFTED.astype(np.uint8))
    assert run(tmp_path / "model", truth, labels={"liver": 1}).table.loc[("a", "liver"), "dsc"] == pytest.approx(0.9)


def test_an_atlas_is_scored_like_its_folder(tmp_path):
    atlas = Atlas.phantom(cases=2, shape=(32, 32, 24))
    (by_atlas, by_folder) = (run(given, given, structures="liver").table for given in (atlas, atlas.root))
    pd.testing.assert_frame_equal(by_atlas, by_folder)
    assert (by_atlas["dsc"] == 1).all()
    exported = atlas.export(tmp_path / "nnunet", "nnunet", structures=["liver", "spleen"])
    for predictions, truth in ((exported, atlas), (exported / "labelsTr", atlas), (exported / "labelsTr", exported / "labelsTr")):
        pd.testing.assert_frame_equal(run(predictions, truth, structures="liver").table, by_atlas)


def test_a_structure_that_no_prediction_has_is_pointed_out(tmp_path):
    truth = masks(tmp_path / "truth", {"a": {"liver": LIVER, "spleen": SPLEEN}})
    found = run(masks(tmp_path / "model", {"a": {"liver": LIVER}}), truth)
    assert problem(found, "", "spleen").problem == "never predicted"
    write(truth / "a" / "segmentations" / "spleen.nii.gz", CUT_LIVER)
    found = run(tmp_path / "model", truth)
    assert found.table.loc[("a", "spleen"), "flag"] == "cut, not predicted"
    assert problem(found, "", "spleen").problem == "never predicted"
    assert run(tmp_path / "model", truth, structures="liver").problems.empty


def test_lesions_are_counted_where_the_name_says_so_or_the_user(tmp_path):
    truth = flat(tmp_path / "truth", {"a": TUMOR, "b": TUMOR, "c": np.zeros(SHAPE, np.uint8)})
    predictions = flat(tmp_path / "model", {"a": TUMOR, "c": SPLEEN})
    found = run(predictions, truth, labels={"liver_tumor": 1})
    detections = found.detections["liver_tumor"]
    assert detections.sensitivity_by_size().loc["all", ["n", "hits"]].tolist() == [2, 1]
    assert detections.false_positives_per_case() == pytest.approx(1 / 3)
    assert detections.cases["b"].missing
    assert not run(predictions, truth, labels={"liver": 1}).detections
    assert list(run(predictions, truth, labels={"liver": 1}, tumors="liver").detections) == ["liver"]


def test_sites_come_from_the_truth_or_a_table(two, tmp_path):
    assert run(*two, labels=ORGANS).by_site.empty
    (tmp_path / "sites.csv").write_text("id,site\na,north\nb,south\n")
    found = run(*two, labels=ORGANS, sites=tmp_path / "sites.csv")
    assert found.by_site["dsc"].xs("liver").to_dict() == pytest.approx({"north": 1, "south": 0.9})
    (two[1] / "metadata.csv").write_text("id,site\na,east\nb,east\n")
    assert run(*two, labels=ORGANS).by_site.loc[("liver", "east"), "n"] == 2
    with pytest.raises(InputError, match="names no case of the truth"):
        run(*two, labels=ORGANS, sites={"x": "north"})


def test_more_workers_find_the_same(two, tmp_path):
    one = run(*two, labels=ORGANS, tolerance_mm=2)
    pd.testing.assert_frame_equal(run(*two, labels=ORGANS, tolerance_mm=2, workers=2).table, one.table)


def test_a_stopped_call_goes_on_and_what_changed_is_computed_anew(two, tmp_path, monkeypatch):
    scored = []
    original = pair_module.score
    monkeypatch.setattr(pair_module, "score", lambda *a, **k: scored.append(1) or original(*a, **k))

    def times(**options):
        scored.clear()
        found = run(*two, labels=ORGANS, output=tmp_path / "out", worst=0, **options)
        return len(scored), found.table

    first, table = times()
    again, same = times()
    assert (first, again) == (2, 0)
    pd.testing.assert_frame_equal(table, same)
    assert times(tolerance_mm=1)[0] == 2
    write(two[0] / "b.nii.gz", np.zeros(SHAPE, np.uint8))
    count, changed = times(tolerance_mm=1)
    assert count == 1
    assert changed.loc[("b", "liver"), "flag"] == "missed"


def test_the_tables_on_disk_say_by_which_conventions(two, tmp_path):
    found = run(*two, labels=ORGANS, output=tmp_path / "out", tolerance_mm={"liver": 2, "spleen": 3}, **CONVENTIONS["medpy"])
    text = (tmp_path / "out" / "scores.csv").read_text()
    assert '# direction: "pooled"\n' in text
    read = read_scores(tmp_path / "out" / "scores.csv")
    pd.testing.assert_frame_equal(read, found.table)
    assert read.attrs == found.table.attrs
    assert read_scores(tmp_path / "out").equals(read)
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"summary.csv", "problems.csv", "report.html"}


def test_infinite_distances_and_flags_survive_the_file(two, tmp_path):
    write(two[0] / "b.nii.gz", np.zeros(SHAPE, np.uint8))
    found = run(*two, labels=ORGANS, output=tmp_path / "out", worst=0)
    read = read_scores(tmp_path / "out")
    pd.testing.assert_frame_equal(read, found.table)
    assert np.isinf(read.loc[("b", "liver"), "hd95"])
    assert read["flag"].tolist() == ["", "", "missed", "missed"]


@pytest.mark.parametrize("text", [None, "", "# surface: voxel\n", "id,structure\n", "a,b\n1,2\n"])
def test_what_is_no_table_of_scores_is_refused(tmp_path, text):
    if text is not None:
        (tmp_path / "scores.csv").write_text(text)
    with pytest.raises(InputError, match=r"scores\.csv"):
        read_scores(tmp_path / "scores.csv")


def test_folders_without_a_shared_id_are_refused_with_some_ids_of_both(two, tmp_path):
    other = flat(tmp_path / "other", {"x": LABELS, "y": LABELS})
    with pytest.raises(InputError, match=r"predictions have x, y \(2\), the truth has a, b \(2\)"):
        run(other, two[1])


def test_where_no_case_can_be_compared_nothing_is_averaged(two):
    for id in ("a", "b"):
        write(two[0] / f"{id}.nii.gz", LABELS[:10])
    with pytest.raises(InputError, match="none of the 2 cases could be compared; the first: another grid"):
        run(*two, labels=ORGANS)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"structures": "livr"}, "did you mean 'liver'"),
        ({"tumors": "livr"}, "did you mean 'liver'"),
        ({"surface": "corner"}, "surface='corner'"),
        ({"tolerance_mm": -1}, "tolerance_mm=-1"),
        ({"tolerance_mm": {"liver": 1}}, "has nothing for spleen"),
        ({"worst": -1}, "worst=-1"),
        ({"labels": {"liver": 0}}, "ids are whole numbers"),
        ({"labels": {1: "liver", 2: "liver"}}, "'liver' is the name of 1 and of 2"),
        ({"labels": {}}, "names no label"),
        ({"structures": []}, "structures: names none"),
        ({"sites": "no.csv"}, "does not exist"),
        ({"workers": 0}, "workers=0"),
    ],
)
def test_what_cannot_be_done_is_refused(two, options, said):
    with pytest.raises(InputError, match=said):
        run(*two, **{"labels": ORGANS, **options})


def test_a_folder_that_is_none_is_refused(two, tmp_path):
    (tmp_path / "empty").mkdir()
    for name, said in (("nowhere", "does not exist"), ("empty", "empty folder"), (".", "neither files")):
        with pytest.raises(InputError, match=f"predictions: .*{said}"):
            run(tmp_path / name, two[1])
    with pytest.raises(InputError, match=r"nor is it a data set that Atlas\.open knows$"):
        run(".", two[1])  # without advice that evaluate has no argument for
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written"):
        run(*two, output=tmp_path / "file" / "out")
