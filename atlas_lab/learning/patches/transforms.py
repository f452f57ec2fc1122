"""Changing patches on their way to the network, before the HU window: how synthesis plugs into training.

A transform is any callable with the signature of `PatchTransform`:

    def add_a_cyst(hu, masks, spacing, rng):
        liver = masks["liver"]                       # bool, of the patch's shape
        cyst = ...                                   # inside the liver, placed with rng
        hu[cyst] = 5
        return hu, {"kidney_cyst": cyst}
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np

from atlas_lab.errors import InputError, nearest


class PatchMasks(Mapping[str, np.ndarray]):
    """The masks of a patch by structure; each is made when it is asked for.

    Only the classes that the case is annotated for are there. `masks["liver"]` is a new bool array (x, y, z).
    """

    def __init__(self, bits: np.ndarray, known: np.ndarray, classes: Sequence[str]) -> None:
        """`bits` are whole numbers (x, y, z), `known` a bool for each of `classes`."""
        self._bits = bits
        self._numbers = {name: number for number, name in enumerate(classes) if known[number]}

    def __getitem__(self, name: str) -> np.ndarray:
        mask: np.ndarray = (self._bits & (1 << self._numbers[name])) != 0
        return mask

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


class PatchTransform(Protocol):
    """What is done to one patch on the CPU, before windowing and augmentation.

    `hu` is int16 (x, y, z) and the transform's to change, `masks` the patch's masks (organs and tumours) by structure,
    `spacing` the voxel size in mm, `rng` a generator that depends on the seed, step, sample and the transform's place in
    the list alone: nothing else may be random. It returns the HU, of the same shape, whole numbers or not, and the masks
    that it changed or added by structure; the others stay. A structure that it returns counts as known in this patch,
    so a transform that returns an empty mask says "none here"; one that has `brings`, a tuple of structures, makes what no
    case needs to be annotated for. For a worker that is started anew, the transform must be
    picklable: a function of a module, or an instance of a class.
    """

    def __call__(
        self, hu: np.ndarray, masks: Mapping[str, np.ndarray], spacing: tuple[float, float, float], rng: np.random.Generator
    ) -> tuple[np.ndarray, Mapping[str, np.ndarray]]: ...


def brought(transforms: Sequence[PatchTransform]) -> tuple[str, ...]:
    """The structures that these transforms make, so that no case needs to be annotated for them."""
    return tuple(name for transform in transforms for name in getattr(transform, "brings", ()))


def apply(
    transform: PatchTransform,
    hu: np.ndarray,
    bits: np.ndarray,
    known: np.ndarray,
    classes: Sequence[str],
    spacing: tuple[float, float, float],
    rng: np.random.Generator,
) -> None:
    """Run a transform on one patch; `hu` (int16), `bits` (int64) and `known` (bool a class) are changed in place.

    InputError: it returns another shape, NaN, or a mask of something that is not one of the classes.
    """
    who = getattr(transform, "__name__", type(transform).__name__)
    try:
        answer = transform(hu.copy(), PatchMasks(bits, known, classes), spacing, rng)
    except InputError:
        raise
    except Exception as error:  # whatever a user's code raises
        raise InputError(f"transform {who} raised {type(error).__name__}: {error}") from error
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise InputError(f"transform {who} returns {type(answer).__name__}; it must return the HU and a dict of masks")
    new, changed = answer
    new = np.asarray(new)
    if new.shape != hu.shape:
        raise InputError(f"transform {who} returns HU of shape {new.shape}; the patch has {hu.shape}")
    if not np.isfinite(new).all():
        raise InputError(f"transform {who} returns HU that are no number (NaN or infinite); each voxel needs its HU")
    masks = {name: _checked(who, name, mask, hu.shape, classes) for name, mask in changed.items()}
    limits = np.iinfo(np.int16)
    hu[...] = new if new.dtype == np.int16 else np.clip(np.rint(new), limits.min, limits.max)
    for name, mask in masks.items():
        number = classes.index(name)
        np.bitwise_and(bits, ~(1 << number), out=bits)
        np.bitwise_or(bits, 1 << number, out=bits, where=mask)
        known[number] = True


def _checked(who: str, name: str, mask: np.ndarray, shape: tuple[int, ...], classes: Sequence[str]) -> np.ndarray:
    if name not in classes:
        raise InputError(
            f"transform {who} returns a mask of {name!r}, which is no class of this training: {nearest(name, classes)}"
            f"classes are {', '.join(classes)}"
        )
    mask = np.asarray(mask)
    if mask.dtype != bool or mask.shape != shape:
        raise InputError(f"transform {who}: the mask of {name!r} is {mask.dtype} {mask.shape}; it must be bool {shape}")
    return mask
