"""`atlas-lab backbones`: the networks that can be trained, and the published weights that fit them."""

import typer


def register(app: typer.Typer) -> None:
    """Add this module's command to `app`."""
    app.command()(backbones)


def backbones() -> None:
    """List the networks: sizes, parameters, what a patch's sides must be multiples of, source; then published weights."""
    from atlas_lab.learning.backbones import backbones as table
    from atlas_lab.learning.weights import SOURCES

    typer.echo(f"{'backbone':14}{'size':11}{'parameters':>10}{'divisor':>9}  source, code")
    for row in table().fillna({"parameters_m": 0, "divisor": 0}).to_dict("records"):
        count, divisor = (f"{row['parameters_m']:.2f} M", row["divisor"]) if row["divisor"] else ("-", "-")
        said = "; ".join(filter(None, (f"{row['paper']} {row['year']}", row["licence"], row["note"])))
        typer.echo(f"{row['backbone']:14}{row['size']:11}{count:>10}{divisor:>9}  {said}")
    typer.echo("\nPublished weights (none is brought along or fetched before you accept its licence):")
    for source in SOURCES.values():
        typer.echo(f"  {source.name}: {source.history}")
        typer.echo(f"      {'cannot be loaded: ' + source.refused if source.refused else 'licence: ' + source.licence}")
