"""The project keeps its own promises: one set of versions everywhere, rooms that stay apart, a wheel that is complete."""

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PIN = re.compile(r"([A-Za-z0-9][\w.-]*)(?:\[[\w,]+\])?==([\w.+!]+)")
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
MODULES = sorted((ROOT / "atlas_lab").rglob("*.py"))
FRONT_END = {f"atlas_lab/viewers/static/{name}.js" for name in ("engine", "loader", "viewer")}
NAMED_BY_USERS = {"jupyterlab", "ipywidgets", "itkwidgets", "torch", "monai", "nibabel", "papermill", "nbval", "pytest"}


def lines(path: Path) -> list[str]:
    return [line for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]


def pins_in(text: str) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in PIN.findall(text)}


CONSTRAINTS = pins_in("\n".join(lines(ROOT / "constraints.txt")))


def direct_requirements() -> list[Requirement]:
    extras = [line for extra in PROJECT["optional-dependencies"].values() for line in extra]
    return [Requirement(line) for line in PROJECT["dependencies"] + extras]


# One set of versions


def test_constraints_hold_one_plain_version_of_each_package():
    names = [line.split("==")[0] for line in lines(ROOT / "constraints.txt")]
    assert len(CONSTRAINTS) == len(names)
    assert names == sorted(names)
    for line in lines(ROOT / "constraints.txt"):
        assert PIN.fullmatch(line), f"not name==version: {line}"
        assert "+" not in line, f"a local build: {line}"


@pytest.mark.parametrize("requirement", direct_requirements(), ids=str)
def test_every_direct_dependency_is_pinned_within_its_bounds(requirement):
    version = CONSTRAINTS[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(version, prereleases=True)


def test_everything_that_the_dependencies_need_is_pinned():
    needed, seen = [Requirement(f"atlas-lab[{','.join(PROJECT['optional-dependencies'])}]")], set()
    while needed:
        requirement = needed.pop()
        for extra in requirement.extras or {""}:
            if (key := (canonicalize_name(requirement.name), extra)) in seen:
                continue
            seen.add(key)
            try:
                requires = importlib.metadata.requires(requirement.name) or []
            except importlib.metadata.PackageNotFoundError:  # of an extra that is not installed here
                continue
            needed += [r for line in requires if not (r := Requirement(line)).marker or r.marker.evaluate({"extra": extra})]
    assert sorted({name for name, _ in seen} - set(CONSTRAINTS) - {"atlas-lab"}) == []


def test_the_installed_versions_are_the_pinned_ones():
    if Path(sys.prefix).resolve() != (ROOT / ".venv").resolve():
        pytest.skip("not running in the checkout's .venv, which is the one that `make setup` fills from constraints.txt")
    installed = {canonicalize_name(d.name): d.version.split("+")[0] for d in importlib.metadata.distributions()}
    assert {n: v for n, v in installed.items() if CONSTRAINTS.get(n, v) != v} == {}


def test_the_conda_environment_has_the_named_packages_in_the_pinned_versions():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert "-c constraints.txt" in pip
    pins = pins_in("\n".join(pip))
    assert set(pins) >= NAMED_BY_USERS
    assert {name: CONSTRAINTS[name] for name in pins} == pins


def test_the_binder_has_the_pinned_versions_and_a_torch_of_the_pinned_version():
    pins = pins_in("\n".join(text for path in (ROOT / "binder").iterdir() for text in lines(path)))
    assert {"jupyterlab", "torch"} <= set(pins)
    assert {name: CONSTRAINTS[name] for name in pins} == pins


@pytest.mark.parametrize("path", ["environment.yml", "binder/environment.yml"])
def test_conda_takes_a_python_that_the_package_accepts(path):
    (python,) = [d for d in yaml.safe_load((ROOT / path).read_text())["dependencies"] if str(d).startswith("python=")]
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(python.removeprefix("python="))


# Scripts and workflows


@pytest.mark.parametrize("path", [".ci/run", "binder/postBuild"])
def test_scripts_are_executable_bash(path):
    assert os.access(ROOT / path, os.X_OK)
    subprocess.run(["bash", "-n", ROOT / path], check=True)


@pytest.mark.parametrize("path", [*WORKFLOWS, ROOT / ".ci" / "run"], ids=lambda path: path.name)
def test_every_make_target_that_automation_names_exists(path):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:run:|exec|^)\s*make ([a-z]+)", path.read_text(), re.MULTILINE))
    assert named, f"{path.name} runs no make target"
    assert named <= targets


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_parse_and_pin_their_actions_by_major_version(path):
    workflow = yaml.safe_load(path.read_text())
    uses = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]
    assert uses
    for action in uses:
        assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", action), f"not pinned by major version: {action}"


def test_the_citation_names_the_current_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    version = re.search(r'"(.+)"', (ROOT / "atlas_lab" / "_version.py").read_text())
    assert version
    assert citation["version"] == version[1]


# The distribution


def build(kind: str, folder: Path, source: Path = ROOT, **environment: str) -> Path:
    pytest.importorskip("hatchling", reason="the build backend is not installed (it comes with the dev extra)")
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", folder]
    subprocess.run(command, cwd=source, env=os.environ | environment, check=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(build("wheel", tmp_path_factory.mktemp("wheel"))) as wheel:
        yield wheel


@pytest.fixture(scope="module")
def sdist(tmp_path_factory) -> Iterator[tarfile.TarFile]:
    with tarfile.open(build("sdist", tmp_path_factory.mktemp("sdist"))) as sdist:
        yield sdist


def test_the_wheel_holds_the_library_and_the_notebooks_and_nothing_else(wheel):
    names = set(wheel.namelist())
    notebooks = {f"atlas_lab/_notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {str(path.relative_to(ROOT)) for path in MODULES} <= names
    assert notebooks == {name for name in names if name.endswith(".ipynb")}
    assert [name for name in names if not re.match(r"atlas_lab/|atlas_lab-[^/]+\.dist-info/", name)] == []
    assert [name for name in names if ".ipynb_checkpoints" in name or "__pycache__" in name] == []


def test_the_wheel_holds_the_built_front_end_and_no_source_map(wheel):
    assert {name for name in wheel.namelist() if name.startswith("atlas_lab/viewers/static/")} == FRONT_END
    assert [name for name in FRONT_END if b"sourceMappingURL" in wheel.read(name)] == []


def test_the_source_distribution_can_build_and_test_itself(sdist):
    names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"pyproject.toml", "constraints.txt", "Makefile", "LICENSE", "NOTICE", "tests/test_project.py"} <= names
    assert {str(path.relative_to(ROOT)) for path in (ROOT / "widgets" / "src").rglob("*.*")} <= names
    assert {"widgets/.npmrc", "widgets/build.mjs", "widgets/package-lock.json", "widgets/tsconfig.json"} <= names
    assert [name for name in names if name.startswith((".venv", "runs")) or "node_modules" in name] == []


def test_a_wheel_from_the_source_distribution_needs_no_node(sdist, tmp_path):
    (tmp_path / "source").mkdir()
    # not extractall: Debian's Python 3.11.2 does not know the filter that later ones ask for
    subprocess.run(["tar", "-xzf", sdist.name, "-C", tmp_path / "source"], check=True)
    (source,) = (tmp_path / "source").iterdir()
    with zipfile.ZipFile(build("wheel", tmp_path / "wheel", source, PATH="")) as wheel:
        assert set(wheel.namelist()) >= FRONT_END


def test_the_license_is_apache_2_in_full():
    text = (ROOT / "LICENSE").read_text()
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


# The house


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_short_enough_to_tell_one_story(path):
    assert len(path.read_text().splitlines()) <= 300


def root_imports(path: Path) -> Iterator[str]:
    """Imports of the package root, or of a name that is only lazily there, in a module inside the package."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            # `import atlas_lab.data` binds the root as well; `import atlas_lab.data as data` does not
            yield from (a.name for a in node.names if a.name.split(".")[0] == "atlas_lab" and not (a.asname and "." in a.name))
        elif isinstance(node, ast.ImportFrom):
            parent = package[: len(package) - node.level + 1] if node.level else ()
            if ".".join((*parent, *filter(None, [node.module]))) == "atlas_lab":
                for alias in node.names:
                    target = ROOT / "atlas_lab" / alias.name
                    if not (target.with_suffix(".py").is_file() or target.is_dir()):
                        yield f"from atlas_lab import {alias.name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nobody_inside_imports_the_package_root(path):
    if path == ROOT / "atlas_lab" / "__init__.py":
        pytest.skip("this is the root")
    assert list(root_imports(path)) == []


def test_importing_the_package_loads_nothing_heavy():
    heavy = ["torch", "monai", "pandas", "scipy", "nibabel", "matplotlib", "IPython"]
    code = f"import sys, atlas_lab; print(*[name for name in {heavy} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout.split() == []


def test_no_file_names_a_place_on_one_machine():
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: nothing says which files belong to the project")
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    # In two parts each, so that this file does not hold them.
    places = [r"(?<![\w.-])/wo" + "rk/", "/opt/" + "wheels", "/opt/" + "pypi", "/root" + "/"]
    hosts = [r"pypi\." + "org", "files.python" + "hosted", "registry.npm" + "js", r"deb\." + "debian"]
    needle = re.compile("|".join(places + hosts))
    found = []
    for name in filter(None, files):
        path = ROOT / name
        if path.is_file() and (match := needle.search(path.read_text(errors="replace"))):
            found.append(f"{name}: {match[0]}")
    assert found == []


def test_git_ignores_no_source_file():
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: nothing is ignored")
    listing = [
        "git",
        "ls-files",
        "--others",
        "--ignored",
        "--exclude-standard",
        "atlas_lab/*.py",
        "tests/*.py",
        "notebooks/*.ipynb",
        "widgets/src/*.ts",
    ]
    ignored = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    assert [name for name in ignored if ".ipynb_checkpoints" not in name] == []
