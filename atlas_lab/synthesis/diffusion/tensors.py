"""Tensors in a file of the safetensors format: a table in JSON, then the numbers; nothing in it can run.

Written here in place of a dependency: https://huggingface.co/docs/safetensors describes the format on half a page.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from atlas_lab.errors import InputError
from atlas_lab.runs import atomic_write

_TYPES: dict[str, np.dtype[Any]] = {"F16": np.dtype("<f2"), "F32": np.dtype("<f4")}
_NAMES = {dtype: name for name, dtype in _TYPES.items()}
_ABOUT = "__metadata__"
_MOST_HEADER = 100_000_000  # bytes, the format's own limit


def write_tensors(tensors: Mapping[str, torch.Tensor], path: Path) -> None:
    """Write float16 and float32 tensors; whatever was at `path` stays until the file is whole."""
    header: dict[str, Any] = {}
    parts: list[bytes] = []
    place = 0
    for name, tensor in sorted(tensors.items()):
        array = tensor.detach().cpu().contiguous().numpy()
        data = array.tobytes()
        kind = _NAMES[array.dtype.newbyteorder("<")]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [place, place + len(data)]}
        place += len(data)
        parts.append(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # the numbers begin at a multiple of 8
    with atomic_write(path) as temporary:
        temporary.write_bytes(b"".join([len(text).to_bytes(8, "little"), text, *parts]))


def read_tensors(path: Path) -> dict[str, torch.Tensor]:
    """The tensors by name, in float32. InputError: no such file, damaged, other numbers than float16 and float32."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        return _read(data)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: is no whole safetensors file of float16 or float32 numbers") from error


def _read(data: bytes) -> dict[str, torch.Tensor]:
    length = int.from_bytes(data[:8], "little")
    if length > min(_MOST_HEADER, len(data) - 8):
        raise ValueError
    header: dict[str, Any] = json.loads(data[8 : 8 + length])
    header.pop(_ABOUT, None)
    numbers = memoryview(data)[8 + length :]
    found = {}
    for name, entry in header.items():
        dtype, shape, (first, last) = _TYPES[entry["dtype"]], entry["shape"], entry["data_offsets"]
        if not 0 <= first <= last <= len(numbers) or last - first != math.prod(shape) * dtype.itemsize:
            raise ValueError
        array = np.frombuffer(numbers[first:last], dtype).reshape(shape)
        found[name] = torch.from_numpy(array.astype(np.float32))
    return found
