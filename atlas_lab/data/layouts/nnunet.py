"""nnU-Net raw data, versions 1 and 2: `imagesTr/CASE_0000.nii.gz`, `labelsTr/CASE.nii.gz`, `dataset.json`."""

from pathlib import Path
from typing import ClassVar

from atlas_lab.data.layouts.dataset_json import FILE, read_dataset
from atlas_lab.data.layouts.id_layout import Files, Place, PlacesLayout, stems
from atlas_lab.data.layouts.naming import Naming

TRAINING = Place("imagesTr", "labelsTr", "train")
VALIDATION = Place("imagesVa", "labelsVa", "val")
TESTING = Place("imagesTs", "labelsTs", "test")
CHANNEL = "_0000"


class NnUNet(PlacesLayout):
    """Label names come from `dataset.json`; images without labels (`imagesTs`) are cases nobody annotated."""

    name: ClassVar[str] = "nnunet"
    places = (TRAINING, TESTING)

    def recognises(self, root: Path) -> bool:
        return (root / FILE).is_file() and any(map(self.id_of, stems(root / TRAINING.images)))

    def described_by(self, root: Path) -> tuple[Path, ...]:
        return (root / FILE,)

    def stamps(self, root: Path) -> dict[str, str]:
        if self.class_map is None:
            read_dataset(root).require_one_ct()
        return super().stamps(root)

    def id_of(self, image: str) -> str | None:
        return image.removesuffix(CHANNEL) if image.endswith(CHANNEL) else None

    def image_of(self, id: str) -> str:
        return id + CHANNEL

    def public_naming(self, root: Path, files: Files) -> Naming:
        return Naming.of_names(read_dataset(root).labels)
