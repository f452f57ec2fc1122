"""Checkpoints: everything that a training needs to go on, and a network to be used, in tensors and plain values."""

from pathlib import Path
from typing import Any

import torch

from atlas_lab.errors import InputError
from atlas_lab.learning.weights.checkpoint import open_safely
from atlas_lab.runs import atomic_write

FORMAT = 1
LAST, BEST = "last.ckpt", "best.ckpt"


def save(content: dict[str, Any], path: Path) -> None:
    """Write a checkpoint; whatever was at `path` stays until the new one is whole. InputError: the disk is full."""
    with atomic_write(path) as temporary:
        torch.save({"format": FORMAT, **content}, temporary)


def load(path: Path) -> dict[str, Any]:
    """Read a checkpoint onto the CPU; nothing in the file can run.

    InputError: no such file, damaged, not written by atlas_lab, from a newer version, one that would run code.
    """
    content = open_safely(path)
    if not isinstance(content, dict) or "network" not in content or "format" not in content:
        raise InputError(f"{path}: is no checkpoint of atlas_lab; load_weights takes published and foreign files")
    if content["format"] > FORMAT:
        raise InputError(f"{path}: was written by a newer atlas_lab; update this one")
    return content
