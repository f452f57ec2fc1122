"""Static pictures of CTs and label maps."""

from atlas_lab.figures.multiplanar import multiplanar
from atlas_lab.figures.planes import centre, cut

__all__ = ["centre", "cut", "multiplanar"]
