"""A page as Python sees it: it asks over the widget's own channel and keeps what it is told."""

import gzip
from typing import Any

import numpy as np

from atlas_lab.viewers import VolumeViewer
from atlas_lab.viewers.edits.runs import runs_of, to_bytes


class Page:
    """Stands where the comm is: what the viewer sends lands here, what a page would send goes in by `ask`."""

    def __init__(self, viewer: VolumeViewer, name: str = "page") -> None:
        self.viewer, self.name = viewer, name
        self.heard: list[tuple[dict[str, Any], dict[str, bytes]]] = []
        self._asked = 0
        inner = viewer.send

        def send(content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
            self.heard.append((content, dict(zip(content["parts"], buffers or [], strict=True))))
            inner(content, buffers)

        viewer.send = send

    def ask(self, buffers: list[bytes] | None = None, **question: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
        self._asked += 1
        id = f"{self.name}-{self._asked}"
        self.viewer._receive(self.viewer, {**question, "id": id, "page": self.name}, [memoryview(b) for b in buffers or []])
        (answer,) = [message for message in self.heard if message[0].get("answer") == id]
        return answer

    def stroke(
        self, structure: str, mask: np.ndarray, value: bool = True, **more: Any
    ) -> tuple[dict[str, Any], dict[str, bytes]]:
        """Send a bool array (x, y, z) as a stroke."""
        return self.ask([to_bytes(runs_of(mask))], ask="edit", structure=structure, value=value, **more)

    def told(self, what: str) -> list[tuple[dict[str, Any], dict[str, bytes]]]:
        return [message for message in self.heard if message[0].get("say") == what]


def codes(data: bytes, shape: tuple[int, ...]) -> np.ndarray:
    """Compressed int16, first axis fastest."""
    return np.frombuffer(gzip.decompress(data), "<i2").reshape(shape, order="F")


def unpacked(row: dict[str, Any], data: bytes, shape: tuple[int, int, int]) -> np.ndarray:
    """A structure's mask as a page reads it."""
    x0, x1, y0, y1, z0, z1 = row["box"]
    size = (x1 - x0, y1 - y0, z1 - z0)
    bits = np.unpackbits(np.frombuffer(gzip.decompress(data), np.uint8), bitorder="little")[: np.prod(size)]
    mask = np.zeros(shape, bool)
    mask[x0:x1, y0:y1, z0:z1] = bits.reshape(size)
    return mask
