"""A folder of cases, opened at once however many there are."""

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from atlas_lab import anatomy
from atlas_lab.data import index, layouts
from atlas_lab.data.case import Case
from atlas_lab.data.label_files import ClassMap
from atlas_lab.data.metadata import read_metadata
from atlas_lab.errors import InputError, nearest

if TYPE_CHECKING:
    import pandas as pd

    from atlas_lab.data.phantom import Order, OrganSimilarity


class Atlas(Sequence[Case]):
    """An index of a folder of cases.

    `atlas["BDMAP_00000001"]` and `atlas[0]` open a case lazily, iteration opens one after the other, `atlas.table` is a
    DataFrame with a row a case. `filter`, `select` and `split` give smaller atlases on the same folder.
    """

    def __init__(
        self, root: Path, layout: layouts.Layout, rows: Iterable[index.Row], metadata: Mapping[str, Mapping[str, Any]]
    ) -> None:
        """Use `Atlas.open`; this is what it, and `select`, put together."""
        self.root = root
        self.layout = layout
        self._metadata = metadata
        rows = list(rows)
        self._rows = {row.found.id: row for row in rows if not row.error}
        self._problems = {row.found.id: row.error for row in rows if row.error}

    @classmethod
    def open(
        cls, path: str | os.PathLike[str], *, layout: str | None = None, class_map: ClassMap | None = None, refresh: bool = False
    ) -> Self:
        """Open a folder of cases; its layout is recognised unless `layout` names one.

        `class_map` (a release or name → id) names the ids of combined label files. Cases whose header cannot be read
        are left out with a warning and listed in `problems`; `refresh` reads every header again.
        InputError: no folder, no cases, an unknown layout, no readable case.
        """
        root = Path(path).absolute()  # the caller may go elsewhere before a case is opened
        if not root.is_dir():
            raise InputError(f"{root}: {'is a file, not a folder of cases' if root.exists() else 'does not exist'}")
        chosen = layouts.choose(root, layout, class_map)
        rows = index.rows(root, chosen, refresh=refresh)
        if not rows:
            raise InputError(f"{root}: holds no cases in {chosen.name} layout")
        atlas = cls(root, chosen, rows, read_metadata(root))
        if atlas._problems:
            first = next(iter(atlas._problems.values()))
            if not len(atlas):
                raise InputError(
                    first if len(rows) == 1 else f"{first} (and none of the other {len(rows) - 1} cases can be read)"
                )
            warnings.warn(
                f"{len(atlas._problems)} of {len(rows)} cases cannot be read (see atlas.problems): {first}", stacklevel=2
            )
        return atlas

    @classmethod
    def phantom(
        cls,
        cases: int = 8,
        seed: int = 0,
        *,
        hospitals: "int | str | Sequence[str]" = 1,
        shape: tuple[int, int, int] | None = None,
        spacing: float | tuple[float, float, float] | None = None,
        lesions: "Sequence[Order | str] | None" = None,
        real_gap: float = 1.0,
        organ_similarity: "float | OrganSimilarity" = 0.0,
        labels: str = "hospital",
        workers: int = 1,
    ) -> Self:
        """The embedded atlas: procedural abdominal CT patients with all 25 structures, lesions and their mimics.

        `hospitals` (a number or names: north, south, east, west, and abroad, the external test site) take turns, each
        with its own scanner, patients and labels; the first one labels everything, on 128 x 128 x 96 voxels of 3 mm.
        `shape` (voxels along x, y, z) and `spacing` (mm) replace theirs; `labels="all"` has everything labelled
        everywhere. `lesions`, `real_gap` and `organ_similarity`: see `al.data.phantom.patient`. The same arguments
        give the same bytes on any machine and for any number of `workers` (processes). Made once, then kept in the
        cache. InputError: a parameter out of range, an unknown hospital or lesion type.
        """
        from atlas_lab.data.embedded import phantom_folder
        from atlas_lab.data.phantom.checks import check_whole
        from atlas_lab.data.phantom.recipe import Recipe

        check_whole("cases", cases, 1)
        recipe = Recipe.of(
            seed=seed,
            hospitals=hospitals,
            shape=shape,
            spacing=spacing,
            lesions=lesions,
            real_gap=real_gap,
            organ_similarity=organ_similarity,
            labels=labels,
        )
        return cls.open(phantom_folder(cases, recipe, workers))

    @classmethod
    def download(cls, name: str, cases: int = 5, *, to: str | os.PathLike[str] | None = None) -> Self:
        """Download the first `cases` of a public AbdomenAtlas set from the Hugging Face hub, resuming what is there.

        `to` is the folder they go to (default: `name` in the current one). The licence is printed first. InputError:
        an unknown set, no connection, a file whose checksum is wrong.
        """
        from atlas_lab.data.hub import download

        return cls.open(download(name, cases, to))

    @property
    def ids(self) -> list[str]:
        """The ids of all readable cases."""
        return list(self._rows)

    @property
    def problems(self) -> dict[str, str]:
        """Cases that cannot be read → why."""
        return dict(self._problems)

    @property
    def table(self) -> "pd.DataFrame":
        """A row a case, indexed by id: structures, shape and spacing per axis, orientation on disk, and its metadata."""
        import pandas as pd

        records = []
        for id, row in self._rows.items():
            grid = {
                **{f"shape_{a}": v for a, v in zip("xyz", row.shape, strict=True)},
                **{f"spacing_{a}": v for a, v in zip("xyz", row.spacing, strict=True)},
            }
            image, meta = str(self.root / row.found.image), self._meta(id)
            records.append(
                {
                    "id": id,
                    **grid,
                    "orientation": row.orientation,
                    "structures": list(row.found.structures),
                    "image": image,
                    **meta,
                }
            )
        columns = [
            "id",
            *(f"{what}_{axis}" for what in ("shape", "spacing") for axis in "xyz"),
            "orientation",
            "structures",
            "image",
        ]
        # the columns of an atlas without cases
        return pd.DataFrame(records, columns=None if records else columns).set_index("id")

    def structures(self) -> dict[str, int]:
        """Annotated structure → number of cases that have it, most frequent first."""
        counts: dict[str, int] = {}
        for row in self._rows.values():
            for name in row.found.structures:
                counts[name] = counts.get(name, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def select(self, ids: Iterable[str]) -> "Atlas":
        """The cases with these ids, in this order: `atlas.select(atlas.table.query("age > 60").index)`."""
        return Atlas(self.root, self.layout, [self._row(id) for id in ids], self._metadata)

    def filter(
        self, *, has: str | Iterable[str] = (), where: Callable[[Mapping[str, Any]], bool] | None = None, **meta: Any
    ) -> "Atlas":
        """Cases annotated for every structure in `has` whose metadata equals `meta` and satisfies `where`.

        `atlas.filter(has="liver", phase="portal", where=lambda m: m["age"] > 60)`; a case without the metadata that
        `where` asks for does not match. InputError: a structure or a column that nobody knows.
        """
        wanted = {has} if isinstance(has, str) else set(has)
        _require_known("structure", wanted, {*self.structures(), *anatomy.BY_NAME})
        columns = {key for id in self._rows for key in self._meta(id)}
        if self._rows:  # of a selection without cases nothing is known
            _require_known("metadata column", meta, columns)
        ids = []
        for id, row in self._rows.items():
            facts = self._meta(id)
            same = all(facts.get(key) == value for key, value in meta.items())
            if same and wanted <= set(row.found.structures) and (where is None or _satisfies(where, facts, columns)):
                ids.append(id)
        return self.select(ids)

    def split(self, parts: Mapping[str, float], *, by: str | None = None, seed: int = 0) -> dict[str, "Atlas"]:
        """Disjoint atlases with these fractions of the cases, e.g. `{"train": 0.8, "test": 0.2}`.

        Cases that agree in the metadata column `by` (patient, site) stay together. InputError: fractions that do not
        add up to 1, a column no case has, fewer groups than parts.
        """
        if not parts or min(parts.values()) <= 0 or not np.isclose(sum(parts.values()), 1):
            raise InputError(f"split fractions {dict(parts)} must be above 0 and add up to 1")
        groups: dict[str, list[str]] = {}
        for id in sorted(self._rows):
            key = id if by is None else self._meta(id).get(by)
            if key is None:
                raise InputError(f"{self.root}: case {id} has no {by!r} in its metadata, so it cannot be split by it")
            groups.setdefault(str(key), []).append(id)
        if len(groups) < len(parts):
            raise InputError(f"{self.root}: {len(groups)} groups cannot be split into {len(parts)} parts")
        order = np.random.default_rng(seed).permutation(sorted(groups))
        ends = np.rint(np.cumsum(list(parts.values())) * len(order)).astype(int)
        ends = np.maximum.accumulate(np.maximum(ends, np.arange(1, len(ends) + 1)))
        ends = np.minimum(ends, len(order) - np.arange(len(ends))[::-1])  # every part gets at least one group
        pieces = np.split(order, ends[:-1])
        return {name: self.select(id for key in piece for id in groups[key]) for name, piece in zip(parts, pieces, strict=True)}

    def to_csv(self, path: str | os.PathLike[str]) -> Path:
        """The table as CSV (structures joined by `;`), written atomically."""
        from atlas_lab.runs.files import atomic_write

        table = self.table.assign(structures=self.table["structures"].map(";".join))
        with atomic_write(path) as temporary:
            table.to_csv(temporary)
        return Path(path)

    def export(
        self, folder: str | os.PathLike[str], layout: str = "abdomenatlas", *, structures: str | Iterable[str] | None = None
    ) -> Path:
        """Write all cases into the empty or new `folder` as `abdomenatlas`, `nnunet` or `bids`, metadata beside them.

        nnU-Net and BIDS label files hold one id a voxel: where structures overlap the higher id is written, so a liver
        loses the voxels of its vessels. Only `abdomenatlas` keeps overlaps.
        `structures` are the ones to write (default: all a case has; for nnU-Net, those every case is annotated for).
        InputError: an unknown layout, a folder that holds something, a structure some case is not annotated for.
        """
        from atlas_lab.data.export import export

        return export(self, Path(folder), layout, structures=structures)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Case]:
        return (self[id] for id in self._rows)

    def __contains__(self, id: object) -> bool:
        return id in self._rows

    def __getitem__(self, key: Any) -> Any:
        """A case by id or position; an atlas for a slice."""
        if isinstance(key, slice):
            return self.select(self.ids[key])
        row = self._row(key if isinstance(key, str) else self.ids[key])
        case = self.layout.open(self.root, row.found)
        case.meta = self._meta(row.found.id) | case.meta
        return case

    def _row(self, id: str) -> index.Row:
        if id in self._problems:
            raise InputError(self._problems[id])
        if id not in self._rows:
            raise InputError(
                f"{self.root}: has no case {id!r}: {nearest(id, self._rows)}it holds {len(self)}, the first is {self.ids[0]}"
            )
        return self._rows[id]

    def _meta(self, id: str) -> dict[str, Any]:
        return {**self._rows[id].found.meta, **self._metadata.get(id, {})}

    def __repr__(self) -> str:
        return f"Atlas({len(self)} cases in {self.root}, {self.layout.name} layout, {len(self.structures())} structures)"


def _satisfies(where: Callable[[Mapping[str, Any]], bool], facts: Mapping[str, Any], columns: set[str]) -> bool:
    try:
        return where(facts)
    except KeyError as missing:
        _require_known("metadata column", map(str, missing.args), columns)
        return False


def _require_known(what: str, names: Iterable[str], known: set[str]) -> None:
    for name in names:
        if name not in known:
            close = nearest(name, known).rstrip() or f"there are {', '.join(sorted(known)) or 'none'}"
            raise InputError(f"no case has the {what} {name!r}: {close}")
