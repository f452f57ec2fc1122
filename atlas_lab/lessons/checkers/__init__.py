"""What checks each exercise: its name → a function of the student's answer."""

from atlas_lab.lessons.checkers import (
    evaluation,
    explore_volumes,
    fine_tuning,
    pretraining,
    start_here,
    train_on_synthetic,
    tumor_synthesis,
)
from atlas_lab.lessons.verdict import Checker

CHECKERS: dict[str, Checker] = {
    "volume_ml": start_here.volume_ml,
    "left_of": start_here.left_of,
    "robust_z": explore_volumes.robust_z,
    "annotated_for": explore_volumes.annotated_for,
    "contradictions": evaluation.contradictions,
    "tolerance_mm": evaluation.tolerance_mm,
    "wilson": evaluation.wilson,
    "choose": evaluation.choose,
    "blend": tumor_synthesis.blend,
    "spreads": tumor_synthesis.spreads,
    "imitate": tumor_synthesis.imitate,
    "masked_dice": pretraining.masked_dice,
    "rate": pretraining.rate,
    "swap": pretraining.swap,
    "break_even": pretraining.break_even,
    "holm": fine_tuning.holm,
    "paired": fine_tuning.paired,
    "few_shot": fine_tuning.few_shot,
    "trained": fine_tuning.trained,
    "mixture": train_on_synthetic.mixture,
    "as_good": train_on_synthetic.as_good,
    "equal_price": train_on_synthetic.equal_price,
}
