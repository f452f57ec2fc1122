"""The known layouts, the most telling first."""

from collections.abc import Callable
from pathlib import Path

from atlas_lab.data.case import find_ct
from atlas_lab.data.dicom.members import looks_like_dicom
from atlas_lab.data.label_files import ClassMap
from atlas_lab.data.layouts.abdomen_atlas import AbdomenAtlas
from atlas_lab.data.layouts.amos import Amos
from atlas_lab.data.layouts.base import Layout
from atlas_lab.data.layouts.btcv import Btcv
from atlas_lab.data.layouts.flare22 import Flare22
from atlas_lab.data.layouts.kits import Kits
from atlas_lab.data.layouts.msd import Msd
from atlas_lab.data.layouts.nnunet import NnUNet
from atlas_lab.data.layouts.totalsegmentator import TotalSegmentator
from atlas_lab.errors import InputError, nearest

UNFINISHED = ".unfinished-export"

LAYOUTS: dict[str, Callable[[ClassMap | None], Layout]] = {
    Kits.name: Kits,
    Btcv.name: Btcv,
    Flare22.name: Flare22,
    Amos.name: Amos,
    NnUNet.name: NnUNet,
    Msd.name: Msd,
    TotalSegmentator.name: TotalSegmentator,  # before AbdomenAtlas: only the names of its masks differ
    AbdomenAtlas.name: AbdomenAtlas,
}


def choose(root: Path, name: str | None, class_map: ClassMap | None) -> Layout:
    """The layout called `name`, or the first that recognises `root`. InputError: unknown name, nothing recognised."""
    if (root / UNFINISHED).exists():
        raise InputError(f"{root}: is an export that was not finished; call it again to go on, or remove the folder")
    if name is not None:
        if name not in LAYOUTS:
            raise InputError(f"unknown layout {name!r}: {nearest(name, LAYOUTS)}known are {', '.join(LAYOUTS)}")
        return LAYOUTS[name](class_map)
    for make in LAYOUTS.values():
        layout = make(class_map)
        if layout.recognises(root):
            return layout
    if find_ct(root) is not None:
        raise InputError(f"{root}: is one case, not a folder of cases; open it with al.Case.open")
    if looks_like_dicom(root):
        raise InputError(f"{root}: holds DICOM files, not a folder of cases; open one scan with al.Case.open")
    if not any(root.iterdir()):
        raise InputError(f"{root}: is an empty folder; an atlas holds a folder a case, each with ct.nii.gz")
    raise InputError(f"{root}: no known layout ({', '.join(LAYOUTS)}); name one with layout= if it is one of them")
