"""Seconds a training patch takes, augmentation included, beside MONAI's dictionary transforms with CacheDataset.

Both sides start from the same cases at 1.5 mm and deliver batches of 2 patches of 96^3 as in SuPreM's recipe (ICLR 2024):
window, crop around a label or not (2:1), quarter turns, shifted intensity; one process, one thread. Ours always ends
with the 25 masks of the patch. MONAI's labels are 25 channels (`multihot`) or one channel of ids (`single`), in both
cases as the recipe has it, where each crop looks for the labelled voxels anew, and with that search cached (`.indexed`).
CacheDataset is used as it comes: it copies the cached case before it is cropped (copy_cache).
"""

import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from atlas_lab import anatomy
from atlas_lab.data import Atlas
from atlas_lab.learning.patches import SUPREM_WINDOW, Augmentation, PreparedCases, batches, expand, generator_of, prepare
from benchmarks.measure import interleaved, report, seconds, version

CASES, SIZE, BATCH = 4, 96, 2
CLASSES = [structure.name for structure in anatomy.STRUCTURES]


def delivered(prepared: PreparedCases) -> Iterator[Any]:
    """Our batches, without end."""
    augment = Augmentation.of(prepared)
    for batch in batches(prepared, SIZE, BATCH):
        yield augment(batch, generator_of(0, batch["step"]))


def monai_batches(prepared: PreparedCases, single: bool, indexed: bool, side: int = SIZE, workers: int = 0) -> Iterator[Any]:
    """MONAI's, without end: everything that is not random lies in CacheDataset's memory, labels as uint8."""
    from monai import transforms as t
    from monai.data import CacheDataset, DataLoader
    from torch.utils.data import RandomSampler

    low, high = SUPREM_WINDOW
    both = ["image", "label"]
    crop: dict[str, Any] = {"image_key": "image", "image_threshold": 0}
    steps: list[Any] = [
        t.EnsureTyped(both, dtype=(torch.float32, torch.uint8)),
        t.ScaleIntensityRanged("image", low, high, 0, 1, clip=True),
        t.SpatialPadd(both, [side] * 3),
    ]
    if indexed:
        steps.append(t.FgBgToIndicesd("label", image_key="image"))
        crop = {"fg_indices_key": "label_fg_indices", "bg_indices_key": "label_bg_indices"}
    steps += [
        t.RandCropByPosNegLabeld(both, "label", [side] * 3, pos=2, neg=1, num_samples=1, **crop),
        t.RandRotate90d(both, prob=0.1, max_k=3),
        t.RandShiftIntensityd("image", offsets=0.1, prob=0.2),
    ]
    data = [{"image": np.array(case.hu)[None], "label": labels(case.bits, single)} for case in prepared]
    dataset = CacheDataset(data, t.Compose(steps), num_workers=None, progress=False)
    endless = RandomSampler(dataset, replacement=True, num_samples=2**31)  # no pause between epochs of so few cases
    yield from DataLoader(dataset, batch_size=BATCH, sampler=endless, num_workers=workers)


def labels(bits: np.ndarray, single: bool) -> np.ndarray:
    """uint8 (25, x, y, z), or (1, x, y, z) with the number of the last class that a voxel has."""
    masks = expand(torch.from_numpy(bits.astype(np.int64))[None], len(CLASSES))[0].to(torch.uint8)
    if not single:
        return masks.numpy()
    ids = torch.zeros((1, *bits.shape), dtype=torch.uint8)
    for number, mask in enumerate(masks, 1):
        ids[0][mask > 0] = number
    return ids.numpy()


def same_patches(prepared: PreparedCases) -> bool:
    """Whether MONAI, told where to crop, gets our voxels and masks."""
    from monai import transforms as t

    low, high = SUPREM_WINDOW
    loader = batches(prepared, SIZE, BATCH, stop_step=3)
    plain = Augmentation.of(prepared, preset="none")
    for batch in loader:
        ours = plain(batch, generator_of(0, 0))
        for row, id in enumerate(batch["ids"]):
            start = loader.dataset.sampler.place(batch["step"], row).start  # type: ignore[attr-defined]
            crop = t.SpatialCrop(roi_start=start, roi_end=[s + SIZE for s in start])
            image = t.ScaleIntensityRange(low, high, 0, 1, clip=True)(crop(torch.from_numpy(np.array(prepared[id].hu)[None])))
            if not np.allclose(image, ours["image"][row], atol=1e-5):
                return False
            if not np.array_equal(crop(torch.from_numpy(labels(prepared[id].bits, single=False))), ours["target"][row]):
                return False
    return True


def a_patch(stream: Iterator[Any], count: int) -> Callable[[], float]:
    """How to measure the seconds a patch takes, over `count` batches."""

    def measure() -> float:
        return seconds(lambda: [next(stream) for _ in range(count)]) / (count * BATCH)

    return measure


def main() -> None:
    peer = version("monai")
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", module="monai")
    with tempfile.TemporaryDirectory(prefix="atlas-lab-bench-") as folder:
        os.environ["ATLAS_LAB_CACHE"] = folder
        prepared = prepare(Atlas.phantom(CASES), CLASSES, folder=Path(folder) / "prepared", progress=False)
        agree = same_patches(prepared)
        ours = delivered(prepared)
        for single in (False, True):
            for indexed in (False, True):
                theirs = monai_batches(prepared, single, indexed)
                next(ours), next(theirs)
                times = interleaved(a_patch(ours, 10), a_patch(theirs, 4 if not indexed else 10))
                name = f"training.patches.{'single' if single else 'multihot'}{'.indexed' if indexed else ''}"
                report(name, *times, unit="s/patch", peer_version=peer, agreement=agree)


if __name__ == "__main__":
    main()
