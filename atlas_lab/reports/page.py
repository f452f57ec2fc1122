"""The shell of a page: everything it needs is inside, and the browser is told to let nothing else in."""

import base64
import hashlib
from collections.abc import Mapping
from html import escape
from importlib.resources import files

from atlas_lab.reports.palette import dark_css
from atlas_lab.reports.summary import summary_style


def page(title: str, body: str, nav: Mapping[str, str] | None = None) -> str:
    """A whole HTML document: `title` as its heading, then the fragment `body`; `nav` maps ids of sections to their titles.

    The script only sorts and filters tables: without it nothing is missing.
    """
    style = summary_style() + dark_css() + _static("report.css")
    script = _static("report.js")
    policy = (
        f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    links = "".join(f'<a href="#{escape(id)}">{escape(text)}</a>' for id, text in (nav or {}).items())
    navigation = f'<nav class="al-nav" aria-label="On this page">{links}</nav>\n' if links else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n"
        '<link rel="icon" href="data:,">\n'  # else a browser asks the server for one
        f"<style>{style}</style>\n</head>\n"
        f'<body class="al-page">\n<h1>{escape(title)}</h1>\n{navigation}'
        f"<main>\n{body}</main>\n<script>{script}</script>\n</body>\n</html>\n"
    )


def _static(name: str) -> str:
    return files("atlas_lab.reports").joinpath("static", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
