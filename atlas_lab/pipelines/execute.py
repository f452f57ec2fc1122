"""Running a notebook: check the parameters, start a run, execute cell by cell, keep what came out whatever happens."""

import datetime
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas_lab.pipelines.notebooks import Notebook
from atlas_lab.pipelines.prepare import Prepared, prepare
from atlas_lab.runs import Run
from atlas_lab.runs.run import FOLDER_VARIABLE, KERNEL_LOG

if TYPE_CHECKING:
    import nbformat


class CellFailed(Exception):
    """A cell of a notebook raised an error, or the kernel died in it.

    `run` is the failed run, `error` the error on one line (`ValueError: …`), `traceback` its coloured traceback.
    `advice` is the message alone where the error is an InputError, something the user can put right, else None.
    """

    def __init__(self, run: Run, where: str, error: str, traceback: str = "", advice: str | None = None) -> None:
        super().__init__(f"{where} failed: {error}")
        self.run, self.error, self.traceback, self.advice = run, error, traceback, advice


def run_notebook(
    notebook: Notebook,
    parameters: Mapping[str, Any],
    output_folder: str | os.PathLike[str] | None = None,
    progress: bool = True,
) -> Run:
    """Execute `notebook` with `parameters` (typed values or their texts) and return the finished run.

    The output folder (default `runs/NAME-DATE-TIME`) receives the manifest, the executed notebook, an HTML page and
    whatever the notebook leaves there; cells run in the current folder. A stopped run keeps what it finished.
    ParameterError: a parameter is wrong, found before a kernel starts. InputError: the folder is not empty or cannot be
    written. CellFailed: a cell raised an error.
    """
    return run_prepared(notebook, prepare(notebook, parameters), output_folder, progress)


def run_prepared(
    notebook: Notebook, prepared: Prepared, output_folder: str | os.PathLike[str] | None = None, progress: bool = True
) -> Run:
    """`run_notebook` with parameters that are checked already."""
    run = Run.start(
        output_folder if output_folder is not None else _default_folder(notebook.name),
        notebook.name,
        prepared.values,
        inputs=prepared.inputs,
        source=notebook.source,
    )
    with run:
        _execute(run, notebook, prepared.given, progress)
    return run


def _execute(run: Run, notebook: Notebook, injected: Mapping[str, Any], progress: bool) -> None:
    # imported here because together they take most of a second, and a wrong parameter should be refused at once
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from papermill.execute import raise_for_execution_errors
    from papermill.iorw import load_notebook_node

    from atlas_lab.pipelines.client import Execution

    node = load_notebook_node(str(notebook.path))
    _inject(node, injected)
    execution = Execution(node, run.folder / f"{notebook.name}.ipynb", {"desc": notebook.name} if progress else False)
    report: dict[str, Any] = {}

    def succeeded(closing: Mapping[str, Any]) -> None:
        run.finish("done", **{name: value for name, value in closing.items() if name != "input_error"})
        _write_page(run, node, notebook)

    try:
        with (run.folder / KERNEL_LOG).open("wb") as log:
            report = execution.run({**os.environ, FOLDER_VARIABLE: str(run.folder)}, Path.cwd(), log, succeeded)
        raise_for_execution_errors(node, None)  # marks the failed cell in the notebook
    except PapermillExecutionError as failure:
        message = " ".join(failure.evalue.split())
        error = f"{failure.ename}: {message}".rstrip(": ")
        users_error = report.pop("input_error", False)
        run.finish("failed", error=error, **report)
        where = f"cell [{failure.exec_count}] of {notebook.name}"
        raise CellFailed(run, where, error, "\n".join(failure.traceback), message if users_error else None) from None
    except DeadKernelError:
        error = f"the kernel died (out of memory, or a crash in a compiled library; {KERNEL_LOG} may say more)"
        run.finish("failed", error=error)
        raise CellFailed(run, notebook.name, error) from None
    except KeyboardInterrupt:
        run.finish("interrupted")
        raise
    finally:
        execution.stop()
        if run.status != "done":
            _write_page(run, node, notebook)


def _write_page(run: Run, node: "nbformat.NotebookNode", notebook: Notebook) -> None:
    from atlas_lab.pipelines.html import write_html

    try:
        write_html(node, run, notebook.title, notebook.path.parent)
    except BaseException as error:  # a run without its page is not done
        if run.status == "done":
            run.finish("failed", error=f"its page cannot be written: {error}")
        raise


def _inject(node: "nbformat.NotebookNode", values: Mapping[str, Any]) -> None:
    """Put a cell that assigns `values` below the parameters cell, in place of one an earlier run left.

    Not papermill's own: it turns tuples into text.
    """
    from nbformat.v4 import new_code_cell
    from papermill.execute import remove_error_markers

    remove_error_markers(node)
    node.cells = [cell for cell in node.cells if "injected-parameters" not in cell.metadata.tags]
    node.metadata.papermill["parameters"] = dict(values)
    if not values:
        return
    lines = ["# Parameters of this run", *(f"{name} = {value!r}" for name, value in values.items())]
    cell = new_code_cell("\n".join(lines), metadata={"tags": ["injected-parameters"], "papermill": {}})
    tagged = [index for index, found in enumerate(node.cells) if "parameters" in found.metadata.tags]
    node.cells.insert(tagged[0] + 1, cell)


def _default_folder(name: str) -> Path:
    return Path("runs") / f"{name}-{datetime.datetime.now().strftime('%Y%m%d-%H%M%S')}"
