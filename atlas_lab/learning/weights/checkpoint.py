"""A file of weights as named tensors, opened so that nothing in it can run."""

import hashlib
import pickle
import re
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from atlas_lab.errors import InputError

State = dict[str, torch.Tensor]
_DAMAGE = (
    RuntimeError, EOFError, OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError,
)  # fmt: skip
_CODE = re.compile(r"GLOBAL ([\w.]+)")  # what PyTorch says that a file asks for


def read(path: Path) -> State:
    """The named tensors of a .pth, .pt or .ckpt file on the CPU: the file's own, or those of its fullest part.

    InputError: as for `open_safely`, and a file without tensors.
    """
    return _fullest(open_safely(path), path)


def open_safely(path: Path) -> Any:
    """What a file of PyTorch's holds, tensors on the CPU.

    InputError: no such file, not a file of PyTorch's, damaged, larger inside than outside, one that would run code when
    opened.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file of weights")
    _check_size(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of protocols that plain pickles have; they are refused
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise InputError(_refusal(path, str(error))) from error
    except _DAMAGE as error:
        raise InputError(f"{path}: is damaged, or no file of PyTorch's; get it again") from error


def sha256(path: Path) -> str:
    """The file's SHA-256, for records: publishers replace files."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_size(path: Path) -> None:
    try:
        if not zipfile.is_zipfile(path):  # files of before PyTorch 1.6 are none
            return
        with zipfile.ZipFile(path) as archive:
            inside = sum(info.file_size for info in archive.infolist())
    except Exception as error:
        raise InputError(_damaged(path)) from error
    if inside > path.stat().st_size:  # PyTorch never compresses
        raise InputError(f"{path}: unpacks to {inside / 1e9:.1f} GB, more than its own size; it is not opened")


def _damaged(path: Path) -> str:
    return f"{path}: is damaged, or no file of PyTorch's; get it again"


def _refusal(path: Path, said: str) -> str:
    found = _CODE.search(said)
    if found is None:
        return f"{path}: is no file of PyTorch's that can be read safely; get it again, or save its state_dict() anew"
    return (
        f"{path}: would run code when opened ({found[1]}), so it is not; if you trust it, save its weights alone:"
        " torch.save(torch.load(old, weights_only=False)['state_dict'], new)"
    )


def _fullest(loaded: Any, path: Path) -> State:
    """Checkpoints hold the weights beside the optimiser's state and more, under a name that everybody chooses anew."""
    parts = [loaded, *loaded.values()] if isinstance(loaded, Mapping) else []
    found = max((_tensors(part) for part in parts), key=len, default={})
    if not found:
        raise InputError(f"{path}: holds no named tensors; give a file with a state_dict()")
    return found


def _tensors(part: Any) -> State:
    pairs = part.items() if isinstance(part, Mapping) else ()
    return {name: value for name, value in pairs if isinstance(name, str) and _plain(value)}


def _plain(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.layout == torch.strided and not value.is_quantized
