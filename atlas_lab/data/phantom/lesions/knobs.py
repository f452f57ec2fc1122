"""The two knobs that turn a claim into a curve: how real tumours differ from synthetic ones, and from organ to organ."""

import math
from dataclasses import asdict, dataclass
from numbers import Real
from typing import Any

from atlas_lab.errors import InputError


def check_share(name: str, value: object) -> None:
    """InputError unless `value` is a number from 0 to 1."""
    if not _is_number(value) or not 0 <= value <= 1:  # type: ignore[operator]
        raise InputError(f"{name}={value!r}: must be a number from 0 to 1")


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


@dataclass(frozen=True)
class OrganSimilarity:
    """How much alike (0..1) tumours of liver, pancreas and kidney look, by their diameter.

    `early` up to `early_mm`, `late` from `late_mm`, a straight line between. The premise of DiffTumor (Chen et al.,
    CVPR 2024) is that early tumours, below 20 mm, look alike: `OrganSimilarity(early=1)`. A synthesiser can only carry
    a tumour from one organ to another where that is so.
    """

    early: float = 0.0
    late: float = 0.0
    early_mm: float = 20.0
    late_mm: float = 40.0

    def __post_init__(self) -> None:
        for name in ("early", "late"):
            check_share(f"organ_similarity {name}", getattr(self, name))
        if not (_is_number(self.early_mm) and _is_number(self.late_mm) and 0 < self.early_mm < self.late_mm):
            raise InputError(
                f"organ_similarity: early_mm={self.early_mm!r}, late_mm={self.late_mm!r}: give 0 < early_mm < late_mm"
            )

    def __call__(self, diameter_mm: float) -> float:
        """The similarity (0..1) at a diameter in mm."""
        way = (diameter_mm - self.early_mm) / (self.late_mm - self.early_mm)
        return self.early + (self.late - self.early) * min(max(way, 0.0), 1.0)

    @classmethod
    def of(cls, value: "float | OrganSimilarity") -> "OrganSimilarity":
        """From one number for every diameter. InputError: it is none from 0 to 1."""
        if isinstance(value, cls):
            return value
        check_share("organ_similarity", value)
        return cls(float(value), float(value))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Knobs:
    """`real_gap` (0..1) is how far edge, texture, contrast, shape and site of the phantom's tumours lie from what a
    handcrafted synthesiser (Hu et al., CVPR 2023) makes: 0, they are as it would make them; 1, they follow the published
    contrasts and the shapes of expert masks. `organ_similarity` is explained there.
    """

    real_gap: float = 1.0
    organ_similarity: OrganSimilarity = OrganSimilarity()

    def __post_init__(self) -> None:
        check_share("real_gap", self.real_gap)

    def asdict(self) -> dict[str, Any]:
        """As it stands in a case's provenance."""
        return {"real_gap": float(self.real_gap), "organ_similarity": asdict(self.organ_similarity)}
