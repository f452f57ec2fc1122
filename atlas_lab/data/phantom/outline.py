"""The body's nested outlines: skin, muscle wall and cavity, level by level, and the table the patient lies on."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from atlas_lab.data.phantom.space import Array, Space
from atlas_lab.data.phantom.tissue import AIR, FAT, SKIN, TABLE, Fields, occupancy

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
LOWEST, HIGHEST = -170.0, 170.0  # the outlines go on unchanged beyond
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
        z = space.levels.astype(np.float64)
        level = PchipInterpolator(LEVELS[:, 0], LEVELS[:, 1:])(np.clip(z, LOWEST, HIGHEST)).astype(np.float32)
        cavity, wall = level[:, :3].copy(), level[:, 3:].copy()
        paunch = (belly_mm * np.exp(-(((z - 5) / 75) ** 2))).astype(np.float32)
        for ring in (cavity, wall):
            ring[:, 1] += paunch
            ring[:, 0] += np.maximum(0.3 * paunch, 0)
        hips = (1 + 0.3 * np.exp(-(((z + 90) / 45) ** 2))).astype(np.float32)
        skin = wall + np.float32(fat_mm) * np.array([0.8, 0.8, -0.75], np.float32) * hips[:, None]
        return cls(_superellipse(space, *skin.T) + _furrow(space), _superellipse(space, *wall.T), _superellipse(space, *cavity.T))

    def paint(self, space: Space, fields: Fields, muscle_hu: float, marbling: float, table_mm: float) -> Array:
        """HU (float32) of an empty body: air, table, skin, fat, a layered muscle wall, fat in the cavity.

        `marbling` (0..1) is the share of fat that age and inactivity have put into the muscles, `table_mm` the world y
        of the patient's back.
        """
        width = space.blur
        hu = np.full(space.shape, AIR, np.float32)
        _paint_table(hu, space, table_mm)
        hu += (SKIN - hu) * occupancy(self.skin, width)
        fat = FAT + 4 * fields["fine"]
        hu += (fat - hu) * occupancy(self.skin + SKIN_MM, width)
        wall = (self.muscle < width) & (self.cavity > -width)  # a fifth of the voxels: the rest need no muscle
        coarse, medium, fine = (fields[name][wall] for name in ("coarse", "medium", "fine"))
        muscle = muscle_hu + 5 * medium
        septa = _septa(space.x[wall], space.y[wall], space.z[wall], -self.muscle[wall], coarse, medium)
        muscle += (FAT - muscle) * np.maximum(septa, marbling * np.clip(0.5 + fine, 0, 1))
        hu[wall] += (muscle - hu[wall]) * occupancy(self.muscle[wall], width)
        hu += (fat - hu) * occupancy(self.cavity, width)
        return hu


def _septa(x: Array, y: Array, z: Array, depth: Array, coarse: Array, medium: Array) -> Array:
    """The share of fat in the muscle wall: midline, between its layers, and between the muscles of the buttocks."""
    low = np.clip((-35 - z) / 20, 0, 1)  # 0 in the abdomen, 1 in the pelvis
    back = 0.7 * np.clip((-62 - y) / 12, 0, 1)
    folds = 0.7 - 4 * np.abs(coarse + 0.25 * medium)
    layer = 0.8 - 0.3 * np.abs(depth - 24 - 5 * coarse)
    wall = (0.3 - 0.3 * np.minimum(np.abs(depth - 4.5), np.abs(depth - 9))) * (np.abs(x) > 70)
    midline = (0.8 - 0.25 * np.abs(x)) * np.clip(8 - np.abs(depth - 6), 0, 1)
    fat = np.maximum(np.maximum(folds * np.maximum(low, back), layer * low), np.maximum(wall, midline) * (1 - low))
    return np.asarray(np.clip(fat, 0, 0.9), np.float32)


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
    hu += (TABLE - hu) * occupancy(shell.astype(np.float32), space.blur)
