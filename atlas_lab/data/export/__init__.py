"""Writing a whole atlas in a layout other tools read."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from atlas_lab.data.export.abdomen_atlas import export_abdomen_atlas
from atlas_lab.data.export.bids import export_bids
from atlas_lab.data.export.nnunet import export_nnunet
from atlas_lab.data.layouts import UNFINISHED
from atlas_lab.errors import InputError, nearest
from atlas_lab.runs.files import write_text

if TYPE_CHECKING:
    from atlas_lab.data.atlas import Atlas

EXPORTS: dict[str, Callable[["Atlas", Path, tuple[str, ...] | None], None]] = {
    "abdomenatlas": export_abdomen_atlas,
    "nnunet": export_nnunet,
    "bids": export_bids,
}


def export(atlas: "Atlas", folder: Path, layout: str = "abdomenatlas", *, structures: str | Iterable[str] | None = None) -> Path:
    """Write all cases into `folder` (absent or empty) as `abdomenatlas`, `nnunet` or `bids`, and return it.

    `structures` are the ones to write; by default all a case has, for nnU-Net those that every case is annotated for.
    An export that was interrupted, or failed at a case, keeps the cases it finished, does not open as an atlas, and goes
    on when it is called again. InputError: an unknown layout, a folder that is not empty, a structure some case is not
    annotated for, disk full.
    """
    if layout not in EXPORTS:
        raise InputError(f"unknown export layout {layout!r}: {nearest(layout, EXPORTS)}known are {', '.join(EXPORTS)}")
    if not len(atlas):
        raise InputError(f"{atlas.root}: no cases are selected, so there is nothing to export")
    chosen = (structures,) if isinstance(structures, str) else None if structures is None else tuple(dict.fromkeys(structures))
    if chosen == ():
        raise InputError("structures is empty, so there is nothing to export; leave it out to export all")
    order = json.dumps({"from": str(atlas.root), "cases": atlas.ids, "layout": layout, "structures": chosen})
    marker = folder / UNFINISHED
    goes_on = marker.is_file() and marker.read_text(encoding="utf-8") == order
    if folder.exists() and not goes_on and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: is not an empty folder; name a new one to export to")
    write_text(marker, order)
    try:
        EXPORTS[layout](atlas, folder, chosen)
    except BaseException:
        if [path.name for path in folder.iterdir()] == [UNFINISHED]:
            marker.unlink()
            folder.rmdir()
        raise
    marker.unlink()
    return folder
