"""The index of an atlas: one SQLite row a case, so that 10,000 cases open at once."""

import contextlib
import dataclasses
import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from atlas_lab.data import cache, geometry, nifti
from atlas_lab.data.layouts.base import Found, Layout
from atlas_lab.errors import InputError

_VERSION = 1  # of the rows; another one is thrown away and built anew
_HEADER_THREADS = 8  # reading headers waits for the disk, not for the processor
_SHOW_PROGRESS_FROM = 200


@dataclasses.dataclass(frozen=True)
class Row:
    """What the index knows of a case: where it is, its grid, or why it cannot be read."""

    found: Found
    stamp: str
    shape: tuple[int, ...] = ()
    spacing: tuple[float, ...] = ()
    orientation: str = ""
    error: str = ""


def rows(root: Path, layout: Layout, *, refresh: bool = False) -> list[Row]:
    """The rows of every case in `root`, reading only the headers of cases that are new or have changed."""
    stamps = layout.stamps(root)
    with _database(root, layout) as database:
        known = {} if refresh else {row.found.id: row for row in _read(database)}
        fresh = [id for id, stamp in stamps.items() if id not in known or known[id].stamp != stamp]
        gone = set(known) - set(stamps)
        if fresh or gone or refresh:
            made = list(_examine(root, layout, fresh, stamps))
            known |= {row.found.id: row for row in made}
            _write(database, made, gone, start_over=refresh)
    return [known[id] for id in stamps]


def _examine(root: Path, layout: Layout, ids: list[str], stamps: dict[str, str]) -> Iterator[Row]:
    def one(id: str) -> Row:
        try:
            found = layout.find(root, id)
        except InputError as error:
            return Row(Found(id, ""), stamps[id], error=str(error))
        try:
            disk = nifti.read_format(root / found.image)
        except InputError as error:
            return Row(found, stamps[id], error=str(error))
        return Row(found, stamps[id], disk.ras_shape, geometry.spacing_of(disk.ras_affine), geometry.codes_of(disk.affine))

    with ThreadPoolExecutor(_HEADER_THREADS) as pool:
        yield from tqdm(pool.map(one, ids), total=len(ids), desc="indexing", unit="case", disable=len(ids) < _SHOW_PROGRESS_FROM)


@contextlib.contextmanager
def _database(root: Path, layout: Layout) -> Iterator[sqlite3.Connection]:
    """The index in the cache (a folder of cases is never written to), in memory where there is no cache."""
    key = hashlib.sha256(f"{root.resolve()}\0{layout.name}".encode()).hexdigest()[:24]
    database = None
    if (cached := cache.folder()) is not None:
        with contextlib.suppress(OSError, sqlite3.OperationalError):
            database = _connect(cached / "index" / f"{key}.sqlite")
    database = database or _prepare(sqlite3.connect(":memory:"))
    with contextlib.closing(database):
        yield database


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _prepare(sqlite3.connect(path, timeout=60))
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):  # locked or not writable, not damaged
            raise
        path.unlink()
        return _prepare(sqlite3.connect(path, timeout=60))


def _prepare(database: sqlite3.Connection) -> sqlite3.Connection:
    """The database with a table of today's version; closed again where that cannot be had."""
    try:
        _make_table(database)
    except BaseException:
        database.close()
        raise
    return database


def _make_table(database: sqlite3.Connection) -> None:
    with database:
        if database.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
            database.execute("DROP TABLE IF EXISTS cases")
            database.execute(f"PRAGMA user_version = {_VERSION}")
        database.execute(
            "CREATE TABLE IF NOT EXISTS cases (id TEXT PRIMARY KEY, stamp TEXT, image TEXT, labels TEXT, structures TEXT,"
            " meta TEXT, shape TEXT, spacing TEXT, orientation TEXT, error TEXT)"
        )


def _read(database: sqlite3.Connection) -> Iterator[Row]:
    for id, stamp, image, labels, structures, meta, shape, spacing, orientation, error in database.execute("SELECT * FROM cases"):
        found = Found(id, image, _tuple(labels), _tuple(structures), json.loads(meta))
        yield Row(found, stamp, tuple(map(int, _tuple(shape))), tuple(map(float, _tuple(spacing))), orientation, error)


def _write(database: sqlite3.Connection, made: Iterable[Row], gone: Iterable[str], *, start_over: bool) -> None:
    with database:
        if start_over:
            database.execute("DELETE FROM cases")
        database.executemany("DELETE FROM cases WHERE id = ?", [(id,) for id in gone])
        database.executemany("INSERT OR REPLACE INTO cases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_values, made))


def _values(row: Row) -> tuple[Any, ...]:
    found = row.found
    meta = json.dumps(dict(found.meta), default=str)
    lists = ["\n".join(map(str, values)) for values in (found.labels, found.structures)]
    grid = ["\n".join(map(repr, values)) for values in (row.shape, row.spacing)]
    return (found.id, row.stamp, found.image, *lists, meta, *grid, row.orientation, row.error)


def _tuple(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n")) if text else ()
