"""What an evaluation found: every row, their summary, what was missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path

import pandas as pd

from atlas_lab.evaluation.folders.pair import Options, Pair
from atlas_lab.evaluation.lesions import Detection, Detections
from atlas_lab.evaluation.scoring import summary
from atlas_lab.evaluation.scoring.measured import COUNTED, CUT
from atlas_lab.figures.names import rank


@dataclass(frozen=True, repr=False)
class Evaluation:
    """A folder of predictions, scored.

    `table` has a row a case and structure, indexed by (id, structure), with the columns of `score`; its `attrs` say by which
    conventions. `problems` has a row for everything that was missing or could not be read: id, structure, problem, reason,
    consequence. `sites` maps ids to hospitals where those are known. `folder` is where the files lie, None without an output.
    `cut` says whether means hold structures that the field of view cuts.
    """

    table: pd.DataFrame
    problems: pd.DataFrame
    cases: Mapping[str, Mapping[str, Detection]] = field(default_factory=dict)
    sites: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    pairs: tuple[Pair, ...] = ()
    options: Options | None = None
    cut: bool = False

    @cached_property
    def summary(self) -> pd.DataFrame:
        """A row a structure, as `summary` makes it, in the order of the anatomy."""
        found = summary(self.table, cut=self.cut)
        return found.loc[sorted(found.index, key=lambda name: (rank(str(name)), str(name)))]

    @cached_property
    def detections(self) -> dict[str, Detections]:
        """The lesions of each tumour structure: `evaluation.detections["liver_tumor"].sensitivity_by_size()`."""
        return {name: Detections(cases) for name, cases in self.cases.items()}

    @cached_property
    def by_site(self) -> pd.DataFrame:
        """A row a structure and site, as `summary` makes it; no rows where no site is known."""
        known = self.table[self.table.index.get_level_values("id").isin(list(self.sites))]
        if known.empty:
            return self.summary.iloc[:0]
        site = known.index.get_level_values("id").map(dict(self.sites))
        rows = dict(iter(known.assign(site=site).groupby(level="structure", sort=False)))
        parts = {name: summary(rows[name], by="site", cut=self.cut) for name in self.summary.index if name in rows}
        return pd.concat(parts, names=["structure", "site"])

    @property
    def averaged(self) -> tuple[str, ...]:
        """The flags of the rows that the means hold."""
        return (*COUNTED, *CUT) if self.cut else COUNTED

    @property
    def n_cases(self) -> int:
        """How many cases of the truth have a row."""
        return int(self.table.index.get_level_values("id").nunique())

    def __repr__(self) -> str:
        return f"Evaluation({self._said()})\n{self.summary.round(3).to_string()}"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self._said())}</p>{self.summary.round(3).to_html()}"

    def _said(self) -> str:
        counts = ((self.n_cases, "case"), (len(self.summary), "structure"), (len(self.problems), "problem"))
        said = ", ".join(f"{n} {noun}" if n == 1 else f"{n} {noun}s" for n, noun in counts)
        return f"{said}, report in {self.folder}" if self.folder else said
