"""Runs: a folder with a manifest for every execution, and the atomic writes everything else relies on."""

from atlas_lab.runs.files import atomic_folder, atomic_write, user_errors, write_text

__all__ = ["atomic_folder", "atomic_write", "user_errors", "write_text"]
