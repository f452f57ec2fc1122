"""Can synthetic tumours stand in for real ones? The talk's claims as experiments, each against how real the real ones are.

The names are in `__init__.pyi`; PyTorch is imported when one that needs it is used: processes that make phantoms need none.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
