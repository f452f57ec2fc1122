"""What a voxel is made of: HU of tissues in the portal phase, texture, contents of hollow organs, scanner noise.

HU of the organs come from `atlas_lab.anatomy`; those of fat, muscle, bone and contents from the same radiology
references (facts: typical values): fat -110..-90, muscle 55..75 enhanced, cortical bone 300..1200, gas -950,
stool -200..100, fluid 0..40, noise SD 8..25.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter

from atlas_lab.anatomy import structure
from atlas_lab.data.phantom.space import Array, Crop, Lattice, Space

PHASE = "portal"
AIR, GAS, FAT, SKIN, MUSCLE, TABLE = -1000.0, -950.0, -102.0, 15.0, 62.0, 400.0
STOOL, STOOL_SPREAD = -40.0, 55.0

GRAINS_MM = {"coarse": 45.0, "medium": 14.0, "fine": 7.0}

Range = tuple[float, float]
Fields = dict[str, Array]


@dataclass(frozen=True)
class Tissue:
    """A core within an optional shell: parenchyma in its cortex, spongy in compact bone, contents in a wall.

    `core` and `shell` are HU, drawn evenly from the range for each patient; `shell_mm` is the shell's thickness,
    `texture` the standard deviation (HU) of the core's smooth texture, on the field `grain`. `gas` is the height (mm)
    in front of which the core is gas, as it is in a patient lying on the back, and `wave` by how much that height
    varies from loop to loop; `stool` mixes the core from stool and small bubbles.
    """

    core: Range
    shell: Range = (0.0, 0.0)
    shell_mm: float = 0.0
    texture: float = 0.0
    grain: str = "medium"
    gas: Range | None = None
    wave: float = 0.0
    stool: bool = False

    def drawn(self, rng: np.random.Generator) -> "Tissue":
        """One patient's tissue: every range narrowed to a number."""
        core, shell = rng.uniform(*self.core), rng.uniform(*self.shell)
        gas = rng.uniform(*(self.gas or (0.0, 0.0)))
        return replace(self, core=(core, core), shell=(shell, shell), gas=(gas, gas) if self.gas else None)

    @property
    def average(self) -> float:
        """HU of a drawn tissue as a whole, taking shell and core as about equal shares."""
        return (self.core[0] + self.shell[0]) / 2 if self.shell_mm else self.core[0]

    def hu(self, space: Space, crop: Crop, distance: Array, fields: Fields) -> Array:
        """HU (float32) of a drawn tissue on a crop, given the distance (mm) to the surface of what it fills."""
        hu = np.full(distance.shape, self.core[0], np.float32)
        if self.texture:
            hu += self.texture * fields[self.grain][crop]
        if self.stool:
            hu += (STOOL - self.core[0]) + STOOL_SPREAD * np.clip(fields["fine"][crop], -4, 1.6)
        if self.gas:
            level = self.gas[0] + self.wave * fields["coarse"][crop]
            hu += (GAS - hu) * occupancy(level - space.y[crop], space.voxel)
        if self.shell_mm:
            hu += (self.shell[0] - hu) * (1 - occupancy(distance + self.shell_mm, space.voxel))
        return hu


def occupancy(distance: Array, width: float) -> Array:
    """The share (0..1) of a voxel `width` mm wide that lies inside a surface at signed `distance` mm."""
    return np.asarray(np.clip(0.5 - distance / np.float32(width), 0, 1), np.float32)


def solid(name: str, *, share: Range = (0.35, 0.75), texture: float = 3.0, grain: str = "medium") -> Tissue:
    """A solid organ whose HU lies in the given share of its portal-phase range in the anatomy table."""
    return Tissue(within(name, share), texture=texture, grain=grain)


def hollow(
    name: str, wall_mm: float, contents: Range, *, gas: Range | None = None, wave: float = 0.0, stool: bool = False
) -> Tissue:
    """A hollow organ: the wall's HU from the anatomy table, contents, and gas in front of a height in mm."""
    return Tissue(contents, within(name, (0.3, 0.9)), wall_mm, texture=3.0, gas=gas, wave=wave, stool=stool)


def bone(core: Range = (120, 180), shell: Range = (450, 700), shell_mm: float = 2.0) -> Tissue:
    """Spongy bone in a compact shell."""
    return Tissue(core, shell, shell_mm, texture=25.0, grain="fine")


def soft(low: float, high: float, texture: float = 4.0) -> Tissue:
    """A plain soft tissue between two HU."""
    return Tissue((low, high), texture=texture, grain="fine")


def within(name: str, share: Range) -> Range:
    """The given share of a structure's portal-phase HU range in the anatomy table."""
    hu = structure(name).hu
    if hu is None:
        raise KeyError(f"{name} has no HU in the anatomy table")
    low, high = hu[PHASE]
    return low + share[0] * (high - low), low + share[1] * (high - low)


def textures(rng: np.random.Generator, space: Space) -> Fields:
    """Smooth random textures on the voxel grid, each of mean 0 and standard deviation about 1, by their grain."""
    return {name: Lattice.drawn(rng, step).on(space.axes) for name, step in GRAINS_MM.items()}


def noise(rng: np.random.Generator, space: Space, deviation: float, *, kernel_mm: float = 1.6) -> Array:
    """Scanner noise (HU) of the given standard deviation, correlated as a soft reconstruction kernel leaves it."""
    white = rng.standard_normal(space.shape, dtype=np.float32)
    smooth = gaussian_filter(white, [kernel_mm / s for s in space.spacing], mode="wrap", truncate=3.0)
    return np.asarray(smooth * np.float32(deviation / max(float(smooth.std(dtype=np.float64)), 1e-6)), np.float32)
