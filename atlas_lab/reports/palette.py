"""The colours of every report, in light and dark. The kinds of status are told apart by people who confuse red and green."""

MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"  # for names, whose width must be known

_LIGHT = {
    "ink": "#1b1f24",
    "muted": "#59636e",
    "paper": "#ffffff",
    "panel": "#f5f7f9",
    "line": "#d3dae1",
    "link": "#0b5cad",
    "good": "#00735c",
    "busy": "#0b5cad",
    "warned": "#8a5a00",
    "bad": "#b3400a",
}
_DARK = {
    "ink": "#e6e9ec",
    "muted": "#9aa5b0",
    "paper": "#14171a",
    "panel": "#1d2226",
    "line": "#39414a",
    "link": "#70b7ff",
    "good": "#3fcaa5",
    "busy": "#70b7ff",
    "warned": "#e8b440",
    "bad": "#ff9466",
}


def colour(name: str) -> str:
    """A CSS colour that follows the page it is on, and is the light one on a page that knows nothing of reports."""
    return f"var(--al-{name}, {_LIGHT[name]})"


def light_css() -> str:
    """The style sheet that defines the colours."""
    return f":root {{ {_variables(_LIGHT)} }}\n"


def dark_css() -> str:
    """The style sheet that makes them dark on screen where the reader prefers that."""
    return f"@media screen and (prefers-color-scheme: dark) {{ :root {{ color-scheme: dark; {_variables(_DARK)} }} }}\n"


def _variables(colours: dict[str, str]) -> str:
    return " ".join(f"--al-{name}: {value};" for name, value in colours.items())
