"""Seconds and peak memory of 25 masks in a 256^3 CT, beside MONAI's sliding window in the form SuPreM runs it.

Both sides move the same network over the same phantom patient in its air, in windows of 96^3 that overlap by a quarter
(MONAI's default) with Gaussian weights, one at a time. The peer takes every window in float32, keeps all logits, then all
probabilities, and cuts them at one half (SuPreM's inference, ICLR 2024); ours skips windows of air, uses bf16 where the
hardware has it, and keeps the boxes around the masks. The network is a U-Net trained for some minutes, on a GPU of the
published size; the share of voxels that get the same set of labels is checked first. Memory is that of a new process, on a GPU
the device's.
"""

import dataclasses
import os
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch

from atlas_lab import anatomy
from atlas_lab.data import Atlas
from atlas_lab.data.masks import CroppedMask
from atlas_lab.data.phantom import patient
from atlas_lab.learning import Model, Plan, Supervised, backbone, prepare, train
from atlas_lab.learning.inference import predict_masks
from benchmarks.measure import in_new_process, interleaved, report, seconds, version

SIDE, SPACING, OVERLAP, WINDOW = 256, 1.5, 0.25, (-175.0, 250.0)
STEPS = 250  # of training
CLASSES = [structure.name for structure in anatomy.STRUCTURES]
AGREE = 0.999
ON_GPU = torch.cuda.is_available()

_PEAK = """
import sys
from pathlib import Path
from benchmarks import inference
who, folder = sys.argv[1], Path(sys.argv[2])
model, hu = inference.opened(folder)
(inference.ours if who == "ours" else inference.monai)(model, hu)
print(inference.peak_bytes())
"""


def make(folder: Path) -> None:
    """The CT and the network into a folder."""
    np.save(folder / "hu.npy", patient(0, seed=1, shape=(SIDE, SIDE, SIDE), spacing=SPACING).ct)
    cases = prepare(Atlas.phantom(2), CLASSES, spacing_mm=SPACING, folder=folder / "cases", progress=False)
    network = backbone("unet", len(CLASSES), "published" if ON_GPU else "tiny")
    objective = Supervised(network, cases, patch=48, batch_size=2, window=WINDOW, balanced=True)
    train(objective, Plan(steps=STEPS, learning_rate=2e-3), folder / "model")


def opened(folder: Path) -> tuple[Model, np.ndarray]:
    """The network, where it shall run, and the CT."""
    model = dataclasses.replace(Model.open(folder / "model"), patch=(96, 96, 96))
    return model.to("cuda" if ON_GPU else "cpu"), np.load(folder / "hu.npy")


def ours(model: Model, hu: np.ndarray) -> list[CroppedMask]:
    """Our masks, in their boxes."""
    return predict_masks(model, hu, overlap=OVERLAP)


@torch.no_grad()
def monai(model: Model, hu: np.ndarray) -> np.ndarray:
    """The peer's masks, bool (25, x, y, z)."""
    from monai.inferers import sliding_window_inference

    low, high = WINDOW
    device = next(model.network.parameters()).device
    image = torch.from_numpy(hu)[None, None].float().sub_(low).div_(high - low).clamp_(0, 1).to(device)
    logits = sliding_window_inference(image, model.patch, 1, model.network, overlap=OVERLAP, mode="gaussian")
    assert isinstance(logits, torch.Tensor)
    return (torch.sigmoid(logits)[0] > 0.5).cpu().numpy()


def agreement(model: Model, hu: np.ndarray) -> float:
    """The share of voxels that both give the same labels."""
    different = np.zeros(hu.shape, bool)
    for mine, theirs in zip(ours(model, hu), monai(model, hu), strict=True):
        different |= mine.full != theirs
    return 1 - float(different.mean())


def peak_bytes() -> int:
    """The most memory that this process has held."""
    if ON_GPU:
        return torch.cuda.max_memory_allocated()
    status = Path("/proc/self/status").read_text()  # getrusage would say what the starting process once had
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


def main() -> None:
    peer = version("monai")
    warnings.filterwarnings("ignore", module="monai")
    with tempfile.TemporaryDirectory(prefix="atlas-lab-bench-") as name:
        folder = Path(name)
        os.environ["ATLAS_LAB_CACHE"] = name
        make(folder)
        model, hu = opened(folder)
        share = agreement(model, hu)
        print(f"the same labels in {share:.4%} of the voxels", file=sys.stderr)
        times = interleaved(lambda: seconds(lambda: ours(model, hu)), lambda: seconds(lambda: monai(model, hu)), repeats=3)
        report("inference.time", *times, unit="s", peer_version=peer, agreement=share >= AGREE)
        env = {**os.environ, "PYTHONPATH": os.getcwd()}
        peaks = [in_new_process(_PEAK, who, name, env=env) for who in ("ours", "monai")]
        report("inference.memory", *peaks, unit="bytes", peer_version=peer, agreement=share >= AGREE)


if __name__ == "__main__":
    main()
