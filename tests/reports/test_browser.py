"""In a browser without a network: pictures show, titles sort, words filter, and a phone need not scroll sideways."""

import json

import pytest
from playwright.sync_api import sync_playwright

from atlas_lab.reports import run_summary, summary_style, write_index
from tests.reports.hand_made import make_run, metric, pipeline, step

pytestmark = pytest.mark.browser
WIDTHS = (360, 1280)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A sweep of twelve runs after a first, one of them unreadable, with long names and long values."""
    folder = tmp_path_factory.mktemp("pipeline")
    steps = {"start": step("start_here", "done", folder="start", seconds=3.0, started="2026-11-24T19:00:00+00:00")}
    make_run(folder / "start", "start_here", figures={"slices": {"path": "figures/slices.png"}}, metrics={"volume": metric(9.0)})
    for seed in range(11):
        name = f"train-a_rather_long_name=0.001-seed={seed}"
        steps[name] = step("train", "done", ("start",), folder=name, seconds=9.0, started=f"2026-11-24T19:00:{10 + seed}+00:00")
        make_run(
            folder / name,
            "train",
            parameters={"seed": seed, "source": "/a/very/long/path/" * 9},
            metrics={"dice": metric(10.0 - seed, ci=[0.1, 0.2] if seed % 2 else None, claim="organs")},
            artefacts={f"tables/{'long' * 20}.csv": {"size": 1}},
            error="E" * 300 if seed == 3 else None,
        )
    (folder / "bad").mkdir()
    (folder / "bad" / "manifest.json").write_text("{")
    (folder / "pipeline.json").write_text(json.dumps(pipeline(steps)))
    write_index(folder)
    style = f"<meta name=viewport content='width=device-width'><style>{summary_style()}</style>"
    for run in ("start", "train-a_rather_long_name=0.001-seed=3"):
        manifest = json.loads((folder / run / "manifest.json").read_text())
        (folder / run / "summary.html").write_text(style + run_summary(manifest, folder / run))
    return folder


@pytest.fixture(scope="module")
def chromium(browser_path):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-quic"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium):
    """Open a file at a width, offline; whatever the browser complains about fails the test."""
    contexts, complaints = [], []

    def open_page(path, width=1280, **options):
        context = chromium.new_context(offline=True, viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def column(page, section, title):
    """What the visible rows of a table say below `title`, top to bottom."""
    titles = page.locator(f"#{section} thead th").all_inner_texts()
    rows = page.locator(f"#{section} tbody tr:not([hidden])")
    return rows.evaluate_all("(rows, at) => rows.map(row => row.cells[at].textContent)", titles.index(title))


def test_pictures_show(visit, folder):
    page = visit(folder / "index.html")
    assert page.eval_on_selector_all("img", "images => images.map(image => image.naturalWidth)") == [640]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_only_wide_tables_scroll_sideways(visit, folder, width, scheme):
    page = visit(folder / "index.html", width, color_scheme=scheme)
    page.eval_on_selector_all("details", "all => all.forEach(details => details.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_a_summary_fits_too(visit, folder, width):
    for page in folder.glob("*/summary.html"):
        assert visit(page, width).evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_is_dark_where_the_reader_prefers_it(visit, folder):
    ground = "getComputedStyle(document.body).backgroundColor"
    assert visit(folder / "index.html", color_scheme="light").evaluate(ground) == "rgb(255, 255, 255)"
    assert visit(folder / "index.html", color_scheme="dark").evaluate(ground) == "rgb(20, 23, 26)"


def test_a_click_on_a_title_sorts_and_another_turns_the_order_round(visit, folder):
    page = visit(folder / "index.html")
    value = page.locator("#metrics thead th", has_text="Value")
    assert value.get_attribute("aria-sort") is None
    value.get_by_role("button").click()
    assert value.get_attribute("aria-sort") == "ascending"
    assert [float(value) for value in column(page, "metrics", "Value")] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 10]
    value.get_by_role("button").press("Enter")
    assert value.get_attribute("aria-sort") == "descending"
    assert [float(value) for value in column(page, "metrics", "Value")] == [10, 9, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]


def test_names_sort_as_people_count_and_one_title_at_a_time_is_sorted_by(visit, folder):
    page = visit(folder / "index.html")
    page.locator("#runs thead th", has_text="Time").get_by_role("button").click()
    page.locator("#runs thead th", has_text="Run").get_by_role("button").click()
    names = column(page, "runs", "Run")
    assert names[:2] == ["bad", "start"]
    assert [name.rpartition("=")[2] for name in names[2:]] == [str(seed) for seed in range(11)]
    assert page.locator("#runs [aria-sort]").count() == 1


def test_what_is_missing_comes_last_either_way(visit, folder):
    page = visit(folder / "index.html")
    title = page.locator("#metrics thead th", has_text="CI").get_by_role("button")
    for _ in range(2):
        title.click()
        intervals = column(page, "metrics", "CI")
        assert intervals == ["[0.1, 0.2]"] * 5 + ["–"] * 7


def test_words_filter_the_rows(visit, folder):
    page = visit(folder / "index.html")
    search = page.locator("#metrics").get_by_label("Filter")
    search.fill("DICE seed=1")
    assert [name.rpartition("=")[2] for name in column(page, "metrics", "Run")] == ["1", "10"]
    assert page.locator("#metrics output").inner_text() == "2 of 12 rows"
    search.fill("")
    assert len(column(page, "metrics", "Run")) == 12


def test_without_scripts_nothing_is_missing(visit, folder):
    page = visit(folder / "index.html", java_script_enabled=False)
    assert page.locator("button, input").count() == 0
    assert page.locator("#metrics tbody tr").count() == 12


def test_on_paper_there_are_no_controls_and_nothing_stays_folded(visit, folder):
    page = visit(folder / "index.html")
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert not page.get_by_label("Filter").first.is_visible()
    assert page.locator("details table").first.is_visible()


def test_the_boxes_of_the_pipeline_are_reached_with_the_keyboard(visit, folder):
    page = visit(folder / "index.html")
    page.locator("svg a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/start/start_here.html")
