"""The tissue around one tumour, on a box of its own."""

from dataclasses import dataclass

import numpy as np

from atlas_lab.synthesis.handcrafted.blur import REACH
from atlas_lab.synthesis.handcrafted.mask import REGROWTH
from atlas_lab.synthesis.handcrafted.mass_effect import Pushed
from atlas_lab.synthesis.tissue import Box, Site, Tissue

Offsets = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Ground:
    """A tissue at a site: float32 `hu` that may be written to, bool `organ`, bool `allowed` what may be painted, all (x, y, z)
    on a box; `offsets` mm from the site's centre along each axis."""

    hu: np.ndarray
    organ: np.ndarray
    allowed: np.ndarray
    offsets: Offsets
    tissue: Tissue
    site: Site

    @classmethod
    def of(cls, tissue: Tissue, site: Site, box: Box) -> "Ground":
        """Tissue as it is."""
        organ = tissue.organ[box]
        allowed = organ & ~tissue.taken[box] if site.clipped else ~tissue.taken[box]
        hu = np.array(tissue.hu[box], np.float32, order="C")  # whatever the tissue's order: one compiled kernel serves all
        return cls(hu, organ, allowed, offsets_of(tissue, site, box), tissue, site)

    @classmethod
    def of_pushed(cls, tissue: Tissue, site: Site, box: Box, pushed: Pushed, part: Box) -> "Ground":
        """Tissue that was pushed aside on `box`, of which a `part` is wanted; outside the ball nothing may be painted."""
        allowed = pushed.ball & ~pushed.taken & (pushed.organ if site.clipped else True)
        offsets = tuple(mm[side] for mm, side in zip(offsets_of(tissue, site, box), part, strict=True))
        return cls(pushed.hu[part].copy(), pushed.organ[part], allowed[part], offsets, tissue, site)  # type: ignore[arg-type]


def offsets_of(tissue: Tissue, site: Site, box: Box) -> Offsets:
    """Mm from the site's centre along each axis of a box."""
    sides = zip(box, site.centre, tissue.spacing, strict=True)
    return tuple((np.arange(side.start, side.stop) - c) * step for side, c, step in sides)  # type: ignore[return-value]


def box_of(tissue: Tissue, site: Site, reach_mm: np.ndarray, edge_mm: float) -> Box:
    """The voxels that a shape of this reach (3,) and its soft edge can touch."""
    sides = zip(site.centre, REGROWTH * reach_mm + REACH * edge_mm, tissue.spacing, tissue.shape, strict=True)
    return tuple(slice(max(int(c - mm / step), 0), min(int(c + mm / step) + 2, n)) for c, mm, step, n in sides)  # type: ignore[return-value]


def lie_of(inner: Box, outer: Box) -> Box:
    """Where the part of `inner` that is in `outer` lies in it."""
    sides = zip(inner, outer, strict=True)
    return tuple(slice(max(a.start - b.start, 0), min(a.stop, b.stop) - b.start) for a, b in sides)  # type: ignore[return-value]
