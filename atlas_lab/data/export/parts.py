"""What the exports share."""

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm.auto import tqdm

from atlas_lab.data import nifti
from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.metadata import FILE, write_rows
from atlas_lab.errors import InputError
from atlas_lab.runs.files import atomic_write

if TYPE_CHECKING:
    from atlas_lab.data.atlas import Atlas


def cases(atlas: "Atlas", structures: Sequence[str] | None) -> Iterator[Case]:
    """Each case with the chosen structures only. InputError: a case is not annotated for one of them."""
    for case in tqdm(atlas, total=len(atlas), desc="exporting", unit="case"):
        yield case if structures is None else _only(case, structures)


@contextlib.contextmanager
def gone_on_error(path: Path) -> Iterator[None]:
    """Remove the file or folder `path`, the first half of a case, when writing its second half fails or is stopped."""
    try:
        yield
    except BaseException:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        raise


def write_metadata(atlas: "Atlas", folder: Path) -> None:
    """`metadata.csv` beside the cases."""
    with atomic_write(folder / FILE) as temporary:
        write_rows(temporary, {case.id: case.meta for case in atlas})


def write_ids(labels: LabelMap, ids: dict[str, int], path: Path) -> None:
    """A uint8 file of ids on the CT's grid; where structures overlap the higher id is written."""
    array = np.zeros(labels.shape, dtype=np.uint8)
    for name in sorted(ids, key=ids.__getitem__):
        mask = labels.cropped(name)
        array[mask.box][mask.crop] = ids[name]
    nifti.write(path, array, labels.affine, labels.disk.encoded_as(np.uint8) if labels.disk else None)


def _only(case: Case, structures: Sequence[str]) -> Case:
    for name in structures:
        if name not in case.labels:
            raise InputError(f"{case.id}: is not annotated for {name!r}; annotated: {', '.join(case.labels.names)}")
    for name in set(case.labels.names) - set(structures):
        del case.labels[name]
    return case
