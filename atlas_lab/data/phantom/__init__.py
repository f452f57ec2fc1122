"""Procedural abdominal CT patients with exact masks: the atlas that comes with the toolkit."""

from atlas_lab.data.phantom.patient import patient
from atlas_lab.data.phantom.write import write_cases

__all__ = ["patient", "write_cases"]
