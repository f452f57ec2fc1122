"""How good a model is on tumours that it has not seen: what it draws in their places, and what its autoencoder loses."""

from typing import Any

import numpy as np

from atlas_lab.learning.given import Cases
from atlas_lab.learning.patches.randomness import rng_of
from atlas_lab.synthesis.diffusion.crops import crop_of, organs_in, prepared, tumours_in
from atlas_lab.synthesis.diffusion.inpaint import decoded
from atlas_lab.synthesis.diffusion.model import Model


def figures_of(model: Model, atlas: Cases, *, seed: int = 0, steps: int | None = None) -> dict[str, Any]:
    """Over the atlas's tumours, each seen once with its surroundings and drawn anew inside its own mask.

    In HU, tumour less organ: mean and standard deviation over tumours of the mean in the mask (`contrast_real`,
    `contrast_made`), their correlation, the mean standard deviation inside (`texture_real`, `texture_made`); and of the
    autoencoder the mean absolute `reconstruction_error`, in crops whose standard deviation beside it is `crop_sd`.
    """
    organs = model.origin["organs"]
    ready = prepared(atlas, organs, None, model.grid.spacing_mm, 0)
    real: list[tuple[float, float]] = []
    made: list[tuple[float, float]] = []
    lost: list[tuple[float, float]] = []
    for number, place in enumerate(tumours_in(ready, organs_in(ready, organs), (0, np.inf))):
        image, mask = (one[0] for one in crop_of(ready, place, place.centre or (), model.grid))
        rng = rng_of("figures", seed, number)
        drawn, back = decoded(model, image, mask, steps=steps or model.schedule.early_steps, rng=rng)
        for values, seen in ((real, image), (made, drawn)):
            inside = model.grid.hu(seen[mask > 0])
            values.append((inside.mean(), inside.std()))
        lost.append((np.abs(back - image).mean(), image.std()))
    (real_mean, real_sd), (made_mean, made_sd) = np.array(real).T, np.array(made).T
    error, spread = np.mean(lost, 0) * model.grid.width_hu / 2
    figures = {
        "contrast_real": real_mean.mean(), "contrast_real_sd": real_mean.std(),
        "contrast_made": made_mean.mean(), "contrast_made_sd": made_mean.std(),
        "correlation": np.corrcoef(real_mean, made_mean)[0, 1],
        "texture_real": real_sd.mean(), "texture_made": made_sd.mean(),
        "reconstruction_error": error, "crop_sd": spread,
    }  # fmt: skip
    return {"tumours": len(real)} | {name: round(float(value), 3) for name, value in figures.items()}
