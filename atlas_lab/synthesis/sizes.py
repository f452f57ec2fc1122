"""How large tumours are and how many: the published classes."""

from dataclasses import dataclass

import numpy as np

from atlas_lab.errors import InputError, nearest
from atlas_lab.synthesis.plain import is_number, is_whole

LIVER = "liver"
EARLY_MM = 20.0  # below it a tumour is early (Chen et al., CVPR 2024)

SPREAD = (0.75, 1.25)  # each semi-axis over its class's radius (Hu et al., CVPR 2023)


@dataclass(frozen=True)
class SizeClass:
    """`radius_mm` of the class, and how many of it a liver holds (Hu et al., CVPR 2023)."""

    radius_mm: float
    liver: tuple[int, int]

    @property
    def range_mm(self) -> tuple[float, float]:
        """Least and largest diameter in mm."""
        return 2 * SPREAD[0] * self.radius_mm, 2 * SPREAD[1] * self.radius_mm

    def diameter(self, rng: np.random.Generator) -> float:
        """Of the sphere as large as an ellipsoid of three drawn semi-axes, mm."""
        return float(2 * self.radius_mm * np.prod(rng.uniform(*SPREAD, 3)) ** (1 / 3))


SIZES = {
    "tiny": SizeClass(4, (3, 10)),
    "small": SizeClass(8, (3, 10)),
    "medium": SizeClass(16, (2, 5)),
    "large": SizeClass(32, (1, 3)),
}
NAMES = (*SIZES, "mix", "early")

_LIVER_MIX = {"tiny": (3, 10), "small": (5, 10), "medium": (2, 5), "large": (1, 3)}  # Hu et al., CVPR 2023
_OTHER_MIX = {"tiny": 0.4, "small": 0.4, "medium": 0.1, "large": 0.1}  # early, medium, large of Chen et al., CVPR 2024
_OTHER_COUNT = {"tiny": (1, 3), "small": (1, 3), "medium": (1, 1), "large": (1, 1)}  # the same
_EARLY = ("tiny", "small")  # the same, at even odds

Asked = str | float


def check_size(size: Asked) -> None:
    """InputError: no class and no diameter in mm from 1 to 200."""
    if isinstance(size, str):
        if size not in NAMES:
            raise InputError(f"size {size!r}: {nearest(size, NAMES)}give one of {', '.join(NAMES)}, or a diameter in mm")
    elif not (is_number(size) and 1 <= size <= 200):
        raise InputError(f"size={size!r}: give a diameter from 1 to 200 mm, or one of {', '.join(NAMES)}")


def checked_count(count: int | None) -> int | None:
    """How many tumours, as a plain number; None leaves it to be drawn. InputError: no whole number, or one below 1."""
    if count is None:
        return None
    if not is_whole(count, 1):
        raise InputError(f"count={count!r}: give a whole number of tumours, 1 or more, or None to draw it")
    return int(count)


def range_mm(size: Asked) -> tuple[float, float]:
    """Least and largest diameter of a class in mm; of a diameter, itself twice. InputError: neither."""
    check_size(size)
    if not isinstance(size, str):
        return float(size), float(size)
    if size == "early":
        return SIZES["tiny"].range_mm[0], EARLY_MM
    return SIZES[size].range_mm if size in SIZES else (SIZES["tiny"].range_mm[0], SIZES["large"].range_mm[1])


def draw_diameters(size: Asked, count: int | None, organ: str, rng: np.random.Generator) -> list[float]:
    """The diameters in mm of one organ's tumours, largest first: the large ones find no room after the small.

    `count` None draws how many, as published for the liver (Hu et al., CVPR 2023) and for other organs (Chen et al.,
    CVPR 2024); a diameter in mm is then one tumour. InputError: an unknown size, a count below 1.
    """
    check_size(size)
    count = checked_count(count)
    if not isinstance(size, str):
        return [float(size)] * (count or 1)
    classes = _classes(size, count, organ, rng)
    found = [SIZES[name].diameter(rng) for name in classes]
    return sorted((min(d, EARLY_MM - 0.01) for d in found) if size == "early" else found, reverse=True)


def _classes(size: str, count: int | None, organ: str, rng: np.random.Generator) -> list[str]:
    if size == "mix" and organ == LIVER and count is None:
        return [name for name, (low, high) in _LIVER_MIX.items() for _ in range(rng.integers(low, high + 1))]
    if size == "mix":
        names, odds = list(_OTHER_MIX), list(_OTHER_MIX.values())
        if count is None:
            name = str(rng.choice(names, p=odds))
            return [name] * _drawn(_OTHER_COUNT[name], rng)
        return [str(name) for name in rng.choice(names, count, p=odds)]
    if size == "early":
        number = count or _drawn((1, 3), rng)
        return [_EARLY[int(rng.integers(2))] for _ in range(number)]
    return [size] * (count or _drawn(SIZES[size].liver if organ == LIVER else _OTHER_COUNT[size], rng))


def _drawn(span: tuple[int, int], rng: np.random.Generator) -> int:
    return int(rng.integers(span[0], span[1] + 1))
