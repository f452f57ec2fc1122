"""FLARE22: `images/FLARE22_Tr_0001_0000.nii.gz` and `labels/FLARE22_Tr_0001.nii.gz`."""

from pathlib import Path
from typing import ClassVar

from atlas_lab import anatomy
from atlas_lab.data.layouts.id_layout import Files, Place, PlacesLayout, stems
from atlas_lab.data.layouts.naming import Naming
from atlas_lab.data.layouts.nnunet import CHANNEL

_LABELED = "FLARE22_LabeledCase50"


class Flare22(PlacesLayout):
    """The 50 labelled cases, from their own folder or the one above it."""

    name: ClassVar[str] = "flare22"
    places = (Place("images", "labels", "train"), Place(f"{_LABELED}/images", f"{_LABELED}/labels", "train"))

    def recognises(self, root: Path) -> bool:
        return any(self.id_of(stem) for place in self.places for stem in stems(root / place.images))

    def id_of(self, image: str) -> str | None:
        return image.removesuffix(CHANNEL) if image.startswith("FLARE22_") and image.endswith(CHANNEL) else None

    def image_of(self, id: str) -> str:
        return id + CHANNEL

    def public_naming(self, root: Path, files: Files) -> Naming:
        return Naming.of_set(anatomy.label_set(self.name))
