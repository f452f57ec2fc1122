"""`metadata.csv`: what a site knows of each patient and scan, one row a case."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from atlas_lab.errors import InputError

FILE = "metadata.csv"
_ID_COLUMNS = ("id", "ID", "case", "case_id", "BDMAP_ID", "bdmap_id")


def read_metadata(root: Path) -> dict[str, dict[str, Any]]:
    """Case id → its metadata, numbers as numbers, empty cells left out; empty when there is no `metadata.csv`.

    InputError: the file has no id column, or names a case twice.
    """
    path = root / FILE
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
            columns = reader.fieldnames or []
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read as CSV ({error})") from error
    key = next((name for name in _ID_COLUMNS if name in columns), None)
    if key is None:
        raise InputError(f"{path}: has the columns {', '.join(columns) or '(none)'}; one of them must be {_ID_COLUMNS[0]!r}")
    table: dict[str, dict[str, Any]] = {}
    for line, row in enumerate(rows, 2):
        id = (row.pop(key) or "").strip()
        if id in table:
            raise InputError(f"{path}: line {line} names case {id!r} a second time")
        table[id] = {name: _value(text) for name, text in row.items() if name and isinstance(text, str) and text.strip()}
    return table


def write_rows(path: Path, rows: Mapping[str, Mapping[str, Any]]) -> None:
    """Write `id` and the union of all columns; values that are lists or objects are left to `case.json`."""
    columns = sorted({name for row in rows.values() for name, value in row.items() if not isinstance(value, list | dict)})
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["id", *columns], extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows({"id": id, **row} for id, row in rows.items())


def _value(text: str) -> Any:
    text = text.strip()
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
