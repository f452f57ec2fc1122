"""The state of a volume viewer as traits: set one from Python or in the page, the other side follows."""

import uuid
from typing import Any

import anywidget
import traitlets

from atlas_lab.data.transforms import WINDOWS, preset
from atlas_lab.errors import InputError, nearest
from atlas_lab.viewers import bundles

LAYOUTS = ("planes", "axial", "coronal", "sagittal", "grid", "3d")
COMPARE = ("side by side", "swipe", "difference")
CONVENTIONS = ("radiological", "neurological")
TOOLS = ("look", "window", "ruler", "angle", "brush", "eraser", "fill", "grow")


class _Checked(traitlets.TraitType[Any, Any]):
    """Anything but None; a validator says what is right."""

    allow_none = False
    info_text = "a value"


def _shared(trait: traitlets.TraitType[Any, Any]) -> traitlets.TraitType[Any, Any]:
    return trait.tag(sync=True)


class ViewerState(anywidget.AnyWidget):
    """What of a viewer is state; voxels are none of it, they go by message.

    `voxel` (x, y, z, RAS+) is where the crosshair is, `window` is (centre, width) in HU and takes a preset's name,
    `visible` are the structures drawn, `opacity` is how opaque they are filled (0: outlines only), `outline` whether
    they are outlined, `colors` structure → sRGB hex where it differs from the table. `arrangement` is one of planes,
    axial, coronal, sagittal, grid (planes and 3-D) and 3d; `convention` radiological or neurological; `compare` side by side,
    swipe or difference; `heat` the heat map drawn (None: none) at `heat_opacity`. `tool` is look, window, ruler, angle,
    brush, eraser, fill or grow; `active` the structure painted, `brush_mm` the brush's diameter, `brush_3d` whether it
    is a ball, `hu_range` the (lowest, highest) HU the brush paints (None: any), `locked` the structures kept as they
    are. `measurements` are the rulers (mm) and angles (degrees) drawn. `height` is in CSS pixels.
    """

    _esm = _shared(traitlets.Unicode())
    _identity = _shared(traitlets.Unicode())
    _bundles = _shared(traitlets.Dict())
    _poster = _shared(traitlets.Bytes())
    _scene = _shared(traitlets.Int(0))
    _painting = _shared(traitlets.Dict())

    voxel = _shared(_Checked((0, 0, 0)))
    window = _shared(_Checked((40.0, 400.0)))
    visible = _shared(_Checked(()))
    opacity = _shared(traitlets.Float(0.25, min=0, max=1))
    outline = _shared(traitlets.Bool(True))
    colors = _shared(traitlets.Dict())
    arrangement = _shared(traitlets.Enum(LAYOUTS, "planes"))
    convention = _shared(traitlets.Enum(CONVENTIONS, "radiological"))
    compare = _shared(traitlets.Enum(COMPARE, "side by side"))
    swipe = _shared(traitlets.Float(0.5, min=0, max=1))
    heat = _shared(traitlets.Unicode(None, allow_none=True))
    heat_opacity = _shared(traitlets.Float(0.7, min=0, max=1))
    tool = _shared(traitlets.Enum(TOOLS, "look"))
    active = _shared(traitlets.Unicode(None, allow_none=True))
    brush_mm = _shared(traitlets.Float(10.0, min=0.1, max=200))
    brush_3d = _shared(traitlets.Bool(False))
    hu_range = _shared(traitlets.Any(None))
    locked = _shared(_Checked(()))
    measurements = _shared(traitlets.List())
    height = _shared(traitlets.Int(420, min=160, max=4000))

    @traitlets.default("_esm")
    def _loader(self) -> str:
        return bundles.loader()

    @traitlets.default("_identity")
    def _unique(self) -> str:
        return uuid.uuid4().hex

    @traitlets.default("_bundles")
    def _hashes(self) -> dict[str, str]:
        return bundles.hashes()

    @traitlets.validate("window")
    def _check_window(self, proposal: Any) -> tuple[float, float]:
        return check_window(proposal["value"])

    @traitlets.validate("hu_range")
    def _check_hu_range(self, proposal: Any) -> tuple[float, float] | None:
        given = proposal["value"]
        if given is None:
            return None
        try:
            low, high = (float(value) for value in given)
        except (TypeError, ValueError):
            raise InputError(f"hu_range={given!r} is not (lowest, highest) in HU") from None
        if not low <= high:
            raise InputError(f"hu_range={given!r}: the lowest HU comes first")
        return low, high


def check_window(given: Any) -> tuple[float, float]:
    """A preset's name or (centre, width) as (centre, width) in HU. InputError: neither, or a width that is not above 0."""
    if isinstance(given, str):
        center, width = preset(given)
        return float(center), float(width)
    try:
        center, width = (float(value) for value in given)
    except (TypeError, ValueError):
        raise InputError(f"window={given!r} is neither a preset ({', '.join(WINDOWS)}) nor (centre, width) in HU") from None
    if not (width > 0 and abs(center) < 1e6 and width < 1e6):
        raise InputError(f"window={given!r}: give (centre, width) in HU, with a width above 0 and both below a million")
    return center, width


def choose(what: str, given: str, known: tuple[str, ...]) -> str:
    """InputError: `given` is not among the known values; it names the nearest."""
    if given not in known:
        raise InputError(f"{what}={given!r}: {nearest(str(given), known)}choose from {', '.join(known)}")
    return given
