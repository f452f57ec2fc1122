"""Moving patches: flips and quarter turns exactly, small turns and zoom in one interpolation; image and labels together."""

import math

import torch
from torch.nn import functional

from atlas_lab.learning.patches.augment.draws import Draws
from atlas_lab.learning.patches.augment.presets import Preset


def flip_and_turn(image: torch.Tensor, bits: torch.Tensor, preset: Preset, draws: Draws) -> tuple[torch.Tensor, torch.Tensor]:
    """Mirror along axes, then turn by quarters in the plane of x and y; no voxel changes its value.

    `image` is (B, 1, X, Y, Z), `bits` (B, X, Y, Z). Where X and Y differ only half turns fit.
    """
    axes: dict[int, list[int]] = {}
    for axis in preset.flip_axes:
        for row in draws.happens(preset.flip):
            axes.setdefault(row, []).append(axis)
    turned = draws.happens(preset.rotate90)
    quarters = draws.whole(1, 3) if image.shape[2] == image.shape[3] else [2] * draws.count
    moved = sorted({*axes, *turned})
    if moved:
        image, bits = image.clone(), bits.clone()
    for row in moved:
        for volume in (image[row, 0], bits[row]):
            flipped = volume.flip(axes.get(row, []))
            volume.copy_(torch.rot90(flipped, quarters[row] if row in turned else 0, (0, 1)))
    return image, bits


def tilt_and_zoom(
    image: torch.Tensor, bits: torch.Tensor, spacing: tuple[float, float, float], preset: Preset, draws: Draws
) -> tuple[torch.Tensor, torch.Tensor]:
    """Turn and magnify around the middle of the patch, in mm: the image linearly, labels from the nearest voxel.

    `image` is float (B, 1, X, Y, Z); what comes from beyond the patch is 0 without a label.
    """
    tilted, zoomed = draws.happens(preset.rotate), draws.happens(preset.zoom)
    rows = sorted({*tilted, *zoomed})
    if not rows:
        return image, bits
    angles = torch.stack([draws.uniform(-preset.degrees, preset.degrees) for _ in range(3)], dim=1)
    factors = draws.uniform(*preset.zoom_range)
    still = torch.zeros(3)
    matrices = torch.stack(
        [rotation(angles[row] if row in tilted else still) / (factors[row] if row in zoomed else 1.0) for row in rows]
    )
    image, bits = image.clone(), bits.clone()
    chosen = torch.tensor(rows, device=image.device)
    places = places_of(matrices.to(image.device), tuple(image.shape[2:]), spacing)
    image[chosen] = linear_of(image[chosen], places)
    bits[chosen] = nearest_of(bits[chosen], places)
    return image, bits


def rotation(degrees: torch.Tensor) -> torch.Tensor:
    """The 3x3 matrix that turns around x, then y, then z by three angles."""
    matrix = torch.eye(3)
    for axis, angle in enumerate((degrees * (math.pi / 180)).tolist()):
        one, other = (axis + 1) % 3, (axis + 2) % 3
        turn = torch.eye(3)
        turn[one, one] = turn[other, other] = math.cos(angle)
        turn[other, one] = math.sin(angle)
        turn[one, other] = -math.sin(angle)
        matrix = turn @ matrix
    return matrix


def places_of(matrices: torch.Tensor, shape: tuple[int, ...], spacing: tuple[float, float, float]) -> list[torch.Tensor]:
    """From which voxel each voxel's value comes: its x, y and z, each (B, X, Y, Z), for matrices (B, 3, 3) in mm."""
    size = torch.tensor(spacing, device=matrices.device)
    inner = matrices * size[None, None, :] / size[None, :, None]
    offsets = [torch.arange(side, device=matrices.device) - (side - 1) / 2 for side in shape]
    places = []
    for axis, side in enumerate(shape):
        x, y, z = (inner[:, axis, other, None] * offset for other, offset in enumerate(offsets))
        plane = x[:, :, None] + y[:, None, :] + (side - 1) / 2
        places.append(plane[..., None] + z[:, None, None, :])
    return places


def linear_of(image: torch.Tensor, places: list[torch.Tensor]) -> torch.Tensor:
    """The values of (B, 1, X, Y, Z) between voxels, 0 beyond the patch."""
    grid = torch.empty((*places[0].shape, 3), device=image.device)
    for axis, (place, side) in enumerate(zip(places, image.shape[2:], strict=True)):
        grid[..., 2 - axis] = place * (2 / side) + (1 / side - 1)  # torch counts axes from the last, and half sides as 1
    return functional.grid_sample(image, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def nearest_of(bits: torch.Tensor, places: list[torch.Tensor]) -> torch.Tensor:
    """The whole numbers (B, X, Y, Z) of the nearest voxels, 0 beyond the patch; `grid_sample` would lose bits of them."""
    index = torch.zeros(1, dtype=torch.int32, device=bits.device)
    inside = torch.ones(1, dtype=torch.bool, device=bits.device)
    for place, side in zip(places, bits.shape[1:], strict=True):
        voxel = place.round().to(torch.int32)
        inside = inside & (voxel >= 0) & (voxel < side)
        index = index * side + voxel.clamp_(0, side - 1)
    return bits.flatten(1).gather(1, index.flatten(1).to(torch.int64)).view(bits.shape) * inside
