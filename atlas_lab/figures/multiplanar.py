"""The three planes of a CT side by side, with organs outlined or filled, a scale bar and orientation letters."""

from collections.abc import Iterable

from atlas_lab.data.case import Case
from atlas_lab.data.volume import Volume
from atlas_lab.figures._given import check_opacity, parts
from atlas_lab.figures._layers import structure_layers
from atlas_lab.figures._place import At, resolve
from atlas_lab.figures._triptych import triptych
from atlas_lab.figures.paint import Window
from atlas_lab.figures.planes import shown_structures
from atlas_lab.figures.sheet import Sheet

__all__ = ["At", "multiplanar", "parts", "resolve"]


def multiplanar(
    image: Case | Volume,
    *,
    at: At = None,
    structures: str | Iterable[str] | None = None,
    opacity: float = 0.0,
    window: Window = "soft tissue",
    crosshair: bool = True,
    legend: bool = True,
    title: str | None = None,
) -> Sheet:
    """Axial, coronal and sagittal slices through one voxel, in radiological convention.

    `at` is a voxel (x, y, z) in RAS+ order or a structure to look at (default: where most structures are);
    `structures` (default: all the case has) are outlined and filled at `opacity`, from 0 (outlines only) to 1; `window`
    is a preset's name or (centre, width) in HU.
    InputError: a voxel outside the volume, an unknown structure or window, an opacity outside 0-1.
    """
    volume, labels = parts(image)
    layers = structure_layers(labels, shown_structures(labels, structures), check_opacity(opacity))
    heading = title if title is not None else (image.id if isinstance(image, Case) else "")
    voxel = resolve(at, volume, labels)
    return triptych(volume, layers, voxel, window=window, heading=heading, crosshair=crosshair, legend=None if legend else ())
