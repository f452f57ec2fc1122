"""How much of the phantom atlas can be segmented without learning: the mean-label prior, without and with a HU window.

Two thirds of the patients are averaged, one third is predicted; the mean DSC over the 25 structures is the figure. A
prior must stay at or below 0.5, or there is little left that learning could learn: that is the agreement of the first
figure. The second, with a HU window, is what a network must beat. No library makes such patients, so there is no peer.
"""

import argparse

from atlas_lab.anatomy import STRUCTURES
from atlas_lab.data.atlas import Atlas
from atlas_lab.data.prior import baseline
from benchmarks.measure import report

LIMIT = 0.5  # DSC


def parts(cases: int) -> dict[str, Atlas]:
    """Train and test cases of the phantom; the scans of one patient stay together."""
    atlas = Atlas.phantom(cases=cases, seed=0)
    table = atlas.table
    by = "patient" if "patient" in table and table["patient"].notna().all() else None
    return atlas.split({"train": 2 / 3, "test": 1 / 3}, by=by)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.phantom_difficulty", description=__doc__)
    parser.add_argument("--cases", type=int, default=60, help="patients, train and test together (default: 60)")
    parser.add_argument("--json", action="store_true", help="only the figures, without the table")
    options = parser.parse_args()
    split = parts(options.cases)
    table = baseline(split["train"], split["test"], [structure.name for structure in STRUCTURES])
    prior, windowed = float(table["prior"].mean()), float(table["prior_window"].mean())
    if not options.json:
        print(f"mean DSC of {len(split['test'])} test cases, learned from {len(split['train'])}\n")
        print(table.round(3).to_string())
        print(f"\n{len(table)} structures: prior {prior:.3f}, prior with HU window {windowed:.3f}\n")
    report("phantom.difficulty.prior", prior, None, unit="DSC", peer_version=None, agreement=prior <= LIMIT)
    report("phantom.difficulty.prior_window", windowed, None, unit="DSC", peer_version=None, agreement=True)


if __name__ == "__main__":
    main()
