"""The evaluation's page: parts without rows are not shown, numbers read as in the tables, words are escaped."""

import base64
import io
import sys

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from PIL import Image
from playwright.sync_api import sync_playwright

from atlas_lab.figures.sheet import Sheet
from atlas_lab.reports.evaluation import Card, EvaluationReport, Lesions, evaluation_page
from atlas_lab.reports.evaluation.frames import frame_table, written

NOTHING = pd.DataFrame()


def report(**more):
    structures = pd.Index(["liver", "<spleen>"], name="structure")
    summary = pd.DataFrame({"n": [3, 0], "dsc": [0.91234, np.nan], "hd95_median": [np.inf, np.nan]}, index=structures)
    parts = {
        "title": "Evaluation of <model>", "facts": {"Cases": "3"}, "conventions": {"Surface": "voxel"}, "warnings": [],
        "summary": summary, "charts": [], "by_site": NOTHING, "lesions": [], "worst_note": "Green is right.", "worst": [],
        "left_out": NOTHING, "problems": NOTHING, "scores": NOTHING, "files": [],
    }  # fmt: skip
    return EvaluationReport(**{**parts, **more})


def read(report):
    return BeautifulSoup(evaluation_page(report), "html.parser")


def test_parts_without_anything_are_not_shown():
    assert [title.get_text() for title in read(report()).find_all("h2")] == ["Summary"]
    assert "Green is right" not in read(report()).get_text()


def test_numbers_that_are_infinite_or_missing_are_shown_and_sorted_as_such():
    cells = read(report()).select("tbody tr")
    assert [cell.get_text() for cell in cells[0].find_all(["th", "td"])] == ["liver", "3", "0.912", "∞"]
    assert [cell.get_text() for cell in cells[1].find_all(["th", "td"])] == ["<spleen>", "0", "–", "–"]
    assert float(cells[0].find_all("td")[-1]["data-sort"]) == sys.float_info.max  # a script reads "inf" as a word
    assert cells[1].find_all("td")[-1]["data-sort"] == ""


def test_mm_have_two_decimals_and_ml_one():
    assert (written(1.234, "hd95"), written(-12.34, "volume_ml"), written(0.5, "dsc")) == ("1.23", "−12.3", "0.500")
    assert frame_table("none", NOTHING, {}) == ""


def test_notes_files_and_titles_are_escaped():
    page = read(report(warnings=["2 < 3 cases"], files=["scores.csv"]))
    assert page.h1.get_text() == "Evaluation of <model>"
    assert "2 < 3 cases" in page.get_text()
    assert page.find("a", href="scores.csv")


def test_charts_are_light_and_dark_as_the_page_is_and_pictures_as_they_were_drawn():
    page = read(report(charts=[Card(sheet(3), "", "a chart")], worst=[Card(sheet(3), "", "errors")]))
    (chart,) = page.select("#distributions picture")
    dark, light = chart.source["srcset"], chart.img["src"]
    assert chart.source["media"] == "screen and (prefers-color-scheme: dark)"  # paper is white
    assert (corner(dark), corner(light)) == (pytest.approx((16, 18, 20), abs=3), pytest.approx((255, 255, 255), abs=3))
    (picture,) = page.select("#worst-cases img")
    assert corner(picture["src"]) == pytest.approx((16, 18, 20), abs=3)


def corner(source):
    """The colour of the paper in an image of the page."""
    picture = Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2])))
    return picture.convert("RGB").getpixel((0, 0))


def sheet(width):
    figure = Sheet(width, 2)
    figure.subplots()
    return figure


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A page with wide tables, long names, and pictures of all sizes, one of them lost."""
    scores = pd.DataFrame({name: [0.5] * 30 for name in ("dsc", "iou", "nsd", "hd", "hd95", "assd")})
    scores.index = pd.Index([f"a_rather_long_name_of_a_case_{n}" for n in range(30)], name="id")
    by_size = pd.DataFrame({"n": [1], "sensitivity": [1.0]}, index=pd.Index(["all"], name="radius_mm"))
    card = Card(sheet(7), "", "a chart")
    full = report(
        charts=[card] * 4, worst=[Card(sheet(13), "the worst" * 20, "errors"), Card(None, "lost", "")], scores=scores,
        lesions=[Lesions("tumor", {"Lesions": "1"}, by_size, [card])], facts={"Predictions": "/a/very/long/path/" * 20},
    )  # fmt: skip
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(evaluation_page(full), encoding="utf-8")
    return path


@pytest.mark.browser
@pytest.mark.parametrize(("width", "columns"), [(360, 1), (600, 1), (1200, 2)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_offline_every_picture_shows_and_nothing_scrolls_sideways(path, browser_path, width, columns, scheme):
    complaints = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-quic"])
        context = browser.new_context(offline=True, viewport={"width": width, "height": 800}, color_scheme=scheme)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(path.as_uri())
        page.evaluate("Promise.all([...document.images].map(image => image.decode()))")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        charts = page.locator("#distributions img")
        assert len({round(charts.nth(n).bounding_box()["x"]) for n in range(4)}) == columns
        assert "cannot be drawn" in page.locator("#worst-cases").inner_text()
        browser.close()
    assert complaints == []
