"""atlas_lab: build, look at, change and measure a 3D atlas of the human body in Jupyter. Not for diagnosis.

`import atlas_lab as al` loads nothing heavy: every name below is fetched on first use.
"""

import lazy_loader as _lazy

from atlas_lab._version import __version__ as __version__

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
