"""Trainings of both lesion experiments: on the organs of the debate first, then on lesions."""

from pathlib import Path

from atlas_lab.learning import Model, PreparedCases, Trained, finetune, pretrain
from atlas_lab.lessons.debate import Cohort, Setting

NETWORK = "nnunet"


def pretrained(cohort: Cohort, setting: Setting, size: str, folder: Path, *, seed: int = 0) -> Trained:
    """An nnU-Net of this size, trained on the organs of the pre-training hospitals; no lesion's label is shown to it.

    It lies in `folder` by size and seed, and is there at once when it is asked for again.
    """
    return pretrain(
        cohort.atlas, cases=cohort.draw(seed, setting).before[: setting.cts], classes=cohort.labelled.classes,
        backbone=NETWORK, size=size, folder=folder / f"{size}_{seed}" / "organs",
        plan=setting.plan(setting.pretrain_steps, seed), augmentation="upright", **setting.options(),
    )  # fmt: skip


def tuned(cases: PreparedCases, start: str | Trained, setting: Setting, size: str, folder: Path, *, seed: int = 0) -> Model:
    """The same network after fine-tuning on all classes of `cases`, each of them in the middle of equally many patches."""
    made = finetune(
        cases, start, classes=cases.classes, backbone=NETWORK, size=size, balanced=True, folder=folder,
        plan=setting.plan(setting.finetune_steps, seed), augmentation="upright", **setting.options(),
    )  # fmt: skip
    return Model.open(made.checkpoint)
