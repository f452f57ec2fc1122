"""KiTS: `case_00000/imaging.nii.gz` and `case_00000/segmentation.nii.gz`, both kidneys under one id."""

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from atlas_lab import anatomy
from atlas_lab.data.layouts.id_layout import Files, IdLayout, existing
from atlas_lab.data.layouts.naming import Naming
from atlas_lab.errors import InputError

_FOLDERS = ("", "data")  # the repositories keep their cases in data/
_CASES = "case_*"


class Kits(IdLayout):
    """Kidneys are split by side; tumours and cysts belong to the kidney they are in. No segmentation: a test case."""

    name: ClassVar[str] = "kits"

    def recognises(self, root: Path) -> bool:
        return next(iter(self.ids(root)), None) is not None

    def ids(self, root: Path) -> Iterable[str]:
        for folder in _FOLDERS:
            for case in (root / folder).glob(_CASES):
                if existing(case, "imaging"):
                    yield case.name

    def files(self, root: Path, id: str) -> Files:
        for folder in _FOLDERS:
            image = existing(root / folder / id, "imaging")
            if image is not None:
                labels = existing(image.parent, "segmentation")
                return Files(image, labels, {"split": "train" if labels else "test"})
        raise InputError(f"{root}: the image of {id} went away while the folder was read")

    def public_naming(self, root: Path, files: Files) -> Naming:
        return Naming.of_set(anatomy.label_set(self.name))
