"""The page of an evaluation: one offline file that says by which conventions, shows what is wrong, and hides nothing."""

import re

import numpy as np
import pytest
from bs4 import BeautifulSoup

from atlas_lab.evaluation.folders import evaluate
from atlas_lab.evaluation.folders.worst import worst_cases, worst_rows
from tests.evaluation.folders.makers import CUT_LIVER, LIVER, SHAPE, SHIFTED, SPLEEN, TUMOR, flat, masks, write

EMPTY = np.zeros(SHAPE, np.uint8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Four cases: a good one, a bad one, one without a prediction, one that cannot be read, and a liver that is cut."""
    root = tmp_path_factory.mktemp("evaluation")
    cut = LIVER | (np.arange(SHAPE[2]) > 2) & LIVER.any(axis=2, keepdims=True)
    truth = {id: {"liver": LIVER, "liver_tumor": TUMOR} for id in ("good", "bad", "none", "damaged")}
    masks(root / "truth", {**truth, "cut": {"liver": cut}})
    predicted = {"good": {"liver": LIVER, "liver_tumor": TUMOR}, "bad": {"liver": SPLEEN, "liver_tumor": TUMOR}}
    masks(root / "<model>", {**predicted, "cut": {"liver": cut}, "stranger": {"liver": LIVER}})
    path = root / "<model>" / "damaged" / "segmentations" / "liver.nii.gz"
    write(path, LIVER)
    path.write_bytes(b"")
    sites = dict.fromkeys(["good", "bad", "none", "damaged", "cut"], "a & b")
    evaluate(root / "<model>", root / "truth", output=root / "out", tolerance_mm=2, sites=sites, worst=1, progress=False)
    return root / "out"


@pytest.fixture(scope="module")
def page(folder):
    return BeautifulSoup((folder / "report.html").read_text(encoding="utf-8"), "html.parser")


def rows_of(page, section):
    return [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in page.select(f"#{section} tbody tr")]


def test_the_page_loads_nothing_from_elsewhere(page):
    assert not page.find_all(["link", "script"], src=True)
    assert all(image["src"].startswith("data:") for image in page.find_all("img"))
    assert page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    assert "<model>" in page.h1.get_text()


def test_the_head_says_n_and_by_which_conventions(page):
    facts = {dt.get_text(): dt.find_next("dd").get_text() for dt in page.select("main > dl dt")}
    assert facts["Cases"] == "5"
    assert facts["NSD tolerance"] == "2 mm"
    assert facts["Surface"] == "corner surfel"
    assert "2 cases are scored as if nothing had been predicted" in page.main.get_text()


def test_every_problem_is_on_the_page_with_its_reason(page):
    said = {(row[0], row[2]) for row in rows_of(page, "problems")}
    assert said == {("none", "no prediction"), ("damaged", "prediction cannot be used"), ("stranger", "no truth")}


def test_what_the_means_leave_out_is_counted(page):
    assert rows_of(page, "left-out") == [["liver", "1"]]
    assert rows_of(page, "summary")[0][:4] == ["liver", "4", "2", "cut: 1"]


def test_the_summary_shows_muted_what_the_cut_ones_would_make_of_it(page):
    liver, tumor = page.select("#summary tbody tr")
    assert [cell.get_text() for cell in liver.select("td .al-muted")] == ["5", "0.400"]  # 1, 0, 0, 0 and the cut one, 1
    assert {cell.get_text() for cell in tumor.select("td .al-muted")} == {"–"}
    assert [title.get_text() for title in page.select("#summary thead th")][4:7] == ["DSC", "n with cut", "DSC with cut"]


def test_sites_lesions_and_scores_have_their_sections(page):
    assert rows_of(page, "sites")[0][:2] == ["liver", "a & b"]
    assert rows_of(page, "lesions")[-1][:4] == ["all", "4", "2", "0.500"]
    assert len(rows_of(page, "all-scores")) == 9


def test_the_worst_case_of_each_structure_is_shown(page):
    captions = [caption.get_text() for caption in page.select("#worst-cases figcaption")]
    assert [caption.partition(":")[0] for caption in captions] == ["bad, liver"]  # all tumours are perfect
    assert len(page.select("#worst-cases img")) == 1


def test_who_is_not_among_the_worst_is_said(page):
    note = page.select_one("#worst-cases p").get_text()
    assert "Structures that the scan cuts are among them and marked." in note
    assert "Without a picture: 4 that have no prediction." in note


def test_nobody_is_told_of_a_package_they_do_not_need(page):
    assert "pyarrow" not in page.get_text()


def test_links_lead_to_files_that_are_there(page, folder):
    links = [link["href"] for link in page.find_all("a") if not link["href"].startswith("#")]
    assert "lesions.csv" in links
    assert all((folder / link).is_file() for link in links)


def test_the_worst_are_the_lowest_dsc_of_what_was_predicted_and_is_averaged(tmp_path):
    half = LIVER & (np.arange(SHAPE[2]) < 6)
    cases = {"half": half, "shifted": SHIFTED, "empty": EMPTY, "perfect": LIVER}
    truth = flat(tmp_path / "truth", dict.fromkeys([*cases, "none"], LIVER))
    found = evaluate(flat(tmp_path / "model", cases), truth, progress=False)
    assert [id for id, _ in worst_rows(found.table, 3).index] == ["empty", "half", "shifted"]


@pytest.fixture(scope="module")
def cut_page(tmp_path_factory):
    """A cut liver that is wrong in one case and missing in another, and a structure that is in none."""
    root = tmp_path_factory.mktemp("cut")
    truth = flat(root / "truth", {"a": CUT_LIVER, "b": CUT_LIVER})
    predictions = flat(root / "model", {"a": SHIFTED})
    labels = {"liver": 1, "spleen": 2}
    evaluate(predictions, truth, labels=labels, output=root / "out", tolerance_mm=1, progress=False)
    return BeautifulSoup((root / "out" / "report.html").read_text(encoding="utf-8"), "html.parser")


def test_cut_structures_are_among_the_worst_and_marked(cut_page):
    (caption,) = [caption.get_text() for caption in cut_page.select("#worst-cases figcaption")]
    assert caption.startswith("a, liver, cut: DSC")


def test_what_is_absent_has_no_distance(cut_page):
    scores = {tuple(row[:3]): row[3:7] for row in rows_of(cut_page, "all-scores")}
    assert scores[("a", "spleen", "absent")] == ["–"] * 4
    assert scores[("b", "liver", "cut, not predicted")] == ["0.000", "0.000", "∞", "∞"]


def test_one_case_is_and_the_way_to_means_of_cut_ones_is_shown(cut_page):
    said = cut_page.main.get_text()
    assert "1 case is scored as if nothing had been predicted" in said
    assert "cut=True (--cut) averages those that the scan cuts" in said


def test_a_picture_counts_its_slices_as_the_scan_does(tmp_path):
    shape = (200, 10, 10)
    mask = np.zeros(shape, bool)
    mask[150:156, 4:6, 4:6] = True
    (one,) = worst_cases(_single(tmp_path, mask, np.roll(mask, 6, axis=0)), 1)
    titles = [ax.get_title() for ax in one.picture.axes]
    (sagittal,) = [re.fullmatch(r"sagittal, slice (\d+) of 200", title) for title in titles if "sagittal" in title]
    assert 151 <= int(sagittal[1]) <= 162


def test_pictures_lie_on_the_ct_where_there_is_one(tmp_path):
    mask = np.zeros((40, 40, 40), bool)
    mask[10:20, 10:20, 10:20] = True
    bright = np.full((40, 40, 40), 3000, np.int16)
    with_ct, without = (
        next(iter(worst_cases(_single(tmp_path / name, mask, np.roll(mask, 1, axis=0), ct), 1))).picture
        for name, ct in (("ct", bright), ("none", None))
    )
    assert np.asarray(with_ct.axes[0].images[0].get_array())[0, 0, 0] == 255
    grey = np.asarray(without.axes[0].images[0].get_array())[0, 0, :3]
    assert 100 < grey.max() < 180  # dark green and light blue both show on it


def test_a_file_that_is_gone_by_then_costs_its_picture_only(tmp_path):
    mask = np.zeros((40, 40, 40), bool)
    mask[10:20, 10:20, 10:20] = True
    found = _single(tmp_path, mask, np.roll(mask, 1, axis=0))
    (tmp_path / "truth" / "a" / "segmentations" / "liver.nii.gz").unlink()
    (one,) = worst_cases(found, 1)
    assert one.picture is None


def _single(root, truth, prediction, ct=None):
    masks(root / "truth", {"a": {"liver": truth}})
    masks(root / "model", {"a": {"liver": prediction}})
    if ct is not None:
        write(root / "truth" / "a" / "ct.nii.gz", ct)
    return evaluate(root / "model", root / "truth", progress=False)
