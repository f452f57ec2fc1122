"""Where in an organ a lesion may grow: points inside it, each with how deep it lies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from atlas_lab.data.phantom.outline import Outline
from atlas_lab.data.phantom.part import Drawn
from atlas_lab.data.phantom.shapes import Tube, Vector
from atlas_lab.data.phantom.space import Points

CANDIDATES = 900
MOST = 0.75  # of a ball's radius
GAP_MM = 1.0  # that a synthesiser leaves between a tumour and a vessel
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sites:
    """Points (n, 3) in an organ, canonical mm, their `depth` (n,) in mm below its surface, and the organ's `vessels`."""

    points: Floats
    depth: Floats
    vessels: Sequence[Drawn]

    @classmethod
    def within(
        cls,
        organ: Drawn,
        before: Sequence[Drawn],
        vessels: Sequence[Drawn],
        body: Callable[[Points], Outline],
        rng: np.random.Generator,
    ) -> "Sites":
        """Points of an organ that no part before it takes away; empty where nothing is left of it."""
        low, high = organ.shape.box()
        points = rng.uniform(low, high, (CANDIDATES, 3))
        points = points[_distance(organ, points) < -0.5]
        depth = _left(organ, before, body, points)
        kept = depth > 0.5
        if isinstance(organ.shape, Tube):
            kept &= _on_longest_stretch(organ.shape, _left(organ, before, body, organ.shape.curve[0]) > 0, points)
        return cls(points[kept], depth[kept], vessels)

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

    def weights_of_a_synthesiser(self, radius: float) -> Floats:
        """Evenly where most of a ball has room in the organ, 1 mm off its vessels, or near the widest places that there are.

        As this package's synthesiser places them; of the few points here too few have room for the whole ball.
        """
        return np.asarray(self.room >= min(MOST * radius, 0.6 * float(self.room.max())), float)

    @cached_property
    def room(self) -> Floats:
        """The radius (n,) in mm of the ball that each point is the centre of."""
        clear = [_distance(vessel, self.points) - GAP_MM for vessel in self.vessels]
        return np.asarray(np.minimum.reduce([self.depth, *clear]))


def _left(organ: Drawn, before: Sequence[Drawn], body: Callable[[Points], Outline], points: Floats) -> Floats:
    """How deep (mm) points lie in what the parts before an organ and the wall of the cavity leave of it, at the widest gap.

    Below 0, they lie in none of it, however deep that is.
    """
    if not len(points):
        return np.zeros(0)
    depth = -_distance(organ, points)
    if organ.row.clip is not None:
        depth = np.minimum(depth, -body(Points(points)).cavity.ravel() - organ.row.clip)
    for part in before:
        near, far = part.shape.box()
        close = (depth > 0) & np.all((points > near - 40) & (points < far + 40), axis=1)
        if part.row.within is None and close.any():
            depth[close] = np.minimum(depth[close], _distance(part, points[close]) - 2 * organ.row.gap)
    return depth


def _on_longest_stretch(tube: Tube, open_at: npt.NDArray[np.bool_], points: Floats) -> npt.NDArray[np.bool_]:
    """Which points lie beside the longest stretch of a tube that nothing closes: the rest of it may be cut off."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], open_at.astype(np.int8), [0]])))
    if not len(edges) or not len(points):
        return np.zeros(len(points), bool)
    starts, ends = edges[::2], edges[1::2]
    longest = int(np.argmax(ends - starts))
    nearest = np.linalg.norm(points[:, None] - tube.curve[0][None], axis=2).argmin(axis=1)
    return (nearest >= starts[longest]) & (nearest < ends[longest])


def _distance(part: Drawn, points: Floats) -> Floats:
    space = Points(points)
    return part.shape.distance(space, space.crop((0, 0, 0), (0, 0, 0))).ravel().astype(np.float64)
