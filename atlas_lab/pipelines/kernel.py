"""The kernel of every run: this very Python, whatever kernelspecs the machine has."""

import json
from pathlib import Path

from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from traitlets import default

from atlas_lab.runs import write_text

KERNEL_NAME = "python3"  # the name all notebooks carry in their metadata
_SPEC = {**get_kernel_dict(), "display_name": "Python 3 (atlas_lab)"}  # its command is sys.executable


class OwnKernelManager(AsyncKernelManager):
    """Starts the Python that runs this, never what an installed kernelspec names."""

    @default("kernel_spec_manager")
    def _own_spec(self) -> KernelSpecManager:
        return _OwnSpec()


class _OwnSpec(KernelSpecManager):
    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(name=kernel_name, **_SPEC)


def write_kernelspec(folder: Path) -> None:
    """Make `folder` an entry for JUPYTER_PATH under which `python3` is this very Python."""
    write_text(folder / "kernels" / KERNEL_NAME / "kernel.json", json.dumps(_SPEC, indent=2))
