"""The command line: `atlas-lab …`."""

import sys
import warnings
from typing import Any

import typer

from atlas_lab._version import __version__
from atlas_lab.cli import (
    backbones,
    data,
    doctor,
    evaluate,
    lab,
    notebooks,
    pipeline,
    predict,
    report,
    synthesize,
    train_autoencoder,
    train_diffusion,
)
from atlas_lab.errors import InputError, ParameterError

app = typer.Typer(
    name="atlas-lab",
    help="Build, look at, change and measure a 3D atlas of the human body.",
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
) -> None:
    """Build, look at, change and measure a 3D atlas of the human body."""


_COMMANDS = (
    notebooks, pipeline, report, data, backbones, predict, synthesize, train_autoencoder, train_diffusion, evaluate, lab, doctor,
)  # fmt: skip
for module in _COMMANDS:
    module.register(app)


def main() -> None:
    """Run the command line. What a user can put right is one line on stderr; anything else shows its traceback."""
    warnings.showwarning = _warn
    try:
        sys.exit(app(sys.argv[1:] or ["--help"], standalone_mode=False))
    except InputError as error:
        _say(f"error: {error}")
        sys.exit(2 if isinstance(error, ParameterError) else 1)
    except Exception as error:
        if not hasattr(error, "format_message"):  # typer's usage errors have no public class
            raise
        _say(f"error: {error.format_message()}")
        sys.exit(2)


def _warn(message: Warning | str, *_: Any, **__: Any) -> None:
    _say(f"warning: {message}")


def _say(text: str) -> None:
    typer.echo(f"atlas-lab: {' '.join(text.split())}", err=True)
