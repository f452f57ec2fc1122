"""DICOM in: which series a folder or zip holds, and a CT out of one of them."""

from atlas_lab.data.dicom.read import read_ct
from atlas_lab.data.dicom.series import Series, find_rtstruct, list_series

__all__ = ["Series", "find_rtstruct", "list_series", "read_ct"]
