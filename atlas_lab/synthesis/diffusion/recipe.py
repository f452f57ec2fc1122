"""A whole configuration in one file: the grid, both networks, the schedule, how both are trained."""

import dataclasses
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

import yaml

from atlas_lab.errors import InputError, nearest
from atlas_lab.learning.training import Plan
from atlas_lab.synthesis.diffusion.grid import Grid
from atlas_lab.synthesis.diffusion.networks import AutoencoderShape, DenoiserShape
from atlas_lab.synthesis.diffusion.recipe_values import check_values

NAMES = ("small", "full")
_HERE = Path(__file__).parent
_PLAN = ("steps", "minutes", "learning_rate", "accumulate", "clip_norm", "precision", "compile", "devices", "warm_up", "seed")


@dataclass(frozen=True)
class Schedule:
    """`timesteps` of noise (a cosine schedule, as published), and how many of them sample early and larger tumours."""

    timesteps: int = 200
    early_steps: int = 4
    late_steps: int = 50


@dataclass(frozen=True)
class Training:
    """Patches a step, and the plan's values."""

    batch_size: int = 2
    plan: dict[str, Any] = field(default_factory=dict)

    def planned(self) -> Plan:
        return Plan(**self.plan)


@dataclass(frozen=True)
class Recipe:
    """See `small.yaml` and `full.yaml` beside this file."""

    grid: Grid
    autoencoder: AutoencoderShape
    denoiser: DenoiserShape
    schedule: Schedule
    train_autoencoder: Training
    train_diffusion: Training

    def __post_init__(self) -> None:
        """InputError: numbers that do not go together."""
        for name, shape in (("autoencoder", self.autoencoder), ("denoiser", self.denoiser)):
            if any(number % shape.groups for number in shape.channels):
                raise InputError(f"{name}.channels={list(shape.channels)}: give multiples of its groups, {shape.groups}")
        if len(self.denoiser.attention) != len(self.denoiser.channels):
            raise InputError(f"denoiser.attention={list(self.denoiser.attention)}: give one for each of its channels")
        side = self.autoencoder.factor * self.denoiser.divisor
        if self.grid.patch % side:
            raise InputError(f"grid.patch={self.grid.patch}: these networks take sides that are multiples of {side}")
        for steps in (self.schedule.early_steps, self.schedule.late_steps):
            check_steps(steps, self.schedule.timesteps)

    @classmethod
    def of(cls, given: "str | PathLike[str] | Recipe") -> "Recipe":
        """One of the package (small, full), a YAML file, or a recipe. InputError: an unknown name, key or value."""
        if isinstance(given, Recipe):
            return given
        path = _HERE / f"{given}.yaml" if given in NAMES else Path(given)
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise InputError(f"recipe {str(given)!r}: no such file; or give one of {', '.join(NAMES)}") from None
        except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
            raise InputError(f"{path}: cannot be read as YAML ({' '.join(str(error).split())})") from error
        return cls(**_filled(cls, content, str(path)))


def check_steps(steps: int, timesteps: int) -> None:
    """InputError: steps that do not divide the schedule: MONAI's DDIM would then mistake the noise that is left."""
    if isinstance(steps, bool) or not isinstance(steps, int) or not 1 <= steps <= timesteps or timesteps % steps:
        raise InputError(f"steps={steps!r}: give a whole number that divides the schedule's {timesteps}, such as 4, 20 or 50")


def plain(value: Any) -> dict[str, Any]:
    """A dataclass of this folder in plain values, as checkpoints keep it."""
    return {name: list(one) if isinstance(one, tuple) else one for name, one in dataclasses.asdict(value).items()}


def made(kind: Any, values: dict[str, Any]) -> Any:
    """The dataclass of plain values again."""
    return kind(**{name: tuple(one) if isinstance(one, list) else one for name, one in values.items()})


def _filled(kind: Any, content: Any, where: str) -> dict[str, Any]:
    parts: dict[str, Any] = {one.name: one.type for one in dataclasses.fields(kind)}
    _check_names(content, parts, where, all_of_them=True)
    filled = {}
    for name, part in parts.items():
        place = f"{where}: {name}"
        _check_names(content[name], [one.name for one in dataclasses.fields(part)], place)
        if part is Training:
            _check_names(content[name].get("plan", {}), _PLAN, f"{place}.plan")
        check_values(part, content[name], place)
        filled[name] = made(part, content[name])
        if part is Training:
            try:
                filled[name].planned()
            except InputError as error:
                raise InputError(f"{place}.plan: {error}") from None
    return filled


def _check_names(content: Any, known: Any, where: str, *, all_of_them: bool = False) -> None:
    if not isinstance(content, dict):
        raise InputError(f"{where}: holds no table of names and values; it has {', '.join(known)}")
    for name in content:
        if name not in known:
            raise InputError(f"{where}: unknown {name!r}: {nearest(str(name), known)}there are {', '.join(known)}")
    missing = [name for name in known if name not in content]
    if all_of_them and missing:
        raise InputError(f"{where}: lacks {', '.join(missing)}")
