"""Where in an organ a lesion may grow: points inside it, each with how deep it lies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from atlas_lab.data.phantom.outline import Outline
from atlas_lab.data.phantom.part import Drawn
from atlas_lab.data.phantom.shapes import Vector
from atlas_lab.data.phantom.space import Points

CANDIDATES = 900
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sites:
    """Points (n, 3) in an organ, canonical mm, and their `depth` (n,) in mm below its surface."""

    points: Floats
    depth: Floats

    @classmethod
    def within(
        cls, organ: Drawn, before: Sequence[Drawn], body: Callable[[Points], Outline], rng: np.random.Generator
    ) -> "Sites":
        """Points of an organ that no part before it takes away; empty where nothing is left of it."""
        low, high = organ.shape.box()
        points = rng.uniform(low, high, (CANDIDATES, 3))
        depth = -_distance(organ, points)
        if organ.row.clip is not None:
            space = Points(points)
            depth = np.minimum(depth, -body(space).cavity.ravel() - organ.row.clip)
        points, depth = points[depth > 0.5], depth[depth > 0.5]
        for part in before:
            near, far = part.shape.box()
            close = np.all((points > near - 40) & (points < far + 40), axis=1)
            if part.row.within is None and close.any():
                depth[close] = np.minimum(depth[close], _distance(part, points[close]) - organ.row.gap)
        kept = depth > 0.5
        return cls(points[kept], depth[kept])

    def chosen(self, u: float, radius: float, sink: float, weights: Floats) -> Vector | None:
        """The point at the share `u` (0..1) of those deep enough, by weight; the deepest where none is; None in no organ."""
        if not len(self.points):
            return None
        share = np.where(self.depth >= min(sink * radius, 0.9 * float(self.depth.max())), weights, 0)
        if not share.any():
            share = (self.depth == self.depth.max()).astype(float)
        at = int(np.searchsorted(np.cumsum(share), u * share.sum(), side="right"))
        x, y, z = self.points[min(at, len(self.points) - 1)]
        return float(x), float(y), float(z)

    def weights(self, site: str, radius: float) -> Floats:
        """How likely each point is by the rule `site`."""
        x, y, z = self.points.T
        if site == "outer":  # metastases lie near the surface more often than deep inside
            return np.exp(-self.depth / 14)
        if site == "head":  # two of three pancreatic carcinomas
            return np.where(x > 8, 2.0, 0.6)
        if site in ("surface", "wall"):
            return np.asarray(self.depth < max(0.35 * radius, 3.0), float)
        if site == "dependent":  # stones sink to the back of a patient who lies on it
            return np.asarray(y < y.min() + 0.35 * np.ptp(y), float)
        if site == "inner":
            return np.asarray(self.depth > 0.6 * self.depth.max(), float)
        if site == "ligament":  # beside the falciform ligament and the gall bladder's bed
            near = np.minimum(np.hypot(x - 26, z - 78), np.hypot(x - 58, z - 48))
            return np.exp(-((near / 16) ** 2)) * np.exp(-self.depth / 12)
        return np.ones(len(self.points))

    def weights_of_a_synthesiser(self) -> Floats:
        """Evenly in the middle 40 % of the organ's height, 2 mm from its surface (SyntheticTumors, Hu et al., CVPR 2023)."""
        z = self.points[:, 2]
        low, high = z.min() + 0.3 * np.ptp(z), z.min() + 0.7 * np.ptp(z)
        return np.asarray((z >= low) & (z <= high) & (self.depth > 2), float)


def _distance(part: Drawn, points: Floats) -> Floats:
    space = Points(points)
    return part.shape.distance(space, space.crop((0, 0, 0), (0, 0, 0))).ravel().astype(np.float64)
