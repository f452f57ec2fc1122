"""Which structures a name means to somebody who wants to paint."""

from collections.abc import Iterable

from atlas_lab import anatomy
from atlas_lab.data.case import Case
from atlas_lab.errors import InputError, nearest
from atlas_lab.figures.planes import expand


def structures_of(case: Case, names: str | Iterable[str]) -> list[str]:
    """Annotated or known structures, an organ as its sides ("kidney"), each once, in the order given.

    InputError: nothing is named; a name that is neither, with the nearest one and how to make a new structure.
    """
    names = [names] if isinstance(names, str) else list(names)
    found: dict[str, None] = {}
    for name in names:
        if name not in case.labels and name not in anatomy.BY_NAME and name not in anatomy.ORGANS:
            known = nearest(name, [*case.labels, *anatomy.BY_NAME, *anatomy.ORGANS])
            new = f"to make a new one, first set case.labels[{name!r}] = an empty mask"
            raise InputError(f"{case.id}: {name!r} is neither annotated here nor a known structure; {known}{new}")
        found |= dict.fromkeys(expand(name, case.labels))
    if not found:
        raise InputError(f"{case.id}: name at least one structure to edit")
    return list(found)
