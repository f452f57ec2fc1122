"""Tumours by conditional latent diffusion (Chen et al., Towards Generalizable Tumor Synthesis, CVPR 2024).

The names are in `__init__.pyi`; PyTorch is imported when one that needs it is used.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
