"""One row of the phantom's tables: a shape, what it is made of, and how it meets its neighbours."""

from dataclasses import dataclass, replace

import numpy as np

from atlas_lab.data.phantom.shapes import Shape, Vector
from atlas_lab.data.phantom.tissue import Tissue


@dataclass(frozen=True)
class Part:
    """A part of the body.

    Rows stand in order of precedence: a part yields to those before it and keeps `gap` mm from them; with a gap of 0
    it touches them, with no fat in between. `clip` mm is how far it stays from the wall of the abdominal cavity (None:
    it may leave the cavity). A part `within` another lies inside that one instead of yielding. `sex` and `chance` say
    who has it. A patient's own part is shifted, scaled and bent at random by
    `shift` mm, `scale` and `jitter` mm (standard deviations; each cut off at twice that). `surface` mm roughens it.
    """

    name: str
    shape: Shape
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

    def drawn(self, rng: np.random.Generator, sex: str) -> "Part | None":
        """One patient's own part, or None where this patient has none."""
        absent = rng.random() >= self.chance or self.sex not in (None, sex)
        shift, scale = self.shift * _cut_normal(rng, 3), float(np.exp(self.scale * _cut_normal(rng, 1)[0]))
        low, high = self.shape.box()
        middle = (low + high) / 2

        def move(point: Vector) -> Vector:
            x, y, z = middle + (np.array(point) - middle) * scale + shift + self.jitter * _cut_normal(rng, 3)
            return float(x), float(y), float(z)

        return None if absent else replace(self, shape=self.shape.moved(move, scale), tissue=self.tissue.drawn(rng))


def _cut_normal(rng: np.random.Generator, n: int) -> np.ndarray:
    return np.clip(rng.standard_normal(n), -2, 2)
