"""What a playground grows its tumours in: an organ prepared once, and tumours that are written nowhere."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from atlas_lab.data.case import Case
from atlas_lab.errors import InputError
from atlas_lab.figures.names import display
from atlas_lab.synthesis import boxes
from atlas_lab.synthesis.engine import stream, tissues, write
from atlas_lab.synthesis.given import CroppedMasks, annotated, fingerprint, phase_of
from atlas_lab.synthesis.placement import place
from atlas_lab.synthesis.result import Synthesis
from atlas_lab.synthesis.synthesize import remake
from atlas_lab.synthesis.tissue import NoRoom, Site, Tissue
from atlas_lab.viewers.playground_planes import Change
from atlas_lab.viewers.playground_settings import Settings

Voxel = tuple[int, int, int]


@dataclass(frozen=True)
class Made:
    """A tumour in the planes: what was asked for, what changes in the CT, by which numbers, what it measures.

    `contrast_hu` is its mean HU minus the organ's median, `diameter_mm` that of the sphere of its volume.
    """

    settings: Settings
    structure: str
    change: Change
    by: dict[str, Any]
    contrast_hu: float
    volume_ml: float

    @property
    def diameter_mm(self) -> float:
        return float(np.cbrt(6000 * self.volume_ml / np.pi))


class Ground:
    """An organ of a case, ready to grow tumours in; `case` and everything of it stay as they are."""

    def __init__(self, case: Case, organ: str) -> None:
        """InputError: the organ's mask is missing or empty, an unknown organ, HU that are no number."""
        self.case, self.organ = case, organ
        self.phase = phase_of(case)
        masks = CroppedMasks(case.labels)
        self._tissues = tissues(case.ct.array, masks, case.ct.spacing, annotated(case, organ), self.phase)

    @property
    def structures(self) -> list[str]:
        """The organ's masks that have a voxel."""
        return [tissue.structure for tissue in self._tissues]

    def place(self, size: float, seed: int) -> Voxel:
        """Where a tumour of `size` mm has room, a voxel (x, y, z) of the CT. NoRoom: nowhere."""
        rng = stream((seed,), "place")
        refused: NoRoom | None = None
        for which in rng.permutation(len(self._tissues)):
            tissue = self._tissues[which]
            try:
                site = place(tissue, size, rng, exophytic=False)
            except NoRoom as error:
                refused = error
            else:
                x, y, z = (int(v) + start for v, start in zip(site.centre, tissue.corner, strict=True))
                return x, y, z
        assert refused is not None
        raise refused

    def at(self, voxel: Voxel) -> Tissue:
        """The part of the organ at a voxel of the CT. InputError: there is none, or a vessel or lesion is there."""
        for tissue in self._tissues:
            here = tuple(v - start for v, start in zip(voxel, tissue.corner, strict=True))
            if all(0 <= v < n for v, n in zip(here, tissue.shape, strict=True)) and tissue.organ[here]:
                return tissue
        raise InputError(
            f"voxel {', '.join(map(str, voxel))} is not in the {display(self.organ)}, or a vessel or lesion is there; "
            f"choose a place in the free part of the {display(self.organ)}"
        )

    def grow(self, settings: Settings) -> Made:
        """A tumour at `settings.centre`, as `remake` would make it. NoRoom or InputError: as the method says it."""
        assert settings.centre is not None
        method, tissue = settings.made_by, self.at(settings.centre)
        site = Site(self._in(tissue, settings.centre), settings.size)
        growth = method.grow(tissue, site, stream(settings.seeds, f"grow {method.name}"))
        if not growth.mask.any():
            raise NoRoom(f"{tissue.structure}: nothing is left of a tumour of {settings.size:g} mm here; choose another size")
        hu = tissue.hu[growth.box].copy()
        write(hu, growth)
        box = boxes.shifted(growth.box, tissue.corner)
        change = Change(box, hu, boxes.placed(growth.mask, box, self.case.ct.shape), growth.warp)
        contrast = float(hu[growth.mask].mean(dtype=np.float64) - tissue.level)
        millilitres = np.count_nonzero(growth.mask) * self.case.ct.voxel_ml
        return Made(settings, tissue.structure, change, method.settings() | growth.settings, contrast, millilitres)

    def synthesis(self, made: Made) -> Synthesis:
        """The same tumour in a case of its own, with its record."""
        settings, method = made.settings, made.settings.made_by
        assert settings.centre is not None
        tumour = {
            "structure": made.structure, "diameter_mm": settings.size, "seed": list(settings.seeds), "site_mm": settings.size,
            "voxel": list(self._in(self.at(settings.centre), settings.centre)), "clipped": True,
        }  # fmt: skip
        record = {
            "case": self.case.id, "ct": fingerprint(self.case), "organ": self.organ, "phase": self.phase, "tumours": [tumour],
            "method": {"name": method.name, "settings": method.settings()},
            "asked": {"size": settings.size, "count": 1, "planned": 1, "seed": settings.seed},
        }  # fmt: skip
        return remake(self.case, record)

    @staticmethod
    def _in(tissue: Tissue, voxel: Voxel) -> Voxel:
        x, y, z = (v - start for v, start in zip(voxel, tissue.corner, strict=True))
        return x, y, z
