"""Trainings that an experiment keeps in a folder, so that a stopped run goes on."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from atlas_lab.errors import InputError
from atlas_lab.runs import write_text

FILE = "setting.json"


def check_setting(folder: Path, setting: Mapping[str, Any]) -> None:
    """Write plain values that decide the results into the folder. InputError: it holds trainings with other ones."""
    said, path = json.dumps(setting, indent=1), folder / FILE
    if path.exists() and path.read_text(encoding="utf-8") != said:
        raise InputError(f"{folder}: holds trainings with another setting or other patients ({FILE}); choose another folder")
    write_text(path, said)


def slug(text: str) -> str:
    """A text as a name of a file, no two of them alike."""
    plain = "".join(letter if letter.isalnum() else "-" for letter in text)
    return f"{plain[:60]}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"
