"""What an atlas of phantom patients is made from, and the list of scans that follows from it."""

import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from atlas_lab.data.phantom.checks import check_memory, check_whole, scan_grid
from atlas_lab.data.phantom.hospitals import Hospital, Hospitals, chosen, hospital
from atlas_lab.data.phantom.lesions import Knobs, Order, OrganSimilarity, orders_of
from atlas_lab.data.phantom.patient import LABELLED, VERSION, PhantomPatient, patient
from atlas_lab.errors import InputError

SOURCE = "atlas_lab phantom"
PROTOCOLS = ("hospital", "all")


@dataclass(frozen=True)
class Scan:
    """One case to make: its id, whose it is, where it was made and in which phase (None: by the hospital's mix)."""

    id: str
    hospital: str
    index: int
    phase: str | None


@dataclass(frozen=True)
class Recipe:
    """An atlas but for its number of cases: seed, hospitals, grid, lesions, knobs and who draws which labels."""

    seed: int
    hospitals: tuple[str, ...]
    shape: tuple[int, ...] | None
    spacing: float | tuple[float, ...] | None
    lesions: tuple[Order, ...] | None
    knobs: Knobs = field(default_factory=Knobs)
    labels: str = "hospital"

    @classmethod
    def of(
        cls,
        *,
        seed: int = 0,
        hospitals: Hospitals = 1,
        shape: Sequence[int] | None = None,
        spacing: float | Sequence[float] | None = None,
        lesions: Sequence[Order | str] | None = None,
        real_gap: float = 1.0,
        organ_similarity: float | OrganSimilarity = 0.0,
        labels: str = "hospital",
    ) -> "Recipe":
        """A recipe from what a user gives. InputError: the first thing that is wrong."""
        check_whole("seed", seed, 0)
        names = chosen(hospitals)
        for name in names:
            check_memory(scan_grid(hospital(name), shape, spacing))
        if labels not in PROTOCOLS:
            raise InputError(f"labels={labels!r}: choose hospital (what its annotators draw) or all")
        orders = orders_of(lesions)
        size = None if shape is None else tuple(int(n) for n in shape)
        edges = None if spacing is None else float(spacing) if isinstance(spacing, int | float) else tuple(map(float, spacing))
        return cls(int(seed), names, size, edges, orders, Knobs(real_gap, OrganSimilarity.of(organ_similarity)), labels)

    def scans(self, cases: int) -> list[Scan]:
        """The first so many scans: patients come from the hospitals in turn, some with an arterial and a portal scan."""
        found: list[Scan] = []
        number = 0
        while len(found) < cases:
            site, index = hospital(self.hospitals[number % len(self.hospitals)]), number // len(self.hospitals)
            for phase in ("arterial", "portal") if self._is_pair(site, index) else (None,):
                found.append(Scan(f"BDMAP_{len(found) + 1:08d}", site.name, index, phase))
            number += 1
        return found[:cases]

    def origin(self, scan: Scan) -> dict[str, Any]:
        """What a case is made from, as it stands in its case.json."""
        return {
            "source": SOURCE,
            "version": VERSION,
            "seed": self.seed,
            "hospitals": list(self.hospitals),
            "shape": None if self.shape is None else list(self.shape),
            "spacing": list(self.spacing) if isinstance(self.spacing, tuple) else self.spacing,
            "lesions": None if self.lesions is None else [_plain(order) for order in self.lesions],
            **self.knobs.asdict(),
            "labels": self.labels,
            "hospital": scan.hospital,
            "index": scan.index,
            "pair": scan.phase is not None,
        }

    def make(self, scan: Scan) -> PhantomPatient:
        """The patient of a scan."""
        return patient(
            scan.index,
            seed=self.seed,
            hospital=scan.hospital,
            phase=scan.phase,
            shape=self.shape,
            spacing=self.spacing,
            lesions=self.lesions,
            real_gap=self.knobs.real_gap,
            organ_similarity=self.knobs.organ_similarity,
        )

    def labelled(self, scan: Scan) -> tuple[str, ...]:
        """The structures and tumours that are drawn in a scan."""
        return hospital(scan.hospital).labels if self.labels == "hospital" else LABELLED

    def _is_pair(self, site: Hospital, index: int) -> bool:
        rng = np.random.default_rng(np.random.SeedSequence([self.seed, index, zlib.crc32(f"{site.name} pair".encode())]))
        return bool(rng.random() < site.pairs)


def _plain(order: Order) -> dict[str, Any]:
    return {**asdict(order), "diameter_mm": list(order.diameter_mm) if order.diameter_mm else None}
