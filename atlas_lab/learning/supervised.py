"""Training on outlined structures: what supervised pre-training and fine-tuning both do (SuPreM, ICLR 2024)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from torch import nn

from atlas_lab.errors import InputError
from atlas_lab.figures.sheet import Sheet
from atlas_lab.learning.backbones import Backbone
from atlas_lab.learning.examples import Examples
from atlas_lab.learning.given import sides_of
from atlas_lab.learning.measuring import dsc_by_case
from atlas_lab.learning.model import SCRATCH, Model
from atlas_lab.learning.patches import SUPREM_WINDOW, Augmentation, PatchTransform, PreparedCases, batches
from atlas_lab.learning.training import Objective, bce_dice

Size = tuple[int, int, int]


@runtime_checkable
class _Choosy(Protocol):
    """A transform that works with some classes only: what it changes in others' patches nobody would learn."""

    def check_classes(self, classes: Sequence[str]) -> None:
        """InputError: it has nothing to do with these."""
        ...


class Supervised(Objective):
    """An objective for `train`: cross-entropy and Dice, class by class, over what each case is annotated for."""

    def __init__(
        self,
        network: Backbone,
        cases: PreparedCases,
        *,
        validation: PreparedCases | None = None,
        patch: int | Size = 96,
        batch_size: int = 2,
        window: tuple[float, float] = SUPREM_WINDOW,
        augmentation: str = "suprem",
        balanced: bool = False,
        transforms: Sequence[PatchTransform] = (),
        workers: int = 0,
        seed: int = 0,
        start: Mapping[str, Any] = SCRATCH,
    ) -> None:
        """`network` has an output for each class of `cases`; `validation` are other cases, prepared alike.

        `patch` in voxels, `window` in HU; `start` is what `initialise` said of the network's weights; the other options are
        those of `batches` and `Augmentation`. What is frozen stays as it is. A transform that has a `check_classes` is asked
        whether these classes will do. InputError: another number of outputs, a patch whose sides the network cannot take,
        validation on cases of the training or other classes, classes that a transform can teach nothing with.
        """
        if network.classes != len(cases.classes):
            raise InputError(
                f"the network has {network.classes} outputs, the cases {len(cases.classes)} classes; make it with as many"
            )
        sides = sides_of(patch, network)
        for transform in transforms:
            if isinstance(transform, _Choosy):
                transform.check_classes(cases.classes)
        if validation is not None:
            _check_validation(cases, validation)
        self.network: nn.Module = network
        self.model = Model(network, cases.classes, cases.spacing, window, sides)
        self._cases, self._validation = cases, validation
        self._examples = Examples(cases.classes)
        self._batches: dict[str, Any] = {
            "size": sides, "batch_size": batch_size, "seed": seed, "balanced": balanced, "transforms": transforms,
            "workers": workers,
        }  # fmt: skip
        self._augment = Augmentation.of(cases, window=window, preset=augmentation)
        self._chosen = {
            "augmentation": augmentation,
            "batch_size": batch_size,
            "balanced": balanced,
            "seed": seed,
            "start": dict(start),
        }

    @property
    def about(self) -> dict[str, Any]:
        """The model, and what it is trained on and how."""
        return self.model.about | self._chosen | {"kind": "supervised", "cases": sorted(self._cases.ids)}

    def batches(self, start: int, rank: int, ranks: int) -> Iterator[Any]:
        """Batches of patches from number `start` on."""
        return iter(batches(self._cases, start_step=start, rank=rank, ranks=ranks, **self._batches))

    def loss(self, network: nn.Module, batch: Any, generator: torch.Generator) -> dict[str, torch.Tensor]:
        """Cross-entropy and Dice of a batch, augmented by the generator."""
        ready = self._augment(batch, generator)
        return bce_dice(network(ready["image"]), ready["target"], ready["known"])._asdict()

    def validate(self, network: nn.Module) -> dict[str, float]:
        """The mean DSC over the classes, and that of each class: over the validation cases that have it."""
        if self._validation is None:
            return {}
        self._examples = Examples(self.model.classes)
        found = dsc_by_case(self.model, self._validation, self._examples.saw)
        means = {name: float(np.mean(list(values.values()))) for name, values in found.items() if values}
        by_class = {f"dsc {name}": value for name, value in means.items()}
        return {"dsc": float(np.mean(list(means.values()))), **by_class} if means else {}

    def picture(self, title: str) -> Sheet | None:
        """Truth and prediction of the first cases of the last validation."""
        return self._examples.drawn(title)


def _check_validation(cases: PreparedCases, validation: PreparedCases) -> None:
    if shared := sorted(set(cases.ids) & set(validation.ids)):
        raise InputError(f"validation: {', '.join(shared[:5])} are cases of the training too; use other patients")
    if (cases.classes, cases.spacing) != (validation.classes, validation.spacing):
        raise InputError("validation: is prepared with other classes or another spacing than the training's cases")
