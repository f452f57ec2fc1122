"""`atlas-lab lab`: JupyterLab on a copy of the notebooks, with this environment's kernel."""

import contextlib
import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import typer

from atlas_lab.pipelines import notebooks_folder
from atlas_lab.runs import atomic_write


def register(app: typer.Typer) -> None:
    """Add this module's command to `app`."""
    app.command()(lab)


def lab(
    folder: Path = typer.Argument(Path("atlas_lab_notebooks"), help="Where to put the copy."),
    more: list[str] = typer.Argument(
        None, metavar="JUPYTER_OPTION", help="After `--`: options for JupyterLab, such as --port 9999."
    ),
    browser: bool = typer.Option(True, "--browser/--no-browser", help="Open a browser window."),
    copy_only: bool = typer.Option(False, "--copy-only", help="Copy the notebooks, do not start JupyterLab."),
) -> None:
    """Copy the notebooks to a folder (what you changed there stays) and open JupyterLab on it."""
    kept = copy_notebooks(notebooks_folder(), folder)
    for name in kept:
        typer.echo(f"kept your {name}")
    typer.echo(f"notebooks: {folder}")
    if not copy_only:
        raise typer.Exit(_start(folder, [*([] if browser else ["--no-browser"]), *(more or [])]))


def copy_notebooks(source: Path, target: Path) -> list[str]:
    """Copy what `target` does not have yet; return the names of the files there that differ, which stay as they are.

    InputError: `target` cannot be written.
    """
    kept = []
    for path in sorted(source.rglob("*")):
        relative = path.relative_to(source)
        if not path.is_file() or any(part.startswith(".") for part in relative.parts):
            continue
        copy = target / relative
        if not copy.exists():
            with atomic_write(copy) as temporary:
                shutil.copyfile(path, temporary)
        elif not filecmp.cmp(path, copy, shallow=False):
            kept.append(str(relative))
    return kept


def _start(folder: Path, options: list[str]) -> int:
    from atlas_lab.pipelines.kernel import write_kernelspec

    with tempfile.TemporaryDirectory(prefix="atlas-lab-") as kernels:
        write_kernelspec(Path(kernels))
        # first in the path, so that no kernel installed elsewhere under the same name is taken
        search = os.pathsep.join(filter(None, [kernels, os.environ.get("JUPYTER_PATH")]))
        command = [sys.executable, "-m", "jupyterlab", str(folder), *options]
        server = subprocess.Popen(command, env={**os.environ, "JUPYTER_PATH": search})
        while server.returncode is None:
            with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C reaches JupyterLab too, which asks before it stops
                server.wait()
        return server.returncode if server.returncode >= 0 else 128 - server.returncode  # ended by a signal: as a shell says it
