"""The reference site builds without a warning, holds what it promises, and opens without a network."""

import importlib
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from operator import attrgetter
from pathlib import Path

import pytest
import typer
from playwright.sync_api import sync_playwright

import atlas_lab as al
from atlas_lab.cli import app
from atlas_lab.lessons.claims import CLAIMS
from atlas_lab.pipelines import list_notebooks
from docs.phantom_tables import PAGE, TABLES, filled
from tests.ui.lab import BROWSER_FLAGS

ROOT = Path(__file__).resolve().parents[1]
PROSE = sorted((ROOT / "docs").rglob("*.md"))
LOADING = {"src", "srcset", "poster", "data"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built as `make docs` builds it."""
    for package in ("mkdocs", "material", "mkdocstrings", "mkdocs_jupyter"):
        pytest.importorskip(package, reason=f"{package} is not installed (it comes with the docs extra)")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


class Loaded(HTMLParser):
    """The addresses of what a page loads by itself, and the styles and scripts inside it."""

    def __init__(self, page):
        super().__init__()
        self.addresses, self.styles, self.scripts, self.inside = [], "", "", ""
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        self.inside = tag
        self.styles += dict(attributes).get("style") or ""
        self.addresses += [value for name, value in attributes if name in LOADING or (tag == "link" and name == "href")]

    def handle_data(self, data):
        self.styles += data if self.inside == "style" else ""
        self.scripts += data if self.inside == "script" else ""


def foreign_in_style(style):
    return re.findall(r"(?:url\(\s*|@import\s+)[\"']?((?:https?:)?//[^\"')]+)", style)


def foreign(page):
    loaded = Loaded(page)
    assert loaded.addresses, f"{page.name} loads nothing, not even a style sheet"
    addresses = [address for address in loaded.addresses if re.match(r"(https?:)?//", address or "")]
    named = re.findall(r"https?://(?!www\.w3\.org/)[\w./-]+", loaded.scripts)  # that one is the name of SVG
    return addresses + foreign_in_style(loaded.styles) + named


def test_no_page_loads_anything_from_elsewhere(site):
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > len(PROSE)
    assert {page.name: found for page in pages if (found := foreign(page))} == {}
    for sheet in site.rglob("*.css"):
        assert foreign_in_style(sheet.read_text(encoding="utf-8")) == [], sheet.relative_to(site)


def test_a_foreign_address_is_found_wherever_it_stands(tmp_path):
    page = tmp_path / "page.html"
    style = '<style>@import "https://c"; i { background: url(//d) }</style>'
    page.write_text(
        f'<link href="//a"><img src="https://b">{style}<a href="https://no">link</a><script>import("https://e")</script>'
    )
    assert foreign(page) == ["//a", "https://b", "https://c", "//d", "https://e"]


def test_every_lesson_is_a_page_without_its_solutions(site):
    listed = (site / "notebooks" / "index.html").read_text(encoding="utf-8")
    for notebook in list_notebooks():
        page = (site / "notebooks" / f"{notebook.path.stem}.html").read_text(encoding="utf-8")
        assert notebook.title.split(":")[0] in page
        assert f"{notebook.path.stem}.html" in listed
        assert "unsolved" not in page, "what a solution's cell begins with"


def test_every_public_name_of_every_room_is_in_the_reference(site):
    rooms = re.findall(r"^from \. import (\w+)", (ROOT / "atlas_lab" / "__init__.pyi").read_text(), re.MULTILINE)
    assert rooms
    for room in rooms:
        page = (site / "reference" / f"{room}.html").read_text(encoding="utf-8")
        names = importlib.import_module(f"atlas_lab.{room}").__all__
        assert [name for name in names if not re.search(rf"\bal\.{room}\.{name}\s|<code>{name}</code>", page)] == []


def test_every_command_is_described_and_every_claim_listed(site):
    commands = (site / "command_line.html").read_text(encoding="utf-8")
    for name in typer.main.get_command(app).commands:
        assert f"<code>atlas-lab {name}</code>" in commands
    claims = (site / "claims.html").read_text(encoding="utf-8")
    assert [claim.id for claim in CLAIMS if f"<code>{claim.id}</code>" not in claims] == []
    assert claims.count("from memory, unverified:</strong>") == sum("unverified" in claim.note for claim in CLAIMS)


def test_the_tables_of_the_phantom_are_its_own():
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"<!-- /{name} -->" in page for name in TABLES)
    assert filled(page) == page, "run make pictures"


@pytest.mark.parametrize("page", PROSE, ids=lambda path: str(path.relative_to(ROOT / "docs")))
def test_every_name_of_the_library_in_the_prose_exists(page):
    for name in set(re.findall(r"\bal\.([A-Za-z]\w*(?:\.[A-Za-z]\w*)*)", page.read_text(encoding="utf-8"))):
        attrgetter(name)(al)


@pytest.mark.browser
@pytest.mark.slow
def test_the_pages_open_without_a_network_and_the_search_finds(site, browser_path):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=BROWSER_FLAGS)
        page = browser.new_context(offline=True, viewport={"width": 390, "height": 844}).new_page()
        said = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("requestfailed", lambda request: said.append(request.url[:200]))
        for path in sorted(set(site.rglob("*.html")) - {site / "404.html"}):  # which only a server shows
            page.goto(path.as_uri())
            assert page.locator("h1").first.inner_text().strip("¶ "), path.name
            wider = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
            assert wider <= 0, f"{path.name} is {wider} px wider than a phone"
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto((site / "index.html").as_uri())
        page.locator(".md-search__input").fill("pancreas")
        page.wait_for_selector(".md-search-result__item", timeout=30_000)
        browser.close()
    assert said == []
