"""Links from a page to the files beside it: relative, so that a folder can be moved, and only to what is there."""

from html import escape
from pathlib import Path
from urllib.parse import quote


def held(folder: Path, name: str) -> Path | None:
    """The file that a manifest calls `name`; None where there is none, or where it lies outside the run's folder."""
    path = folder / name
    return path if path.is_file() and path.resolve().is_relative_to(folder.resolve()) else None


def address(path: Path, page_folder: Path) -> str:
    """The relative address of `path` on a page in `page_folder`, escaped for an attribute."""
    return escape(quote(path.relative_to(page_folder).as_posix()))


def link(text: str, path: Path | None, page_folder: Path) -> str:
    """`text` as a link to `path`, or as plain text where that is None."""
    return f'<a href="{address(path, page_folder)}">{escape(text)}</a>' if path else escape(text)
