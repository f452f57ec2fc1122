"""Runs: a folder with a manifest for every execution, and the atomic writes everything else relies on."""

from atlas_lab.runs.artefact import artefact
from atlas_lab.runs.environment import device, environment
from atlas_lab.runs.files import atomic_folder, atomic_write, user_errors, write_text
from atlas_lab.runs.fingerprints import fingerprint, step_key
from atlas_lab.runs.record import record
from atlas_lab.runs.run import Run, current_folder

__all__ = [
    "Run",
    "artefact",
    "atomic_folder",
    "atomic_write",
    "current_folder",
    "device",
    "environment",
    "fingerprint",
    "record",
    "step_key",
    "user_errors",
    "write_text",
]
