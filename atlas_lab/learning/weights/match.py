"""Which of a file's tensors fit a network, and whose they are when they do not fit."""

from dataclasses import dataclass

import torch

from atlas_lab.errors import InputError, MissingExtra
from atlas_lab.learning.backbones import BACKBONES, Backbone, outline
from atlas_lab.learning.weights.checkpoint import State

ENOUGH = 0.9  # of the numbers that a backbone learns, its head aside


@dataclass(frozen=True)
class Match:
    """Names as the file has them once plain. `share` is that of the backbone's parameters, without its head, that fit."""

    fits: tuple[str, ...]
    skipped: tuple[str, ...]
    missing: tuple[str, ...]
    mismatched: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...]
    share: float


def match(state: State, backbone: Backbone) -> Match:
    """Compare names and shapes; `mismatched` holds name, the file's shape, the backbone's."""
    target: dict[str, torch.Tensor] = backbone.net.state_dict()
    shared = [name for name in target if name in state]
    fits = tuple(name for name in shared if state[name].shape == target[name].shape)
    learned = {name: parameter.numel() for name, parameter in backbone.net.named_parameters()}
    return Match(
        fits=fits,
        skipped=tuple(name for name in state if name not in target),
        missing=tuple(name for name in target if name not in state),
        mismatched=tuple((name, tuple(state[name].shape), tuple(target[name].shape)) for name in shared if name not in set(fits)),
        share=sum(learned.get(name, 0) for name in fits) / sum(learned.values()),
    )


def refuse_too_little(found: Match, state: State, backbone: Backbone, what: str) -> None:
    """InputError when less than `ENOUGH` fits; it names the backbone that the file is of, where it is one of ours."""
    if found.share >= ENOUGH:
        return
    asked = f"{backbone.name} of size {backbone.size}"
    if owner := _owner(state, backbone.channels):
        name, size = owner
        raise InputError(f"{what}: holds a {name} of size {size}, not a {asked}; make backbone({name!r}, size={size!r}) for it")
    first = f"shape of {found.mismatched[0][0]}" if found.mismatched else f"no {found.missing[0]}" if found.missing else ""
    raise InputError(
        f"{what}: only {found.share:.0%} of the parameters of a {asked} are in it ({first}); at least {ENOUGH:.0%} must be,"
        " so nothing was loaded"
    )


def _owner(state: State, channels: int) -> tuple[str, str] | None:
    for name, entry in BACKBONES.items():
        for size in entry.sizes:
            try:
                fits = match(state, outline(name, size=size, channels=channels)).share >= ENOUGH
            except MissingExtra:
                break
            if fits:
                return name, size
    return None
