"""papermill's way through a notebook, with three things added: atomic saves, a folder and environment for the kernel,
and the kernel's closing report."""

import ast
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

import nbformat
from nbclient.exceptions import CellExecutionError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NotebookExecutionManager

from atlas_lab.pipelines.closing import QUESTION
from atlas_lab.pipelines.kernel import KERNEL_NAME, OwnKernelManager
from atlas_lab.runs import write_text


class Execution(NotebookExecutionManager):
    """The state of a notebook under execution, saved to `path` whenever a cell starts, and when it stops."""

    nb: nbformat.NotebookNode

    def __init__(self, notebook: nbformat.NotebookNode, path: Path, progress_bar: dict[str, Any] | bool) -> None:
        self.path = path
        self.cut_short = False
        self._between_cells = False
        super().__init__(notebook, progress_bar=progress_bar)

    def save(self, **kwargs: Any) -> None:
        """Write the notebook as it stands; InputError: it cannot be written."""
        self.nb = kwargs.get("nb") or self.nb
        if not self._between_cells:
            write_text(self.path, json.dumps(self.nb))  # readable lines take three times as long, so only `stop` makes them
            self.last_save_time = self.now()

    def cell_start(self, cell: nbformat.NotebookNode, cell_index: int | None = None, **kwargs: Any) -> None:
        """Mark a cell as running. Prose runs in no time, so it is not worth a save."""
        self._between_cells = cell.cell_type != "code"
        super().cell_start(cell, cell_index, **kwargs)

    def cell_complete(self, cell: nbformat.NotebookNode, cell_index: int | None = None, **kwargs: Any) -> None:
        """Mark a cell as completed, but not one that an interrupt or a dead kernel cut short. The next one's start saves it."""
        if not self.cut_short:
            self._between_cells = True
            super().cell_complete(cell, cell_index, **kwargs)

    def run(
        self, environment: Mapping[str, str], folder: Path, log: BinaryIO, succeeded: Callable[[dict[str, Any]], None]
    ) -> dict[str, Any]:
        """Execute every cell up to the first that fails, and return the kernel's closing report.

        The kernel works in `folder` with the variables of `environment`; what it, not a cell, has to say goes to `log`.
        A failure is left in the notebook. When no cell failed, `succeeded(report)` does its work in the half second that
        the kernel takes to shut down.
        """
        self.succeeded = succeeded
        self.notebook_start()
        client = _Client(
            self,
            kernel_manager_class=OwnKernelManager,
            kernel_name=KERNEL_NAME,
            extra_arguments=["--log-level=ERROR"],
            store_widget_state=False,
            timeout=None,
        )
        client.execute(env=dict(environment), cwd=str(folder), stdout=log, stderr=log)
        client.closing.result()
        self.notebook_complete()
        return client.report

    def stop(self) -> None:
        """End the progress bar and save, however far the execution came."""
        self.cleanup_pbar()
        write_text(self.path, nbformat.writes(self.nb))


class _Client(PapermillNotebookClient):
    def execute_cell(self, *arguments: Any, **options: Any) -> nbformat.NotebookNode:
        try:
            return super().execute_cell(*arguments, **options)
        except CellExecutionError:
            raise
        except BaseException:
            self.nb_man.cut_short = True
            raise

    def papermill_execute_cells(self) -> None:
        super().papermill_execute_cells()
        self.report = self._closing_report()
        # what papermill is about to add, so that nothing changes the notebook while a page is made of it
        self.nb.metadata["language_info"] = self.wait_for_reply(self.kc.kernel_info())["content"]["language_info"]
        failed = self.nb.metadata.papermill["exception"]
        pool = ThreadPoolExecutor(1)
        self.closing = pool.submit(lambda: None if failed else self.nb_man.succeeded(self.report))
        pool.shutdown(wait=False)

    def _closing_report(self) -> dict[str, Any]:
        request = self.kc.execute("", silent=True, user_expressions={"report": QUESTION}, stop_on_error=False)
        answer = self.wait_for_reply(request)["content"].get("user_expressions", {}).get("report", {})
        return json.loads(ast.literal_eval(answer["data"]["text/plain"])) if answer.get("status") == "ok" else {}
