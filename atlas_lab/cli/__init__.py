"""The command line: `atlas-lab …`."""

import sys

import typer

from atlas_lab._version import __version__
from atlas_lab.cli import data, doctor, lab, notebooks
from atlas_lab.errors import InputError

app = typer.Typer(
    name="atlas-lab",
    help="Build, look at, change and measure a 3D atlas of the human body.",
    no_args_is_help=True,
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


for module in (notebooks, data, lab, doctor):
    module.register(app)


def main() -> None:
    """Run the command line. What a user can put right is one line on stderr; anything else shows its traceback."""
    try:
        app()
    except InputError as error:
        from atlas_lab.pipelines import ParameterError

        typer.echo(f"atlas-lab: error: {' '.join(str(error).split())}", err=True)
        sys.exit(2 if isinstance(error, ParameterError) else 1)
