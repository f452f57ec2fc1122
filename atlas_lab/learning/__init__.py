"""Learning: backbones and published weights, the data path, self-supervised tasks, the trainer, inference."""

from atlas_lab.learning.backbones import Backbone, Features, backbone, backbones
from atlas_lab.learning.finetune import finetune
from atlas_lab.learning.inference import SoftPredictions, postprocess, predict, predict_cases
from atlas_lab.learning.model import Model
from atlas_lab.learning.patches import Augmentation, PreparedCases, batches, prepare
from atlas_lab.learning.pretext import Task, pretext
from atlas_lab.learning.pretrain import pretrain
from atlas_lab.learning.selfsupervised import SelfSupervised
from atlas_lab.learning.supervised import Supervised
from atlas_lab.learning.training import History, Objective, Plan, Trained, bce_dice, histories, train
from atlas_lab.learning.weights import WeightsReport, load_weights, read_weights

__all__ = [
    "Augmentation",
    "Backbone",
    "Features",
    "History",
    "Model",
    "Objective",
    "Plan",
    "PreparedCases",
    "SelfSupervised",
    "SoftPredictions",
    "Supervised",
    "Task",
    "Trained",
    "WeightsReport",
    "backbone",
    "backbones",
    "batches",
    "bce_dice",
    "finetune",
    "histories",
    "load_weights",
    "postprocess",
    "predict",
    "predict_cases",
    "prepare",
    "pretext",
    "pretrain",
    "read_weights",
    "train",
]
