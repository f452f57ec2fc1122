"""A trained model that knows its grid and networks, and where it comes from."""

import functools
import hashlib
import json
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

import torch

from atlas_lab.errors import InputError
from atlas_lab.learning.model import checkpoint_in
from atlas_lab.learning.training import Trained, load
from atlas_lab.runs import fingerprint
from atlas_lab.synthesis.diffusion.diffusion import SMALL
from atlas_lab.synthesis.diffusion.grid import Grid
from atlas_lab.synthesis.diffusion.networks import AutoencoderShape, DenoiserShape, LatentDiffusion
from atlas_lab.synthesis.diffusion.recipe import Recipe, Schedule, made
from atlas_lab.synthesis.diffusion.tensors import read_tensors

FOLDER = Path(__file__).parent / SMALL
WEIGHTS, MANIFEST = "weights.safetensors", "manifest.json"

Start = str | PathLike[str] | Trained


@dataclass(frozen=True)
class Model:
    """`network` in float32, ready to sample; `origin` says in plain values what it was trained on.

    `sha256` is that of the file that its weights were read from, empty where there is none.
    """

    network: LatentDiffusion
    grid: Grid
    schedule: Schedule
    shapes: tuple[AutoencoderShape, DenoiserShape]
    origin: dict[str, Any] = field(repr=False)
    sha256: str = ""

    @classmethod
    def of(cls, about: dict[str, Any], weights: dict[str, torch.Tensor], where: str, sha256: str) -> "Model":
        """The model that a checkpoint, or the manifest of `where`, describes. InputError: weights of other networks."""
        try:
            shapes = made(AutoencoderShape, about["autoencoder"]), made(DenoiserShape, about["denoiser"])
            grid, schedule = made(Grid, about["grid"]), made(Schedule, about["schedule"])
            network = LatentDiffusion(*shapes)
            network.load_state_dict(weights)
        except (RuntimeError, ValueError, TypeError, KeyError) as error:
            raise InputError(f"{where}: its weights are not those of the networks that it names; train it anew") from error
        origin = {"from": Path(where).parent.name or where, **_told(about)}
        return cls(network.eval(), grid, schedule, shapes, origin, sha256)


def open_model(model: Start | None = None) -> Model:
    """The model of a folder or checkpoint of `train_diffusion`; None or "small": the one of the package, taught on phantoms.

    A folder with a manifest is one that was packed as the small one is.
    InputError: no such file, a checkpoint of something else (of the autoencoder alone, of a segmentation network), a
    damaged one.
    """
    if model is None or model == SMALL:
        model = FOLDER
    if not isinstance(model, Trained) and (Path(model) / MANIFEST).is_file():
        folder = Path(model).absolute()
        return _packed(folder, (folder / MANIFEST).stat().st_mtime_ns)
    path = _checkpoint(model)
    return _opened(path, path.stat().st_mtime_ns)


def open_autoencoder(start: Start, recipe: Recipe) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """The weights of an autoencoder, and what a checkpoint must say of it. InputError: one of another recipe."""
    path = _checkpoint(start)
    found = load(path)
    about = found["about"]
    if about.get("kind") != "autoencoder":
        raise InputError(f"{path}: is a checkpoint of {_kind(about)}, not of an autoencoder; train-autoencoder makes one")
    grid, shape = made(Grid, about["grid"]), made(AutoencoderShape, about["autoencoder"])
    if (grid, shape) != (recipe.grid, recipe.autoencoder):
        raise InputError(f"{path}: was trained with another recipe ({grid}, {shape}); give the one it was trained with")
    return found["network"], {"from": path.parent.name, "step": found["step"], **_told(about)}


@functools.lru_cache(maxsize=2)
def _packed(folder: Path, changed: int) -> Model:
    """A manifest, and the weights whose checksum it has. InputError: the files are not those."""
    path = folder / WEIGHTS
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        same = hashlib.sha256(path.read_bytes()).hexdigest() == manifest["sha256"]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{folder}: its model is not whole ({WEIGHTS}, {MANIFEST}); install atlas_lab again") from error
    if not same:
        raise InputError(f"{path}: is damaged (its SHA-256 is not that in {MANIFEST}); install atlas_lab again")
    weights = read_tensors(path)
    for name in [name for name in weights if name.startswith("average.")]:
        weights[name.replace("average", "denoiser", 1)] = weights[name]
    return Model.of(manifest["about"], weights, SMALL, manifest["sha256"])


@functools.lru_cache(maxsize=2)
def _opened(path: Path, changed: int) -> Model:
    found = load(path)
    about = found["about"]
    if about.get("kind") != "diffusion":
        raise InputError(f"{path}: is a checkpoint of {_kind(about)}, not of a diffusion model; train-diffusion makes one")
    return Model.of(about, found["network"], str(path), str(fingerprint(path)["sha256"]))


def _checkpoint(start: Start) -> Path:
    path = start.checkpoint if isinstance(start, Trained) else checkpoint_in(Path(start))
    if not path.is_file():
        raise InputError(f"{path}: no such checkpoint; give the folder of a training, or a checkpoint in it")
    return path.absolute()


def _kind(about: dict[str, Any]) -> str:
    kind = str(about.get("kind", "something else"))
    return {"autoencoder": "an autoencoder", "diffusion": "a diffusion model"}.get(kind, f"another kind ({kind})")


def _told(about: dict[str, Any]) -> dict[str, Any]:
    return {name: about[name] for name in ("kind", "organs", "cases", "tumours", "seed", "start") if name in about}
