"""AMOS22: `imagesTr/amos_0001.nii.gz`, `labelsTr/amos_0001.nii.gz`, likewise `…Va` and `…Ts`. CT cases only."""

import dataclasses
from pathlib import Path
from typing import Any, ClassVar

from atlas_lab import anatomy
from atlas_lab.data.layouts.id_layout import Files, Place, PlacesLayout, stems
from atlas_lab.data.layouts.naming import Naming
from atlas_lab.data.layouts.nnunet import TESTING, TRAINING, VALIDATION
from atlas_lab.data.layouts.table import read_table

_LAST_CT = 500  # amos_0501 and up are MR scans
_EITHER = "prostate_uterus"
_ORGAN_OF = {"m": "prostate", "male": "prostate", "f": "uterus", "female": "uterus"}


class Amos(PlacesLayout):
    """One id stands for prostate and uterus: the patient's sex, from the set's own CSV, says which.

    Where the sex is not known the structure keeps both names (`prostate_uterus`), so that no uterus is taken for a
    prostate.
    """

    name: ClassVar[str] = "amos"
    places = (TRAINING, VALIDATION, TESTING)

    def recognises(self, root: Path) -> bool:
        return any(self.id_of(stem) for place in self.places for stem in stems(root / place.images))

    def described_by(self, root: Path) -> tuple[Path, ...]:
        return tuple(sorted(root.glob("labeled_data_meta*.csv")))

    def id_of(self, image: str) -> str | None:
        number = image.removeprefix("amos_")
        return image if image.startswith("amos_") and number.isdigit() and int(number) <= _LAST_CT else None

    def meta(self, root: Path, id: str, place: Place) -> dict[str, Any]:
        number = str(int(id.removeprefix("amos_")))
        row: dict[str, str] = {}
        for path in self.described_by(root):
            row |= read_table(path, key="amos_id").get(number, {})
        known = {"sex": row.get("Patient's Sex"), "age": row.get("Patient's Age"), "site": row.get("Site")}
        return {"split": place.split, **{name: value for name, value in known.items() if value}}

    def public_naming(self, root: Path, files: Files) -> Naming:
        naming = Naming.of_set(anatomy.label_set(self.name))
        organ = _ORGAN_OF.get(str(files.meta.get("sex", "")).lower(), _EITHER)
        return dataclasses.replace(naming, ids={organ if n == _EITHER else n: ids for n, ids in naming.ids.items()})
