"""`dataset.json` as nnU-Net (versions 1 and 2) and the Medical Segmentation Decathlon write it."""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atlas_lab import anatomy
from atlas_lab.data.layouts.base import stamp
from atlas_lab.data.nifti import SUFFIXES
from atlas_lab.errors import InputError

FILE = "dataset.json"
_NOT_CT = ("mr", "t1", "t2", "flair", "adc", "dwi", "pet", "us")  # a CT's channel may have any other name


@dataclass(frozen=True)
class Dataset:
    """What `dataset.json` says: the set's name, its channels, and each label name's ids (regions have several)."""

    path: Path
    name: str
    channels: tuple[str, ...]
    labels: Mapping[str, tuple[int, ...]]

    def require_one_ct(self) -> "Dataset":
        """Refuse what is not a single-channel CT."""
        if len(self.channels) > 1:
            raise InputError(
                f"{self.path}: has {len(self.channels)} channels ({', '.join(self.channels)}); atlas_lab reads one CT"
            )
        if self.channels and self.channels[0].strip().lower().startswith(_NOT_CT):
            raise InputError(f"{self.path}: its images are {self.channels[0]!r}, not CT")
        return self


def read_dataset(root: Path) -> Dataset:
    """The `dataset.json` of a folder. InputError: there is none, it is not JSON, or its labels make no sense."""
    path = root / FILE
    return _read(path, stamp(path))


@functools.lru_cache(maxsize=8)  # asked for once a case
def _read(path: Path, _stamp: str) -> Dataset:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise InputError(f"{path}: does not exist, so nothing says what the label ids mean; give class_map=") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as JSON ({error})") from error
    if not isinstance(content, dict) or not isinstance(content.get("labels", {}), dict):
        raise InputError(f"{path}: is not an nnU-Net or MSD description (an object with labels)")
    ending = content.get("file_ending", SUFFIXES[0])
    if ending not in SUFFIXES:
        raise InputError(f"{path}: its images end in {ending}; atlas_lab reads {' and '.join(SUFFIXES)}")
    channels = content.get("channel_names", content.get("modality", {}))
    names = tuple(map(str, channels.values() if isinstance(channels, dict) else [channels]))
    return Dataset(path, str(content.get("name", "")), names, _labels(content.get("labels", {}), path))


def _labels(labels: Mapping[str, Any], path: Path) -> dict[str, tuple[int, ...]]:
    """Name → ids, from name → id(s) (version 2) or id → name (version 1, MSD); the background is left out."""
    found: dict[str, tuple[int, ...]] = {}
    for key, value in labels.items():
        by_id = key.strip().isdigit() and isinstance(value, str)
        name, ids = (value, [key]) if by_id else (key, value if isinstance(value, list) else [value])
        try:
            numbers = tuple(int(i) for i in ids)
        except (TypeError, ValueError):
            raise InputError(f"{path}: label {key!r} has {value!r}; ids are whole numbers") from None
        if min(numbers, default=0) < 0 or max(numbers, default=0) > anatomy.MAX_ID:
            raise InputError(f"{path}: label {name!r} has id {max(numbers)}; ids run from 0 to {anatomy.MAX_ID}")
        if any(numbers):
            found[name] = (*found.get(name, ()), *(i for i in numbers if i))
    return found
