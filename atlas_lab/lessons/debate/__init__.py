"""The debate of the talk as an experiment: supervised or self-supervised pre-training, or none?"""

from atlas_lab.lessons.debate.cohort import Cohort
from atlas_lab.lessons.debate.curves import three_curves
from atlas_lab.lessons.debate.judging import TOO_SMALL, against, transfer
from atlas_lab.lessons.debate.running import debate, model_of
from atlas_lab.lessons.debate.setting import Arm, Setting, Stage

__all__ = ["TOO_SMALL", "Arm", "Cohort", "Setting", "Stage", "against", "debate", "model_of", "three_curves", "transfer"]
