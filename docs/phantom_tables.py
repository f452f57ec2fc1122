"""The model card's tables as Markdown, from the phantom's own: `make pictures` writes them into the page, a test compares."""

import re
from pathlib import Path

from atlas_lab.anatomy import structure
from atlas_lab.data import phantom
from atlas_lab.data.phantom.hospitals import EXTERNAL
from docs.markdown import table

PAGE = Path(__file__).parent / "phantom.md"


def hospitals() -> str:
    rows = [
        (
            f"`{h.name}`{' (external)' if h.name == EXTERNAL else ''}",
            " × ".join(f"{mm:g}" for mm in h.spacing),
            f"{h.noise_hu[0]:g} to {h.noise_hu[1]:g}, {h.kernel.name}",
            " / ".join(f"{share:.0%}" for share in h.phases),
            f"{h.pairs:.0%}",
            f"{sum(not structure(name).is_tumor for name in h.labels)} + {sum(structure(name).is_tumor for name in h.labels)}",
        )
        for h in phantom.HOSPITALS
    ]
    return table(
        ("hospital", "voxels, mm", "noise HU, kernel", "plain / arterial / portal", "pairs", "structures + tumours labelled"),
        rows,
    )


def lesions() -> str:
    rows = [
        (
            kind.name.replace("_", " "),
            f"`{kind.label}`" if kind.label else "none: a mimic",
            ", ".join(
                dict.fromkeys(structure(organ).display.removeprefix("right ").removeprefix("left ") for organ in kind.organs)
            ),
            f"{kind.diameter_mm[0]:g} to {kind.diameter_mm[1]:g}",
            " / ".join(f"{low:+g}…{high:+g}" for low, high in kind.contrast.values()) + (" absolute" if kind.absolute else ""),
        )
        for kind in (*phantom.LESIONS, *phantom.MIMICS)
    ]
    return table(("type", "mask", "organ", "diameter, mm", "HU beside the organ: plain / arterial / portal"), rows)


def card() -> str:
    return f"```\n{phantom.card()}\n```"


TABLES = {"card": card, "hospitals": hospitals, "lesions": lesions}


def filled(page: str) -> str:
    """The page with each table between its marks."""
    for name, write in TABLES.items():
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        page = re.sub(f"{begin}.*?{end}", lambda _, b=begin, e=end, w=write: f"{b}\n\n{w()}\n\n{e}", page, flags=re.DOTALL)
    return page


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
