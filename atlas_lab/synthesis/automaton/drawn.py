"""What is drawn for one tumour before it grows, so that neither its size nor its steps change how it looks."""

from dataclasses import dataclass

import numpy as np

from atlas_lab.synthesis.handcrafted.draws import GRAIN_MM, PATCH_MM

DEAD_SHARE = (90 / 105, 110 / 105)  # a dead core loses 90 to 110 HU more, beside the 65 to 145 of any tumour (release)


@dataclass(frozen=True)
class Drawn:
    """`seed` of all cells' draws; `share` 0..1, the place in the range of contrasts; how much darker dead cells are, in shares
    of the contrast; the widths of the texture's patches and grains; `life` 0..1, beside the chance of necrosis; and one
    generator each for the first cells, the cores of death and the texture."""

    seed: int
    share: float
    dead_share: float
    patch_mm: float
    grain_mm: float
    life: float
    first: np.random.Generator
    death: np.random.Generator
    fine: np.random.Generator

    @classmethod
    def by(cls, rng: np.random.Generator) -> "Drawn":
        first, death, fine = (np.random.default_rng(rng.integers(1 << 62)) for _ in range(3))
        return cls(
            seed=int(rng.integers(1 << 32)),
            share=float(rng.random()),
            dead_share=float(rng.uniform(*DEAD_SHARE)),
            patch_mm=float(rng.choice(PATCH_MM)),
            grain_mm=float(rng.choice(GRAIN_MM)),
            life=float(rng.random()),
            first=first,
            death=death,
            fine=fine,
        )
