"""Who is trained on and who judges: the same people with and without tumours, and others for the test."""

import functools
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from atlas_lab.data import Atlas
from atlas_lab.data.phantom import OrganSimilarity
from atlas_lab.errors import InputError
from atlas_lab.learning import PreparedCases, prepare
from atlas_lab.lessons.source import open_atlas
from atlas_lab.lessons.train_on_synthetic.patients import MIMIC, Wanted, orders_by_radius, phantoms
from atlas_lab.lessons.train_on_synthetic.setting import Setting

JUDGES = 500  # the first test patient's number: no phantom below it judges


@dataclass(frozen=True)
class Cohort:
    """`healthy` CTs, whose tumours nobody annotated; `real` ones, by name of how tumours look, whose are; `tests` by the same
    names.

    `healthy` and each of `real` are the same people on the phantom, so that arms differ in tumours alone. `cases` are the
    healthy ones as they are on disk, to make stored tumours in.
    """

    healthy: PreparedCases
    real: dict[str, PreparedCases]
    tests: dict[str, PreparedCases]
    cases: Atlas
    patients: dict[str, str]

    @classmethod
    def phantom(
        cls,
        setting: Setting,
        gaps: Sequence[float] = (0.0, 1.0),
        *,
        similarity: OrganSimilarity | float = 0.0,
        hospitals: Sequence[str] = ("north",),
        test_hospital: str = "north",
        real: bool = True,
        workers: int = 1,
    ) -> "Cohort":
        """Phantoms whose tumours lie `gaps` (0 to 1) from what a synthesiser makes; each gap is named `real_gap 0.5`.

        Without `real` nobody is trained on real tumours, and there are none.

        InputError: no gap, one that is no share.
        """
        if not gaps or any(not 0 <= gap <= 1 for gap in gaps):
            raise InputError(f"real_gaps={list(gaps)}: give one or more numbers from 0 to 1")
        alike = OrganSimilarity.of(similarity)

        def wanted(number: int, hospital: str, gap: float | None) -> Wanted:
            orders = () if gap is None else orders_by_radius(setting.organ, number, setting.spacing_mm)
            healthy = Wanted(number, setting.organ, setting.spacing_mm, setting.phase, orders, hospital)
            return healthy if gap is None else replace(healthy, real_gap=float(gap), similarity=alike)

        def trained(gap: float | None) -> list[Wanted]:
            return [wanted(n // len(hospitals), hospitals[n % len(hospitals)], gap) for n in range(setting.train)]

        looks = {name_of(gap): gap for gap in gaps}
        groups = {"healthy": trained(None)}
        groups |= {f"train {name}": trained(gap) for name, gap in looks.items() if real}
        groups |= {
            f"test {name}": [wanted(JUDGES + n, test_hospital, gap) for n in range(setting.test)] for name, gap in looks.items()
        }
        atlas = phantoms([one for group in groups.values() for one in group], workers=workers)
        ids = {name: [one.id for one in group] for name, group in groups.items()}
        return cls.of(atlas, ids, list(looks), setting)

    @classmethod
    def atlas(cls, source: str | Path, setting: Setting) -> "Cohort":
        """The cases of a folder: those without a tumour (healthy), and those with one, half to train on and half to judge.

        InputError: fewer than four patients with tumours of the organ, or none without.
        """
        found = open_atlas(str(source), needs=[setting.organ])
        both = list(found.filter(has=setting.classes)) if setting.tumour in found.structures() else []
        ill = [case.id for case in both if case.labels[setting.tumour].any()]
        healthy = [case.id for case in found.filter(has=setting.classes[:-1]) if case.id not in ill][: setting.train]
        if len(ill) < 4 or not healthy:
            raise InputError(
                f"{source}: has {len(ill)} patients with {setting.tumour} and {len(healthy)} without; 4 and 1 are needed to train"
                " and to judge"
            )
        half = min(len(ill) // 2, setting.train)
        ids = {"healthy": healthy, "train real": ill[:half], "test real": ill[half : half + setting.test]}
        return cls.of(found.select([id for group in ids.values() for id in group]), ids, ["real"], setting)

    @classmethod
    def of(
        cls, atlas: Atlas, ids: dict[str, list[str]], looks: Sequence[str], setting: Setting, *, workers: int = 1
    ) -> "Cohort":  # fmt: skip
        """Groups of an atlas's cases by ids: `healthy`, and for each look `test LOOK` and perhaps `train LOOK`."""
        made = functools.partial(prepare, spacing_mm=setting.spacing_mm, workers=workers, progress=False)
        teaching = [id for name, group in ids.items() if not name.startswith("test ") for id in group]
        seen = made(atlas.select(teaching), setting.classes, brought=[setting.tumour])
        judges = [id for look in looks for id in ids[f"test {look}"]]
        mimics = (MIMIC,) if MIMIC in atlas.structures() else ()
        judged = made(atlas.select(judges), [*setting.classes, *mimics])
        return cls(
            _unannotated(seen.select(ids["healthy"])),
            {look: seen.select(ids[f"train {look}"]) for look in looks if f"train {look}" in ids},
            {look: judged.select(ids[f"test {look}"]) for look in looks},
            atlas.select(ids["healthy"]),
            {id: str(atlas.table.loc[id].get("patient", id)) for id in atlas.ids},
        )

    @property
    def looks(self) -> list[str]:
        """The names of how real tumours look."""
        return list(self.tests)

    def people(self, cases: PreparedCases) -> set[str]:
        """Whose CTs these are."""
        return {self.patients[id] for id in cases.ids}


def _unannotated(cases: PreparedCases) -> PreparedCases:
    """The same CTs, as if nobody had looked for tumours in them: what the arms may know of healthy patients."""
    unknown = (replace(case, known=(*case.known[:-1], False)) for case in cases)
    return PreparedCases(unknown, cases.classes, cases.spacing, cases.folder)


def name_of(gap: float) -> str:
    """How tumours at this gap are called."""
    return f"real_gap {gap:g}"


def fingerprints(cases: Iterable[PreparedCases]) -> list[str]:
    """What tells CTs apart whatever their ids: a hash of each CT's voxels."""
    return [hashlib.sha256(case.hu.tobytes()).hexdigest() for group in cases for case in group]
