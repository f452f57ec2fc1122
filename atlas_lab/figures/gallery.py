"""A contact sheet of an atlas: one look at every case."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sized

from tqdm.auto import tqdm

from atlas_lab.data.case import Case
from atlas_lab.errors import InputError
from atlas_lab.figures._contact_sheet import Tile, contact_sheet, counted
from atlas_lab.figures._given import annotated_somewhere, cases_of, check_limit, check_opacity
from atlas_lab.figures._layers import Layer, structure_layers
from atlas_lab.figures._place import crowded
from atlas_lab.figures.names import display
from atlas_lab.figures.paint import Window
from atlas_lab.figures.planes import PLANES, VIEWS, Plane, centre, planes_of, shown_structures, size_mm
from atlas_lab.figures.sheet import Sheet

Text = Callable[[Case], object] | Mapping[str, object]


def gallery(
    atlas: Case | Iterable[Case],
    *,
    at: str | None = None,
    plane: Plane = "axial",
    structures: str | Iterable[str] | None = None,
    opacity: float = 0.0,
    text: Text | None = None,
    window: Window = "soft tissue",
    limit: int = 24,
    title: str = "",
) -> Sheet:
    """One tile a case, all at the same scale, with the structures in their colours.

    Each tile is the slice of `plane` through the structure `at`, or the one where most structures are; of a case that
    is a single slice, that slice. `structures` (default: all) are outlined and filled at `opacity` 0-1; `text` is a
    second line of the caption: a function of the case, or a mapping or table column id → value. No more than `limit`
    cases are drawn, and the heading says how many are not.
    InputError: no case, no such plane, a structure that none of those drawn is annotated for, an opacity outside 0-1.
    """
    check_opacity(opacity)
    if plane not in PLANES:
        raise InputError(f"plane={plane!r} is none; choose from {', '.join(PLANES)}")
    cases = cases_of(atlas)
    rest = iter(cases)
    shown = list(itertools.islice(rest, check_limit(limit)))
    if not shown:
        raise InputError("no case to show: the atlas is empty")
    total = len(cases) if isinstance(cases, Sized) else len(shown) + sum(1 for _ in rest)
    wanted = None if structures is None else annotated_somewhere(shown, structures)
    sought = [] if at is None else annotated_somewhere(shown, at)
    tiles = []
    for case in tqdm(shown, desc="drawing", unit="case", leave=False):
        own = None if wanted is None else [name for name in wanted if name in case.labels]
        layers = structure_layers(case.labels, shown_structures(case.labels, own), opacity)
        tiles.append(_tile(case, at, sought, plane, layers, text))
    return contact_sheet(tiles, window=window, heading=counted(title, len(shown), total, "case"))


def _tile(case: Case, at: str | None, sought: list[str], plane: Plane, layers: list[Layer], text: Text | None) -> Tile:
    ct, labels = case.ct, case.labels
    possible = planes_of(ct.shape)
    plane = plane if plane in possible else possible[0]
    there = [name for name in sought if name in labels and labels.cropped(name).voxels]
    index = centre(labels, there[0])[VIEWS[plane].axis] if there else crowded(labels, plane)
    missing = [f"no {display(at)} here"] if at is not None and not there else []
    width, height = size_mm(plane, ct.shape, ct.spacing)
    return Tile(ct, plane, index, (0.0, 0.0, width, height), layers, [case.id, *_words(case, text), *missing])


def _words(case: Case, text: Text | None) -> list[str]:
    """What `text` says of a case; nothing where a mapping does not know it."""
    said = None if text is None else text(case) if callable(text) else text.get(case.id)
    return [] if said is None else [str(said)]
