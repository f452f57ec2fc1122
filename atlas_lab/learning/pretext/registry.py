"""The ten tasks by name."""

import dataclasses
from typing import Any

from atlas_lab.errors import InputError, ParameterError, nearest
from atlas_lab.learning.pretext.deepcluster import DeepCluster
from atlas_lab.learning.pretext.denoising import Denoising
from atlas_lab.learning.pretext.inpainting import Inpainting
from atlas_lab.learning.pretext.jigsaw import Jigsaw
from atlas_lab.learning.pretext.models_genesis import ModelsGenesis
from atlas_lab.learning.pretext.positioning import Positioning
from atlas_lab.learning.pretext.restoration import Restoration
from atlas_lab.learning.pretext.rubik import Rubik
from atlas_lab.learning.pretext.swin_unetr import SwinUnetr
from atlas_lab.learning.pretext.task import Task
from atlas_lab.learning.pretext.unimiss import UniMiss

_ALL: tuple[type[Task], ...] = (
    Denoising, Positioning, Inpainting, Jigsaw, DeepCluster, Restoration, ModelsGenesis, Rubik, SwinUnetr, UniMiss,
)  # fmt: skip

TASKS: dict[str, type[Task]] = {task.name: task for task in _ALL}


def pretext(name: str, **options: Any) -> Task:
    """A pretext task by name, one of `TASKS`; `options` are its fields.

    InputError: an unknown name or option (it says the nearest), a value out of its range.
    """
    if name not in TASKS:
        known = nearest(name, TASKS) or f"there are {', '.join(TASKS)}"
        raise InputError(f"there is no pretext task {name!r}: {known.rstrip()}")
    fields = [field.name for field in dataclasses.fields(TASKS[name])]  # type: ignore[arg-type]
    for option in options:
        if option not in fields:
            known = nearest(option, fields) or f"its options are {', '.join(fields) or 'none'}"
            raise ParameterError(f"{name} has no option {option!r}: {known.rstrip()}")
    return TASKS[name](**options)
