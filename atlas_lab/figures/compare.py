"""Two masks of one structure on one CT: a second reader, another model, before and after an edit."""

import numpy as np

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask
from atlas_lab.data.volume import Volume
from atlas_lab.figures._difference import Difference
from atlas_lab.figures._given import mask_on, parts
from atlas_lab.figures._layers import BLUE, GREEN, LINE, ORANGE, Layer, millilitres
from atlas_lab.figures._place import At
from atlas_lab.figures._triptych import triptych
from atlas_lab.figures.names import display
from atlas_lab.figures.paint import Window
from atlas_lab.figures.sheet import Sheet

_FILL_AGREED, _FILL_ONLY = 0.35, 0.6

Mask = np.ndarray | LabelMap | Case


def compare(
    image: Case | Volume,
    first: Mask,
    second: Mask,
    structure: str | None = None,
    *,
    names: tuple[str, str] = ("first", "second"),
    at: At = None,
    window: Window = "soft tissue",
    title: str | None = None,
) -> Sheet:
    """Both outlines on the CT, filled where they agree and where only one of them is, with the volumes in mL.

    `first` and `second` are bool arrays (x, y, z), or label maps or cases of which `structure` (or an organ) is taken;
    `names` is what the legend calls them. Each plane is the one in which they differ most, unless `at`, a voxel
    (x, y, z) or a structure of the case, says otherwise.
    InputError: a mask on another grid than the CT, a structure that is not annotated.
    """
    volume, labels = parts(image)
    one, other = (mask_on(volume, mask, structure, name) for mask, name in zip((first, second), names, strict=True))
    found = Difference.of([(one, other)], volume.shape)
    layers = [
        Layer(f"{label}, {millilitres(mask, volume)}", color, CroppedMask.of(mask), fill=fill, line=0)
        for label, color, fill, mask in (
            ("agreed", GREEN, _FILL_AGREED, found.both),
            (f"only {names[0]}", ORANGE, _FILL_ONLY, found.first),
            (f"only {names[1]}", BLUE, _FILL_ONLY, found.second),
        )
    ]
    # the wide outline shows as a rim where the narrow one runs on it
    outlines = [Layer(names[0], ORANGE, one, line=2.2 * LINE), Layer(names[1], BLUE, other)]
    heading = ", ".join(part for part in (image.id if isinstance(image, Case) else "", display(structure or "")) if part)
    voxel = found.place(at, volume, labels)
    return triptych(
        volume, [*layers, *outlines], voxel, window=window, heading=heading if title is None else title, legend=layers
    )
