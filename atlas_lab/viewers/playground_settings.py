"""What can be turned in a playground: its settings, checked one by one, and what each method makes of them."""

from dataclasses import dataclass, fields
from typing import Any

from atlas_lab.errors import InputError, nearest
from atlas_lab.synthesis import sizes
from atlas_lab.synthesis.method import Method
from atlas_lab.synthesis.methods import METHODS, method_of
from atlas_lab.synthesis.organs import structures_of

SLOW = ("diffusion",)  # takes seconds: grown when the controls rest

# Setting → what each method calls it; what a method does not know has no effect on it.
KNOWS: dict[str, dict[str, str]] = {
    "handcrafted": {"contrast": "contrast", "edge": "edge_mm"},
    "automaton": {"contrast": "contrast", "edge": "edge_mm", "steps": "steps"},
    "diffusion": {},
}
# Setting → how a method calls what it drew or counted.
DRAWN = {"contrast": "contrast_hu", "edge": "edge_mm", "steps": "steps"}


@dataclass(frozen=True)
class Settings:
    """`organ`, `method` and `size` (diameter in mm) as `synthesize` takes them; `centre` a voxel (x, y, z) of the CT, RAS+.

    `contrast` is the mean HU of the tumour minus the organ's, `edge` the width of its soft edge in mm, `steps` how long an
    automaton grows; None leaves each to the method, which draws it or has it follow from the size.
    """

    organ: str
    method: str
    size: float
    seed: int
    centre: tuple[int, int, int] | None
    contrast: float | None
    edge: float | None
    steps: int | None

    @property
    def made_by(self) -> Method:
        """The method with those of the settings that it knows. InputError: one of them does not suit it."""
        given = {own: getattr(self, name) for name, own in KNOWS[self.method].items()}
        return method_of(self.method, {own: value for own, value in given.items() if value is not None})

    @property
    def seeds(self) -> tuple[int, ...]:
        """What the tumour's draws depend on."""
        return (self.seed,)


NAMES = tuple(field.name for field in fields(Settings))


def check_names(given: Any) -> None:
    """InputError: one is no setting; it names the nearest."""
    for name in given:
        if name not in NAMES:
            raise InputError(f"{name!r} is no setting of a playground: {nearest(name, NAMES)}there are {', '.join(NAMES)}")


def checked(name: str, value: Any) -> Any:
    """The value of a setting as it is kept. InputError: it cannot be one."""
    if name == "organ":
        structures_of(value)
    elif name == "method":
        if value not in METHODS:
            raise InputError(f"method {value!r}: {nearest(str(value), METHODS)}give one of {', '.join(METHODS)}")
    elif name == "size":
        number = _number(name, value)
        sizes.check_size(number)
        return number
    elif name == "seed":
        if _number(name, value) != int(value) or value < 0:
            raise InputError(f"seed={value!r}: give a whole number, 0 or more")
        return int(value)
    elif name == "centre":
        return None if value is None else _voxel(value)
    elif value is not None:
        number = _number(name, value)
        return int(number) if name == "steps" else number
    return value


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool | str):
        raise InputError(f"{name}={value!r}: give a number")
    try:
        return float(value)
    except (TypeError, ValueError):
        raise InputError(f"{name}={value!r}: give a number") from None


def _voxel(value: Any) -> tuple[int, int, int]:
    try:
        x, y, z = (int(v) for v in value)
    except (TypeError, ValueError):
        raise InputError(f"centre={value!r}: give a voxel (x, y, z), or None to have a place drawn") from None
    return x, y, z
