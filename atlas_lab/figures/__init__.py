"""Static pictures and films of CTs and label maps."""

from atlas_lab.figures import charts
from atlas_lab.figures.animate import animate
from atlas_lab.figures.compare import compare
from atlas_lab.figures.error_map import error_map
from atlas_lab.figures.gallery import gallery
from atlas_lab.figures.lesions import lesions
from atlas_lab.figures.multiplanar import multiplanar
from atlas_lab.figures.planes import centre, cut
from atlas_lab.figures.predictions import predictions
from atlas_lab.figures.volumes import volumes

__all__ = [
    "animate",
    "centre",
    "charts",
    "compare",
    "cut",
    "error_map",
    "gallery",
    "lesions",
    "multiplanar",
    "predictions",
    "volumes",
]
