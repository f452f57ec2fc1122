"""The body's nested outlines: skin, muscle wall and cavity, level by level, and the table the patient lies on."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from atlas_lab.data.phantom.space import Array, Space
from atlas_lab.data.phantom.tissue import AIR, FAT, MUSCLE, SKIN, TABLE, Fields, occupancy

# canonical mm: level z, then half width, front and back of the cavity, and the same of the muscle wall around it
LEVELS = np.array([
    [-170, 12, 20, -50, 146, 50, -98],
    [-120, 43, 36, -64, 147, 60, -102],
    [-85, 66, 64, -78, 145, 76, -102],
    [-45, 106, 80, -70, 138, 91, -98],
    [0, 124, 83, -66, 137, 95, -98],
    [50, 128, 83, -76, 139, 95, -100],
    [100, 128, 80, -84, 139, 92, -102],
    [170, 118, 68, -86, 130, 84, -102],
])  # fmt: skip
SKIN_MM = 2.0
SQUARENESS = 0.35  # 0 is an ellipse, 1 a rectangle


@dataclass(frozen=True, eq=False)
class Outline:
    """Signed distances (mm, negative inside) to the skin, the muscle wall's outside and the cavity's wall."""

    skin: Array
    muscle: Array
    cavity: Array

    @classmethod
    def of(cls, space: Space, fat_mm: float, belly_mm: float) -> "Outline":
        """The outlines of a patient with `fat_mm` of fat under the skin and a belly `belly_mm` deeper than average."""
        level = PchipInterpolator(LEVELS[:, 0], LEVELS[:, 1:])(np.clip(space.axes[2], -170, 170)).astype(np.float32)
        cavity, wall = level[:, :3].copy(), level[:, 3:].copy()
        z = space.axes[2].astype(np.float64)
        paunch = (belly_mm * np.exp(-(((z - 5) / 75) ** 2))).astype(np.float32)
        cavity[:, 1] += paunch
        wall[:, 1] += paunch
        hips = (1 + 0.3 * np.exp(-(((z + 90) / 45) ** 2))).astype(np.float32)
        skin = wall + np.float32(fat_mm) * np.array([0.8, 0.8, -0.75], np.float32) * hips[:, None]
        return cls(_superellipse(space, *skin.T) + _furrow(space), _superellipse(space, *wall.T), _superellipse(space, *cavity.T))

    def paint(self, space: Space, fields: Fields) -> Array:
        """HU (float32) of an empty body: air, table, skin, fat, a layered muscle wall, fat in the cavity."""
        voxel = space.voxel
        hu = np.full(space.shape, AIR, np.float32)
        _paint_table(hu, space, float(self._lowest(space)))
        hu += (SKIN - hu) * occupancy(self.skin, voxel)
        fat = FAT + 4 * fields["fine"]
        hu += (fat - hu) * occupancy(self.skin + SKIN_MM, voxel)
        muscle = MUSCLE + 5 * fields["medium"]
        muscle += (FAT - muscle) * self._septa(space, fields)
        hu += (muscle - hu) * occupancy(self.muscle, voxel)
        hu += (fat - hu) * occupancy(self.cavity, voxel)
        return hu

    def _septa(self, space: Space, fields: Fields) -> Array:
        """The share of fat in the muscle wall: midline, between its layers, and between the muscles of the buttocks."""
        depth = -self.muscle
        low = np.clip((-35 - space.z) / 20, 0, 1)  # 0 in the abdomen, 1 in the pelvis
        back = 0.7 * np.clip((-62 - space.y) / 12, 0, 1)
        folds = 0.7 - 4 * np.abs(fields["coarse"] + 0.25 * fields["medium"])
        layer = 0.8 - 0.3 * np.abs(depth - 24 - 5 * fields["coarse"])
        wall = (0.3 - 0.3 * np.minimum(np.abs(depth - 4.5), np.abs(depth - 9))) * (np.abs(space.x) > 70)
        midline = (0.8 - 0.25 * np.abs(space.x)) * np.clip(8 - np.abs(depth - 6), 0, 1)
        fat = np.maximum(np.maximum(folds * np.maximum(low, back), layer * low), np.maximum(wall, midline) * (1 - low))
        return np.asarray(np.clip(fat, 0, 0.9), np.float32)

    def _lowest(self, space: Space) -> float:
        back = np.argmax(self.skin.min(axis=(0, 2)) < 0)
        return float(space.axes[1][back])


def _superellipse(space: Space, width: Array, front: Array, back: Array) -> Array:
    x, y = space.x, space.y
    depth = np.where(y > 0, front, -back)
    a, b = (x / width) ** 2, (y / depth) ** 2
    form = np.maximum(a + b - np.float32(SQUARENESS) * np.minimum(a * b, 1), np.float32(1e-4))
    return np.asarray(np.sqrt(x * x + y * y) * (1 - 1 / np.sqrt(form)), np.float32)


def _furrow(space: Space) -> Array:
    """How deep (mm) the skin dips along the spine, and deeper between the buttocks."""
    depth = 4 + 12 * np.clip((-50 - space.z) / 40, 0, 1)
    return np.asarray(depth / (1 + (space.x / 14) ** 2) ** 2 * np.clip(-space.y / 60, 0, 1), np.float32)


def _paint_table(hu: Array, space: Space, back: float) -> None:
    """A curved carbon-fibre shell under the patient's back (world mm)."""
    x, y = space.axes[0][:, None, None], space.axes[1][None, :, None]
    below = y - (back - 4 + x**2 / 900)
    shell = np.maximum(np.minimum(np.abs(below), np.abs(below + 22)) - 0.8, np.abs(x) - 185)
    hu += (TABLE - hu) * occupancy(shell.astype(np.float32), space.voxel)
