"""The names that published files give their tensors, turned into those of the plain network."""

import re

from atlas_lab.errors import InputError
from atlas_lab.learning.weights.checkpoint import State

_WRAPPERS = frozenset({"module", "backbone", "model", "net", "network", "_orig_mod"})  # no backbone has a part called so
# NVIDIA's 50,000-scan file: its encoder is Swin UNETR's `swinViT` with one index more in the names of its stages
_DISRUPTIVE_STAGE = re.compile(r"^encoder\.(layers\d\.\d)\.(?:\d\.)?")
_DISRUPTIVE_SIGN = "encoder.patch_embed."


def plain_names(state: State, what: str) -> State:
    """The tensors under the names that MONAI's networks, or our U-Net, give them; those of other parts keep theirs.

    What a parallel, compiled or larger model puts in front (`module.backbone.`) goes. InputError: two tensors that
    then have one name; `what` names the file.
    """
    plain = {name: _strip(name) for name in state}
    if any(name.startswith(_DISRUPTIVE_SIGN) for name in plain.values()):
        plain = {original: _undisrupt(name) for original, name in plain.items()}
    renamed: State = {}
    for original, name in plain.items():
        if (name := _linear(name)) in renamed:
            raise InputError(f"{what}: holds two tensors called {name} once wrappers are taken off; save one model alone")
        renamed[name] = state[original]
    return renamed


def _strip(name: str) -> str:
    parts = name.split(".")
    while len(parts) > 1 and parts[0] in _WRAPPERS:
        del parts[0]
    return ".".join(parts)


def _undisrupt(name: str) -> str:
    if name.startswith(_DISRUPTIVE_SIGN):
        return "swinViT." + name.removeprefix("encoder.")
    return _DISRUPTIVE_STAGE.sub(r"swinViT.\1.", name, count=1)


def _linear(name: str) -> str:
    """Early self-supervised Swin files call the two layers of an MLP fc1 and fc2."""
    return re.sub(r"^(swinViT\..*\.mlp)\.fc([12])\.", r"\1.linear\2.", name)
