"""The one trainer: a plan, an objective, a loop, checkpoints and a log."""

from atlas_lab.learning.training.checkpoint import load
from atlas_lab.learning.training.history import History, histories
from atlas_lab.learning.training.loop import Trained, train
from atlas_lab.learning.training.loss import bce_dice
from atlas_lab.learning.training.objective import Objective
from atlas_lab.learning.training.plan import Plan

__all__ = ["History", "Objective", "Plan", "Trained", "bce_dice", "histories", "load", "train"]
