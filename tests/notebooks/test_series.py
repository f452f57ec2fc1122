"""Every notebook of the series, with the smallest parameters, by our pipeline and by tools that know nothing of it."""

import base64
import io
import json
import subprocess
import sys

import nbformat
import pytest
from PIL import Image
from playwright.sync_api import sync_playwright

from atlas_lab.pipelines import list_notebooks, size_parameters
from tests.notebooks.commands import atlas_lab
from tests.ui.lab import BROWSER_FLAGS

SERIES = list_notebooks()
CI = size_parameters("ci")


@pytest.fixture(scope="module")
def series(tmp_path_factory):
    """The whole series as one pipeline of the smallest size."""
    here = tmp_path_factory.mktemp("series")
    done = atlas_lab("pipeline", "ci", "-o", "runs", cwd=here)
    assert done.returncode == 0, done.stdout + done.stderr
    return here / "runs"


@pytest.mark.slow
def test_the_whole_series_runs_as_a_pipeline(series):
    steps = json.loads((series / "pipeline.json").read_text())["steps"]
    assert {step["status"] for step in steps.values()} == {"done"}
    for notebook in SERIES:
        manifest = json.loads((series / notebook.name / "manifest.json").read_text())
        assert manifest["metrics"], f"{notebook.name} records nothing"
        assert manifest["figures"], f"{notebook.name} shows nothing"
        made = {name.partition("/")[0] for name in manifest["artefacts"]}  # files, or what is in a folder
        assert {name for name in notebook.artefacts if "." in name} <= made <= set(notebook.artefacts)


@pytest.mark.slow
def test_a_second_time_every_step_is_skipped(series):
    done = atlas_lab("pipeline", "ci", "-o", series, "--resume")
    assert done.returncode == 0
    assert f"{len(SERIES)} skipped" in done.stdout


@pytest.mark.slow
@pytest.mark.browser
def test_the_report_opens_with_pictures_and_no_network(series, browser_path):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=BROWSER_FLAGS)
        page = browser.new_context(offline=True).new_page()
        said = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("requestfailed", lambda request: said.append(request.url[:200]))
        for name in ("index.html", *(f"{notebook.name}/{notebook.name}.html" for notebook in SERIES)):
            page.goto((series / name).as_uri())
            widths = page.evaluate("() => [...document.images].map(image => image.naturalWidth)")
            assert widths, f"{name} has no pictures"
            assert min(widths) > 0, f"{name}: a picture did not load"
        browser.close()
    assert said == []


@pytest.mark.slow
@pytest.mark.parametrize("notebook", SERIES, ids=lambda notebook: notebook.name)
def test_plain_papermill_runs_it_and_plain_nbconvert_shows_it(notebook, tmp_path):
    parameters = [word for name, value in CI[notebook.name].items() for word in ("-p", name, str(value))]
    papermill = [sys.executable, "-m", "papermill", notebook.path, "out.ipynb", *parameters, "-k", "python3"]
    done = subprocess.run([*map(str, papermill), "--no-progress-bar"], cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-4000:]
    for cell in nbformat.read(tmp_path / "out.ipynb", as_version=4).cells:
        assert not [output for output in cell.get("outputs", []) if output.output_type == "error"]
    convert = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", "out.ipynb"]
    subprocess.run(convert, cwd=tmp_path, check=True, capture_output=True, timeout=300)
    page = (tmp_path / "out.html").read_text()
    pictures = page.split('src="data:image/png;base64,')[1:]
    assert len(pictures) >= 2
    for picture in pictures:
        content = base64.b64decode(picture.partition('"')[0].replace("\n", ""))
        assert min(Image.open(io.BytesIO(content)).size) > 50
