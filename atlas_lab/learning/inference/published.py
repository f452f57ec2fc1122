"""The published networks whole, heads too, as models to predict with."""

from collections.abc import Sequence
from pathlib import Path

import torch

from atlas_lab.errors import InputError, nearest
from atlas_lab.learning.backbones import Backbone, backbone
from atlas_lab.learning.backbones.unet import UNet
from atlas_lab.learning.heads import TEMPLATE, Universal
from atlas_lab.learning.model import Model
from atlas_lab.learning.patches import SUPREM_WINDOW
from atlas_lab.learning.weights import SOURCES, load_weights, read_weights
from atlas_lab.learning.weights.checkpoint import State

_SPACING, _PATCH = 1.5, 96  # mm and voxels; SuPreM (ICLR 2024) and the Universal Model (ICCV 2023)
# the structures that SuPreM's own inference saves: those of release 1.0
_SUPREM_GIVES = ("spleen", "kidney_right", "kidney_left", "gall_bladder", "liver", "stomach", "aorta", "postcava", "pancreas")
_CLASSES = (31, 32)  # the last, the kidney's cysts, came later than the first files
_OUTPUT = "conv_final.2.conv"
_EMBEDDINGS = "organ_embedding"
_PARTS = {  # the files' names of the head's layers, and ours
    "GAP.0": "image.0", "GAP.3": "image.3", "precls_conv.0": "voxels.0", "precls_conv.2": "voxels.2",
    "controller": "controller", "text_to_vision": "text",
}  # fmt: skip


def published_model(name: str, path: Path, structures: Sequence[str] | None = None) -> Model:
    """The network of the published file `name` that lies at `path`, on the CPU.

    `structures` are the classes to answer, in that order (default: SuPreM's networks give the 9 of release 1.0, those
    of the Universal Model all). A published U-Net normalises by the batch at hand, as its makers' predictions were
    made. InputError: a file of self-supervision, which has no classes; a structure that the file does not know; tensors
    that are missing or of another shape (they are named).
    """
    source = SOURCES[name]
    if not name.startswith(("suprem:", "universal:")):
        raise InputError(f"{name}: was trained without labels, so it knows no structures; fine-tune it first")
    state = read_weights(path)
    plain = source.backbone == "segresnet"
    known = TEMPLATE[: _count(state, f"{_OUTPUT}.weight" if plain else _EMBEDDINGS, name)]
    chosen = tuple(structures or (_SUPREM_GIVES if name.startswith("suprem:") else known))
    for structure in chosen:
        if structure not in known:
            raise InputError(f"{name}: knows no {structure!r}: {nearest(structure, known)}it has {', '.join(known)}")
    rows = [known.index(structure) for structure in chosen]
    network = backbone(source.backbone, len(rows) if plain else 1)
    report = load_weights(network, path)
    if report.share < 1:
        raise InputError(f"{name}: the file does not fill its backbone: {', '.join(report.left_random[:3])} are not in it")
    if isinstance(network, UNet):
        network.batch_statistics = True
    whole = _with_output(network, state, rows, name) if plain else _with_text(network, state, rows, name)
    return Model(whole.eval(), chosen, (_SPACING,) * 3, SUPREM_WINDOW, (_PATCH,) * 3)


def _with_output(network: Backbone, state: State, rows: list[int], name: str) -> Backbone:
    found = {part: state[f"{_OUTPUT}.{part}"][rows] for part in ("weight", "bias") if f"{_OUTPUT}.{part}" in state}
    _fill(network.head, {f"conv.{part}": tensor for part, tensor in found.items()}, name)
    return network


def _with_text(network: Backbone, state: State, rows: list[int], name: str) -> Universal:
    universal = Universal(network, state[_EMBEDDINGS][rows])
    found = {"embeddings": universal.head.embeddings}
    for theirs, ours in _PARTS.items():
        for part in ("weight", "bias"):
            if f"{theirs}.{part}" in state:
                found[f"{ours}.{part}"] = state[f"{theirs}.{part}"]
    _fill(universal.head, found, name)
    return universal


def _fill(layers: torch.nn.Module, found: State, name: str) -> None:
    """InputError: a tensor of the head is missing, or has another shape, or is no number."""
    for own, tensor in layers.state_dict().items():
        if own not in found:
            raise InputError(f"{name}: the file has no {own} of its head; get it again, or give another file")
        if found[own].shape != tensor.shape:
            raise InputError(f"{name}: {own} of its head is {tuple(found[own].shape)} in the file, {tuple(tensor.shape)} here")
        if not torch.isfinite(found[own]).all():
            raise InputError(f"{name}: {own} of its head holds NaN or infinite numbers")
    layers.load_state_dict(found)


def _count(state: State, tensor: str, name: str) -> int:
    if tensor not in state:
        raise InputError(f"{name}: the file has no {tensor}, so it cannot say which structures it sees")
    count = len(state[tensor])
    if count not in _CLASSES:
        raise InputError(f"{name}: the file has {count} classes; the template of its makers has {_CLASSES[-1]}")
    return count
