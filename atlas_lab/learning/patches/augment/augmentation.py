"""From a batch of HU to what the network learns from, on the device the batch is on."""

from typing import TypedDict

import torch

from atlas_lab.errors import InputError
from atlas_lab.learning.patches.augment.draws import Draws
from atlas_lab.learning.patches.augment.intensity import change_grey, windowed
from atlas_lab.learning.patches.augment.presets import Preset, named
from atlas_lab.learning.patches.augment.spatial import flip_and_turn, tilt_and_zoom
from atlas_lab.learning.patches.bits import expand
from atlas_lab.learning.patches.loader import Batch
from atlas_lab.learning.patches.prepared import PreparedCases

SUPREM_WINDOW = (-175.0, 250.0)  # HU; Li et al., ICLR 2024


class Augmented(TypedDict):
    """`image` float32 (B, 1, X, Y, Z), `target` bool (B, classes, X, Y, Z), `known` bool (B, classes), `ids`, `step`."""

    image: torch.Tensor
    target: torch.Tensor
    known: torch.Tensor
    ids: list[str]
    step: int


class Augmentation:
    """`Augmentation.of(prepared)(batch, generator)`: window, then move and change the patches of a batch by chance.

    The image is in [0, 1]; where grey values are augmented it may leave that by what was added, as in the recipes. The same
    batch and the same state of the generator (a CPU one, see `generator_of`) give the same result. The batch is not changed.
    """

    def __init__(
        self,
        classes: int,
        spacing: tuple[float, float, float],
        *,
        window: tuple[float, float] = SUPREM_WINDOW,
        preset: str | Preset = "suprem",
    ) -> None:
        """`classes` bits are expanded, `spacing` is in mm, `window` (lowest, highest) in HU becomes [0, 1].

        `preset` is a name in `PRESETS` or a `Preset`. InputError: an unknown preset, a window that is not above its start.
        """
        low, high = window
        if not low < high:
            raise InputError(f"window={window}: give the lowest and the highest HU, such as {SUPREM_WINDOW}")
        self.classes, self.spacing, self.window, self.preset = classes, spacing, window, named(preset)

    @classmethod
    def of(
        cls, cases: PreparedCases, *, window: tuple[float, float] = SUPREM_WINDOW, preset: str | Preset = "suprem"
    ) -> "Augmentation":
        """The augmentation of these cases' patches."""
        return cls(len(cases.classes), cases.spacing, window=window, preset=preset)

    def __call__(self, batch: Batch, generator: torch.Generator) -> Augmented:
        """`hu` (B, 1, X, Y, Z) and `bits` (B, X, Y, Z) → `image` and `target`, on their device."""
        draws = Draws(generator, len(batch["hu"]))
        hu, bits = flip_and_turn(batch["hu"], batch["bits"], self.preset, draws)
        image = windowed(hu, self.window)
        image, bits = tilt_and_zoom(image, bits, self.spacing, self.preset, draws)
        change_grey(image, self.preset, draws)
        return {
            "image": image,
            "target": expand(bits, self.classes),
            "known": batch["known"],
            "ids": batch["ids"],
            "step": batch["step"],
        }
