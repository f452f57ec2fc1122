"""The diffusion method: a trained model fills a hole in the CT with a tumour."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, get_args

import numpy as np

from atlas_lab.errors import InputError, nearest
from atlas_lab.synthesis.diffusion.fitted import fitted_contrast
from atlas_lab.synthesis.diffusion.local import Local
from atlas_lab.synthesis.diffusion.outline import draw_outline
from atlas_lab.synthesis.handcrafted.ground import lie_of
from atlas_lab.synthesis.plain import is_whole, plain_number
from atlas_lab.synthesis.sizes import EARLY_MM
from atlas_lab.synthesis.tissue import Growth, Site, Tissue

SMALL = "small"  # the word for the package's own model
Level = Literal["fitted", "sampled"]


@dataclass(frozen=True)
class Diffusion:
    """Tumours out of a model that was trained on real ones, in their organ or in another.

    `model` is a folder or checkpoint of `train_diffusion`, None or "small" the small one of the package, which has seen phantoms
    alone. `steps` of sampling divide its schedule; None takes few (4) for tumours below 20 mm and more (50) for larger ones,
    as published. `device` is PyTorch's; the same bytes come out on the same kind of device alone.

    `contrast` fitted moves the mean HU, tumour minus organ, that the model gives just into the range of organ and phase
    (`contrast_range`, narrowed so that it shows above the noise) where it lies outside: all of the tumour by the same HU. What
    a model has learned of form and texture holds in other organs and phases, the level does not. sampled leaves it as it is.

    The change from the decoded healthy tissue to the decoded tumour is added to the CT inside the mask's soft edge. The original
    puts the decoded patch in its place, and with it the autoencoder's blur. InputError: a value that cannot be, no such model.
    """

    name: ClassVar[str] = "diffusion"
    source: ClassVar[str] = "Chen et al., Towards Generalizable Tumor Synthesis, CVPR 2024"

    model: str | os.PathLike[str] | None = None
    steps: int | None = None
    device: str = "cpu"
    contrast: Level = "fitted"

    def __post_init__(self) -> None:
        if self.model is not None:
            small = os.fspath(self.model) == SMALL
            if not small and not Path(self.model).exists():
                raise InputError(
                    f"model={str(self.model)!r}: no such folder or checkpoint; train_diffusion makes one, or take {SMALL}"
                )
            object.__setattr__(self, "model", None if small else os.fspath(self.model))
        levels = get_args(Level)
        if self.contrast not in levels:
            said = nearest(str(self.contrast), levels)
            raise InputError(f"contrast={self.contrast!r}: {said}choose from {', '.join(levels)}")
        if self.steps is not None and not is_whole(self.steps, 1):
            raise InputError(f"steps={self.steps!r}: give a whole number, 1 or more, or None")
        object.__setattr__(self, "steps", plain_number(self.steps))

    def settings(self) -> dict[str, Any]:
        """The fields: `Diffusion(**settings)` is the method again."""
        return asdict(self)

    @property
    def weights(self) -> str:
        """The SHA-256 of the model's file. InputError: the model cannot be opened."""
        from atlas_lab.synthesis.diffusion.model import open_model

        return open_model(self.model).sha256

    def grow(self, tissue: Tissue, site: Site, rng: np.random.Generator) -> Growth:
        """One tumour of the site's diameter at its centre; nothing is written into the tissue.

        NoRoom: there is room for less than half of the tumour. InputError: the model cannot be opened, `steps` that do not
        divide its schedule, voxels around that are no number.
        """
        from atlas_lab.synthesis.diffusion.inpaint import change
        from atlas_lab.synthesis.diffusion.model import open_model

        model = open_model(self.model)
        steps = self.steps or (model.schedule.early_steps if site.diameter_mm < EARLY_MM else model.schedule.late_steps)
        outline = draw_outline(tissue, site, rng)
        local = Local.around(tissue, site.centre, outline.width_mm, model.grid)
        wide = local.box(tissue, outline.box)
        around, hole = tissue.hu[wide].astype(np.float32), np.zeros(tissue.hu[wide].shape, np.float32)
        if not np.isfinite(around).all():
            raise InputError(f"{tissue.structure}: the CT around has voxels that are no number (NaN or infinite); replace them")
        inner = lie_of(outline.box, wide)
        around[inner], hole[inner] = outline.hu, outline.mask
        image = model.grid.seen(local.cut(around, wide), tissue.level)
        made = change(model, image, local.cut(hole, wide), steps=steps, rng=rng, device=self.device)
        hu = outline.hu + outline.soft * local.put(model.grid.hu(made), outline.box)
        sampled = float(hu[outline.mask].mean(dtype=float)) - tissue.level
        fitted = fitted_contrast(sampled, tissue, rng.random())  # drawn last and always: the rest is the same either way
        contrast = fitted if self.contrast == "fitted" else sampled
        if contrast != sampled:
            hu += np.float32((contrast - sampled) / outline.soft[outline.mask].mean(dtype=float)) * outline.soft
        drawn: dict[str, object] = {
            "sampled_contrast_hu": sampled, "contrast_hu": contrast, "edge_mm": outline.edge_mm, "steps": steps,
            "step_mm": local.step_mm,
        }  # fmt: skip
        return Growth(outline.box, hu, outline.mask, outline.region, drawn)
