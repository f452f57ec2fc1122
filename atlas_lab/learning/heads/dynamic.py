"""A small network of its own for each class, applied to every voxel: 8 → 8 → 8 → 1, its weights given from outside."""

import torch

WIDTH = 8
PARAMETERS = 2 * WIDTH * WIDTH + WIDTH + 2 * WIDTH + 1  # in this order: three matrices, then three biases
_PARTS = (WIDTH * WIDTH, WIDTH * WIDTH, WIDTH, WIDTH, WIDTH, 1)
_CHUNK = {"cpu": 4096}  # voxels at once: what a processor's cache holds for some dozens of classes
_LARGE_CHUNK = 1 << 17


def apply(voxels: torch.Tensor, parameters: torch.Tensor) -> torch.Tensor:
    """Logits (B, K, X, Y, Z) of voxels (B, 8, X, Y, Z) by the networks of `parameters` (B, K, 153).

    The same numbers as K grouped 1x1x1 convolutions over K copies of the voxels (CLIP-Driven Universal Model, ICCV 2023),
    as products of matrices over some thousand voxels at a time: hidden values of all classes never exist for all voxels.
    Always in float32: the matrices are too small for narrower numbers to be faster.
    """
    with torch.autocast(voxels.device.type, enabled=False):
        return _apply(voxels.float(), parameters.float())


def _apply(voxels: torch.Tensor, parameters: torch.Tensor) -> torch.Tensor:
    batch, classes = parameters.shape[:2]
    flat = voxels.flatten(2)
    chunk = _CHUNK.get(voxels.device.type, _LARGE_CHUNK)
    samples = []
    for sample in range(batch):
        w1, w2, w3, b1, b2, b3 = parameters[sample].split(_PARTS, dim=1)
        first, second, third = w1.reshape(-1, WIDTH), w2.reshape(-1, WIDTH, WIDTH), w3[:, None]
        done = []
        for part in flat[sample].split(chunk, dim=1):
            hidden = torch.addmm(b1.reshape(-1, 1), first, part).relu_().view(classes, WIDTH, -1)
            hidden = torch.baddbmm(b2[:, :, None], second, hidden).relu_()
            done.append(torch.baddbmm(b3[:, :, None], third, hidden)[:, 0])
        samples.append(torch.cat(done, dim=1))
    return torch.stack(samples).view(batch, classes, *voxels.shape[2:])
