"""What the notebooks share: opening their source, checking their exercises, and the claims they answer."""

from atlas_lab.lessons.board import talk
from atlas_lab.lessons.claims import CLAIMS, Claim
from atlas_lab.lessons.exercises import check, unsolved
from atlas_lab.lessons.source import open_atlas, open_case

__all__ = ["CLAIMS", "Claim", "check", "open_atlas", "open_case", "talk", "unsolved"]
