"""Medical Segmentation Decathlon: `Task03_Liver/{imagesTr/liver_1.nii.gz, labelsTr/liver_1.nii.gz, dataset.json}`."""

from pathlib import Path
from typing import ClassVar

from atlas_lab import anatomy
from atlas_lab.data.layouts.dataset_json import FILE, read_dataset
from atlas_lab.data.layouts.id_layout import Files, PlacesLayout, stems
from atlas_lab.data.layouts.naming import Naming
from atlas_lab.data.layouts.nnunet import CHANNEL, TESTING, TRAINING


class Msd(PlacesLayout):
    """The CT tasks by their published ids; a task of another name by the names in its `dataset.json`."""

    name: ClassVar[str] = "msd"
    places = (TRAINING, TESTING)

    def recognises(self, root: Path) -> bool:
        images = stems(root / TRAINING.images)
        return (root / FILE).is_file() and bool(images) and not any(image.endswith(CHANNEL) for image in images)

    def described_by(self, root: Path) -> tuple[Path, ...]:
        return (root / FILE,)

    def stamps(self, root: Path) -> dict[str, str]:
        if self.class_map is None:
            read_dataset(root).require_one_ct()
        return super().stamps(root)

    def public_naming(self, root: Path, files: Files) -> Naming:
        dataset = read_dataset(root)
        named = Naming.of_names(dataset.labels)
        task = anatomy.LABEL_SETS.get("msd_" + "".join(filter(str.isalpha, dataset.name.lower())))
        return Naming.of_set(task) if task and task.known == named.known else named
