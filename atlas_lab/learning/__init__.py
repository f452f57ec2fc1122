"""Learning: backbones and published weights, the data path, self-supervised tasks, the trainer, inference."""

from atlas_lab.learning.backbones import Backbone, Features, backbone, backbones
from atlas_lab.learning.inference import predict
from atlas_lab.learning.model import Model
from atlas_lab.learning.patches import Augmentation, PreparedCases, batches, prepare
from atlas_lab.learning.pretext import Task, pretext
from atlas_lab.learning.supervised import Supervised
from atlas_lab.learning.training import Objective, Plan, Trained, bce_dice, train
from atlas_lab.learning.weights import WeightsReport, load_weights, read_weights

__all__ = [
    "Augmentation",
    "Backbone",
    "Features",
    "Model",
    "Objective",
    "Plan",
    "PreparedCases",
    "Supervised",
    "Task",
    "Trained",
    "WeightsReport",
    "backbone",
    "backbones",
    "batches",
    "bce_dice",
    "load_weights",
    "predict",
    "prepare",
    "pretext",
    "read_weights",
    "train",
]
