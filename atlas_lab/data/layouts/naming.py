"""Which ids of a foreign label file make which structure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from atlas_lab import anatomy
from atlas_lab.anatomy import LabelSet
from atlas_lab.data.label_files import ClassMap


@dataclass(frozen=True)
class Naming:
    """AbdomenAtlas name → the ids written for it, and every id the file may hold.

    A merged pair keeps its bare name (`kidney`) here; `structures` names both of its sides.
    """

    ids: Mapping[str, tuple[int, ...]]
    known: frozenset[int]

    @classmethod
    def of_set(cls, labels: LabelSet) -> Self:
        """The ids of a public label set."""
        return cls(_grouped((name, id) for id, name in labels.ids.items()), labels.known)

    @classmethod
    def of_names(cls, names: Mapping[str, Iterable[int]]) -> Self:
        """Names as another data set spells them → their ids. A bare `tumor` or `cyst` is the one organ's of the file."""
        plain = {name: anatomy.translate(name) for name in names}
        organs = {_base(name) for name in plain.values() if name in anatomy.BY_NAME or anatomy.pair(name)}
        if len(organs) == 1:
            owned = {word: f"{next(iter(organs))}_{word}" for word in ("tumor", "cyst")}
            plain = {name: owned[n] if owned.get(n) in anatomy.BY_NAME else n for name, n in plain.items()}
        grouped = _grouped((plain[name], id) for name, values in names.items() for id in values)
        return cls(grouped, frozenset(id for values in grouped.values() for id in values))

    @classmethod
    def of_class_map(cls, class_map: ClassMap) -> Self:
        """The ids of a release or of a public label set (`word`), or the mapping name → id a user gives."""
        if isinstance(class_map, str) and class_map in anatomy.LABEL_SETS:
            return cls.of_set(anatomy.label_set(class_map))
        return cls.of_names({name: (id,) for name, id in anatomy.class_map(class_map).items()})

    @property
    def structures(self) -> tuple[str, ...]:
        """The annotated structures, both sides of a merged pair."""
        return tuple(dict.fromkeys(side for name in self.ids for side in anatomy.pair(name) or (name,)))

    def tumors_in(self, structure: str) -> tuple[int, ...]:
        """The ids of the tumours that belong to a structure."""
        return tuple(i for name, ids in self.ids.items() if structure in _hosts(name) for i in ids)


def _grouped(pairs: Iterable[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    grouped: dict[str, tuple[int, ...]] = {}
    for name, id in pairs:
        grouped[name] = tuple(dict.fromkeys((*grouped.get(name, ()), id)))
    return grouped


def _base(name: str) -> str:
    known = anatomy.BY_NAME.get(name)
    if known is not None and known.is_tumor:
        return name.rpartition("_")[0]
    return name.rpartition("_")[0] if known is not None and known.side else name


def _hosts(name: str) -> tuple[str, ...]:
    return anatomy.BY_NAME[name].hosts if name in anatomy.BY_NAME else ()
