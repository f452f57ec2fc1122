"""What tissues look like: HU by contrast phase, texture, the contents of hollow organs.

HU of the organs come from `atlas_lab.anatomy`; those of fat, muscle, bone and contents from the same radiology
references (facts: typical values): fat -110..-90, muscle 45..60 and 55..75 enhanced, cortical bone 300..1200, gas -950,
stool -200..100, fluid 0..40.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from atlas_lab.anatomy import PHASES, structure
from atlas_lab.data.phantom.space import Array, Crop, Lattice, Space

AIR, GAS, FAT, SKIN, TABLE = -1000.0, -950.0, -102.0, 15.0, 400.0
STOOL, STOOL_SPREAD = -40.0, 55.0
RENAL_LEVEL_MM = 64.0  # canonical height of the renal veins: above it the postcava mixes

GRAINS_MM = {"coarse": 45.0, "medium": 14.0, "fine": 7.0}

Range = tuple[float, float]
Levels = dict[str, Range]  # HU range by phase
Fields = dict[str, Array]


class Paint(Protocol):
    """One patient's tissue in one phase. `edge_mm` is how far its surface fades beyond the scanner's own blur."""

    @property
    def edge_mm(self) -> float: ...

    def hu(self, space: Space, crop: Crop, distance: Array, fields: Fields) -> Array:
        """HU (float32) on a crop, given the distance (mm) to the surface of what it fills."""


@dataclass(frozen=True)
class Fill:
    """A core within an optional shell, as numbers: what `Tissue.drawn` gives. See there."""

    core: float
    shell: float
    shell_mm: float
    texture: float
    grain: str
    gas: float | None
    wave: float
    stool: bool
    stream: float
    edge_mm: float = 0.0

    @property
    def average(self) -> float:
        """HU as a whole, taking shell and core as about equal shares."""
        return (self.core + self.shell) / 2 if self.shell_mm else self.core

    def hu(self, space: Space, crop: Crop, distance: Array, fields: Fields) -> Array:
        hu = np.full(distance.shape, self.core, np.float32)
        if self.texture:
            hu += self.texture * fields[self.grain][crop]
        if self.stool:
            hu += (STOOL - self.core) + STOOL_SPREAD * np.clip(fields["fine"][crop], -4, 1.6)
        if self.gas is not None:
            level = self.gas + self.wave * fields["coarse"][crop]
            height = space.heights[None, crop[1], None]  # the surface of a fluid is level, however the patient lies
            hu += (GAS - hu) * occupancy(level - height, space.blur)
        if self.stream:
            mixed = np.clip((space.z[crop] - RENAL_LEVEL_MM) / 24, 0, 1)
            hu += np.float32(self.stream) * mixed * (1 + 0.55 * np.clip(fields["fine"][crop], -2, 2))
        if self.shell_mm:
            hu += (self.shell - hu) * (1 - occupancy(distance + self.shell_mm, space.blur))
        return hu


@dataclass(frozen=True)
class Tissue:
    """A core within an optional shell: parenchyma in its cortex, spongy in compact bone, contents in a wall.

    `core` and `shell` are HU ranges by phase; a patient takes the same share of each. `shell_mm` is the shell's
    thickness, `texture` the standard deviation (HU) of the core's smooth texture, on the field `grain`; `mottle` is
    added to it in the arterial phase. `gas` is the height (mm) in front of which the core is gas, as it is in a patient
    lying on the back, and `wave` by how much that height varies from loop to loop; `stool` mixes the core from stool
    and small bubbles. `stream` is by phase how many HU blood from the renal veins adds above them.
    """

    core: Levels
    shell: Levels | None = None
    shell_mm: float = 0.0
    texture: float = 0.0
    mottle: float = 0.0
    grain: str = "medium"
    gas: Range | None = None
    wave: float = 0.0
    stool: bool = False
    stream: Levels | None = None

    def drawn(self, rng: np.random.Generator, phase: str) -> Fill:
        """One patient's tissue in one phase; the draws do not depend on the phase."""
        u, v, w, s = rng.uniform(size=4)
        texture = self.texture + (self.mottle if phase == "arterial" else 0.0)
        return Fill(
            core=between(self.core[phase], u),
            shell=between(self.shell[phase], v) if self.shell else 0.0,
            shell_mm=self.shell_mm,
            texture=texture,
            grain=self.grain,
            gas=between(self.gas, w) if self.gas else None,
            wave=self.wave,
            stool=self.stool,
            stream=between(self.stream[phase], s) if self.stream else 0.0,
        )


def occupancy(distance: Array, width: float) -> Array:
    """The share (0..1) of a voxel `width` mm wide that lies inside a surface at signed `distance` mm."""
    return np.asarray(np.clip(0.5 - distance / np.float32(width), 0, 1), np.float32)


def always(low: float, high: float) -> Levels:
    """A tissue that contrast medium does not reach."""
    return dict.fromkeys(PHASES, (low, high))


def by_phase(plain: Range, arterial: Range, portal: Range) -> Levels:
    """A tissue's HU without contrast, in the arterial and in the portal venous phase."""
    return dict(zip(PHASES, (plain, arterial, portal), strict=True))


def within(name: str, share: Range) -> Levels:
    """The given share of a structure's HU ranges in the anatomy table."""
    hu = structure(name).hu
    if hu is None:
        raise KeyError(f"{name} has no HU in the anatomy table")
    return {phase: (between(hu[phase], share[0]), between(hu[phase], share[1])) for phase in PHASES}


def solid(name: str, *, share: Range = (0.3, 0.75), texture: float = 3.0, grain: str = "medium", mottle: float = 0.0) -> Tissue:
    """A solid organ whose HU lies in the given share of its ranges in the anatomy table."""
    return Tissue(within(name, share), texture=texture, grain=grain, mottle=mottle)


def hollow(
    name: str, wall_mm: float, contents: Range, *, gas: Range | None = None, wave: float = 0.0, stool: bool = False
) -> Tissue:
    """A hollow organ: the wall's HU from the anatomy table, contents, and gas in front of a height in mm."""
    return Tissue(always(*contents), within(name, (0.3, 0.9)), wall_mm, texture=3.0, gas=gas, wave=wave, stool=stool)


def bone(core: Range = (120, 180), shell: Range = (450, 700), shell_mm: float = 2.0) -> Tissue:
    """Spongy bone in a compact shell."""
    return Tissue(always(*core), always(*shell), shell_mm, texture=25.0, grain="fine")


def soft(low: float, high: float, texture: float = 4.0, *, plain: Range | None = None, arterial: Range | None = None) -> Tissue:
    """A plain soft tissue between two HU in the portal phase; the other phases are the same unless given."""
    return Tissue(by_phase(plain or (low, high), arterial or plain or (low, high), (low, high)), texture=texture, grain="fine")


def textures(rng: np.random.Generator, space: Space) -> Fields:
    """Smooth random textures on the voxel grid, each of mean 0 and standard deviation about 1, by their grain."""
    return {name: Lattice.drawn(rng, step).on(space.axes) for name, step in GRAINS_MM.items()}


def between(limits: Range, u: float) -> float:
    """The value at the share `u` (0..1) of a range."""
    return float(limits[0] + u * (limits[1] - limits[0]))
