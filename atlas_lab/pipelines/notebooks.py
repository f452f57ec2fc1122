"""Where the notebooks are, finding one by name, and what one says about itself without running it."""

import ast
import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atlas_lab.errors import InputError, nearest
from atlas_lab.pipelines.parameters import Parameter, read_parameters

_PACKAGE = Path(__file__).resolve().parents[1]
_NUMBERED = re.compile(r"(\d+)_(.+)")


def notebooks_folder() -> Path:
    """The folder of the series: inside the package in a wheel, beside it in a source checkout or editable install."""
    for folder in (_PACKAGE / "_notebooks", _PACKAGE.parent / "notebooks"):
        if folder.is_dir():
            return folder
    raise InputError(f"{_PACKAGE.parent / 'notebooks'}: the notebooks are not there; install atlas-lab again")


@dataclass(frozen=True)
class Notebook:
    """A notebook file: `03_annotation_review.ipynb` has the number 3 and the name `annotation_review`."""

    path: Path
    number: int | None
    name: str

    @classmethod
    def at(cls, path: str | Path) -> "Notebook":
        """The notebook in the file `path`. InputError: no such file, or not a notebook."""
        path = Path(path).expanduser().absolute()
        numbered = _NUMBERED.fullmatch(path.stem)
        notebook = cls(path, int(numbered[1]), numbered[2]) if numbered else cls(path, None, path.stem)
        if not path.is_file():
            raise InputError(f"{path}: no such notebook")
        _ = notebook._cells  # refuses what is no notebook
        return notebook

    @functools.cached_property
    def _cells(self) -> list[dict[str, Any]]:
        try:
            cells = json.loads(self.path.read_text(encoding="utf-8"))["cells"]
        except (ValueError, KeyError, TypeError):
            cells = None
        if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
            raise InputError(f"{self.path}: not a Jupyter notebook of format 4")
        return cells

    @functools.cached_property
    def source(self) -> str:
        """What the notebook computes, as one text: its code cells without outputs."""
        return "\n\n".join(_source(cell) for cell in self._cells if cell.get("cell_type") == "code")

    @property
    def title(self) -> str:
        """The first heading, or the name where there is none."""
        heading = re.search(r"^#+\s+(.+?)\s*$", self._prose, re.MULTILINE)
        return heading[1] if heading else self.name

    @property
    def summary(self) -> str:
        """The first paragraph below the first heading, on one line."""
        paragraphs = re.split(r"\n\s*\n|^#.*$", self._prose, flags=re.MULTILINE)
        return next((" ".join(text.split()) for text in paragraphs if text.strip()), "")

    @functools.cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """What the cell tagged `parameters` declares. InputError: several such cells, or one that cannot be read."""
        tagged = [cell for cell in self._cells if "parameters" in cell.get("metadata", {}).get("tags", [])]
        if len(tagged) > 1:
            raise InputError(f"{self.path}: {len(tagged)} cells are tagged `parameters`; keep one")
        return read_parameters(_source(tagged[0]), self.name) if tagged else ()

    @functools.cached_property
    def artefacts(self) -> tuple[str, ...]:
        """What the notebook may leave for others: the names it gives to `artefact("…")`, in order."""
        return tuple(
            dict.fromkeys(name for cell in self._cells if cell.get("cell_type") == "code" for name in _named(_source(cell)))
        )

    @property
    def _prose(self) -> str:
        return "\n\n".join(_source(cell) for cell in self._cells if cell.get("cell_type") == "markdown")


def list_notebooks() -> list[Notebook]:
    """The notebooks of the series, in order."""
    return [Notebook.at(path) for path in sorted(notebooks_folder().glob("*.ipynb"))]


def find_notebook(name: str) -> Notebook:
    """A notebook by path, by file name (`01_explore_volumes`) or by name (`explore_volumes`).

    InputError: there is none; the message names the nearest.
    """
    if name.endswith(".ipynb") and ("/" in name or Path(name).is_file()):
        return Notebook.at(name)
    wanted = name.removesuffix(".ipynb")
    series = list_notebooks()
    for notebook in series:
        if wanted in (notebook.path.stem, notebook.name):
            return notebook
    names = [notebook.name for notebook in series]
    raise InputError(f"unknown notebook {name!r}: {nearest(wanted, names)}there are {', '.join(names)}")


def _named(code: str) -> list[str]:
    """The literals in calls of `artefact` in a cell; none where the cell is not plain Python."""
    try:
        calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    except SyntaxError:
        return []
    named = [call for call in calls if ast.unparse(call.func).rpartition(".")[2] == "artefact"]
    first = [call.args[0] for call in named if call.args]
    return [name.value for name in first if isinstance(name, ast.Constant) and isinstance(name.value, str)]


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else source
