"""What the debate is run with: how many CTs, which arms, how long."""

from dataclasses import dataclass
from typing import Any

from atlas_lab.errors import InputError
from atlas_lab.learning import Plan
from atlas_lab.learning.pretext.registry import TASKS

MORE = 10  # times as many CTs without annotation, where a self-supervised arm may have them
MINUTES = 60.0  # to outline one structure in one CT by hand (Qu et al., NeurIPS 2023, FAQ)
SUPERVISED, CONTROL = "supervised", "masks of other patients"
SCRATCH, LONGER = "scratch", "scratch, both budgets"


@dataclass(frozen=True)
class Stage:
    """One pre-training: `task` on `cts` CTs."""

    task: str
    cts: int

    def __str__(self) -> str:
        return f"{self.task} on {self.cts}" if self.task != CONTROL else f"supervised on {self.cts}, {CONTROL}"


@dataclass(frozen=True)
class Arm:
    """What is done before fine-tuning: stages one after the other; `longer` fine-tunes for the budget of both instead."""

    stages: tuple[Stage, ...] = ()
    longer: bool = False

    def __str__(self) -> str:
        if not self.stages:
            return LONGER if self.longer else SCRATCH
        return ", then ".join(map(str, self.stages))

    @property
    def cts(self) -> int:
        """CTs that were seen before fine-tuning."""
        return max((stage.cts for stage in self.stages), default=0)

    @property
    def annotated_cts(self) -> int:
        """Those of them whose annotation was used."""
        return max((stage.cts for stage in self.stages if stage.task in (SUPERVISED, CONTROL)), default=0)


@dataclass(frozen=True)
class Setting:
    """Everything that decides a result but the seed. Spacing in mm, patch in voxels, budgets in steps of the optimiser.

    `cts` are annotated CTs for pre-training; `shots` CTs of the held-out hospital are annotated for fine-tuning, `test` of
    its patients judge.
    """

    tasks: tuple[str, ...] = ("models_genesis",)
    cts: int = 12
    shots: int = 4
    test: int = 8
    pretrain_steps: int = 240
    finetune_steps: int = 80
    backbone: str = "unet"
    size: str = "tiny"
    spacing_mm: float = 6.0
    patch: int = 32
    batch_size: int = 2
    learning_rate: float = 1e-2
    precision: str = "auto"
    accelerator: str = "auto"

    def __post_init__(self) -> None:
        """InputError: an unknown task, too few cases."""
        for task in self.tasks:
            if task not in TASKS:
                raise InputError(f"tasks: {task!r} is no self-supervised task; there are {', '.join(TASKS)}")
        for name, least in (("cts", 3), ("shots", 1), ("test", 2), ("pretrain_steps", 1), ("finetune_steps", 1)):
            if getattr(self, name) < least:
                raise InputError(f"{name}={getattr(self, name)}: give {least} or more")

    def plan(self, steps: int, seed: int) -> Plan:
        """The plan of a training of so many steps."""
        return Plan(
            steps=steps, learning_rate=self.learning_rate, warm_up=0.05, seed=seed, precision=self.precision,
            accelerator=self.accelerator, checkpoint_every=steps,
        )  # fmt: skip

    def options(self) -> dict[str, Any]:
        """What every training of it has in common, pre-training without masks too."""
        return {"patch": self.patch, "batch_size": self.batch_size, "spacing_mm": self.spacing_mm}

    def arms(self) -> tuple[Arm, ...]:
        """Every arm: scratch twice, each task on as many CTs and on ten times as many, supervised on a third and on all of
        them, the first task and then supervised, and supervised with the masks of other patients."""
        few, more = self.cts, MORE * self.cts
        alone = [Arm((Stage(task, number),)) for task in self.tasks for number in (few, more)]
        both = [Arm((Stage(task, more), Stage(SUPERVISED, few))) for task in self.tasks[:1]]
        supervised = [Arm((Stage(SUPERVISED, number),)) for number in (max(few // 3, 1), few)]
        return (Arm(), Arm(longer=True), *alone, *supervised, *both, Arm((Stage(CONTROL, few),)))

    def two_arms(self) -> tuple[Arm, ...]:
        """The smallest debate: scratch and supervised."""
        return (Arm(), Arm((Stage(SUPERVISED, self.cts),)))
