"""One page shows every run in a folder, whatever state it is in, and keeps its links when the folder is moved."""

import json
import os
from urllib.parse import unquote

import pytest

from atlas_lab.errors import InputError
from atlas_lab.reports import write_index
from tests.reports.hand_made import fetched, make_run, metric, parsed, pipeline, step, texts


def index(folder):
    return write_index(folder).read_text(encoding="utf-8")


def rows(html, section):
    return [[" ".join(c.get_text().split()) for c in row.find_all(["th", "td"])] for row in parsed(html).select(f"#{section} tr")]


def test_it_lists_the_runs_with_links_to_their_files(tmp_path):
    make_run(tmp_path / "first", "evaluation")
    html = index(tmp_path)
    assert rows(html, "runs") == [
        ["Run", "Status", "Time", "Peak memory", "Started (UTC)", "Device", "Files"],
        ["first", "done", "1 min 23 s", "388 MB", "2026-11-24 19:00:00", "cpu", "notebook · manifest"],
    ]
    links = [link["href"] for link in parsed(html).select("#runs a")]
    assert links == ["first/evaluation.html", "first/evaluation.ipynb", "first/manifest.json"]


def test_every_link_leads_to_a_file_also_after_the_folder_was_moved(tmp_path):
    odd = tmp_path / "runs" / "a run #1 ü?"
    make_run(odd, figures={"f": {"path": "figures/f.png"}}, artefacts={"x/y%.csv": {"size": 1}}, metrics={"m": metric(1.0)})
    make_run(tmp_path / "runs" / "sweep" / "seed=0")
    (tmp_path / "runs" / "sweep" / "seed=0" / "lesson.html").unlink()
    write_index(tmp_path / "runs")
    moved = (tmp_path / "runs").rename(tmp_path / "moved")
    links = [link["href"] for link in parsed((moved / "index.html").read_text(encoding="utf-8")).select("main a")]
    assert len(links) == 9
    for link in links:
        assert (moved / unquote(link)).is_file(), link


def test_runs_of_runs_are_found_and_hidden_folders_are_not(tmp_path):
    for name in ("a", "sweep/seed=10", "sweep/seed=2", ".running/x", "sweep/.old", "deep/er/still"):
        make_run(tmp_path / name)
    names = [row[0] for row in rows(index(tmp_path), "runs")[1:]]
    assert names == ["a", "sweep/seed=2", "sweep/seed=10"]


def test_the_first_to_start_comes_first(tmp_path):
    make_run(tmp_path / "a", started="2026-11-24T19:00:05+00:00")
    make_run(tmp_path / "b", started="2026-11-24T19:00:00+00:00")
    assert [row[0] for row in rows(index(tmp_path), "runs")[1:]] == ["b", "a"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"name": ', "not valid JSON"),
        ("[]", "not a manifest: it is not an object"),
        ('{"name": "x"}', "not a manifest: it has no status"),
        ('{"name": "x", "status": "done", "parameters": {}, "metrics": [1]}', "not a manifest: its metrics are not a table"),
    ],
)
def test_an_unreadable_manifest_is_listed_with_the_reason(tmp_path, text, reason):
    make_run(tmp_path / "good")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "manifest.json").write_text(text)
    html = index(tmp_path)
    bad = rows(html, "runs")[-1]
    assert bad[0] == "bad"
    assert bad[1].startswith(f"unreadable{reason}")
    assert "1 done, 1 unreadable" in texts(html, ".al-facts dd")


def test_a_failed_run_shows_its_error(tmp_path):
    make_run(tmp_path / "a", status="failed", error="ValueError: no masks")
    assert rows(index(tmp_path), "runs")[1][1] == "failedValueError: no masks"


def test_totals_count_what_is_there(tmp_path):
    figures = {"f": {"path": "figures/f.png"}}
    make_run(tmp_path / "a", figures=figures, metrics={"m": metric(1.0), "k": metric(2.0)}, peak_memory_bytes=2 * 10**9)
    make_run(tmp_path / "b", metrics={"m": metric(1.0)}, status="interrupted")
    html = index(tmp_path)
    facts = dict(zip(texts(html, "main > .al-facts dt"), texts(html, "main > .al-facts dd"), strict=True))
    assert facts == {
        "Runs": "1 done, 1 interrupted",
        "Time of all runs": "2 min 46 s",
        "Highest peak memory": "2 GB",
        "Metrics": "3",
        "Figures": "1",
    }


def test_all_metrics_are_in_one_table_with_the_parameters_in_which_runs_of_a_notebook_differ(tmp_path):
    for seed in (0, 1):
        parameters = {"source": "phantom", "seed": seed}
        make_run(
            tmp_path / f"train-seed={seed}", "train", parameters=parameters, metrics={"dice": metric(0.5, ci=[0.4, 0.6], n=3)}
        )
    make_run(tmp_path / "other", "other", parameters={"source": "scans"}, metrics={"hd95": metric(3.25, unit="mm", claim="c")})
    assert rows(index(tmp_path), "metrics") == [
        ["Run", "seed", "Metric", "Value", "CI", "n", "Unit", "Claim"],
        ["other", "–", "hd95", "3.25", "–", "–", "mm", "c"],
        ["train-seed=0", "0", "dice", "0.5", "[0.4, 0.6]", "3", "–", "–"],
        ["train-seed=1", "1", "dice", "0.5", "[0.4, 0.6]", "3", "–", "–"],
    ]


def test_numbers_are_sorted_by_their_value_and_what_is_missing_has_no_key(tmp_path):
    make_run(tmp_path / "a", metrics={"m": metric(1187.73, ci=[1.5, 2.0])})
    cells = parsed(index(tmp_path)).select("#metrics tbody :is(th, td)")
    assert [cell["data-sort"] for cell in cells] == ["a", "m", "1187.73", "1.5", "", "", ""]
    started = parsed(index(tmp_path)).select("#runs tbody td")[3]
    assert float(started["data-sort"]) == 1795546800


def test_the_gallery_shows_every_figure_and_names_its_run(tmp_path):
    for name in ("a", "b"):
        make_run(tmp_path / name, figures={"slices": {"path": "figures/slices.png"}})
    page = parsed(index(tmp_path))
    assert [(i["alt"], i.parent["href"]) for i in page.find_all("img")] == [
        ("slices", "a/figures/slices.png"),
        ("slices", "b/figures/slices.png"),
    ]
    assert [caption.a.get_text() for caption in page.find_all("figcaption")] == ["a", "b"]


def test_parameters_are_there_for_each_run(tmp_path):
    make_run(tmp_path / "a", parameters={"organs": ["liver"], "note": None})
    (details,) = parsed(index(tmp_path)).find_all("details")
    assert [cell.get_text() for cell in details.select("tbody :is(th, td)")] == ["organs", "['liver']", "note", "–"]


def test_a_pipeline_is_drawn_with_links_only_to_pages_that_are_there(tmp_path):
    make_run(tmp_path / "a", "start_here")
    steps = {
        "a": step("start_here", "done", folder="a", seconds=5.0),
        "b": step("train", "failed", ("a",), folder="b", error="ValueError: <no> masks"),
    }
    (tmp_path / "pipeline.json").write_text(json.dumps(pipeline(steps, status="failed")))
    html = index(tmp_path)
    assert [link["href"] for link in parsed(html).select("svg a")] == ["a/start_here.html"]
    assert texts(html, "h1, #pipeline .al-badge, #pipeline .al-error") == ["quick", "failed", "b ValueError: <no> masks"]


def test_a_pipeline_that_has_just_begun_has_a_page(tmp_path):
    (tmp_path / "pipeline.json").write_text(json.dumps(pipeline({"a": step("start_here", "running")})))
    assert texts(index(tmp_path), "h2") == ["Pipeline"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "pipeline.json cannot be read: Expecting"),
        ('{"steps": [1]}', "pipeline.json cannot be read: it has no steps with a status"),
        ('{"steps": {"a": {"status": "done", "needs": ["a"]}}}', "steps need each other in a circle: a needs a"),
    ],
)
def test_a_broken_pipeline_does_not_hide_the_runs(tmp_path, text, reason):
    make_run(tmp_path / "a")
    (tmp_path / "pipeline.json").write_text(text)
    html = index(tmp_path)
    assert texts(html, "#pipeline .al-error")[0].startswith(reason)
    assert rows(html, "runs")[1][0] == "a"


def test_the_page_fetches_nothing_and_forbids_the_network(tmp_path):
    make_run(tmp_path / "a", figures={"f": {"path": "figures/f.png"}}, metrics={"m": metric(1.0)})
    (tmp_path / "pipeline.json").write_text(json.dumps(pipeline({"a": step("lesson", "done", folder="a")})))
    html = index(tmp_path)
    assert fetched(html) == []
    assert "http" not in html.replace("http-equiv", "")
    policy = parsed(html).find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in policy
    assert parsed(html).find_all(style=True) == []


def test_whatever_a_user_gave_is_escaped(tmp_path):
    evil = "<img src=x onerror=alert(1)>"
    make_run(
        tmp_path / evil, parameters={evil: evil}, metrics={evil: metric(1.0, unit=evil, claim=evil)}, status=evil, error=evil
    )
    make_run(tmp_path / "b", parameters={evil: "else"})
    (tmp_path / "pipeline.json").write_text(json.dumps(pipeline({evil: step(evil, evil, error=evil)}, name=evil, size=evil)))
    page = parsed(index(tmp_path))
    assert page.find_all("img") == []
    assert page.title.string == page.h1.get_text() == evil


def test_tables_have_a_caption_and_name_the_scope_of_their_titles(tmp_path):
    make_run(tmp_path / "a", metrics={"m": metric(1.0)}, parameters={"seed": 1}, artefacts={"a.csv": {"size": 1}})
    tables = parsed(index(tmp_path)).find_all("table")
    assert [table.caption.get_text() for table in tables] == ["Runs", "Metrics of all runs", "Parameters", "Artefacts"]
    for title in (title for table in tables for title in table.find_all("th")):
        assert title["scope"] == ("col" if title.find_parent("thead") else "row")


def test_the_navigation_leads_to_every_section(tmp_path):
    make_run(tmp_path / "a", metrics={"m": metric(1.0)}, parameters={"seed": 1})
    page = parsed(index(tmp_path))
    assert [link["href"] for link in page.select("nav a")] == ["#runs", "#metrics", "#details"]
    assert all(page.select_one(link["href"]) for link in page.select("nav a"))


def test_it_is_written_again_in_one_piece(tmp_path):
    make_run(tmp_path / "a")
    assert write_index(tmp_path) == tmp_path / "index.html"
    make_run(tmp_path / "b")
    assert "b/lesson.html" in index(tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["a", "b", "index.html"]


@pytest.mark.parametrize(("folder", "message"), [("gone", "gone: no such folder"), (".", "no runs in it")])
def test_a_folder_without_runs_is_refused(tmp_path, folder, message):
    with pytest.raises(InputError, match=message):
        write_index(tmp_path / folder)
    assert os.listdir(tmp_path) == []
