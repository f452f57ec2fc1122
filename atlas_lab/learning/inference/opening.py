"""Whatever names a model, as a model that is ready to look."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Protocol

import torch

from atlas_lab.errors import InputError
from atlas_lab.learning.inference.published import published_model
from atlas_lab.learning.model import Model
from atlas_lab.learning.weights.fetch import HubClient, fetch
from atlas_lab.learning.weights.sources import SOURCES, named


class HasCheckpoint(Protocol):
    """What has a checkpoint, such as a training that is done."""

    @property
    def checkpoint(self) -> Path: ...


ModelLike = Model | HasCheckpoint | str | PathLike[str]


def model_of(
    given: ModelLike,
    *,
    structures: Sequence[str] | None = None,
    device: str | torch.device | None = None,
    accept_licence: bool = False,
    client: HubClient | None = None,
) -> Model:
    """A model, what has a `.checkpoint`, a checkpoint's path or a training's folder, or a published name: as a model.

    A published file that you downloaded yourself is known by its file name. `structures` are what a published network
    shall answer. What is opened here goes to `device`, by default the GPU where there is one; a model stays where it is
    unless `device` is given. InputError: as for `Model.open`, `fetch` and `published_model`, a device that is not there.
    """
    if isinstance(given, Model):
        return given if device is None else given.to(checked_device(device))
    chosen = checked_device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    if isinstance(given, str) and (source := named(given)) is not None:
        path = fetch(source, accept_licence=accept_licence, client=client)
        return published_model(source.name, path, structures).to(chosen)
    if not isinstance(given, str | PathLike):
        if not hasattr(given, "checkpoint"):
            raise InputError(f"a model is a Model, a path, a training or a published name, not {type(given).__name__}")
        given = given.checkpoint
    path = Path(given)
    downloaded = next((source for source in SOURCES.values() if source.file == path.name), None)
    model = published_model(downloaded.name, path, structures) if downloaded else Model.open(path)
    return model.to(chosen)


def checked_device(device: str | torch.device) -> torch.device:
    """The device. InputError: no such device, or none here."""
    try:
        chosen = torch.device(device)
        torch.empty(1, device=chosen)
    except (RuntimeError, AssertionError) as error:  # the second where torch was built without CUDA
        raise InputError(f"device {device}: is not here; choose cpu, or leave it out") from error
    return chosen
