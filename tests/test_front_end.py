"""The built front end: small where every widget carries it, whole without the network, its parts licensed."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCK = json.loads((ROOT / "widgets" / "package-lock.json").read_text())["packages"]
# In comments of NiiVue's shaders and in its package.json, fetched by nothing: look again when another version adds one.
NAMED_IN_NIIVUE = {
    "bgolus.medium.com",
    "en.wikipedia.org",
    "gamedev.stackexchange.com",
    "github.com",
    "math.stackexchange.com",
    "stackoverflow.com",
    "webglfundamentals.org",
    "www.aclockworkberry.com",
}


@pytest.fixture(scope="module")
def front_end() -> dict[str, str]:
    return {path.stem: path.read_text() for path in (ROOT / "atlas_lab" / "viewers" / "static").iterdir()}


def test_the_loader_is_small_because_every_widget_carries_it(front_end):
    assert len(front_end["loader"]) < 8_000


def test_niivue_is_in_the_engine_alone(front_end):
    assert [name for name, text in front_end.items() if "niivue/niivue" in text] == ["engine"]


def test_the_front_end_is_whole_and_needs_no_network(front_end):
    assert [name for name, text in front_end.items() if re.search(r"(?:^|[;}])import\b(?![(.])", text)] == []
    hosts = {name: set(re.findall(r"""(?:https?:|["'`])//([\w-]+(?:\.[\w-]+)+)""", text)) for name, text in front_end.items()}
    assert hosts.pop("engine") <= NAMED_IN_NIIVUE
    assert set().union(*hosts.values()) <= {"www.w3.org"}  # the names of SVG and XHTML, which nothing fetches


def test_the_lockfile_pins_packages_and_names_no_host():
    assert [name for name, package in LOCK.items() if name and ("resolved" in package or "integrity" not in package)] == []
    wanted = LOCK[""]["dependencies"] | LOCK[""]["devDependencies"]
    assert {name: LOCK[f"node_modules/{name}"]["version"] for name in wanted} == wanted


def test_what_is_bundled_stands_in_the_notice_with_its_licence():
    bundled = {*LOCK[""]["dependencies"], *LOCK["node_modules/@niivue/niivue"]["dependencies"]}
    notice = (ROOT / "NOTICE").read_text()
    assert {name for name in bundled if name not in notice} == {"zarrita"}  # which widgets/build.mjs leaves out
