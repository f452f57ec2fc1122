"""What the notebooks share: opening their source, and checking their exercises."""

from atlas_lab.lessons.exercises import check, unsolved
from atlas_lab.lessons.source import open_atlas, open_case

__all__ = ["check", "open_atlas", "open_case", "unsolved"]
