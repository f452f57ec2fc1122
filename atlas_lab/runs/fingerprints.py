"""Telling whether two executions had the same inputs: fingerprints of files and folders, and the key of a step."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from atlas_lab.errors import InputError


def fingerprint(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The identity of a file or folder: its absolute path, size in bytes and a SHA-256.

    A file is hashed by its content. A folder is hashed by its listing (relative names, sizes and modification times),
    because an atlas of thousands of scans cannot be read each time; files and folders whose name starts with a dot
    (caches, indexes) do not count. InputError: nothing is there.
    """
    path = Path(path).expanduser().absolute()
    if path.is_dir():
        return {"path": str(path), "kind": "folder", **_of_listing(path)}
    if not path.is_file():
        raise InputError(f"{path}: no such file or folder")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"path": str(path), "kind": "file", "size": path.stat().st_size, "sha256": digest}


def step_key(notebook_source: str, parameters: Mapping[str, Any], inputs: Mapping[str, Mapping[str, Any]], version: str) -> str:
    """The SHA-256 that stays the same while a step would compute the same: source, parameters, inputs, version.

    `inputs` maps a name to a fingerprint; where the files lie does not count, what they hold does, so a parameter that
    names an input counts by its fingerprint only.
    """
    identity = {
        "source": notebook_source,
        "parameters": {name: value for name, value in parameters.items() if name not in inputs},
        "inputs": {name: found["sha256"] for name, found in inputs.items()},
        "version": version,
    }
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


def _of_listing(folder: Path) -> dict[str, Any]:
    listing, size = [], 0
    for name, status in _walk(folder, ""):
        listing.append(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n")
        size += status.st_size
    digest = hashlib.sha256("".join(sorted(listing)).encode("utf-8", "surrogateescape")).hexdigest()
    return {"files": len(listing), "size": size, "sha256": digest}


def _walk(folder: Path, prefix: str) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(Path(entry.path), f"{prefix}{entry.name}/")
            else:
                yield f"{prefix}{entry.name}", _status(entry)


def _status(entry: os.DirEntry[str]) -> os.stat_result:
    try:
        return entry.stat()
    except FileNotFoundError:  # a link that leads nowhere
        return entry.stat(follow_symlinks=False)
