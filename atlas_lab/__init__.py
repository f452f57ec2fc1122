"""atlas_lab."""
