"""How a scene is looked at: everything a user turns, apart from the place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from atlas_lab import anatomy
from atlas_lab.figures.paint import Window, from_hex
from atlas_lab.viewers.heat import Heat


@dataclass(frozen=True)
class Look:
    """`names` are the structures drawn, large before small, filled at `opacity` 0-1 and outlined if `outline`.

    `colors` are sRGB hex strings where they differ from the table's, `heat` is the heat map drawn, at `heat_opacity`;
    `radiological` puts the patient's right on the left of the picture.
    """

    window: Window
    names: Sequence[str]
    opacity: float
    outline: bool = True
    colors: Mapping[str, str] = field(default_factory=dict)
    heat: Heat | None = None
    heat_opacity: float = 0.7
    radiological: bool = True

    def rgb(self, name: str) -> tuple[int, int, int]:
        """A structure's colour as 0-255 values."""
        return from_hex(self.colors.get(name) or anatomy.color(name))
