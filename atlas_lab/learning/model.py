"""A network that knows what it was trained on: its classes, spacing and window, so that nothing else must be said to use it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from atlas_lab._version import __version__
from atlas_lab.errors import InputError
from atlas_lab.learning.backbones import Backbone, backbone
from atlas_lab.learning.heads import Universal
from atlas_lab.learning.training import load

Size = tuple[int, int, int]
SCRATCH = {"from": "scratch"}  # what a checkpoint says of weights that were drawn


def described(network: Backbone) -> dict[str, Any]:
    """What makes the same backbone again, its classes and weights aside."""
    return {"name": network.name, "size": network.size, "channels": network.channels, "options": dict(network.options)}


def checkpoint_in(path: Path) -> Path:
    """The checkpoint itself, where `path` is the folder of a training: its best one, else its last."""
    if not path.is_dir():
        return path
    return next((path / name for name in ("best.ckpt", "last.ckpt") if (path / name).exists()), path / "last.ckpt")


@dataclass(frozen=True)
class Model:
    """A network with one output a class, the voxel spacing (mm), HU window and patch (voxels) that it was trained with."""

    network: Backbone | Universal
    classes: tuple[str, ...]
    spacing: tuple[float, float, float]
    window: tuple[float, float]
    patch: Size

    def __repr__(self) -> str:
        sides = " x ".join(f"{side:.4g}" for side in self.spacing)
        network = self.network.backbone if isinstance(self.network, Universal) else self.network
        return (
            f"Model({network.name} {network.size}, {len(self.classes)} classes, {sides} mm, "
            f"{self.window[0]:g} to {self.window[1]:g} HU, windows of {' x '.join(map(str, self.patch))})"
        )

    @property
    def about(self) -> dict[str, Any]:
        """Everything but the weights, in plain values; `Model.open` makes the model of it again.

        InputError: a published network with a text-driven head, whose own file holds all of it.
        """
        if isinstance(self.network, Universal):
            raise InputError("a published network is opened from its own file, and not written into a checkpoint")
        return {
            "backbone": described(self.network), "classes": list(self.classes), "spacing_mm": list(self.spacing),
            "window": list(self.window), "patch": list(self.patch), "atlas_lab": __version__,
        }  # fmt: skip

    @classmethod
    def open(cls, path: str | Path) -> "Model":
        """The model of a checkpoint, or of the folder of a training (its best one, else its last), on the CPU.

        InputError: no checkpoint, one that is damaged or would run code, one of a training that makes no model, weights
        that do not fit.
        """
        path = checkpoint_in(Path(path))
        found = load(path)
        about = found.get("about", {})
        if not {"backbone", "classes", "spacing_mm", "window", "patch"} <= about.keys():
            raise InputError(
                f"{path}: is the checkpoint of a training that makes no model to predict with; fine-tune from it first"
            )
        made = about["backbone"]
        network = backbone(made["name"], len(about["classes"]), made["size"], made["channels"], **made["options"])
        try:
            network.load_state_dict(found["network"])
        except RuntimeError as error:
            raise InputError(f"{path}: its weights are not those of {made['name']} of size {made['size']}") from error
        network.eval()
        spacing, window, patch = about["spacing_mm"], about["window"], about["patch"]
        return cls(
            network,
            tuple(about["classes"]),
            (spacing[0], spacing[1], spacing[2]),
            (window[0], window[1]),
            (patch[0], patch[1], patch[2]),
        )

    def to(self, device: str | torch.device) -> "Model":
        """The model itself, its network moved to a device."""
        self.network.to(device)
        return self
