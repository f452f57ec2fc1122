"""The searched part of DiNTS: which nodes and paths are used, and what each path does."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from atlas_lab.errors import InputError

Given = str | os.PathLike[str] | Mapping[str, Any]
_NAMES = {"node_a": "nodes", "arch_code_a": "paths", "arch_code_c": "operations"}  # the published names
_OPERATIONS = 5
_KEEP_RESOLUTION, _CONVOLUTION = 0, 1  # of MONAI's list of operations: nothing, and 3x3x3


@dataclass(frozen=True)
class Architecture:
    """`nodes` (columns + 1, depths) and `paths` (columns, 3·depths − 2), 1 = used; `operations`, one a path, 0 to 4."""

    nodes: npt.NDArray[np.int64]
    paths: npt.NDArray[np.int64]
    operations: npt.NDArray[np.int64]

    @property
    def depths(self) -> int:
        """How many resolutions there are."""
        return self.nodes.shape[1]

    def plain(self) -> dict[str, Any]:
        """Lists under the published names: what `read` takes, and JSON too."""
        return {published: getattr(self, ours).tolist() for published, ours in _NAMES.items()}


def ends(depths: int) -> tuple[list[int], list[int]]:
    """The depth that each path of a column comes from, and the one that it goes to, in the published order."""
    pairs = [(source, target) for target in range(depths) for source in (target - 1, target, target + 1)]
    inside = [pair for pair in pairs if 0 <= pair[0] < depths]
    return [source for source, _ in inside], [target for _, target in inside]


def default(columns: int, depths: int) -> Architecture:
    """Every node used; each keeps its resolution, hands down in the first half of the columns and up in the second."""
    sources, targets = ends(depths)
    paths = np.zeros((columns, len(sources)), np.int64)
    operations = np.zeros_like(paths)
    for path, (source, target) in enumerate(zip(sources, targets, strict=True)):
        if source == target:
            paths[:, path], operations[:, path] = 1, _CONVOLUTION
        else:
            half = slice(None, columns // 2) if source < target else slice(columns // 2, None)
            paths[half, path], operations[half, path] = 1, _KEEP_RESOLUTION
    return Architecture(np.ones((columns + 1, depths), np.int64), paths, operations)


def read(given: Given) -> Architecture:
    """An architecture from a .npz file, or a mapping, with the published arrays node_a, arch_code_a and arch_code_c.

    The published .pth file is a pickle, which can run any code and is not opened here: where you trust it,
    `numpy.savez("codes.npz", **torch.load("codes.pth", weights_only=False))` converts it. InputError: an unreadable
    file, a missing array, arrays that do not fit together, a path from a node that is not used, a used node without a path.
    """
    arrays, what = (given, "the architecture") if isinstance(given, Mapping) else (_load(Path(given)), str(given))
    missing = [name for name in _NAMES if name not in arrays]
    if missing:
        raise InputError(f"{what}: has no {', '.join(missing)}; it needs {', '.join(_NAMES)}")
    try:
        found = Architecture(**{ours: np.asarray(arrays[published]).astype(np.int64) for published, ours in _NAMES.items()})
    except (TypeError, ValueError) as error:
        raise InputError(f"{what}: {', '.join(_NAMES)} must be arrays of whole numbers ({error})") from error
    _check(found, what)
    return found


def _load(path: Path) -> dict[str, npt.NDArray[Any]]:
    try:
        with np.load(path, allow_pickle=False) as file:
            if isinstance(file, np.ndarray) or not set(_NAMES) & set(file):  # PyTorch's files are archives too
                raise ValueError
            return dict(file)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise InputError(
            f"{path}: is no .npz file of arrays; a published .pth is a pickle: where you trust it, convert it with"
            " numpy.savez(npz, **torch.load(pth, weights_only=False))"
        ) from error


def _check(found: Architecture, what: str) -> None:
    if found.nodes.ndim != 2 or found.depths < 1:
        raise InputError(f"{what}: node_a must be (columns + 1, depths), not of shape {found.nodes.shape}")
    expected = (len(found.nodes) - 1, 3 * found.depths - 2)
    if found.paths.shape != expected or found.operations.shape != expected or expected[0] < 1:
        raise InputError(
            f"{what}: node_a of shape {found.nodes.shape} needs arch_code_a and arch_code_c of shape {expected},"
            f" not {found.paths.shape} and {found.operations.shape}"
        )
    if not np.isin(found.nodes, (0, 1)).all() or not np.isin(found.paths, (0, 1)).all():
        raise InputError(f"{what}: node_a and arch_code_a hold 0 and 1 only")
    if not np.isin(found.operations, range(_OPERATIONS)).all():
        raise InputError(f"{what}: arch_code_c holds operations 0 to {_OPERATIONS - 1} only")
    sources, targets = ends(found.depths)
    for column, used in enumerate(found.paths.astype(bool)):
        arrived = set(np.array(targets)[used])
        if not found.nodes[column][np.array(sources)[used]].all() or arrived != set(np.flatnonzero(found.nodes[column + 1])):
            raise InputError(f"{what}: the paths of column {column} do not join the nodes that node_a uses")
