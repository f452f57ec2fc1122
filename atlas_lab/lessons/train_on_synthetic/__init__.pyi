from .abroad import REAL_ONLY, gains, grid, pair_name
from .backgrounds import Lessons
from .charts import against_diameter, against_gap, found_by_radius
from .cohort import Cohort, fingerprints, name_of
from .crops import crops_of
from .cross_organ import by_diameter, cross_organ
from .judging import ENOUGH_LESIONS, TOO_FEW, by_radius, mimics_called
from .origin import CHANCE, accuracy, early, guessed, precision_and_recall, tumours
from .patients import smallest_mm
from .published import published_bins, published_dsc, published_origin
from .real_ct import (
    given,
    patches_figure,
    training_patches,
    what_cannot_be_judged,
    with_tumours,
)
from .running import Results, run_arms
from .setting import PROBABILITY, Arm, Setting, arms_of
from .transforms import union
from .verdicts import (
    ENOUGH_PATIENTS,
    dsc_table,
    equivalences,
    record_dsc,
    sensitivities,
)

__all__ = [
    "CHANCE",
    "ENOUGH_LESIONS",
    "ENOUGH_PATIENTS",
    "PROBABILITY",
    "REAL_ONLY",
    "TOO_FEW",
    "Arm",
    "Cohort",
    "Lessons",
    "Results",
    "Setting",
    "accuracy",
    "against_diameter",
    "against_gap",
    "arms_of",
    "by_diameter",
    "by_radius",
    "crops_of",
    "cross_organ",
    "dsc_table",
    "early",
    "equivalences",
    "fingerprints",
    "found_by_radius",
    "gains",
    "given",
    "grid",
    "guessed",
    "mimics_called",
    "name_of",
    "pair_name",
    "patches_figure",
    "precision_and_recall",
    "published_bins",
    "published_dsc",
    "published_origin",
    "record_dsc",
    "run_arms",
    "sensitivities",
    "smallest_mm",
    "training_patches",
    "tumours",
    "union",
    "what_cannot_be_judged",
    "with_tumours",
]
