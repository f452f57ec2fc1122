"""The backbones by name."""

import functools
from typing import TYPE_CHECKING, Any

import torch
from torch.overrides import TorchFunctionMode

from atlas_lab.errors import InputError, MissingExtra, nearest
from atlas_lab.learning.backbones import (
    dints,
    mednext,
    nnunet,
    nnunet_resenc,
    segresnet,
    swin_unetr,
    unet,
    unet_plus_plus,
    unetr,
    unimiss,
)
from atlas_lab.learning.backbones.base import Backbone
from atlas_lab.learning.backbones.entry import Entry

if TYPE_CHECKING:
    import pandas as pd

BACKBONES: dict[str, Entry] = {
    "unet": unet.ENTRY,
    "nnunet": nnunet.ENTRY,
    "nnunet_resenc": nnunet_resenc.ENTRY,
    "unet++": unet_plus_plus.ENTRY,
    "swin_unetr": swin_unetr.ENTRY,
    "unetr": unetr.ENTRY,
    "segresnet": segresnet.ENTRY,
    "dints": dints.ENTRY,
    "mednext": mednext.ENTRY,
    "unimiss": unimiss.ENTRY,
}


def backbone(
    name: str, classes: int = 25, size: str = "published", channels: int = 1, *, seed: int = 0, **options: Any
) -> Backbone:
    """A new network of the registry, its weights drawn from `seed`.

    `size` is "published", "tiny" (for lessons on a CPU; most have about a million parameters) or another that
    `backbones()` lists. `options` are a network's own: `architecture` of dints. InputError: an unknown name, size or
    option, no class, no channel. MissingExtra: nnunet_resenc without its package.
    """
    if name not in BACKBONES:
        raise InputError(f"unknown backbone {name!r}: {nearest(name, BACKBONES)}known are {', '.join(BACKBONES)}")
    entry = BACKBONES[name]
    if size not in entry.sizes:
        raise InputError(f"backbone {name}: unknown size {size!r}; it comes as {', '.join(entry.sizes)}")
    for what, number in (("classes", classes), ("channels", channels)):
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise InputError(f"backbone {name}: {what}={number!r}; give a whole number, 1 or more")
    if unknown := set(options) - ({"architecture"} if name == "dints" else set()):
        raise InputError(f"backbone {name}: has no option {', '.join(sorted(unknown))}")
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        made = entry.make(classes, channels, **entry.sizes[size], **options)
    made.name, made.size = name, size
    return made


def outline(name: str, classes: int = 25, size: str = "published", channels: int = 1, **options: Any) -> Backbone:
    """The same network with shapes but no numbers (on torch's meta device): nothing is allocated or drawn."""
    with _NoNumbers():
        return backbone(name, classes, size, channels, **options)


def backbones() -> "pd.DataFrame":
    """Every backbone and size: parameters in millions (25 classes, one channel), divisor of the sides, source, licence.

    Parameters and divisor are missing where an optional package is.
    """
    import pandas as pd

    rows = []
    for name, entry in BACKBONES.items():
        for size in entry.sizes:
            row: dict[str, object] = {"backbone": name, "size": size, "parameters_m": None, "divisor": None}
            try:
                made = _outline_once(name, size)
                row |= {"parameters_m": round(made.parameter_count / 1e6, 2), "divisor": made.divisor}
            except MissingExtra:
                pass
            rows.append(row | {"paper": entry.paper, "year": entry.year, "licence": entry.licence, "note": entry.note})
    return pd.DataFrame(rows).astype({"divisor": "Int64", "parameters_m": float})


@functools.cache
def _outline_once(name: str, size: str) -> Backbone:
    return outline(name, size=size)


class _NoNumbers(TorchFunctionMode):
    """New tensors of layers go to the meta device. Not `torch.device("meta")`: some constructors read a linspace."""

    _FACTORIES = (torch.empty, torch.zeros, torch.ones, torch.rand, torch.randn)

    def __torch_function__(self, function: Any, types: Any, args: tuple = (), kwargs: dict[str, Any] | None = None) -> Any:
        kwargs = kwargs or {}
        if function in self._FACTORIES and kwargs.get("device") is None:
            kwargs = {**kwargs, "device": "meta"}
        return function(*args, **kwargs)
