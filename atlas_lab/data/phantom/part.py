"""One row of the phantom's tables: a shape, what it is made of, and how it meets its neighbours."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from atlas_lab.data.phantom.shapes import Shape, Vector
from atlas_lab.data.phantom.tissue import Fill, Tissue

Varied = Callable[[np.random.Generator], Shape]


@dataclass(frozen=True)
class Part:
    """A part of the body.

    `shape` is the same in everyone, or a function that draws one patient's. Rows stand in order of precedence: a part
    yields to those before it and keeps `gap` mm from them; with a gap of 0 it touches them, with no fat in between.
    `clip` mm is how far it stays from the wall of the abdominal cavity (None: it may leave the cavity). A part `within`
    another lies inside that one instead of yielding. `sex` and `chance` say who has it. A patient's own part is shifted,
    scaled and bent at random by `shift` mm, `scale` and `jitter` mm (standard deviations; each cut off at twice that);
    parts of one `group` are shifted together by `GROUPS` besides. `surface` mm roughens it. A `path` leads through the
    body, so its course keeps its place when its width is scaled.
    """

    name: str
    shape: Shape | Varied
    tissue: Tissue
    gap: float = 0.0
    clip: float | None = None
    within: str | None = None
    sex: str | None = None
    chance: float = 1.0
    shift: float = 0.0
    scale: float = 0.0
    jitter: float = 0.0
    surface: float = 0.0
    group: str | None = None
    path: bool = False

    def drawn(self, rng: np.random.Generator, sex: str, phase: str, shift: Vector, sizes: Mapping[str, float]) -> "Drawn | None":
        """One patient's own part, moved by `shift` mm besides, or None where this patient has none.

        `sizes` scales the parts it names: a population's own organs.
        """
        absent = rng.random() >= self.chance or self.sex not in (None, sex)
        own, scale = self.shift * _cut_normal(rng, 3) + shift, float(np.exp(self.scale * _cut_normal(rng, 1)[0]))
        size = sizes.get(self.name, 1.0)
        spread = scale if self.path else scale * size
        fill = self.tissue.drawn(rng, phase)
        shape = self.shape(rng) if callable(self.shape) else self.shape
        low, high = shape.box()
        moved = ((low + high) / 2).tolist(), own.tolist()

        def move(point: Vector) -> Vector:
            bent = self.jitter * _cut_normal(rng, 3)
            x, y, z = (m + (p - m) * spread + o + b for p, m, o, b in zip(point, *moved, bent.tolist(), strict=True))
            return x, y, z

        return None if absent else Drawn(self, shape.moved(move, scale * size), fill)


@dataclass(frozen=True)
class Drawn:
    """One patient's own part: its row, its shape (canonical mm) and its tissue in the phase of the scan."""

    row: Part
    shape: Shape
    fill: Fill

    @property
    def name(self) -> str:
        return self.row.name


# standard deviations (mm) along x, y, z of what moves together
GROUPS: dict[str, Vector] = {"pancreas": (5.0, 2.5, 5.0), "pelvis": (3.0, 2.5, 4.0)}


def group_shifts(rng: np.random.Generator) -> dict[str, Vector]:
    """One patient's shift of each group."""
    shifts: dict[str, Vector] = {}
    for name, deviation in GROUPS.items():
        x, y, z = np.array(deviation) * _cut_normal(rng, 3)
        shifts[name] = (float(x), float(y), float(z))
    return shifts


def _cut_normal(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.standard_normal(n).clip(-2, 2)
