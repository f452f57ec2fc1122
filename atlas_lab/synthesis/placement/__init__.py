"""Where a tumour may grow: in the organ, clear of vessels and of other tumours."""

from atlas_lab.synthesis.placement.sites import place

__all__ = ["place"]
