"""One attempt at a step, in a process of its own.

It ends, and its kernel with it, when its standard input closes: on request, or because the process that started it was
killed. What it leaves unfinished is nobody's.
"""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from atlas_lab.errors import InputError
from atlas_lab.pipelines.execute import CellFailed, run_prepared
from atlas_lab.pipelines.notebooks import Notebook
from atlas_lab.pipelines.parameters import check
from atlas_lab.pipelines.prepare import Prepared

OK, FAILED = 0, 1


def start(folder: Path, notebook: Notebook, prepared: Prepared, cwd: str) -> tuple[subprocess.Popen[bytes], Path]:
    """Start an attempt that runs `notebook` into `folder`, and return its process and the log of what it says."""
    log, spec = folder.with_suffix(".log"), folder.with_suffix(".json")
    facts: dict[str, Any] = {"notebook": str(notebook.path), "folder": str(folder), "given": prepared.given}
    spec.write_text(json.dumps(facts | {"inputs": prepared.inputs, "key": prepared.key}), encoding="utf-8")
    command = [sys.executable, "-c", f"import sys; from {__name__} import main; sys.exit(main(sys.argv[1]))", str(spec)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=output, stderr=output, cwd=cwd, start_new_session=True
        )  # fmt: skip
    return process, log


def main(spec_file: str) -> int:
    """Run the notebook that the file `spec_file` describes, and return the exit status."""
    spec = json.loads(Path(spec_file).read_text(encoding="utf-8"))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    notebook = Notebook.at(spec["notebook"])
    try:
        values = check(notebook.parameters, spec["given"], notebook.name)
        given = {name: values[name] for name in spec["given"]}
        run_prepared(notebook, Prepared(given, values, spec["inputs"], spec["key"]), spec["folder"], progress=False)
    except CellFailed:
        return FAILED  # the manifest says what and where
    except InputError as error:
        sys.stderr.write(f"{' '.join(str(error).split())}\n")
        return FAILED
    return OK


def _end_with_parent() -> None:
    import psutil

    while os.read(0, 1024):
        pass
    for process in [*psutil.Process().children(recursive=True), psutil.Process()]:
        process.kill()
