"""A real CT without tumours: the patches that training would see, and what nobody can judge on it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from atlas_lab import figures
from atlas_lab.data import Atlas, Case, LabelMap, Volume
from atlas_lab.data.case import find_ct
from atlas_lab.learning import PreparedCases, prepare
from atlas_lab.learning.patches import PatchTransform, batches
from atlas_lab.lessons.source import open_atlas, open_case
from atlas_lab.lessons.train_on_synthetic.setting import Setting


def given(source: str, setting: Setting) -> Atlas | list[Case]:
    """The cases of an atlas, or the one case that `source` is. InputError: nothing there, none has the organ's mask."""
    path = Path(source).expanduser()
    if not path.is_dir() or find_ct(path) is not None:
        return [open_case(source, needs=[setting.organ])]
    return open_atlas(source, needs=[setting.organ])


def with_tumours(cases: Atlas | Sequence[Case], setting: Setting) -> bool:
    """Whether somebody annotated tumours of the organ there, and found one."""
    return any(setting.tumour in case.labels and case.labels[setting.tumour].any() for case in cases)


def training_patches(
    cases: Atlas | Sequence[Case] | PreparedCases, setting: Setting, transform: PatchTransform, *, count: int = 4, seed: int = 0
) -> list[Case]:
    """The first patches that contain a synthetic tumour, as a training sees them, each a case with the organ and the tumour.

    As many as `count`, fewer where hardly any patch has room. InputError: no case is annotated for the organ.
    """
    known = setting.classes[:-1]
    ready = cases if isinstance(cases, PreparedCases) else _prepared(cases, setting)
    names = [name for name in known if name in ready.classes]
    affine = np.diag([*ready.spacing, 1.0])
    found: list[Case] = []
    for batch in batches(ready, setting.patch, 1, seed=seed, stop_step=10 * count, balanced=True, transforms=[transform]):
        bits = batch["bits"][0].numpy()
        masks = {name: (bits >> ready.classes.index(name)) & 1 == 1 for name in (*names, setting.tumour)}
        if masks[setting.tumour].any():
            id = f"{batch['ids'][0]} patch {batch['step']}"
            found.append(Case(id, Volume(batch["hu"][0, 0].numpy(), affine), LabelMap(masks, affine)))
        if len(found) == count:
            break
    return found


def patches_figure(patches: Sequence[Case], setting: Setting, title: str) -> Figure:
    """The middle of the tumour in each patch, outlined."""
    return figures.gallery(patches, at=setting.tumour, structures=[setting.tumour], title=title)


def what_cannot_be_judged(source: str, setting: Setting) -> str:
    """Said of CTs in which nobody annotated a tumour."""
    return (
        f"{source}: no {setting.tumour} is annotated there, so nobody can say whether a network finds tumours in it. What can be "
        "looked at are the training patches. What cannot be judged: DSC, sensitivity, false positives, and whether these tumours "
        "look like those of this patient."
    )


def _prepared(cases: Atlas | Sequence[Case], setting: Setting) -> PreparedCases:
    """On the grid, with room for a tumour that nobody annotated."""
    with_room = []
    for case in cases:
        masks = {name: case.labels[name] for name in setting.classes[:-1] if name in case.labels}
        masks[setting.tumour] = np.zeros(case.ct.shape, bool)
        with_room.append(Case(case.id, case.ct, LabelMap(masks, case.ct.affine, shape=case.ct.shape), meta=case.meta))
    return prepare(with_room, setting.classes, spacing_mm=setting.spacing_mm, progress=False)
