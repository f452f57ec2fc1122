"""A run: one execution of a notebook or step, as a folder whose `manifest.json` is true at every moment."""

import datetime
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from atlas_lab._version import __version__
from atlas_lab.errors import InputError
from atlas_lab.runs.environment import device, environment
from atlas_lab.runs.files import user_errors, write_text
from atlas_lab.runs.fingerprints import fingerprint, step_key

MANIFEST = "manifest.json"
RECORDS = "records.jsonl"
KERNEL_LOG = "kernel.log"
FOLDER_VARIABLE = "ATLAS_LAB_RUN"


def current_folder() -> Path | None:
    """The folder of the run this process belongs to, or None outside a run."""
    folder = os.environ.get(FOLDER_VARIABLE)
    return Path(folder) if folder else None


class Run:
    """One execution: `folder`, and `manifest` as it stands in `manifest.json` there.

    The manifest is written when the run starts (status `running`) and replaced as a whole when it ends (`done`,
    `failed` or `interrupted`), so that a killed run leaves a valid one. As a context manager a run ends itself.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self.folder = folder
        self.manifest = manifest
        self._clock = time.perf_counter()

    @classmethod
    def start(
        cls,
        folder: str | os.PathLike[str],
        name: str,
        parameters: Mapping[str, Any],
        *,
        inputs: Mapping[str, str | os.PathLike[str] | Mapping[str, Any]] | None = None,
        source: str = "",
    ) -> Self:
        """Begin a run in `folder`, which must be new or empty.

        `parameters` are plain values (`seed` among them is repeated as the run's seed); `inputs` names the files and
        folders read, which get a fingerprint (or are one already); `source` is the code that runs, for the step key.
        InputError: the folder holds files already or cannot be written, an input does not exist.
        """
        folder = Path(folder).expanduser().absolute()
        _require_empty(folder)
        fingerprints = {key: _fingerprinted(value) for key, value in (inputs or {}).items()}
        manifest = {
            "format": 1,
            "name": name,
            "status": "running",
            "started": _now(),
            "finished": None,
            "seconds": None,
            "peak_memory_bytes": None,
            "device": device(),
            "seed": parameters.get("seed"),
            "parameters": dict(parameters),
            "inputs": fingerprints,
            "key": step_key(source, parameters, fingerprints, __version__),
            "environment": environment(),
            "metrics": {},
            "figures": {},
            "artefacts": {},
            "error": None,
        }
        with user_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
        run = cls(folder, manifest)
        run._write()
        return run

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> Self:
        """Read a run back. InputError: no valid manifest there."""
        path = Path(folder).expanduser().absolute() / MANIFEST
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise InputError(f"{path.parent}: not a run folder, it has no {MANIFEST}") from None
        except ValueError as error:
            raise InputError(f"{path}: not valid JSON: {error}") from None
        return cls(path.parent, manifest)

    @property
    def status(self) -> str:
        """`running`, `done`, `failed` or `interrupted`."""
        return self.manifest["status"]

    @property
    def page(self) -> Path:
        """Where the run's HTML page is, or will be."""
        return self.folder / f"{self.manifest['name']}.html"

    @property
    def metrics(self) -> dict[str, dict[str, Any]]:
        """What `record` wrote: name → value, ci, n, unit, claim."""
        return self.manifest["metrics"]

    def unchanged(self) -> bool:
        """Whether the artefacts are what the manifest says: none changed, gone or added."""
        return self._artefacts({entry["path"] for entry in self.manifest["figures"].values()}) == self.manifest["artefacts"]

    def finish(self, status: str, *, error: str | None = None, **measured: Any) -> None:
        """End the run: take in what was recorded, list the artefacts, write the manifest.

        `measured` replaces manifest entries by what only the executing process knew: device, peak_memory_bytes, ….
        """
        metrics, figures = _recorded(self.folder / RECORDS)
        self.manifest.update(
            measured,
            status=status,
            error=error,
            finished=_now(),
            seconds=round(time.perf_counter() - self._clock, 3),
            metrics=metrics,
            figures=figures,
            artefacts=self._artefacts({entry["path"] for entry in figures.values()}),
        )
        self._write()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        if self.status != "running":
            return
        if error is None:
            self.finish("done")
        elif isinstance(error, KeyboardInterrupt):
            self.finish("interrupted")
        else:
            self.finish("failed", error=f"{type(error).__name__}: {error}")

    def _write(self) -> None:
        text = json.dumps(self.manifest, indent=2, allow_nan=False)
        write_text(self.folder / MANIFEST, text + "\n")

    def _artefacts(self, figures: set[str]) -> dict[str, dict[str, Any]]:
        """Every file the execution left, but for the run's own book-keeping: relative path → size and SHA-256."""
        own = {MANIFEST, RECORDS, KERNEL_LOG, f"{self.manifest['name']}.ipynb", f"{self.manifest['name']}.html"} | figures
        found = {}
        for path in sorted(self.folder.rglob("*")):
            name = path.relative_to(self.folder).as_posix()
            if path.is_file() and name not in own and not path.name.startswith("."):
                identity = fingerprint(path)
                found[name] = {"size": identity["size"], "sha256": identity["sha256"]}
        return found


def _require_empty(folder: Path) -> None:
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(f"{folder}: the output folder is not empty; choose a new one")
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file; the output must be a folder")


def _fingerprinted(value: str | os.PathLike[str] | Mapping[str, Any]) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else fingerprint(value)


def _recorded(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The metrics and figures in a record file; the last value of a name counts."""
    metrics: dict[str, Any] = {}
    figures: dict[str, Any] = {}
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    complete, _, _ = text.rpartition("\n")  # a process killed while writing leaves its last line unfinished
    for line in complete.splitlines():
        entry = json.loads(line)
        kept = figures if "path" in entry else metrics
        kept[entry.pop("name")] = entry
    return metrics, figures


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
