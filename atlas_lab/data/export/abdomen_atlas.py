"""AbdomenAtlas layout: a folder a case, `metadata.csv` beside them."""

from pathlib import Path
from typing import TYPE_CHECKING

from atlas_lab.data.export.parts import cases, write_metadata

if TYPE_CHECKING:
    from atlas_lab.data.atlas import Atlas


def export_abdomen_atlas(atlas: "Atlas", folder: Path, structures: tuple[str, ...] | None) -> None:
    """`ID/{ct.nii.gz, combined_labels.nii.gz, segmentations/…, case.json}` for every case."""
    for case in cases(atlas, structures):
        if not (folder / case.id).exists():
            case.save(folder)
    write_metadata(atlas, folder)
