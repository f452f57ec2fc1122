"""Where a training starts from: random numbers, another training, or published weights."""

import math
import re
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from torch import nn

from atlas_lab.errors import InputError
from atlas_lab.learning.backbones import Backbone
from atlas_lab.learning.model import checkpoint_in, described
from atlas_lab.learning.training import Trained, load
from atlas_lab.learning.training.checkpoint import BEST, LAST
from atlas_lab.learning.weights import SOURCES, load_weights
from atlas_lab.learning.weights.sources import named

SCRATCH = "scratch"
Start = str | PathLike[str] | Trained
PARTS = {"full": (), "decoder": ("encoder",), "head": ("encoder", "decoder")}  # what is trained → what is frozen

_RARE = 0.01
_OWN = re.compile(r"(?:student\.)?(?:backbone\.)?net\.(.+)")  # the backbone's tensors in the checkpoint of any objective


@dataclass(frozen=True)
class Origin:
    """What is known of a start before its weights are read: `about` of one's own training, {} of another file."""

    text: str
    file: Path | None
    about: dict[str, Any]

    @classmethod
    def of(cls, start: Start) -> "Origin":
        """InputError: nothing there, a published name that is unknown or refused, an unsafe file."""
        if start == SCRATCH:
            return cls(SCRATCH, None, {})
        if isinstance(start, str) and (source := named(start)):
            made = {"name": source.backbone, "size": "published", "channels": 1, "options": {}}
            return cls(start, None, {"backbone": made, "kind": "published"})
        path = start.checkpoint if isinstance(start, Trained) else checkpoint_in(Path(start))
        if path.parent.is_dir() and not path.is_file() and path.name in (BEST, LAST):
            inside = ", ".join(sorted(found.parent.name for found in path.parent.glob(f"*/{LAST}"))[:5])
            raise InputError(
                f"{path.parent}: holds no training; " + (f"those in it are {inside}" if inside else "it has no checkpoint")
            )
        if not path.is_file():
            near = f" (published are {', '.join(name for name, source in SOURCES.items() if not source.refused)})"
            raise InputError(f"init_from={str(start)!r}: no such training or file{near}; or give {SCRATCH!r}")
        return cls(str(path), path, _about(path))


def initialise(backbone: Backbone, origin: Origin, *, accept_licence: bool = False) -> dict[str, Any]:
    """Put the origin's weights into the backbone, its head aside; what a checkpoint must say of it, in plain values.

    InputError: weights of another backbone, which is named, too little of them, a licence that is not accepted.
    """
    if origin.text == SCRATCH:
        return {"from": SCRATCH}
    if origin.about.get("kind") != "published" and origin.about:
        return _from_training(backbone, origin)
    report = load_weights(backbone, origin.file or origin.text, accept_licence=accept_licence)
    return {"from": report.source, "sha256": report.sha256, "share": round(report.share, 4), "history": report.history}


def _from_training(backbone: Backbone, origin: Origin) -> dict[str, Any]:
    """A self-supervised task that reaches the encoder alone leaves the decoder as it is."""
    assert origin.file is not None
    theirs, ours = origin.about["backbone"], described(backbone)
    if theirs != ours:
        raise InputError(
            f"{origin.file}: holds a {theirs['name']} of size {theirs['size']}, not a {ours['name']} of size {ours['size']}; "
            f"fine-tune with backbone={theirs['name']!r}, size={theirs['size']!r}"
        )
    found = {_OWN.match(name): tensor for name, tensor in load(origin.file)["network"].items()}
    state = {place[1]: tensor for place, tensor in found.items() if place}
    wanted = set(backbone.net.state_dict())
    if origin.about.get("trains") == "encoder":
        wanted = {name.removeprefix("net.") for name in backbone.encoder_state()}
    fitting = {name: tensor for name, tensor in state.items() if name in wanted}
    if missing := sorted(wanted - fitting.keys()):
        raise InputError(
            f"{origin.file}: lacks {missing[0]} and {len(missing) - 1} more of a {ours['name']}; it is no whole training"
        )
    backbone.net.load_state_dict(fitting, strict=False)
    about = origin.about
    task = about.get("task", "supervised")
    return {
        "from": origin.file.parent.name,
        "kind": about["kind"],
        "task": task,
        "cases": about["cases"],
        "before": about.get("start"),
    }


def _about(path: Path) -> dict[str, Any]:
    try:
        about: dict[str, Any] = load(path)["about"]
    except InputError:  # a file of others, which is opened with the same care when its turn comes
        return {}
    return about


def rare_at_first(backbone: Backbone) -> None:
    """Start the output layer at a probability of 1 %: most voxels are no part of a structure (Lin et al., ICCV 2017).

    Without it a short training spends its first hundreds of steps on saying "nothing here", and small structures drown.
    """
    last = [layer for layer in backbone.head.modules() if isinstance(layer, nn.Conv3d) and layer.bias is not None][-1]
    assert last.bias is not None
    nn.init.constant_(last.bias, math.log(_RARE / (1 - _RARE)))


def freeze(backbone: Backbone, train: str) -> None:
    """Keep all but the part that is trained: `full`, `decoder` (its head too) or `head`. InputError: another word."""
    if train not in PARTS:
        raise InputError(f"train_part={train!r}: choose one of {', '.join(PARTS)}")
    backbone.freeze(*PARTS[train])
