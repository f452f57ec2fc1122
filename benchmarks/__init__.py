"""Figures beside their peers: `python -m benchmarks.NAME` prints one JSON object a line, `python -m benchmarks` all."""
