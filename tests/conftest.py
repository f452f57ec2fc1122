"""What every test stands on: real volumes, a browser, a cache of its own, the same random examples in CI every time."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import NoReturn

import hypothesis
import pytest

from tests.ui.browser import BROWSERS, installed_browser

ROOT = Path(__file__).resolve().parents[1]

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.register_profile("dev", deadline=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))  # HYPOTHESIS_PROFILE=dev looks for new examples

# Figures need no screen. Not MPLBACKEND: notebooks inherit it, and their kernels would then show no pictures.
os.environ.pop("MPLBACKEND", None)
os.environ["MATPLOTLIBRC"] = str(ROOT / "tests" / "matplotlibrc")


def pytest_configure(config: pytest.Config) -> None:
    """Give each process, so each xdist worker, an empty cache, with nothing painted; what tests start inherits it."""
    cache = tempfile.mkdtemp(prefix="atlas-lab-test-cache-")
    os.environ["ATLAS_LAB_CACHE"] = cache
    os.environ["ATLAS_LAB_EDITS"] = f"{cache}/edits"
    config.add_cleanup(lambda: shutil.rmtree(cache, ignore_errors=True))


def missing(what: str, reason: str) -> NoReturn:
    """Skip, or fail when ATLAS_LAB_REQUIRE (a comma-separated list) names `what`."""
    if what in os.environ.get("ATLAS_LAB_REQUIRE", "").replace(" ", "").split(","):
        pytest.fail(f"{reason}, and ATLAS_LAB_REQUIRE asks for {what}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real CT volumes: ATLAS_LAB_TEST_DATA, else `shared/data` beside the checkout."""
    folder = Path(os.environ.get("ATLAS_LAB_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "cases").is_dir():
        missing("real", f"no real CT volumes: {folder} has no folder 'cases' (ATLAS_LAB_TEST_DATA names another place)")
    return folder


@pytest.fixture(scope="session")
def browser_path() -> str:
    """An installed Chromium or Chrome that starts, else the one Playwright has downloaded."""
    return installed_browser() or missing(
        "browser", f"no browser: none of {', '.join(BROWSERS)} is installed, nor Playwright's (playwright install chromium)"
    )
