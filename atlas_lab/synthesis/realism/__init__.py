"""Are synthetic tumours like real ones? Measures, and machine observers that try to tell them apart."""

from atlas_lab.synthesis.realism.collect import lesions_of
from atlas_lab.synthesis.realism.compare import realism
from atlas_lab.synthesis.realism.lesions import Lesion, Lesions
from atlas_lab.synthesis.realism.matching import matched
from atlas_lab.synthesis.realism.observers import Observed, observe
from atlas_lab.synthesis.realism.report import RealismReport
from atlas_lab.synthesis.realism.separability import separability

__all__ = ["Lesion", "Lesions", "Observed", "RealismReport", "lesions_of", "matched", "observe", "realism", "separability"]
