"""The kernel is this Python, whatever the machine has installed (test_execute runs one beside a broken kernelspec)."""

import json
import sys

from jupyter_client.kernelspec import KernelSpecManager

from atlas_lab.pipelines.kernel import OwnKernelManager, write_kernelspec


def broken_kernelspec(folder):
    (folder / "kernels" / "python3").mkdir(parents=True)
    spec = {"argv": ["/nonexistent"], "display_name": "Broken", "language": "python"}
    (folder / "kernels" / "python3" / "kernel.json").write_text(json.dumps(spec))
    return folder


def test_an_installed_kernelspec_is_not_asked(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", str(broken_kernelspec(tmp_path)))
    assert KernelSpecManager().get_kernel_spec("python3").argv == ["/nonexistent"]
    for name in ("python3", "bogus"):
        assert OwnKernelManager(kernel_name=name).kernel_spec.argv[:3] == [sys.executable, "-m", "ipykernel_launcher"]


def test_the_written_kernelspec_comes_before_an_installed_one(tmp_path, monkeypatch):
    write_kernelspec(tmp_path / "own")
    monkeypatch.setenv("JUPYTER_PATH", f"{tmp_path / 'own'}:{broken_kernelspec(tmp_path / 'installed')}")
    assert KernelSpecManager().get_kernel_spec("python3").argv[:3] == [sys.executable, "-m", "ipykernel_launcher"]
