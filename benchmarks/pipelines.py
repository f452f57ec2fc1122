"""What our runner costs over plain papermill, and what a second worker brings, on the first lesson."""

import os
import tempfile
import warnings
from pathlib import Path

from atlas_lab.pipelines import Notebook, find_notebook, read_pipeline, run_notebook, run_pipeline
from benchmarks.measure import interleaved, report, seconds, version

_TWO_STEPS = """\
steps:
  one: {notebook: start_here, parameters: {cases: 1, seed: 1}}
  two: {notebook: start_here, parameters: {cases: 1, seed: 2}}
"""


def overhead(notebook: Notebook, folder: Path) -> None:
    """Manifest, fingerprints, HTML page and closing report, beside nothing but the executed notebook."""
    import papermill

    parameters = {"cases": 1}
    counter = iter(range(1000))

    def ours() -> float:
        return seconds(lambda: run_notebook(notebook, parameters, folder / f"ours-{next(counter)}", progress=False))

    def peer() -> float:
        target = folder / f"peer-{next(counter)}.ipynb"
        return seconds(
            lambda: papermill.execute_notebook(notebook.path, target, parameters, kernel_name="python3", progress_bar=False)
        )

    peer()  # the phantom patient comes from the cache for both
    done = run_notebook(notebook, parameters, folder / "check", progress=False)
    mine, theirs = interleaved(ours, peer)
    report("pipelines.overhead", mine, theirs, unit="s", peer_version=version("papermill"), agreement=done.status == "done")


def workers(folder: Path) -> None:
    """Two independent steps, two at a time beside one at a time."""
    path = folder / "two.yaml"
    path.write_text(_TWO_STEPS)
    pipeline = read_pipeline(path)
    counter = iter(range(1000))
    agree = []

    def with_workers(number: int) -> float:
        outcome = run_pipeline(pipeline, folder / f"pipeline-{next(counter)}", workers=number)
        agree.append(outcome.ok)
        return outcome.seconds

    with_workers(2)
    two, one = interleaved(lambda: with_workers(2), lambda: with_workers(1))
    report("pipelines.workers", two, one, unit="s", peer_version="atlas_lab with one worker", agreement=all(agree))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="atlas-lab-bench-") as name:
        os.environ["ATLAS_LAB_CACHE"] = str(Path(name) / "cache")
        warnings.filterwarnings("ignore", category=UserWarning, module="papermill")  # its own warning about kernels
        overhead(find_notebook("start_here"), Path(name))
        workers(Path(name))


if __name__ == "__main__":
    main()
