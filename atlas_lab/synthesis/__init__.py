"""Synthesis: tumours by three published methods, in one call, in a training, or in a whole atlas.

The names are in `__init__.pyi`; numba, PyTorch and MONAI are imported when one that needs them is used.
"""

import lazy_loader as _lazy

from atlas_lab.synthesis.synthesize import remake as remake  # its module has the name of the other function
from atlas_lab.synthesis.synthesize import synthesize as synthesize

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
