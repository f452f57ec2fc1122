"""What is asked of a whole atlas, and how it stands in each case that is made."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from atlas_lab._version import __version__
from atlas_lab.errors import InputError, ParameterError
from atlas_lab.synthesis.method import Method
from atlas_lab.synthesis.methods import method_of, weights_of
from atlas_lab.synthesis.organs import structures_of
from atlas_lab.synthesis.plain import checked_whole, plain_number
from atlas_lab.synthesis.sizes import Asked, check_size

SOURCE = "atlas_lab synthesis"
MOST_A_CASE = 100


@dataclass(frozen=True)
class Order:
    """What is done to each case: with the case itself it decides every byte."""

    organs: tuple[str, ...]
    method: Method
    per_case: int
    size: Asked
    seed: int
    weights: str | None = None

    @classmethod
    def of(cls, organs: str | Sequence[str], method: str | Method, per_case: int, size: Asked, seed: int) -> "Order":
        """An order from what a user gives. InputError: the first thing that is wrong, a model that cannot be opened too."""
        names = [name.strip() for name in organs.split(",")] if isinstance(organs, str) else list(organs)
        _check_organs(names)
        check_size(size)
        per_case = checked_whole("per_case", per_case, 1)
        if per_case > MOST_A_CASE:
            raise InputError(f"per_case={per_case}: give at most {MOST_A_CASE} tumours a case")
        seed = checked_whole("seed", seed, 0)
        chosen = method_of(method)
        return cls(tuple(names), chosen, per_case, plain_number(size), seed, weights_of(chosen))

    @property
    def origin(self) -> dict[str, Any]:
        """The order in plain values, as it is read back from a case's provenance."""
        said = {
            "source": SOURCE, "version": __version__, "organs": self.organs, "method": self.method.name,
            "settings": self.method.settings(), "weights": self.weights, "per_case": self.per_case, "size": self.size,
            "seed": self.seed,
        }  # fmt: skip
        return dict(json.loads(json.dumps(said)))


def check_device(method: Method) -> None:
    """ParameterError: the method's device is not on this machine."""
    device = getattr(method, "device", "cpu")
    if device != "cpu":
        from atlas_lab.learning.inference.opening import checked_device

        try:
            checked_device(device)
        except InputError as error:
            raise ParameterError(str(error)) from None


def _check_organs(names: Sequence[str]) -> None:
    if not names:
        raise InputError("organs: give one or more, such as liver,pancreas,kidney")
    whose: dict[str, str] = {}
    for name in names:
        for structure in structures_of(name):
            if structure in whose:
                raise InputError(f"organs: {structure} is in both {whose[structure]} and {name}; give it once")
            whose[structure] = name
