"""`load_weights`: published or own weights into a backbone, and a report of what went where."""

from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import torch

from atlas_lab.errors import InputError
from atlas_lab.learning.backbones import Backbone
from atlas_lab.learning.weights import checkpoint
from atlas_lab.learning.weights.checkpoint import State
from atlas_lab.learning.weights.fetch import HubClient, fetch
from atlas_lab.learning.weights.match import Match, match, refuse_too_little
from atlas_lab.learning.weights.naming import plain_names
from atlas_lab.learning.weights.sources import Source, named

_SHOWN = 4


@dataclass(frozen=True)
class WeightsReport:
    """What `load_weights` did. Names are the backbone's own; `skipped` ones are the file's, once plain.

    `left_random` is what kept its random numbers, the head always; `share` the loaded share of the parameters without the
    head; `history` what a published file was initialised from and has seen ("" for one's own file).
    """

    source: str
    file: Path
    sha256: str
    loaded: tuple[str, ...]
    skipped: tuple[str, ...]
    left_random: tuple[str, ...]
    mismatched: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...]
    share: float
    history: str
    licence: str

    def __str__(self) -> str:
        lines = [
            f"{self.source}: {len(self.loaded)} tensors loaded, {self.share:.1%} of the backbone's parameters",
            f"  left random: {_some(self.left_random)}",
            f"  skipped, no part of the backbone: {_some(self.skipped)}",
        ]
        for name, theirs, ours in self.mismatched:
            lines.append(f"  another shape: {name} is {theirs} in the file, {ours} here")
        if self.history:
            lines += [f"  {self.history}", f"  licence: {self.licence}"]
        return "\n".join(lines)


def load_weights(
    backbone: Backbone, source: str | PathLike[str], *, accept_licence: bool = False, client: HubClient | None = None
) -> WeightsReport:
    """Put weights into `backbone`, its head aside, which stays random: a published name of `SOURCES`, or a file.

    A published file is downloaded into the cache once, after its licence, which must be accepted. Files are opened
    as tensors alone, so that nothing in them can run. InputError: an unknown name, a licence that is not accepted, a file
    that cannot be read safely, one of another backbone or size, one with less than 90 % of the backbone's parameters,
    numbers that are NaN or infinite. The backbone is then unchanged.
    """
    published, what = _find(source), str(source)
    if published is not None:
        _check_owner(published, backbone)
    path = Path(source) if published is None else fetch(published, accept_licence=accept_licence, client=client)
    state = plain_names(checkpoint.read(path), what)
    found = match(state, backbone)
    refuse_too_little(found, state, backbone, what)
    fitting = {name: state[name] for name in found.fits}
    _refuse_no_numbers(fitting, what)
    backbone.net.load_state_dict(fitting, strict=False)
    return _report(found, published, what, path, backbone)


def read_weights(source: str | PathLike[str], *, accept_licence: bool = False, client: HubClient | None = None) -> State:
    """Every tensor of a published name or a file under its plain name, heads and text branches too; see `load_weights`."""
    published = _find(source)
    path = Path(source) if published is None else fetch(published, accept_licence=accept_licence, client=client)
    return plain_names(checkpoint.read(path), str(source))


def _find(source: str | PathLike[str]) -> Source | None:
    return named(source) if isinstance(source, str) else None


def _check_owner(published: Source, backbone: Backbone) -> None:
    if (backbone.name, backbone.size) != (published.backbone, "published"):
        raise InputError(
            f"{published.name}: holds a {published.backbone} of size published, not a {backbone.name} of size {backbone.size};"
            f" make backbone({published.backbone!r}) for it"
        )


def _refuse_no_numbers(state: State, what: str) -> None:
    for name, tensor in state.items():
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            raise InputError(f"{what}: {name} holds NaN or infinite numbers; the training that wrote it went wrong")


def _report(found: Match, published: Source | None, what: str, path: Path, backbone: Backbone) -> WeightsReport:
    without = (*found.missing, *(name for name, _, _ in found.mismatched))
    return WeightsReport(
        source=what,
        file=path,
        sha256=checkpoint.sha256(path),
        loaded=tuple(f"net.{name}" for name in found.fits),
        skipped=found.skipped,
        left_random=(*(f"net.{name}" for name in without), *(f"head.{name}" for name, _ in backbone.head.named_parameters())),
        mismatched=found.mismatched,
        share=found.share,
        history=published.history if published else "",
        licence=published.licence if published else "",
    )


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:_SHOWN]) or "nothing"
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
