"""`synthesize_atlas`: an atlas with tumours out of one with organs."""

import os
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from atlas_lab.data.atlas import Atlas
from atlas_lab.data.case import Case
from atlas_lab.errors import InputError
from atlas_lab.runs import atomic_write
from atlas_lab.scale import map_cases
from atlas_lab.synthesis.method import Method
from atlas_lab.synthesis.organs import unpublished
from atlas_lab.synthesis.plain import checked_whole
from atlas_lab.synthesis.size_made import is_off
from atlas_lab.synthesis.sizes import Asked
from atlas_lab.synthesis.whole_atlas import folder as folders
from atlas_lab.synthesis.whole_atlas.case import MakeCase, Unreadable, rows
from atlas_lab.synthesis.whole_atlas.fitting import REASONS
from atlas_lab.synthesis.whole_atlas.order import Order, check_device

_TUMOUR = (
    "id", "organ", "structure", "method", "phase", "planned_mm", "diameter_mm", "volume_ml", "contrast_hu",
    "x_mm", "y_mm", "z_mm",
)  # fmt: skip
_SKIPPED = ("id", "organ", "reason", "detail")


@dataclass(frozen=True)
class WholeAtlas:
    """A synthetic atlas in AbdomenAtlas layout.

    `tumours` has a row a tumour (`synthesis.csv`), `skipped` one for each organ left out, and why (`skipped.csv`), `errors` a
    line for each case that failed. A case in which no organ would do is not in the folder.
    """

    folder: Path
    tumours: pd.DataFrame = field(repr=False)
    skipped: pd.DataFrame = field(repr=False)
    errors: dict[str, str]

    @property
    def atlas(self) -> Atlas:
        """The cases. InputError: there are none."""
        return Atlas.open(self.folder)

    @property
    def summary(self) -> pd.DataFrame:
        """A row an organ: cases and tumours, median diameter mm and contrast HU, how many were skipped for what, and how many
        tumours are more than 5 % off the diameter that was planned (`off_size`, where there are any)."""
        organs = self.tumours.groupby("organ")
        counts = organs.agg(cases=("id", "nunique"), tumours=("id", "size"))
        medians = organs[["diameter_mm", "contrast_hu"]].median().round(1)
        skipped = pd.crosstab(self.skipped["organ"], self.skipped["reason"])
        skipped = skipped[[reason for reason in REASONS if reason in skipped]].add_prefix("skipped: ")
        off = self.tumours[is_off(self.tumours["planned_mm"], self.tumours["diameter_mm"])]
        if len(off):
            counts["off_size"] = off.groupby("organ").size()
        whole = pd.concat([counts, skipped], axis=1).fillna(0).astype(int)
        return whole.join(medians).rename_axis("organ")


def synthesize_atlas(
    atlas: Atlas,
    organs: str | Sequence[str],
    method: str | Method,
    folder: str | os.PathLike[str],
    *,
    per_case: int = 7,
    size: Asked = "early",
    seed: int = 0,
    workers: int = 1,
    cluster: str | None = None,
    progress: bool = True,
) -> WholeAtlas:
    """Give every case of an atlas `per_case` tumours over all its `organs`, and write the new cases into `folder`.

    `organs` are names, in a list or with commas; `method` and `size` are those of `synthesize`. Each organ gets as many, what is
    over falls to some by chance, and what finds no room in one goes to the others. Left out are organs with a real tumour,
    not annotated, absent, too small, or cut by the scan's edge to less than is typical of an adult. Seven early tumours of the
    diffusion method over three organs are what AbdomenAtlas X holds (66K masks on 9,262 CTs: Chen et al., CVPR 2024).

    A case is there whole or not at all, so a stopped run goes on where it was. The files are the same for any number of
    `workers` (processes) and on a Dask `cluster`, whose workers must see both folders. A case that fails is in `errors`, and
    the others are done. One warning names the organs that are outside what was published. InputError, before work is lost: an
    unknown organ, method or size, a number out of range, a device that is not here, no case, a folder in the source atlas, one
    that holds something else or cases of another origin, a disk that is too small.
    """
    order = Order.of(organs, method, per_case, size, seed)
    workers = checked_whole("workers", workers, 1)
    if not len(atlas) and not atlas.problems:
        raise InputError(f"{atlas.root}: none of its cases is chosen; choose one or more")
    target = Path(folder).absolute()
    folders.check_apart(target, atlas.root)
    found = folders.finished(target, order.origin, atlas)
    images: dict[str, Path] = {id: Path(image) for id, image in dict(atlas.table["image"]).items() if id not in found}
    errors = dict(atlas.problems)
    if images:
        if cluster is None:  # whose workers have devices of their own
            check_device(order.method)
        if said := unpublished(order.organs):
            warnings.warn(said, stacklevel=2)
        folders.check_space(target, images.values())
        with folders.writing(target) as marker:
            results = map_cases(
                MakeCase(target, order), _opened(atlas, images), workers=min(workers, len(images)), cluster=cluster,
                shared=marker, seed=seed, progress=progress,
            )  # fmt: skip
        found |= results.values
        errors |= results.errors
    tumours = pd.DataFrame([row for id in sorted(found) for row in rows(id, found[id])], columns=_TUMOUR)
    skipped = pd.DataFrame([{"id": id, **row} for id in sorted(found) for row in found[id]["skipped"]], columns=_SKIPPED)
    if found:
        _write(target / folders.TUMOURS, tumours)
        _write(target / folders.SKIPPED, skipped)
    return WholeAtlas(target, tumours, skipped, errors)


def _opened(atlas: Atlas, ids: Iterable[str]) -> Iterator[Case | Unreadable]:
    for id in ids:
        try:
            yield atlas[id]
        except InputError as error:  # damaged since it was indexed
            yield Unreadable(id, str(error))


def _write(path: Path, table: pd.DataFrame) -> None:
    with atomic_write(path) as temporary:
        table.round(3).to_csv(temporary, index=False)
