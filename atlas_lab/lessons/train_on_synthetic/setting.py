"""What the experiments are run with: which tumours a segmenter is trained on, how long, and at what size."""

from dataclasses import dataclass
from typing import Any

from atlas_lab.anatomy import organ as structures_of
from atlas_lab.errors import InputError, nearest
from atlas_lab.learning import Plan

REAL, NONE, SPHERES, MOVED = "real", "none", "spheres", "moved"
METHODS = ("handcrafted", "automaton", "diffusion")
SOURCES = (REAL, NONE, SPHERES, MOVED, *METHODS)
WINDOW_HU = (-21.0, 189.0)  # what a segmenter sees (Hu et al., CVPR 2023)
PROBABILITY = 0.9  # of a tumour in a training patch (Hu et al., CVPR 2023)
MIXTURES = (0.1, 0.3, 0.5, 0.7, 0.9)  # the share of real CTs in the published mixtures (Hu et al., CVPR 2023)
STORED = (1, 3, 10, 30)  # tumours a case


@dataclass(frozen=True)
class Arm:
    """What a segmenter is trained on.

    `tumours` are real, none, spheres, moved (those of another organ) or the name of a method; `real` is the share of CTs with
    annotated real tumours, the others get the tumours of the arm; `stored` tumours a case are made once and kept, where it
    is not None, else new ones at each step.
    """

    tumours: str
    real: float = 0.0
    stored: int | None = None

    def __post_init__(self) -> None:
        """InputError: tumours nobody knows, a share or number out of range."""
        if self.tumours not in SOURCES:
            raise InputError(f"tumours {self.tumours!r}: {nearest(str(self.tumours), SOURCES)}give one of {', '.join(SOURCES)}")
        if not 0 <= self.real <= 1 or (self.stored is not None and self.stored < 1):
            raise InputError(f"real={self.real}, stored={self.stored}: give a share from 0 to 1, and 1 or more tumours")

    def __str__(self) -> str:
        if self.real:
            return f"real : {self.tumours} {round(10 * self.real)}:{round(10 - 10 * self.real)}"
        return self.tumours if self.stored is None else f"{self.tumours}, {self.stored} stored"

    @property
    def knows_real(self) -> bool:
        """Whether real tumours are shown to it, so that it depends on how they look."""
        return self.tumours == REAL or self.real > 0


@dataclass(frozen=True)
class Setting:
    """Everything that decides a result but the arm, the look of the real tumours and the seed.

    Spacing in mm, patch in voxels, budgets in steps. Each arm trains on `train` CTs, and `test` patients judge. `tumour_size`
    is that of the synthetic tumours, as `al.synthesis.synthesize` takes it. `false_positives` a case is the price at which
    sensitivities are compared.
    """

    organ: str = "liver"
    train: int = 6
    test: int = 8
    steps: int = 150
    backbone: str = "nnunet"
    size: str = "mini"
    spacing_mm: float = 2.5
    patch: int = 32
    batch_size: int = 2
    learning_rate: float = 0.01
    phase: str = "portal"
    tumour_size: str = "mix"
    false_positives: float = 1.0

    def __post_init__(self) -> None:
        """InputError: a number out of range."""
        for name, least in (("train", 2), ("test", 2), ("steps", 1), ("batch_size", 1)):
            if getattr(self, name) < least:
                raise InputError(f"{name}={getattr(self, name)}: give {least} or more")
        if not self.spacing_mm > 0 or not self.false_positives > 0:
            raise InputError(f"spacing_mm={self.spacing_mm}, false_positives={self.false_positives}: give numbers above 0")

    @property
    def tumour(self) -> str:
        """The mask of the organ's tumours."""
        return f"{self.organ}_tumor"

    @property
    def classes(self) -> tuple[str, ...]:
        """What a segmenter learns: the organ and its tumours."""
        return (*structures_of(self.organ), self.tumour)

    def plan(self, seed: int) -> Plan:
        """The same budget for every arm."""
        return Plan(
            steps=self.steps, learning_rate=self.learning_rate, warm_up=0.05, seed=seed, checkpoint_every=self.steps
        )  # fmt: skip

    def options(self) -> dict[str, Any]:
        """What every training has in common."""
        return {
            "backbone": self.backbone, "size": self.size, "patch": self.patch, "batch_size": self.batch_size,
            "spacing_mm": self.spacing_mm, "window": WINDOW_HU, "augmentation": "upright", "balanced": True,
        }  # fmt: skip


def arms_of(which: str, methods: tuple[str, ...]) -> tuple[Arm, ...]:
    """`two` (real and the first method) or `all`: real, every method, mixtures with the first, spheres and none.

    InputError: another word, no method, one that is unknown.
    """
    if not methods or (wrong := [name for name in methods if name not in METHODS]):
        said = repr(wrong[0]) if methods else "none"
        raise InputError(f"methods: {said}: {nearest(said.strip(repr('')), METHODS)}give one or more of {', '.join(METHODS)}")
    if which not in ("two", "all"):
        raise InputError(f"arms={which!r}: choose two or all")
    two = (Arm(REAL), Arm(methods[0]))
    if which == "two":
        return two
    mixed = tuple(Arm(methods[0], real=share) for share in MIXTURES)
    return (*two, *(Arm(name) for name in methods[1:]), *mixed, Arm(SPHERES), Arm(NONE))
