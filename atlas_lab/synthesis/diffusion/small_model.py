"""Makes the small model of the package, from nothing: phantoms, both trainings, its figures, its files.

python -m atlas_lab.synthesis.diffusion.small_model FOLDER
"""

import hashlib
import json
import platform
import sys
from pathlib import Path
from typing import Any

import torch

from atlas_lab._version import __version__
from atlas_lab.learning.training import Trained, load
from atlas_lab.runs import write_text
from atlas_lab.synthesis.diffusion.diffusion import SMALL
from atlas_lab.synthesis.diffusion.figures_of import figures_of
from atlas_lab.synthesis.diffusion.model import MANIFEST, WEIGHTS, open_model
from atlas_lab.synthesis.diffusion.small_patients import DIAMETERS_MM, HOSPITALS, PARTS, SEED, SPACING_MM, write_patients
from atlas_lab.synthesis.diffusion.tensors import write_tensors
from atlas_lab.synthesis.diffusion.training import train_autoencoder, train_diffusion

COMMAND = "python -m atlas_lab.synthesis.diffusion.small_model FOLDER"
_HELD_OUT = 3  # one patient for three of those trained on


def main(folder: Path) -> None:
    """Everything lands in `folder`, the files of the package in `folder`/small; a stopped run goes on."""
    atlas = write_patients(folder / "atlas", SEED)
    autoencoder = train_autoencoder(atlas, folder=folder / "autoencoder")
    diffusion = train_diffusion(atlas, autoencoder, folder=folder / "diffusion")
    pack(autoencoder, diffusion, folder / SMALL)
    held_out = write_patients(folder / "held_out", SEED + 1, _HELD_OUT)
    add_figures(folder / SMALL, figures_of(open_model(folder / SMALL), held_out))


def pack(autoencoder: Trained, diffusion: Trained, folder: Path) -> None:
    """Write the weights that sample, in half precision, and the manifest."""
    found = load(diffusion.checkpoint)
    weights = {name: tensor for name, tensor in found["network"].items() if not name.startswith("denoiser.")}
    path = folder / WEIGHTS
    write_tensors({name: tensor.half() if tensor.ndim else tensor for name, tensor in weights.items()}, path)
    data = path.read_bytes()
    about = {name: value for name, value in found["about"].items() if name not in ("cases", "start")}
    trained = {
        name: {"steps": run.step, "seconds": round(run.seconds), "plan": load(run.folder / "last.ckpt")["plan"]}
        for name, run in (("autoencoder", autoencoder), ("diffusion", diffusion))
    }
    manifest: dict[str, Any] = {
        "command": COMMAND,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "about": about | {"start": {"from": "scratch"}, "cases": sum(part.patients for part in PARTS)},
        "latent_scale": float(weights["scale"]),
        "data": {
            "source": "phantom patients of atlas_lab, real_gap 1: no person was scanned", "seed": SEED, "hospitals": HOSPITALS,
            "spacing_mm": SPACING_MM, "diameters_mm": DIAMETERS_MM, "parts": [part._asdict() for part in PARTS],
        },
        "training": trained,
        "versions": {"atlas_lab": __version__, "torch": torch.__version__, "python": platform.python_version()},
    }  # fmt: skip
    write_text(folder / MANIFEST, json.dumps(manifest, indent=1) + "\n")


def add_figures(folder: Path, figures: dict[str, Any]) -> None:
    """Into the manifest: what the model as it is packed does on tumours that it has not seen."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    note = f"tumours of one patient for {_HELD_OUT} of those trained on, made with seed {SEED + 1}; HU"
    write_text(folder / MANIFEST, json.dumps(manifest | {"held_out": {"of": note} | figures}, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
