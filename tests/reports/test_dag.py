"""The picture of a pipeline says what each step is called, how it went and how long it took, and leads to it."""

import itertools
import re

import pytest

from atlas_lab.reports import dag_svg
from tests.reports.hand_made import parsed, pipeline, step, texts

STEPS = {
    "start": step("start_here", "done", folder="start", seconds=3.2, started="2026-11-24T19:00:00+00:00"),
    "train-seed=0": step("train", "failed", ("start",), folder="train-seed=0", started="2026-11-24T19:00:04+00:00", seconds=9.0),
    "train-seed=1": step("train", "running", ("start",), started="2026-11-24T19:00:06+00:00"),
    "old": step("old", "skipped", ("start",), folder="old", seconds=5.0, started="2026-11-01T00:00:00+00:00"),
    "end": step("end", "blocked", ("train-seed=0", "train-seed=1")),
}


def numbers(tag, *names):
    return [float(tag[name]) for name in names]


def test_a_box_says_how_its_step_went_in_words():
    shown = texts(dag_svg(pipeline(STEPS)), "svg.al-dag text")
    assert shown[:4] == ["start", "done · 3.2 s", "train-seed=0", "failed · 9 s"]
    assert shown[-2:] == ["end", "blocked"]


def test_a_box_is_a_link_where_its_step_left_a_folder():
    links = [link["href"] for link in parsed(dag_svg(pipeline(STEPS))).select("svg.al-dag a")]
    assert links == ["start/start_here.html", "train-seed%3D0/train.html", "old/old.html"]


def test_statuses_differ_in_their_signs_and_not_only_in_colour():
    steps = {s: step("x", s) for s in "waiting done skipped failed blocked interrupted running".split()}
    icons = [path["d"] for path in parsed(dag_svg(pipeline(steps))).select(".al-icon path")]
    assert len(set(icons)) == len(steps)


def test_boxes_of_a_wide_sweep_do_not_overlap():
    sweep = {f"train-seed={seed}": step("train", "done", ("start",)) for seed in range(20)}
    page = parsed(dag_svg(pipeline({"start": step("start", "done"), **sweep, "end": step("end", "done", tuple(sweep))})))
    boxes = sorted(numbers(box, "x", "y", "height") for box in page.select("svg.al-dag rect"))
    assert len({x for x, _, _ in boxes}) == 3
    column = boxes[1:-1]
    assert all(below[1] >= above[1] + above[2] for above, below in itertools.pairwise(column))
    assert max(y + height for _, y, height in boxes) <= float(page.select_one("svg.al-dag")["height"])


def test_a_chain_goes_from_left_to_right():
    chain = {f"s{index}": step("x", "done", (f"s{index - 1}",) if index else ()) for index in range(14)}
    page = parsed(dag_svg(pipeline(chain)))
    boxes = [numbers(box, "x", "width") for box in page.select("svg.al-dag rect")]
    assert all(right[0] > sum(left) for left, right in itertools.pairwise(boxes))
    assert sum(boxes[-1]) <= float(page.select_one("svg.al-dag")["width"])


def test_bars_start_and_end_when_their_steps_did():
    page = parsed(dag_svg(pipeline(STEPS)))
    start, failed, running = [numbers(bar, "x", "width") for bar in page.select("svg.al-gantt rect")]
    second = start[1] / 3.2
    assert (failed[0] - start[0]) / second == pytest.approx(4)
    assert failed[1] / second == pytest.approx(9)
    assert sum(running) == pytest.approx(sum(failed)), "a running step goes on to the last moment known"


def test_a_skipped_step_ran_another_time_and_has_no_bar():
    assert "old" not in texts(dag_svg(pipeline(STEPS)), "svg.al-gantt text")


def test_without_times_there_is_no_strip():
    html = dag_svg(pipeline({"a": step("a", "waiting"), "b": step("b", "done", started="soon")}))
    assert "al-gantt" not in html
    assert "al-dag" in html


def test_names_and_statuses_are_escaped():
    html = dag_svg(pipeline({"<b>&": step("<i>", "<u>", folder='"><script>')}, name="<s>"))
    assert re.findall(r"<(?:b|i|u|s|script)>", html) == []
