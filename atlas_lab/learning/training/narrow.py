"""Convolutions of an input that is narrower than their kernel, in float32 on a CPU.

In bfloat16 oneDNN's gradient for the weights of such a 3-D convolution is made from memory that nobody filled: it differs
from one run to the next and now and then is not a number (found with PyTorch 2.13 on AVX-512, 3x3x3 over two planes).
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch.nn import functional
from torch.overrides import TorchFunctionMode


def sound_convolutions(device: torch.device) -> AbstractContextManager[Any]:
    """While it is entered, 3-D convolutions have right gradients on `device`, under autocast too."""
    return _NarrowInFloat32() if device.type == "cpu" else nullcontext()


class _NarrowInFloat32(TorchFunctionMode):
    def __torch_function__(self, function: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if function is functional.conv3d and torch.is_autocast_enabled("cpu") and _narrow(*args[:2]):
            with torch.autocast("cpu", enabled=False):
                return function(*(_single(value) for value in args), **kwargs)
        return function(*args, **kwargs)


def _narrow(images: torch.Tensor, weight: torch.Tensor) -> bool:
    return any(side < kernel for side, kernel in zip(images.shape[2:], weight.shape[2:], strict=True))


def _single(value: Any) -> Any:
    return value.float() if isinstance(value, torch.Tensor) else value
