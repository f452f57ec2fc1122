"""nnU-Net raw data, version 2: one file of ids a case, which nnU-Net wants to run from 0 without a gap."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from atlas_lab.data.export.parts import cases, gone_on_error, write_ids, write_metadata
from atlas_lab.errors import InputError
from atlas_lab.runs.files import write_text

if TYPE_CHECKING:
    from atlas_lab.data.atlas import Atlas


def export_nnunet(atlas: "Atlas", folder: Path, structures: tuple[str, ...] | None) -> None:
    """`imagesTr/ID_0000.nii.gz`, `labelsTr/ID.nii.gz`, `dataset.json`, `metadata.csv`.

    A voxel has one id, so where structures overlap the later one of the class map is written: tumours over their
    organ, vessels over the liver. Opening the export joins tumours to their organs again; vessels stay cut out.
    """
    names = structures or _common(atlas)
    order = atlas[0].labels.class_map
    ids = {name: number for number, name in enumerate(sorted(names, key=lambda n: (order.get(n, 256), n)), 1)}
    for case in cases(atlas, tuple(ids)):
        image, labels = folder / "imagesTr" / f"{case.id}_0000.nii.gz", folder / "labelsTr" / f"{case.id}.nii.gz"
        if not image.exists():
            with gone_on_error(labels):
                write_ids(case.labels, ids, labels)
                case.ct.save(image)  # last: an image without labels is a case too
    write_metadata(atlas, folder)
    description = {
        "channel_names": {"0": "CT"},
        "labels": {"background": 0, **ids},
        "numTraining": len(atlas),
        "file_ending": ".nii.gz",
    }
    write_text(folder / "dataset.json", json.dumps(description, indent=1))


def _common(atlas: "Atlas") -> list[str]:
    """The structures every case is annotated for."""
    first, *others = (set(case.labels.names) for case in atlas)
    common = first.intersection(*others)
    if not common:
        raise InputError(
            f"{atlas.root}: no structure is annotated in every case, and nnU-Net needs that; select cases that share some"
        )
    return sorted(common)
