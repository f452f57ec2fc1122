"""`finetune`: what a backbone has learned, put to a new task with few annotated CTs."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from atlas_lab.errors import InputError
from atlas_lab.learning.backbones import backbone as new_backbone
from atlas_lab.learning.given import Cases, Spacing, held_out, listed, ready
from atlas_lab.learning.patches import SUPREM_WINDOW, PatchTransform
from atlas_lab.learning.patches.transforms import brought
from atlas_lab.learning.starting import SCRATCH, Origin, Start, freeze, initialise, rare_at_first
from atlas_lab.learning.supervised import Supervised
from atlas_lab.learning.training import Plan, Trained, train
from atlas_lab.learning.training.plan import checked

Size = tuple[int, int, int]


def finetune(
    atlas: Cases,
    init_from: Start = SCRATCH,
    *,
    classes: Sequence[str],
    folder: str | PathLike[str],
    plan: Plan | None = None,
    train_part: str = "full",
    backbone: str | None = None,
    size: str | None = None,
    cases: Sequence[str] | None = None,
    validation: Sequence[str] | Cases | None = None,
    patch: int | Size | None = None,
    batch_size: int = 2,
    spacing_mm: Spacing | None = None,
    window: tuple[float, float] | None = None,
    augmentation: str = "suprem",
    balanced: bool = False,
    transforms: Sequence[PatchTransform] = (),
    workers: int = 0,
    accept_licence: bool = False,
    resume: bool = True,
) -> Trained:
    """Train on the structures or tumours in `classes`, from weights that learned something else; `Model.open` opens the result.

    `init_from` is "scratch", a training (its folder, checkpoint or `Trained`), a published name such as "suprem:unet" or a
    file of weights; its output layer is never taken over. `train_part` is "full", "decoder" (the encoder stays as it is)
    or "head" (all but the output layer stays). `cases` are ids (few-shot lists; default: all), `validation` ids or other
    cases. Backbone, spacing, window and patch are by default those of the training it starts from, else SuPreM's; `plan`
    has a learning rate of 1e-4 by default, as SuPreM's fine-tuning (ICLR 2024). The rest is as in `pretrain`.
    InputError: see `prepare` and `train`; weights of another backbone or too little of them, a licence that is not
    accepted, a class that no case is annotated for and no transform brings.
    """
    plan = checked(plan or Plan(learning_rate=1e-4))
    origin = Origin.of(init_from)
    about = origin.about
    made_like = about.get("backbone", {})
    name, sized = backbone or made_like.get("name", "unet"), size or made_like.get("size", "published")
    spacing_mm = spacing_mm if spacing_mm is not None else tuple(about.get("spacing_mm", (1.5, 1.5, 1.5)))
    window = window or tuple(about.get("window", SUPREM_WINDOW))
    patch = patch or tuple(about.get("patch", (96, 96, 96)))
    classes = listed(classes, "classes")
    if not classes:
        raise InputError("classes: give at least one structure or tumour to learn, such as ['pancreas']")
    options = made_like.get("options", {}) if name == made_like.get("name") else {}
    network = new_backbone(name, len(classes), sized, seed=plan.seed, **options)
    start = initialise(network, origin, accept_licence=accept_licence)
    rare_at_first(network)
    freeze(network, train_part)
    made = brought(transforms)
    objective = Supervised(
        network, ready(atlas, cases, classes, spacing_mm, workers, brought=made), start=start | {"trained": train_part},
        patch=patch, validation=held_out(atlas, validation, classes, spacing_mm, workers, made), batch_size=batch_size,
        window=window, augmentation=augmentation, balanced=balanced, transforms=transforms, workers=workers, seed=plan.seed,
    )  # fmt: skip
    return train(objective, plan, Path(folder), resume=resume)
