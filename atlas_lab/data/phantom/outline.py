"""The body's nested outlines: skin, muscle wall and cavity, level by level, and the table the patient lies on."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from atlas_lab.data.phantom.space import Array, Space
from atlas_lab.data.phantom.tissue import AIR, FAT, MUSCLE, SKIN, Fields, occupancy

# canonical mm: level z, then half width, front and back of the cavity, and the same of the muscle wall around it
LEVELS = np.array([
    [-170, 52, 34, -58, 150, 50, -98],
    [-120, 56, 42, -64, 152, 58, -102],
    [-85, 70, 64, -76, 148, 74, -102],
    [-45, 106, 80, -70, 138, 91, -98],
    [0, 124, 83, -66, 137, 95, -98],
    [50, 127, 83, -74, 139, 95, -100],
    [100, 126, 78, -82, 138, 92, -102],
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
        paunch = belly_mm * np.exp(-(((space.axes[2] - 5) / 75) ** 2)).astype(np.float32)
        cavity[:, 1] += paunch
        wall[:, 1] += paunch
        hips = 1 + 0.3 * np.exp(-(((space.axes[2] + 90) / 45) ** 2)).astype(np.float32)
        skin = wall + np.float32(fat_mm) * np.array([0.8, 0.8, -0.75], np.float32) * hips[:, None]
        return cls(*(_superellipse(space, *contour.T) for contour in (skin, wall, cavity)))

    def paint(self, space: Space, fields: Fields) -> Array:
        """HU (float32) of an empty body: air, table, skin, fat, a layered muscle wall, fat in the cavity."""
        voxel = space.voxel
        hu = np.full(space.shape, AIR, np.float32)
        _paint_table(hu, space, float(self._lowest(space)))
        hu += (SKIN - hu) * occupancy(self.skin, voxel)
        fat = FAT + 4 * fields["fine"]
        hu += (fat - hu) * occupancy(self.skin + SKIN_MM, voxel)
        muscle = MUSCLE + 5 * fields["medium"]
        seams = np.abs(fields["medium"] - 0.8 * fields["coarse"])  # where two fields cross: sheets of fat between muscles
        muscle += (FAT - muscle) * np.clip(0.75 - 7.0 * seams, 0, 0.75) * np.clip(-self.muscle / 12, 0, 1)
        hu += (muscle - hu) * occupancy(self.muscle, voxel)
        hu += (fat - hu) * occupancy(self.cavity, voxel)
        return hu

    def _lowest(self, space: Space) -> float:
        back = np.argmax(self.skin.min(axis=(0, 2)) < 0)
        return float(space.axes[1][back])


def _superellipse(space: Space, width: Array, front: Array, back: Array) -> Array:
    x, y = space.x, space.y
    depth = np.where(y > 0, front, -back)
    a, b = (x / width) ** 2, (y / depth) ** 2
    form = np.maximum(a + b - np.float32(SQUARENESS) * np.minimum(a * b, 1), np.float32(1e-4))
    return np.asarray(np.sqrt(x * x + y * y) * (1 - 1 / np.sqrt(form)), np.float32)


def _paint_table(hu: Array, space: Space, back: float) -> None:
    """A curved carbon-fibre shell under the patient's back (world mm)."""
    x, y = space.axes[0][:, None], space.axes[1][None, :]
    top = back - 4 + x**2 / 900
    shell = np.minimum(np.abs(y - top), np.abs(y - top + 22)) - 1.0
    hu += (-550 - hu) * (occupancy(shell, space.voxel) * (np.abs(x) < 185))[:, :, None]
