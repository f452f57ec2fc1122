"""The cases that a training is given, in whatever form, made ready."""

from collections.abc import Iterable, Sequence
from os import PathLike

from atlas_lab.data import Atlas, Case
from atlas_lab.errors import InputError, nearest
from atlas_lab.learning.backbones import Backbone
from atlas_lab.learning.patches import PreparedCases, prepare

Cases = Atlas | PreparedCases | Iterable[Case]
Size = tuple[int, int, int]
Spacing = float | tuple[float, float, float]


def ready(
    cases: Cases, ids: Sequence[str] | None, classes: Sequence[str], spacing_mm: Spacing, workers: int, what: str = "cases",
    brought: Sequence[str] = (),
) -> PreparedCases:  # fmt: skip
    """The cases with these ids (None: all), prepared for `classes` at `spacing_mm`; what is `brought` they may lack.

    InputError: an id that is not there, cases that were prepared for other classes or another spacing; see `prepare`.
    """
    _check_is_an_atlas(cases, what)
    if isinstance(cases, PreparedCases):
        spacing = (spacing_mm,) * 3 if isinstance(spacing_mm, int | float) else tuple(spacing_mm)
        if cases.classes != tuple(classes) or cases.spacing != spacing:
            raise InputError(
                f"{what}: were prepared for {', '.join(cases.classes) or 'no classes'} at {cases.spacing} mm, not for "
                f"{', '.join(classes) or 'none'} at {spacing} mm; prepare them so, or give the atlas"
            )
        return cases if ids is None else cases.select(ids)
    if ids is not None:
        cases = _chosen(cases, ids, what)
    return prepare(cases, classes, spacing_mm=spacing_mm, brought=brought, workers=max(workers, 1))


def held_out(
    cases: Cases, validation: Sequence[str] | Cases | None, classes: Sequence[str], spacing_mm: Spacing, workers: int,
    brought: Sequence[str] = (),
) -> PreparedCases | None:  # fmt: skip
    """Validation cases, which are ids of `cases` or cases of their own; as `ready`."""
    if validation is None:
        return None
    if isinstance(validation, Atlas | PreparedCases):
        return ready(validation, None, classes, spacing_mm, workers, "validation", brought)
    given = list(validation)
    ids = [one for one in given if isinstance(one, str)]
    if ids and len(ids) == len(given):
        return ready(cases, ids, classes, spacing_mm, workers, "validation", brought)
    return ready([one for one in given if isinstance(one, Case)], None, classes, spacing_mm, workers, "validation", brought)


def listed(names: Sequence[str], what: str) -> tuple[str, ...]:
    """Names as they were given. InputError: one text in place of a list."""
    if isinstance(names, str):
        raise InputError(f"{what}={names!r}: give a list, such as [{names!r}]")
    return tuple(names)


def sides_of(patch: int | Size, network: Backbone) -> Size:
    """A patch's sides in voxels. InputError: sides that the network cannot take."""
    sides = (patch, patch, patch) if isinstance(patch, int) else patch
    if any(side % network.divisor for side in sides):
        raise InputError(f"patch={patch}: {network.name} takes sides that are multiples of {network.divisor}")
    return sides


def annotated(cases: Cases) -> tuple[str, ...]:
    """Every structure that some case is annotated for, in the order of the table of anatomy."""
    _check_is_an_atlas(cases, "cases")
    if isinstance(cases, PreparedCases):
        return cases.classes
    if isinstance(cases, Atlas):
        return tuple(cases.structures())
    return tuple(dict.fromkeys(name for case in cases for name in case.labels))


def _check_is_an_atlas(cases: object, what: str) -> None:
    if isinstance(cases, str | PathLike):
        raise InputError(f"{what}: {str(cases)!r} is a path; open it first: al.Atlas.open({str(cases)!r})")


def _chosen(cases: Atlas | Iterable[Case], ids: Sequence[str], what: str) -> Atlas | list[Case]:
    by_id = None if isinstance(cases, Atlas) else {case.id: case for case in cases}
    there = cases.ids if isinstance(cases, Atlas) else list(by_id or ())
    for id in listed(ids, what):
        if id not in there:
            raise InputError(f"{what}: there is no case {id!r}; {nearest(id, there)}there are {', '.join(map(str, there[:5]))} …")
    if isinstance(cases, Atlas):
        return cases.select(ids)
    assert by_id is not None
    return [by_id[id] for id in ids]
