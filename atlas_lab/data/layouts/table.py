"""The CSV files data sets carry beside their images, a row a case."""

import csv
import functools
from pathlib import Path

from atlas_lab.data.layouts.base import stamp
from atlas_lab.errors import InputError


def read_table(path: Path, key: str) -> dict[str, dict[str, str]]:
    """Value of the column `key` → the row's other cells that are not empty; an empty table where there is no file.

    Commas, semicolons and tabs are told apart. InputError: not readable as CSV, or without the column.
    """
    return _read(path, key, stamp(path)) if path.is_file() else {}


@functools.lru_cache(maxsize=8)  # asked for once a case
def _read(path: Path, key: str, _stamp: str) -> dict[str, dict[str, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as CSV ({error})") from error
    header = text.partition("\n")[0]
    rows = csv.DictReader(text.splitlines(), delimiter=max(",;\t", key=header.count))
    if key not in (rows.fieldnames or ()):
        raise InputError(f"{path}: has no column {key!r} (it has {', '.join(rows.fieldnames or ['none'])})")
    return {row[key].strip(): {k: v.strip() for k, v in row.items() if k and k != key and v and v.strip()} for row in rows}
