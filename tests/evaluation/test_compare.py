"""Two models on the same cases: what differs, by how much, and what was not compared."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from atlas_lab.errors import InputError
from atlas_lab.evaluation import statistics
from atlas_lab.evaluation.comparing import compare
from atlas_lab.evaluation.folders import evaluate
from tests.evaluation.folders.makers import LIVER, SHIFTED, flat

A = [0.90, 0.80, 0.70, 0.95, 0.60, 0.85, 0.75, 0.92]
B = [0.88, 0.81, 0.60, 0.90, 0.60, 0.70, 0.71, 0.90]


def table(columns, metric="dsc", flags=None, **attrs):
    """Structure → value of each case, as a table of scores; `flags` maps (id, structure) to a flag."""
    rows = [((f"case{n}", name), value) for name, values in columns.items() for n, value in enumerate(values)]
    index = pd.MultiIndex.from_tuples([key for key, _ in rows], names=["id", "structure"])
    made = pd.DataFrame({metric: [value for _, value in rows]}, index=index)
    made["flag"] = [(flags or {}).get(key, "") for key, _ in rows]
    made.attrs.update(attrs)
    return made


def test_the_difference_is_the_mean_of_a_minus_b_with_its_bootstrap():
    row = compare(table({"liver": A}), table({"liver": B})).table.loc["liver"]
    expected = statistics.bootstrap(np.subtract(A, B))
    assert (row["n"], row["mean_a"], row["mean_b"]) == (8, pytest.approx(np.mean(A)), pytest.approx(np.mean(B)))
    assert row[["difference", "low", "high"]].tolist() == pytest.approx([expected.value, expected.low, expected.high])
    assert row[["wins", "ties", "losses"]].tolist() == [6, 1, 1]
    assert row["p"] == pytest.approx(stats.wilcoxon(A, B).pvalue)
    assert row["effect"] == pytest.approx(statistics.rank_biserial(A, B))
    assert row["dz"] == pytest.approx(statistics.cohens_dz(A, B))
    assert row["p_permutation"] == pytest.approx(statistics.paired_test(A, B, "permutation").p)


def test_p_values_are_adjusted_by_holm_over_the_structures():
    found = compare(table({"liver": A, "spleen": B, "aorta": A}), table({"liver": B, "spleen": B, "aorta": B})).table
    assert found["p_holm"]["liver"] == pytest.approx(min(3 * found["p"]["liver"], 1))
    assert found["p"]["spleen"] == found["p_holm"]["spleen"] == 1
    one = compare(table({"liver": A}), table({"liver": B})).table
    assert one["p_holm"]["liver"] == one["p"]["liver"]


def test_exchanging_the_models_turns_every_sign():
    ab, ba = compare(table({"liver": A}), table({"liver": B})).table, compare(table({"liver": B}), table({"liver": A})).table
    assert ab["difference"]["liver"] == pytest.approx(-ba["difference"]["liver"])
    assert ab["effect"]["liver"] == pytest.approx(-ba["effect"]["liver"])
    assert (ab["wins"]["liver"], ab["p"]["liver"]) == (ba["losses"]["liver"], ba["p"]["liver"])


def test_only_shared_cases_are_compared_and_the_others_named():
    found = compare(table({"liver": A}), table({"liver": B[:6]}))
    assert found.table["n"]["liver"] == 6
    assert (found.only_a, found.only_b) == (("case6", "case7"), ())
    assert "2 only in a: case6, case7" in repr(found)


def test_what_is_averaged_in_neither_table_is_left_out_and_counted():
    cut = {("case0", "liver"): "cut", ("case1", "liver"): "missed"}
    row = compare(table({"liver": A}, flags=cut), table({"liver": B})).table.loc["liver"]
    assert row[["n", "left_out", "missed_a", "missed_b"]].tolist() == [7, 1, 1, 0]


def test_cut_ones_are_compared_when_asked_for_and_missed_ones_among_them_counted():
    a = table({"liver": A}, flags={("case0", "liver"): "cut", ("case1", "liver"): "cut, missed"})
    b = table({"liver": B}, flags={("case0", "liver"): "cut, not predicted", ("case1", "liver"): "cut, missed"})
    columns = ["n", "left_out", "missed_a", "missed_b"]
    assert compare(a, b).table.loc["liver", columns].tolist() == [6, 2, 0, 0]
    assert compare(a, b, cut=True).table.loc["liver", columns].tolist() == [8, 0, 1, 2]


def test_models_without_names_are_called_by_their_letters_once():
    assert repr(compare(table({"liver": A}), table({"liver": B}))).startswith("DSC: a – b, 8 shared cases\n")
    assert repr(compare(table({"liver": A[:1]}), table({"liver": B[:1]}))).startswith("DSC: a – b, 1 shared case\n")


def test_a_smaller_distance_wins_and_an_infinite_one_is_in_no_mean():
    a, b = [3.0, np.inf, 2.0, np.inf], [4.0, 5.0, 1.0, np.inf]
    row = compare(table({"liver": a}, "hd95"), table({"liver": b}, "hd95"), metric="hd95").table.loc["liver"]
    assert row[["n", "infinite", "wins", "ties", "losses"]].tolist() == [2, 2, 1, 1, 2]
    assert row["mean_a"] == 2.5


def test_a_structure_without_a_case_has_no_numbers_and_takes_no_share_of_the_adjustment():
    absent = {(f"case{n}", "spleen"): "absent" for n in range(8)}
    a, b = (table({"liver": values, "spleen": [np.nan] * 8}, flags=absent) for values in (A, B))
    found = compare(a, b).table
    assert found.loc["spleen", ["n", "left_out"]].tolist() == [0, 8]
    assert np.isnan(found.loc["spleen", "difference"])
    assert found["p_holm"]["liver"] == found["p"]["liver"]


def test_one_case_has_a_difference_but_no_interval():
    row = compare(table({"liver": A[:1]}), table({"liver": B[:1]}), margin=0.1).table.loc["liver"]
    assert row["difference"] == pytest.approx(0.02)
    assert np.isnan([row["low"], row["high"], row["equivalence_p"]]).all()
    assert not row["equivalent"]


def test_a_margin_says_whether_the_models_are_equivalent():
    wide, narrow = (compare(table({"liver": A}), table({"liver": B}), margin=margin).table for margin in (0.2, 0.01))
    assert wide["equivalent"]["liver"]
    assert not narrow["equivalent"]["liver"]
    assert wide["equivalence_p"]["liver"] == pytest.approx(statistics.equivalence(A, B, 0.2).p)
    assert "equivalent" not in compare(table({"liver": A}), table({"liver": B})).table


def test_tables_of_other_conventions_are_refused_where_the_metric_depends_on_them():
    a = table({"liver": A}, "nsd", tolerance_mm=1, direction="max", surface="voxel")
    b = table({"liver": B}, "nsd", tolerance_mm=2, direction="mean", surface="voxel")
    with pytest.raises(InputError, match="differ in tolerance_mm: 1 and 2"):
        compare(a, b, metric="nsd")
    b.attrs["tolerance_mm"] = 1
    assert compare(a, b, metric="nsd").table["n"]["liver"] == 8  # the NSD has no direction
    with pytest.raises(InputError, match="differ in direction: max and mean"):
        compare(a.rename(columns={"nsd": "hd95"}), b.rename(columns={"nsd": "hd95"}), metric="hd95")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.drop(columns="dsc"), "no column 'dsc'"),
        (lambda t: t.reset_index(), "its index is"),
        (lambda t: pd.concat([t, t]), "more than once"),
        (lambda t: t.rename(index={"liver": "aorta"}), "no case and structure is in both"),
        (lambda t: 3, "not int"),
        (lambda t: "folder", "say what is right with truth="),
    ],
)
def test_what_cannot_be_compared_is_refused(change, said):
    with pytest.raises(InputError, match=said):
        compare(table({"liver": A}), change(table({"liver": B})))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"metric": "dice"}, "choose one of dsc"),
        ({"metric": "nsd"}, "score with tolerance_mm="),
        ({"confidence": 2}, "confidence=2"),
        ({"margin": -1}, "margin=-1"),
        ({"truth": "folder"}, "a table of scores already"),
        ({"tolerance_mm": 1}, "a table of scores already"),
    ],
)
def test_bad_options_are_refused(options, said):
    with pytest.raises(InputError, match=said):
        compare(table({"liver": A}), table({"liver": B}), **options)


def test_two_folders_are_scored_first(tmp_path):
    truth = flat(tmp_path / "truth", {"x": LIVER, "y": LIVER})
    a, b = flat(tmp_path / "a", {"x": LIVER, "y": LIVER}), flat(tmp_path / "b", {"x": SHIFTED, "y": SHIFTED})
    options = {"labels": {"liver": 1}, "progress": False}
    found = compare(a, b, truth, names=("good", "shifted"), **options)
    assert found.table["difference"]["liver"] == pytest.approx(0.1)
    again = compare(evaluate(a, truth, **options), evaluate(b, truth, **options).table)
    pd.testing.assert_frame_equal(found.table, again.table)
    assert "good (a) – shifted (b), 2 shared cases" in repr(found)


def test_the_figure_is_of_one_structure_or_of_all():
    one = compare(table({"liver": A}), table({"liver": B}), names=("ours", "theirs"))
    assert [text.get_text() for text in one.figure().axes[0].get_xticklabels()] == ["theirs", "ours"]
    both = compare(table({"liver": A, "spleen": A}), table({"liver": B, "spleen": B}))
    assert [text.get_text() for text in both.figure().axes[0].get_yticklabels()] == ["liver", "spleen"]
    assert len(both.figure("spleen").axes) == 2
    with pytest.raises(InputError, match="did you mean 'liver'"):
        both.figure("livr")
    assert "<table" in both._repr_html_()
