"""Run every benchmark in turn, print the table and write `benchmarks/RESULTS.md` with the machine, date and commit."""

import datetime
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from atlas_lab.runs import write_text

HERE = Path(__file__).parent
NAMES = (
    "startup", "io", "phantom", "phantom_difficulty", "pipelines", "training_patches", "training_step", "inference",
    "synthesis", "synthesis_automaton", "synthesis_diffusion", "playground",
)  # fmt: skip
IF_DATA = ("phantom_shapes", "metrics", "viewer")  # need real volumes: ATLAS_LAB_TEST_DATA names their folder
COLUMNS = ("figure", "ours", "peer", "unit", "ratio", "peer_version", "agreement")


def lines_of(name: str) -> list[dict[str, object]]:
    """The figures one benchmark prints; its own errors go to the terminal."""
    done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], stdout=subprocess.PIPE, text=True, cwd=HERE.parent)
    if done.returncode:
        sys.exit(f"benchmarks.{name} failed with exit status {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def table(figures: list[dict[str, object]]) -> str:
    """The figures as Markdown."""
    rows = [COLUMNS, tuple("---" for _ in COLUMNS)]
    rows += [tuple("" if figure[column] is None else str(figure[column]) for column in COLUMNS) for figure in figures]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def machine() -> str:
    """Processor, cores, system and commit, in one line."""
    model = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
        model = models[0] if models else model
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=HERE).stdout.strip()
    software = f"{platform.system()}, Python {platform.python_version()}, commit {commit}"
    return f"{model}, {os.cpu_count()} cores, {software}, {datetime.date.today()}"


def main() -> None:
    names = NAMES + (IF_DATA if os.environ.get("ATLAS_LAB_TEST_DATA") else ())
    figures = [figure for name in sys.argv[1:] or names for figure in lines_of(name)]
    legend = "`ratio` above 1 means atlas_lab is better; each file of this folder says what it measures."
    text = f"# Figures\n\n{machine()}. {legend}\n\n{table(figures)}\n"
    print(text)
    if not sys.argv[1:]:
        write_text(HERE / "RESULTS.md", text)
    if not all(figure["agreement"] for figure in figures):
        sys.exit("some figures compare different results")


if __name__ == "__main__":
    main()
