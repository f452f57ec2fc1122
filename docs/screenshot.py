"""Make the README's picture: the first lesson's viewer in a real JupyterLab. Run by `make screenshot`."""

import sys
import tempfile
from pathlib import Path

from tests.ui.browser import installed_browser
from tests.ui.lab import lab, page, run_all

HERE = Path(__file__).parent


def main() -> None:
    browser = installed_browser() or sys.exit("no Chromium or Chrome found; install one (apt install chromium)")
    with (
        tempfile.TemporaryDirectory() as folder,
        lab(Path(folder)) as (address, token),
        page(browser, address, token, "00_start_here.ipynb") as opened,
    ):
        if errors := run_all(opened):
            sys.exit(f"the lesson failed: {errors[0]}")
        opened.get_by_title("Layout (L)").last.select_option("grid")
        opened.wait_for_selector(".atlas-solid canvas", timeout=60_000)
        opened.wait_for_timeout(4000)  # the organs are drawn coarse, then sharp
        cell = opened.locator(".jp-Cell", has=opened.locator(".atlas-viewer")).last
        cell.screenshot(path=HERE / "start_here.png")


if __name__ == "__main__":
    main()
