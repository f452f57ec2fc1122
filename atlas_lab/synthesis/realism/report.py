"""What a realism report holds, and how it is shown and saved."""

import os
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd

from atlas_lab.errors import InputError
from atlas_lab.figures.charts.realism import realism_chart
from atlas_lab.figures.sheet import Sheet
from atlas_lab.reports.evaluation.frames import frame_table
from atlas_lab.reports.evaluation.pictures import Card, chart_card
from atlas_lab.reports.page import page
from atlas_lab.reports.summary import summary_style
from atlas_lab.runs.files import write_text
from atlas_lab.synthesis.realism.edge import PROFILE_MM
from atlas_lab.synthesis.realism.measures import Measured
from atlas_lab.synthesis.realism.noise import ring_middles
from atlas_lab.synthesis.realism.observers import Observed
from atlas_lab.synthesis.realism.table import log_power

_TITLE = "Realism report"


@dataclass(frozen=True, eq=False)
class RealismReport:
    """Real beside synthetic lesions.

    `table` has a row a measure and an observer (index `measure`): unit, the medians `real` and `synthetic`, their `distance`
    with its 95 % interval `low` to `high` by patient, what `chance` gives two samples of one kind on average, `ks`, `p`
    (Holm), the lesions `n_real` and `n_synthetic`, `verdict`. `observed` are the observers with their scores, `notes` what
    a reader must know, `measured` the numbers and curves of both sides.
    """

    table: pd.DataFrame
    observed: tuple[Observed, ...]
    notes: tuple[str, ...]
    measured: dict[str, Measured]
    diameters: dict[str, np.ndarray]
    spacing_mm: float

    @property
    def figure(self) -> Sheet:
        """Sizes, contrasts, the edge, noise, texture and observers, in one sheet."""
        spread = {
            "diameter in mm": self.diameters,
            "contrast to the organ in HU": self._numbers("contrast"),
            "texture entropy in bits": self._numbers("texture entropy"),
        }
        curves = {
            ("distance to the border in mm", "HU above the organ"): (PROFILE_MM, self._of("profiles")),
            ("frequency in 1/mm", "log10 noise power"): (
                ring_middles(self.spacing_mm),
                {name: log_power(one.spectra) for name, one in self.measured.items()},
            ),
        }
        areas = self.table[self.table["unit"] == "AUC"].rename(columns={"distance": "value"})[["value", "low", "high"]]
        return realism_chart(spread, curves, areas.set_axis(areas.index.str.removesuffix(" observer")))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the report as one offline HTML file, at once or not at all.

        InputError: a name that does not end in .html, a place that cannot be written to.
        """
        target = Path(path)
        if target.suffix.lower() != ".html":
            raise InputError(
                f"{target}: the report is HTML and its name ends in .html, not in {target.suffix or 'nothing'!r}; "
                "for a picture save its figure: report.figure.savefig(...)"
            )
        write_text(target, page(_TITLE, self._body()))
        return target

    def _repr_html_(self) -> str:
        return f"<style>{summary_style()}</style>\n<h3>{_TITLE}</h3>\n{self._body()}"

    def __str__(self) -> str:
        return "\n".join([*map(str, self.observed), *self.notes])

    __repr__ = __str__

    def _body(self) -> str:
        said = "".join(f"<li>{escape(line)}</li>" for line in (*map(str, self.observed), *self.notes))
        drawn = chart_card(Card(self.figure, "", "Real and synthetic lesions: sizes, contrast, edge, noise, texture, observers"))
        return f"<ul>{said}</ul>\n{drawn}\n{frame_table('Measures', self.table, {})}"

    def _numbers(self, column: str) -> dict[str, np.ndarray]:
        found = {name: one.numbers[column].to_numpy(float) for name, one in self.measured.items()}
        return {name: values[np.isfinite(values)] for name, values in found.items()}

    def _of(self, curves: str) -> dict[str, np.ndarray]:
        return {name: getattr(one, curves) for name, one in self.measured.items()}
