"""Self-supervised pre-training tasks: what a network gets, what it must answer, and how its answer is judged."""

from atlas_lab.learning.pretext.registry import TASKS, pretext
from atlas_lab.learning.pretext.task import Task

__all__ = ["TASKS", "Task", "pretext"]
