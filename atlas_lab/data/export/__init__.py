"""Writing a whole atlas in a layout other tools read."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from atlas_lab.data.export.abdomen_atlas import export_abdomen_atlas
from atlas_lab.data.export.bids import export_bids
from atlas_lab.data.export.nnunet import export_nnunet
from atlas_lab.errors import InputError, nearest

if TYPE_CHECKING:
    from atlas_lab.data.atlas import Atlas

EXPORTS: dict[str, Callable[["Atlas", Path, tuple[str, ...] | None], None]] = {
    "abdomenatlas": export_abdomen_atlas,
    "nnunet": export_nnunet,
    "bids": export_bids,
}


def export(atlas: "Atlas", folder: Path, layout: str = "abdomenatlas", *, structures: Iterable[str] | None = None) -> Path:
    """Write all cases into `folder` (absent or empty) as `abdomenatlas`, `nnunet` or `bids`, and return it.

    `structures` are the ones to write; by default all a case has, for nnU-Net those that every case is annotated for.
    An interrupted export leaves the cases it finished and no half of one; its description (`metadata.csv`,
    `dataset.json`, `participants.tsv`) is written last. InputError: an unknown layout, a folder that is not empty, a
    structure some case is not annotated for, disk full.
    """
    if layout not in EXPORTS:
        raise InputError(f"unknown export layout {layout!r}: {nearest(layout, EXPORTS)}known are {', '.join(EXPORTS)}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: is not an empty folder; name a new one to export to")
    if not len(atlas):
        raise InputError(f"{atlas.root}: no cases are selected, so there is nothing to export")
    EXPORTS[layout](atlas, folder, None if structures is None else tuple(dict.fromkeys(structures)))
    return folder
