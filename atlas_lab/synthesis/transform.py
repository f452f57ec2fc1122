"""Tumours into training patches, made anew each time: synthesis as a transform of the trainer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from atlas_lab import anatomy
from atlas_lab.errors import InputError
from atlas_lab.synthesis import boxes, phases, sizes
from atlas_lab.synthesis.engine import Grown, Planned, grow_tumours
from atlas_lab.synthesis.method import Method
from atlas_lab.synthesis.methods import method_of
from atlas_lab.synthesis.organs import organ_of, structures_of, tumor_of
from atlas_lab.synthesis.plain import is_number, plain_number
from atlas_lab.synthesis.tissue import NoRoom

_PROBABILITY = 0.9  # Hu et al., CVPR 2023


@dataclass(frozen=True)
class TumourTransform:
    """A `PatchTransform` that grows tumours in the organ of a patch, as Hu et al. (CVPR 2023) train: no tumour is annotated.

    `organ`, `method`, `size`, `count` and `phase` are those of `synthesize`; an own `count` is of a patch, while None takes
    the organ's published number by the share of a typical organ that the patch holds, 1 or more. A patch that holds a real
    tumour, or nothing of the organ, stays as it is; in a share 1 - `probability` of the others the answer is "no tumour".
    """

    organ: str
    method: str | Method = "handcrafted"
    size: sizes.Asked = "mix"
    count: int | None = None
    probability: float = _PROBABILITY
    phase: str = phases.AUTO

    def __post_init__(self) -> None:
        """InputError: an unknown organ, method, size or phase, a count that is no whole number, a probability outside 0 to 1."""
        structures_of(self.organ)
        object.__setattr__(self, "method", method_of(self.method))
        sizes.check_size(self.size)
        object.__setattr__(self, "size", plain_number(self.size))
        object.__setattr__(self, "count", sizes.checked_count(self.count))
        phases.check_phase(self.phase)
        if not is_number(self.probability) or not 0 <= self.probability <= 1:
            raise InputError(f"probability={self.probability!r}: give a number from 0 to 1")

    @property
    def brings(self) -> tuple[str, ...]:
        """The tumour mask, which no case of a training needs to have."""
        return (tumor_of(self.organ),)

    def check_classes(self, classes: Sequence[str]) -> None:
        """InputError: a training on these classes would see no tumour of this organ: its own mask or the tumours' is not among
        them."""
        lacking = [] if set(structures_of(self.organ)) & set(classes) else [" or ".join(structures_of(self.organ))]
        lacking += [tumor_of(self.organ)] * (tumor_of(self.organ) not in classes)
        if lacking:
            raise InputError(
                f"TumourTransform({self.organ!r}): the classes lack {' and '.join(lacking)}, so that no tumour would be learned; "
                f"add to them (there are {', '.join(classes)})"
            )

    def __call__(
        self, hu: np.ndarray, masks: Mapping[str, np.ndarray], spacing: tuple[float, float, float], rng: np.random.Generator
    ) -> tuple[np.ndarray, Mapping[str, np.ndarray]]:
        """HU int16 (x, y, z) of a patch and its masks → HU with tumours, the mask of the organ's tumours, and where a mass
        effect moved tissue all masks."""
        tumor = tumor_of(self.organ)
        organ = {name: masks[name] for name in structures_of(self.organ) if name in masks}
        there = {name: mask for name, mask in organ.items() if mask.any()}
        if not organ or (tumor in masks and masks[tumor].any()):
            return hu, {}
        ill = np.zeros(hu.shape, bool)
        if not there or rng.random() >= self.probability:
            return hu, {tumor: ill}
        given = {name: masks[name] for name in masks}
        made = self._grow(hu, given, spacing, there, rng)
        pushed = any(grown.growth.warp is not None for grown in made)
        moved = {name: mask.copy() for name, mask in given.items()} if pushed else {}
        for grown in made:
            for mask in (*moved.values(), ill):
                if grown.growth.warp is not None:
                    mask[grown.box] = boxes.warped(mask[grown.box], grown.growth.warp)
            ill[grown.box] |= grown.growth.mask
        return hu, moved | {tumor: ill}

    def _grow(
        self,
        hu: np.ndarray,
        masks: Mapping[str, np.ndarray],
        spacing: tuple[float, float, float],
        there: Mapping[str, np.ndarray],
        rng: np.random.Generator,
    ) -> list[Grown]:
        seed = int(rng.integers(2**32))
        diameters = sizes.draw_diameters(self.size, self.count, organ_of(self.organ), rng)
        if self.count is None:
            diameters = _share(diameters, there, spacing, rng)
        plans = [Planned(diameter, (seed, number)) for number, diameter in enumerate(diameters)]
        assert not isinstance(self.method, str)
        try:
            return grow_tumours(
                hu, masks, spacing, plans, structures=list(there), method=self.method, phase=self._phase(hu, there)
            )
        except NoRoom:
            return []

    def _phase(self, hu: np.ndarray, there: Mapping[str, np.ndarray]) -> str:
        if self.phase != phases.AUTO:
            return self.phase
        return phases.guessed_phase({name: float(np.median(hu[mask])) for name, mask in there.items()})


def _share(
    diameters: list[float], there: Mapping[str, np.ndarray], spacing: tuple[float, float, float], rng: np.random.Generator
) -> list[float]:
    """As many of an organ's tumours as belong to the part of it that the patch holds: 1 or more, of those that fit in."""
    volume = sum(int(np.count_nonzero(mask)) for mask in there.values()) * float(np.prod(spacing)) / 1000
    typical = sum(np.mean(anatomy.structure(name).volume_ml or (1.0, 1.0)) for name in there)
    number = max(round(len(diameters) * min(volume / typical, 1.0)), 1)
    room_mm = float(np.cbrt(6000 * volume / np.pi))
    fitting = [diameter for diameter in diameters if diameter < room_mm]
    chosen = sorted(rng.permutation(len(fitting))[:number])
    return [fitting[which] for which in chosen]
