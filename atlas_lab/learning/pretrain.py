"""`pretrain`: a backbone learns from many CTs, with their annotation or without."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from atlas_lab.errors import InputError, nearest
from atlas_lab.learning.backbones import backbone as new_backbone
from atlas_lab.learning.given import Cases, Spacing, annotated, held_out, listed, ready
from atlas_lab.learning.patches import SUPREM_WINDOW, PatchTransform
from atlas_lab.learning.pretext.registry import TASKS
from atlas_lab.learning.pretext.registry import pretext as task_of
from atlas_lab.learning.pretext.task import Task
from atlas_lab.learning.selfsupervised import SelfSupervised
from atlas_lab.learning.starting import SCRATCH, Origin, Start, initialise, rare_at_first
from atlas_lab.learning.supervised import Supervised
from atlas_lab.learning.training import Plan, Trained, train
from atlas_lab.learning.training.plan import checked

SUPERVISED = "supervised"
Size = tuple[int, int, int]


def pretrain(
    atlas: Cases,
    task: str | Task = SUPERVISED,
    *,
    folder: str | PathLike[str],
    plan: Plan | None = None,
    backbone: str = "unet",
    size: str = "published",
    init_from: Start = SCRATCH,
    cases: Sequence[str] | None = None,
    classes: Sequence[str] | None = None,
    validation: Sequence[str] | Cases | None = None,
    patch: int | Size = 96,
    batch_size: int = 2,
    spacing_mm: Spacing = 1.5,
    window: tuple[float, float] = SUPREM_WINDOW,
    augmentation: str = "suprem",
    balanced: bool = False,
    transforms: Sequence[PatchTransform] = (),
    workers: int = 0,
    accept_licence: bool = False,
    resume: bool = True,
) -> Trained:
    """Pre-train a backbone on an atlas; `finetune(…, init_from=folder)` goes on from it, `Model.open` opens a supervised one.

    `task` is "supervised" (SuPreM, ICLR 2024: the structures in `classes`, by default all that are annotated) or a pretext
    task, by name or as `pretext(name, …)` made it, which needs no annotation. `cases` are ids (default: all), `validation`
    ids or other cases, of supervised training alone. `init_from`: see `finetune`. `plan` has budget, learning rate and seed;
    `patch` is in voxels, `spacing_mm` in mm, `window` in HU; `augmentation`, `balanced` and `transforms` are those of
    supervised training, `workers` of both: see `batches`. The defaults are SuPreM's, except its budget: 800 epochs on eight
    GPUs. A stopped training in `folder` goes on. InputError: see `prepare`, `train`, `finetune`; an unknown task; validation
    of a pretext task.
    """
    plan = checked(plan or Plan())
    asked = _task(task)
    common: dict[str, Any] = {"patch": patch, "batch_size": batch_size, "window": window, "workers": workers, "seed": plan.seed}
    origin = Origin.of(init_from)
    if asked is None:
        chosen = listed(classes, "classes") if classes is not None else annotated(atlas)
        made = new_backbone(backbone, max(len(chosen), 1), size, seed=plan.seed)
        start = initialise(made, origin, accept_licence=accept_licence)
        rare_at_first(made)
        objective: Any = Supervised(
            made, ready(atlas, cases, chosen, spacing_mm, workers), start=start, augmentation=augmentation, balanced=balanced,
            transforms=transforms, validation=held_out(atlas, validation, chosen, spacing_mm, workers), **common,
        )  # fmt: skip
    else:
        if validation is not None or classes is not None:
            raise InputError(f"task {asked.name}: asks images alone; leave out validation= and classes=")
        made = new_backbone(backbone, 1, size, seed=plan.seed)
        start = initialise(made, origin, accept_licence=accept_licence)
        objective = SelfSupervised(asked, made, ready(atlas, cases, (), spacing_mm, workers), start=start, **common)
    return train(objective, plan, Path(folder), resume=resume)


def _task(task: str | Task) -> Task | None:
    if isinstance(task, Task):
        return task
    if task == SUPERVISED:
        return None
    if task not in TASKS:
        known = (SUPERVISED, *TASKS)
        raise InputError(f"no pre-training task {task!r}: {nearest(str(task), known)}there are {', '.join(known)}")
    return task_of(task)
