"""Reports: runs as offline HTML pages, one for a run and one for a folder of them."""

from atlas_lab.reports.dag import dag_svg
from atlas_lab.reports.index import write_index
from atlas_lab.reports.summary import run_summary, summary_style

__all__ = ["dag_svg", "run_summary", "summary_style", "write_index"]
