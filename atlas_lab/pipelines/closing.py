"""What a kernel says about itself after the last cell; only it knows."""

import json
import sys
from pathlib import Path
from typing import Any

from atlas_lab.errors import InputError
from atlas_lab.runs import device

QUESTION = "__import__('atlas_lab.pipelines.closing', fromlist=['_']).closing_report()"


def closing_report() -> str:
    """Evaluated in the kernel, as JSON: device, peak memory in bytes, whether the last error is the user's to put right."""
    report: dict[str, Any] = {
        "device": device(),
        "peak_memory_bytes": _peak_memory(),
        "input_error": isinstance(getattr(sys, "last_value", None), InputError),
    }
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available() and torch.cuda.is_initialized():
        report["peak_gpu_memory_bytes"] = torch.cuda.max_memory_allocated()
    return json.dumps(report)


def _peak_memory() -> int | None:
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count from the size of the process that started the kernel
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
