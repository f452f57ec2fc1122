"""BTCV (Beyond the Cranial Vault): `img/img0001.nii.gz` and `label/label0001.nii.gz`."""

from pathlib import Path
from typing import ClassVar

from atlas_lab import anatomy
from atlas_lab.data.layouts.id_layout import Files, Place, PlacesLayout, stems
from atlas_lab.data.layouts.naming import Naming


class Btcv(PlacesLayout):
    """As unpacked: the folder with `img` and `label`, or `RawData` above it with `Training` and `Testing`."""

    name: ClassVar[str] = "btcv"
    places = (
        Place("img", "label", "train"),
        Place("Training/img", "Training/label", "train"),
        Place("Testing/img", "Testing/label", "test"),
        Place("RawData/Training/img", "RawData/Training/label", "train"),
        Place("RawData/Testing/img", "RawData/Testing/label", "test"),
    )

    def recognises(self, root: Path) -> bool:
        return any(self.id_of(stem) for place in self.places for stem in stems(root / place.images))

    def id_of(self, image: str) -> str | None:
        return image if image.startswith("img") and image[3:].isdigit() else None

    def labels_of(self, id: str) -> str:
        return "label" + id.removeprefix("img")

    def public_naming(self, root: Path, files: Files) -> Naming:
        return Naming.of_set(anatomy.label_set(self.name))
