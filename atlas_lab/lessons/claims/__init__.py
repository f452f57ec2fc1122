"""The claims of the talk, in its order, with the numbers and sources as published: the only such table.

Copied from the papers, their repositories and the talk; nothing here was measured by atlas_lab unless a note says so.
"""

from atlas_lab.lessons.claims.annotation import ANNOTATION
from atlas_lab.lessons.claims.atlas import ATLAS
from atlas_lab.lessons.claims.benchmark import BENCHMARK
from atlas_lab.lessons.claims.claim import PARTS, Claim
from atlas_lab.lessons.claims.readers import READERS
from atlas_lab.lessons.claims.synthesis import SYNTHESIS
from atlas_lab.lessons.claims.training import TRAINING

CLAIMS: tuple[Claim, ...] = (*ATLAS, *ANNOTATION, *SYNTHESIS, *READERS, *TRAINING, *BENCHMARK)

__all__ = ["CLAIMS", "PARTS", "Claim"]
