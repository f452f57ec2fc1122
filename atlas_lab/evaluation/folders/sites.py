"""From which hospital each case is."""

import os
from collections.abc import Mapping
from pathlib import Path

from atlas_lab.data.layouts.table import read_table
from atlas_lab.errors import ParameterError
from atlas_lab.evaluation.folders.sources import Side


def sites_of(truth: Side, given: str | os.PathLike[str] | Mapping[str, str] | None) -> dict[str, str]:
    """Case id → site: as given, or out of a CSV with columns id and site, or what the truth's folder says.

    ParameterError: no such file, a column is missing, no case of the truth is named.
    """
    if given is None:
        return {id: source.site for id, source in truth.sources.items() if source.site}
    if isinstance(given, Mapping):
        known = {str(id): str(site) for id, site in given.items()}
        where = "sites"
    else:
        path = Path(given).expanduser()
        if not path.is_file():
            raise ParameterError(f"sites: {path} does not exist; give a CSV with the columns id and site")
        rows, where = read_table(path, "id"), f"sites: {path}"
        known = {id: row["site"] for id, row in rows.items() if "site" in row}
        if not known:
            raise ParameterError(f"{where} says no site of any case; it needs the columns id and site")
    found = {id: known[id] for id in truth.sources if id in known}
    if not found:
        raise ParameterError(
            f"{where} names no case of the truth: it has {', '.join([*known][:3])}, the truth {', '.join([*truth.sources][:3])}"
        )
    return found
