"""Learning: backbones and published weights, the data path, self-supervised tasks, the trainer."""

from atlas_lab.learning.backbones import Backbone, Features, backbone, backbones
from atlas_lab.learning.patches import Augmentation, PreparedCases, batches, prepare
from atlas_lab.learning.pretext import Task, pretext
from atlas_lab.learning.training import Objective, Plan, Trained, bce_dice, train
from atlas_lab.learning.weights import WeightsReport, load_weights, read_weights

__all__ = [
    "Augmentation",
    "Backbone",
    "Features",
    "Objective",
    "Plan",
    "PreparedCases",
    "Task",
    "Trained",
    "WeightsReport",
    "backbone",
    "backbones",
    "batches",
    "bce_dice",
    "load_weights",
    "prepare",
    "pretext",
    "read_weights",
    "train",
]
