"""The summary of a run says what ran, how it went and what came out, and links only to what is there."""

import base64
import io
import re

import numpy as np
from PIL import Image

from atlas_lab.reports import run_summary, summary_style
from tests.reports.hand_made import fetched, make_run, manifest_of, metric, parsed, texts

EVIL = '<script>alert("x")</script>'


def test_it_says_what_ran_and_how_it_went(tmp_path):
    html = run_summary(make_run(tmp_path / "run", "evaluation", seed=3, device="cuda: H100"), tmp_path / "run")
    assert texts(html, "h2, .al-badge") == ["evaluation", "done"]
    facts = dict(zip(texts(html, ".al-run > .al-facts dt"), texts(html, ".al-run > .al-facts dd"), strict=True))
    assert facts == {
        "Started (UTC)": "2026-11-24 19:00:00",
        "Time": "1 min 23 s",
        "Peak memory": "388 MB",
        "Device": "cuda: H100",
        "Seed": "3",
    }


def test_a_metric_is_shown_with_its_interval_unit_count_and_claim(tmp_path):
    metrics = {"dice": metric(0.91234, ci=[0.8, 0.95], n=12, claim="organs"), "volume": metric(1187.73, unit="mL")}
    html = run_summary(make_run(tmp_path / "run", metrics=metrics), tmp_path / "run")
    rows = texts(html, ".al-part-metrics tbody tr")
    cells = texts(html, ".al-part-metrics tbody :is(th, td)")
    assert len(rows) == 2
    assert cells == ["dice", "0.9123 [0.8, 0.95]", "12", "organs", "volume", "1188 mL", "–", "–"]


def test_figures_are_inside_at_most_640_px_wide_and_lead_to_the_whole_picture(tmp_path):
    manifest = make_run(tmp_path / "run", figures={"a slice": {"path": "figures/a.png", "claim": None}})
    page = parsed(run_summary(manifest, tmp_path / "run"))
    (image,) = page.find_all("img")
    assert image["alt"] == "a slice"
    kind, data = image["src"].split(",")
    assert kind == "data:image/webp;base64"
    small = Image.open(io.BytesIO(base64.b64decode(data)))
    assert small.size == (640, 213) == (int(image["width"]), int(image["height"]))
    assert image.parent["href"] == "figures/a.png"


def test_a_figure_that_is_lost_or_broken_is_said_to_be(tmp_path):
    figures = {name: {"path": f"{name}.png", "claim": None} for name in ("whole", "cut", "damaged", "text", "gone")}
    manifest = make_run(tmp_path / "run", figures=figures)
    whole = (tmp_path / "run" / "whole.png").read_bytes()
    (tmp_path / "run" / "cut.png").write_bytes(whole[: len(whole) // 2])
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "run" / "damaged.png")
    (first, second, *rest) = (tmp_path / "run" / "damaged.png").read_bytes().split(b"IDAT")
    (tmp_path / "run" / "damaged.png").write_bytes(b"\0\0\0\0".join([first + b"IDAT" + second, *rest]))
    (tmp_path / "run" / "text.png").write_text("no picture")
    (tmp_path / "run" / "gone.png").unlink()
    html = run_summary(manifest, tmp_path / "run")
    assert [image["alt"] for image in parsed(html).find_all("img")] == ["whole"]
    assert texts(html, ".al-lost") == [f"{name}.png is missing or not a picture" for name in ("cut", "damaged", "text", "gone")]


def test_links_lead_only_to_files_that_are_there(tmp_path):
    artefacts = {name: {"size": 1234, "sha256": ""} for name in ("tables/a b#1.csv", "gone.csv")}
    manifest = make_run(tmp_path / "run", artefacts=artefacts)
    (tmp_path / "run" / "gone.csv").unlink()
    html = run_summary(manifest, tmp_path / "run")
    links = [link["href"] for link in parsed(html).find_all("a")]
    assert links == ["lesson.ipynb", "manifest.json", "tables/a%20b%231.csv"]
    assert texts(html, ".al-part-artefacts tbody tr") == ["tables/a b#1.csv1.23 kB", "gone.csv1.23 kB"]


def test_nothing_outside_the_run_is_shown_or_linked(tmp_path):
    Image.new("RGB", (9, 9)).save(tmp_path / "secret.png")
    manifest = make_run(tmp_path / "run")
    manifest["figures"] = {"a": {"path": "../secret.png"}, "b": {"path": str(tmp_path / "secret.png")}}
    manifest["artefacts"] = {"../secret.png": {"size": 1}}
    page = parsed(run_summary(manifest, tmp_path / "run"))
    assert page.find_all("img") == []
    assert [link["href"] for link in page.find_all("a")] == ["lesson.ipynb", "manifest.json"]


def test_an_error_is_shown(tmp_path):
    html = run_summary(make_run(tmp_path / "run", status="failed", error="ValueError: no masks"), tmp_path / "run")
    assert texts(html, ".al-error") == ["Error ValueError: no masks"]


def test_versions_commit_and_inputs_are_folded_away(tmp_path):
    inputs = {"source": {"path": "/scans", "sha256": "67d470aa2090ffff"}}
    (folded,) = texts(run_summary(make_run(tmp_path / "run", inputs=inputs), tmp_path / "run"), "details")
    for shown in ("609e959", "3.11.7", "numpy 2.4.6", "/scans, SHA-256 67d470aa2090…"):
        assert shown in folded


def test_whatever_a_user_gave_is_escaped(tmp_path):
    manifest = manifest_of(
        EVIL,
        status=EVIL,
        device=EVIL,
        seed=EVIL,
        error=EVIL,
        parameters={EVIL: EVIL, "list": [EVIL]},
        metrics={EVIL: metric(1.0, unit=EVIL, claim=EVIL)},
        figures={EVIL: {"path": EVIL}},
        artefacts={EVIL: {"size": 1}},
        inputs={EVIL: {"path": EVIL, "sha256": EVIL}},
        environment={"commit": EVIL, "versions": {EVIL: EVIL}},
    )
    html = run_summary(manifest, tmp_path)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 14


def test_a_run_that_has_only_begun_is_shown_too(tmp_path):
    html = run_summary(manifest_of("x", status="running", seconds=None, finished=None, peak_memory_bytes=None), tmp_path)
    assert texts(html, ".al-badge") == ["running"]
    assert "Metrics" not in html


def test_it_and_its_style_need_nothing_else(tmp_path):
    manifest = make_run(tmp_path / "run", figures={"a": {"path": "figures/a.png"}}, artefacts={"a.csv": {"size": 1}})
    html = run_summary(manifest, tmp_path / "run")
    assert fetched(f"<style>{summary_style()}</style>{html}") == []
    assert "<script" not in html


def test_its_style_touches_nothing_else_on_a_page():
    rules = re.sub(r"@media[^{]*\{", "", summary_style())
    selectors = [s.strip() for group in re.findall(r"([^{}]+)\{[^{}]*\}", rules) for s in group.split(",")]
    assert [selector for selector in selectors if not selector.startswith((".al-", ":root", "}"))] == []
    assert re.findall(r":root \{([^}]*)\}", rules)[0].count("--") == re.findall(r":root \{([^}]*)\}", rules)[0].count(";")
