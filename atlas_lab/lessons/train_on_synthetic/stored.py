"""Tumours that are made once and kept: so many a case, in as few CTs as look natural."""

from pathlib import Path

from atlas_lab.data import Atlas, Case
from atlas_lab.learning import PreparedCases, prepare
from atlas_lab.lessons.train_on_synthetic.cohort import Cohort
from atlas_lab.lessons.train_on_synthetic.setting import Setting
from atlas_lab.synthesis.method import Method

TOGETHER = 3  # tumours in one stored CT; more of them are in further copies of the case
_TRIES = 5  # draws of sizes and places


def stored_cases(cohort: Cohort, setting: Setting, method: Method | str, tumours: int, folder: Path) -> PreparedCases:
    """Copies of the healthy cases with `tumours` synthetic tumours a case, at most three in a copy; kept in `folder`."""
    copies = [min(TOGETHER, tumours - first) for first in range(0, tumours, TOGETHER)]
    for number, case in enumerate(cohort.cases):
        for copy, count in enumerate(copies):
            id = f"{case.id}_{copy:02d}"
            if not (folder / id).exists():
                made = _with_tumours(case, setting, method, count, seed=1000 * number + 10 * copy)
                made.id = id
                made.save(folder)
    return prepare(Atlas.open(folder), setting.classes, spacing_mm=setting.spacing_mm, progress=False)


def _with_tumours(case: Case, setting: Setting, method: Method | str, count: int, seed: int) -> Case:
    """InputError: even small tumours find no room."""
    from atlas_lab.synthesis.synthesize import quietly
    from atlas_lab.synthesis.tissue import NoRoom

    for more in range(_TRIES):
        try:
            made = quietly(case, setting.organ, method, setting.tumour_size, count, phase=setting.phase, seed=seed + more)
            return made.case
        except NoRoom:
            continue
    return quietly(case, setting.organ, method, "tiny", count, phase=setting.phase, seed=seed).case
