"""The pipelines that come with the series, each also a *size*: a block of parameters for every notebook."""

from pathlib import Path
from typing import Any

from atlas_lab.errors import InputError, ParameterError, nearest
from atlas_lab.pipelines.notebooks import notebooks_folder
from atlas_lab.pipelines.references import parsed, references_in
from atlas_lab.pipelines.yaml_files import read_mapping


def find_pipeline(name: str) -> Path:
    """A pipeline file by path, or by the name of one that comes with the series (`quick`). ParameterError: there is none."""
    path = Path(name).expanduser()
    if path.suffix in (".yaml", ".yml"):
        if not path.is_file():
            raise ParameterError(f"{path}: no such pipeline file")
        return path
    ours = _ours()
    if name not in ours:
        raise ParameterError(f"unknown pipeline {name!r}: {nearest(name, ours)}there are {', '.join(ours)}, or give a .yaml file")
    return ours[name]


def size_parameters(size: str) -> dict[str, dict[str, Any]]:
    """Notebook → the plain parameters that the size `size` (`ci`, `study-small`, `study`, …) gives it.

    ParameterError: there is no such size.
    """
    ours = _ours()
    if size not in ours:
        raise ParameterError(f"unknown size {size!r}: {nearest(size, ours)}there are {', '.join(ours)}")
    blocks: dict[str, dict[str, Any]] = {}
    for name, body in read_mapping(ours[size]).get("steps", {}).items():
        body = body or {}
        values = {key: parsed(value, name) for key, value in (body.get("parameters") or {}).items()}
        blocks.setdefault(body.get("notebook", name), {k: v for k, v in values.items() if not any(references_in(v))})
    return blocks


def _ours() -> dict[str, Path]:
    try:
        return {path.stem: path for path in sorted((notebooks_folder() / "pipelines").glob("*.yaml"))}
    except InputError as error:
        raise ParameterError(str(error)) from None
