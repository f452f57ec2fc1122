"""Where a label map is wrong: what it missed, what it added, what it gave to another structure."""

from collections.abc import Iterable

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.figures._difference import Difference
from atlas_lab.figures._given import labels_on, parts
from atlas_lab.figures._layers import BLUE, GREEN, MAGENTA, ORANGE, Layer, millilitres
from atlas_lab.figures._place import At
from atlas_lab.figures._triptych import triptych
from atlas_lab.figures.names import display
from atlas_lab.figures.paint import Window
from atlas_lab.figures.planes import expand
from atlas_lab.figures.sheet import Sheet

_FILL_RIGHT, _FILL_WRONG = 0.35, 0.75


def error_map(
    image: Case | Volume,
    prediction: LabelMap | Case,
    truth: LabelMap | Case,
    *,
    structures: str | Iterable[str] | None = None,
    at: At = None,
    window: Window = "soft tissue",
    title: str | None = None,
) -> Sheet:
    """Missed, extra and right voxels of all structures in one picture, with their volumes in mL.

    A voxel is missed where the truth has a structure and the prediction none, extra the other way round, and in another
    structure where both have one but not the same. `structures` are those judged (default: all that both are annotated
    for). Each plane is the one with the most wrong voxels, unless `at`, a voxel (x, y, z) or a structure of the truth,
    says otherwise. InputError: another grid than the CT's, a structure that one of them is not annotated for.
    """
    volume, _ = parts(image)
    given, right = labels_on(volume, prediction, "prediction"), labels_on(volume, truth, "truth")
    names = _judged(given, right, structures)
    found = Difference.of([(right.cropped(name), given.cropped(name)) for name in names], volume.shape)
    layers = [
        Layer(f"{label}, {millilitres(mask, volume)}", color, CroppedMask.of(mask), fill=fill, line=0)
        for label, color, fill, mask in (
            ("right", GREEN, _FILL_RIGHT, found.both),
            ("missed", ORANGE, _FILL_WRONG, found.first),
            ("extra", BLUE, _FILL_WRONG, found.second),
            ("another structure", MAGENTA, _FILL_WRONG, found.swapped),
        )
        if len(names) > 1 or mask is not found.swapped
    ]
    what = display(names[0]) if len(names) == 1 else f"{len(names)} structures"
    heading = f"{image.id}, {what}" if isinstance(image, Case) else what
    voxel = found.place(at, volume, right)
    return triptych(volume, layers, voxel, window=window, heading=heading if title is None else title, legend=layers)


def _judged(prediction: LabelMap, truth: LabelMap, chosen: str | Iterable[str] | None) -> list[str]:
    if chosen is None:
        names = [name for name in truth if name in prediction]
        if not names:
            raise InputError(f"prediction and truth share no structure: {', '.join(prediction)} and {', '.join(truth)}")
        return names
    names = [part for name in ([chosen] if isinstance(chosen, str) else chosen) for part in expand(name, truth)]
    for what, labels in (("prediction", prediction), ("truth", truth)):
        for name in names:
            if name not in labels:
                raise InputError(f"{what}: is not annotated for {name!r}, so it cannot be judged")
    return names
