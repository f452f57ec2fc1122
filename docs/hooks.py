"""What the site takes from the repository at build time, so that nothing is written twice: run by mkdocs."""

import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files

import atlas_lab
from atlas_lab.lessons.claims import CLAIMS, PARTS, Claim
from atlas_lab.pipelines import Notebook, list_notebooks
from docs.markdown import table

_SCRIPT = re.compile(r"<script[^>]*>(?:(?!</script>).)*?</script>", re.DOTALL)


def on_config(config: MkDocsConfig) -> None:
    """Put the lessons and the rooms into the navigation, each behind the first page of its section."""
    sections = {title: pages for entry in config.nav or [] for title, pages in entry.items()}
    sections["Lessons"] += [_notebook_page(notebook) for notebook in list_notebooks()]
    sections["Reference"] += [_room_page(room) for room in _rooms()]


@event_priority(100)  # before mkdocs-jupyter looks for notebooks
def on_files(files: Files, config: MkDocsConfig) -> None:
    """Bring in the notebooks from where they are, and a page for each room."""
    for notebook in list_notebooks():
        root = str(notebook.path.parents[1])
        files.append(File(_notebook_page(notebook), root, config.site_dir, config.use_directory_urls))
    for room in _rooms():
        files.append(File.generated(config, _room_page(room), content=_reference(room)))


def on_page_markdown(markdown: str, **_: object) -> str:
    """Write what a page asks for by `<!-- NAME -->`."""
    for name, write in _WRITERS.items():
        if (mark := f"<!-- {name} -->") in markdown:
            markdown = markdown.replace(mark, write())
    return markdown


def on_page_content(html: str, **_: object) -> str:
    """Leave out the scripts by which nbconvert has a page fetch from a server."""
    return _SCRIPT.sub(lambda script: "" if "//cdn" in script[0] else script[0], html)


# Lessons


def _notebook_page(notebook: Notebook) -> str:
    return f"{notebook.path.parent.name}/{notebook.path.name}"


def _lessons() -> str:
    return "\n\n".join(_lesson(notebook) for notebook in list_notebooks())


def _lesson(notebook: Notebook) -> str:
    rows = [(f"`{p.name}`", f"`{p.type}`", "required" if p.required else f"`{p.default!r}`", p.help) for p in notebook.parameters]
    return (
        f"## [{notebook.title}]({notebook.path.name})\n\n{notebook.summary}\n\n"
        f"```\natlas-lab run {notebook.name}\n```\n\n{table(('parameter', 'type', 'default', ''), rows)}"
    )


# The command line


def _commands() -> str:
    asked = [sys.executable, "-m", "typer", "atlas_lab.cli", "utils", "docs", "--name", "atlas-lab", "--title", "Commands"]
    page = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    whole = re.sub(r"\*\*Commands\*\*:.*?(?=\n## )", "", page, count=1, flags=re.DOTALL)  # a list of half sentences
    return f"#{whole}"


# Claims


def _claims() -> str:
    return "\n\n".join(f"## {part.capitalize()}\n\n{_part(part)}" for part in PARTS)


def _part(part: str) -> str:
    rows = [
        (f"{claim.claim}<br>`{claim.id}`", _published(claim), claim.method, claim.source, claim.notebook.replace("_", " "))
        for claim in CLAIMS
        if claim.part == part
    ]
    return table(("claim", "published", "how", "source", "lesson"), rows)


def _published(claim: Claim) -> str:
    return f"**{claim.note}:** {claim.published}" if claim.note else claim.published


# The reference


def _room_page(room: str) -> str:
    return f"reference/{room}.md"


def _rooms() -> list[str]:
    """The rooms that `import atlas_lab as al` gives."""
    given = {name: getattr(atlas_lab, name) for name in atlas_lab.__all__}
    return [name for name, value in given.items() if inspect.ismodule(value) and value.__name__ == f"atlas_lab.{name}"]


def _room_table() -> str:
    return table(("room", ""), [(f"[`al.{room}`]({room}.md)", _room(room).__doc__ or "") for room in _rooms()])


def _room(name: str) -> Any:
    return importlib.import_module(f"atlas_lab.{name}")


def _reference(room: str) -> str:
    """A room's public names, each from where it is defined: a function would be hidden by a module of the same name."""
    module = _room(room)
    public = {name: getattr(module, name) for name in module.__all__}
    defined = [name for name, value in public.items() if inspect.ismodule(value) or hasattr(value, "__qualname__")]
    constants = [f"`{name}`" for name in public if name not in defined]
    parts = [f"# al.{room}", module.__doc__ or "", f"Constants: {', '.join(constants)}." if constants else ""]
    for name in defined:
        parts.append(f"::: {_origin(public[name])}\n    options: {{heading: al.{room}.{name}, toc_label: {name}}}")
    return "\n\n".join(parts)


def _origin(value: Any) -> str:
    return value.__name__ if inspect.ismodule(value) else f"{value.__module__}.{value.__qualname__}"


_WRITERS: dict[str, Callable[[], str]] = {
    "lessons": _lessons,
    "commands": _commands,
    "claims": _claims,
    "rooms": _room_table,
}
