"""itkwidgets' volume rendering of a case, and a PNG of ours beside it."""

import base64
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from IPython import get_ipython
from IPython.display import display

from atlas_lab.data import geometry
from atlas_lab.data.case import Case
from atlas_lab.data.volume import Volume
from atlas_lab.errors import MissingExtra
from atlas_lab.figures.multiplanar import resolve
from atlas_lab.figures.planes import planes_of, shown_structures
from atlas_lab.viewers.look import Look
from atlas_lab.viewers.picture import planes_picture, png
from atlas_lab.viewers.scene import Scene

NOTICE = "itkwidgets loads its own front end from the internet; without it there is only the picture"

_WIDTH = 1080  # pixels of the PNG
_SIDE = 64  # voxels: a chunk's side, and how short the sides of the coarsest level are
_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
_LPS_ORDER = np.array([[0, -1], [1, -1], [2, 1]])  # x and y run the other way than in RAS+
_DTYPES = ("uint8", "int16", "float32")  # what its page can hold as it is


def itk_available() -> bool:
    """Whether the extra `itk` is installed, which `al.view(case, backend="itk")` needs."""
    return importlib.util.find_spec("itkwidgets") is not None


class ItkViewer:
    """A case in itkwidgets' volume rendering, its structures as a label image in itkwidgets' own colours.

    itkwidgets loads its own front end from the internet when it is shown, and a line in the output says so; without it
    (offline, on GitHub, in nbconvert's pages) the PNG that always stands below is what there is to see. Places are
    those of the patient, in ITK's millimetres (LPS+: x grows to the left, y to the back, z to the head). Where several
    are shown by running all cells at once, itkwidgets draws the last one; run a cell again to see another.
    """

    def __init__(self, image: Case | Volume) -> None:
        """MissingExtra: without the extra `itk`. InputError: `image` is neither a case nor a volume."""
        if not itk_available():
            raise MissingExtra("backend='itk'", "itk")
        self._scene = Scene.of(image)

    def _stores(self) -> dict[str, Any]:
        """What itkwidgets is given: the CT, and the structures where there are any."""
        volume, labels = self._scene.volume, self._scene.labels
        stores = {"image": _store(to_lps(volume.array, volume.affine), "CT")}
        if shown_structures(labels, None):
            stores["label_image"] = _store(to_lps(labels.combined, volume.affine), "structures", labels=True)
        return stores

    def png(self) -> bytes:
        """Axial, coronal and sagittal planes with the structures as a PNG, drawn in Python."""
        volume, labels = self._scene.volume, self._scene.labels
        look = Look("soft tissue", shown_structures(labels, None), 0.25)
        return png(planes_picture(self._scene, look, resolve(None, volume, labels), _WIDTH, planes_of(volume.shape)))

    def _ipython_display_(self) -> None:
        if getattr(get_ipython(), "kernel", None) is not None:  # in a terminal there is no page to draw in
            display({"text/plain": NOTICE}, raw=True)
            _show(self._stores())
        display(self._repr_mimebundle_(), raw=True)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/plain": f"{self!r}: {NOTICE}", "image/png": base64.b64encode(self.png()).decode()}

    def __repr__(self) -> str:
        return f"ItkViewer({self._scene.name!r}, {self._scene.volume.grid})"


@dataclass(frozen=True)
class LpsImage:
    """Voxels in ITK's terms: `array` is (z, y, x); `spacing` (mm), `origin` (LPS+ mm) and `direction` (3x3) are by x, y, z.

    Voxel (i, j, k) lies at `origin + direction @ (spacing * (i, j, k))`; an upright scan's `direction` is the identity.
    """

    array: np.ndarray
    spacing: np.ndarray
    origin: np.ndarray
    direction: np.ndarray


def to_lps(array: np.ndarray, affine: np.ndarray) -> LpsImage:
    """An array (x, y, z) in RAS+ order with its 4x4 affine (RAS+ mm) as ITK sees it; no voxel is copied or resampled."""
    turned = geometry.from_ras(array, _LPS_ORDER)
    affine = _TO_LPS @ geometry.disk_affine(affine, array.shape, _LPS_ORDER)
    spacing = np.array(geometry.spacing_of(affine))
    return LpsImage(turned.transpose(2, 1, 0), spacing, affine[:3, 3], affine[:3, :3] / spacing)


def levels(image: LpsImage, *, labels: bool = False) -> Iterator[LpsImage]:
    """The image, and ever coarser ones in the same place: sides longer than 64 voxels are halved.

    Values are averaged; of label ids one is kept. A last voxel that has no partner is left out.
    """
    yield image
    while max(image.array.shape) > _SIDE:
        factors = np.where(np.array(image.array.shape) > _SIDE, 2, 1)
        array = _kept(image.array, factors) if labels else _averaged(image.array, factors)
        step = factors[::-1]  # by x, y, z
        origin = image.origin + image.direction @ (image.spacing * (step - 1) / 2)
        image = LpsImage(array, image.spacing * step, origin, image.direction)
        yield image


def _kept(array: np.ndarray, factors: np.ndarray) -> np.ndarray:
    return array[tuple(slice(0, n // f * f, f) for n, f in zip(array.shape, factors, strict=True))]


def _averaged(array: np.ndarray, factors: np.ndarray) -> np.ndarray:
    averaged = array
    for axis in np.flatnonzero(factors == 2):
        along = np.moveaxis(averaged, axis, 0)
        pairs = len(along) // 2 * 2
        averaged = np.moveaxis(np.add(along[0:pairs:2], along[1:pairs:2], dtype=np.float32) / 2, 0, axis)
    return np.rint(averaged).astype(array.dtype) if array.dtype.kind in "iu" else averaged


def _store(image: LpsImage, name: str, *, labels: bool = False) -> Any:
    """The image and its coarser levels as OME-Zarr 0.4 in memory, which itkwidgets passes on chunk by chunk.

    Its own conversion forgets the direction, and fails with versions of ngff-zarr that write to disk only.
    """
    import zarr

    if image.array.dtype not in _DTYPES:
        image = LpsImage(image.array.astype(np.float32), image.spacing, image.origin, image.direction)
    store = zarr.storage.MemoryStore(dimension_separator="/")
    group = zarr.group(store)
    datasets = []
    for number, level in enumerate(levels(image, labels=labels)):
        chunks = tuple(min(n, _SIDE) for n in level.array.shape)
        written = group.create_dataset(str(number), data=level.array, chunks=chunks, dimension_separator="/")
        written.attrs["_ARRAY_DIMENSIONS"] = ["z", "y", "x"]
        written.attrs["direction"] = np.flip(level.direction).tolist()  # by z, y, x
        transforms = [
            {"type": "scale", "scale": level.spacing[::-1].tolist()},
            {"type": "translation", "translation": level.origin[::-1].tolist()},
        ]
        datasets.append({"path": str(number), "coordinateTransformations": transforms})
    axes = [{"name": axis, "type": "space", "unit": "millimeter"} for axis in "zyx"]
    group.attrs["multiscales"] = [{"version": "0.4", "name": name, "axes": axes, "datasets": datasets}]
    return store


def _show(stores: dict[str, Any]) -> None:
    """Hand the images to itkwidgets, which draws them when its front end is there.

    Until then it would hold every later cell of the notebook, and the kernel when it is to stop: for ever where the
    front end never comes. It is told to go on without.
    """
    imported_before = "itkwidgets" in sys.modules
    import itkwidgets

    viewer = itkwidgets.Viewer(**stores)
    watcher = itkwidgets.viewer._cell_watcher
    watcher.update_viewer_status(viewer.name, True)
    if not imported_before:  # who imports itkwidgets may want what it does with cells; we do not
        watcher.kernel.shell_handlers["execute_request"] = watcher.execute_request_handler
        watcher.shell.events.unregister("post_run_cell", watcher.post_run_cell)
    viewer.viewer_rpc.viewer_event.set()
    viewer.viewer_rpc.data_event.set()
