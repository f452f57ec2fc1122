"""Reading, writing and reopening a 512 x 512 x 300 CT as `.nii.gz`, beside nibabel."""

import itertools
import os
import tempfile
from pathlib import Path

import nibabel as nib
import numpy as np
from scipy import ndimage

from atlas_lab.data import Volume
from atlas_lab.data.phantom import patient
from benchmarks.measure import in_new_process, interleaved, report, seconds, version

SHAPE = (512, 512, 300)
LARGEST = 1.08  # of nibabel's file

_OPEN_AND_DECODE = """
import sys, time
from atlas_lab.data import Volume
import numpy as np
start = time.perf_counter()
array = Volume.open(sys.argv[1]).array
if sys.argv[2] == "planes":
    x, y, z = (n // 2 for n in array.shape)
    planes = [np.array(array[x]), np.array(array[:, y]), np.array(array[:, :, z])]
print(time.perf_counter() - start)
"""


def large_ct(folder: Path) -> Path:
    """The phantom patient enlarged, with fresh noise so that it compresses like a scan; in LPS order as scanners write."""
    small = patient(0, seed=0).ct.astype(np.float32)
    large = ndimage.zoom(small, [n / m for n, m in zip(SHAPE, small.shape, strict=True)], order=1)
    large += np.random.default_rng(0).normal(0, 12, SHAPE).astype(np.float32)
    path = folder / "ct.nii.gz"
    nib.save(nib.Nifti1Image(large.astype(np.int16), np.diag([-0.75, -0.75, 1.0, 1.0])), path)
    return path


def read(path: Path) -> None:
    def peer() -> np.ndarray:
        return nib.load(path).get_fdata()

    agree = np.array_equal(Volume.open(path).array, nib.as_closest_canonical(nib.load(path)).get_fdata())
    ours, theirs = interleaved(lambda: seconds(lambda: Volume.open(path).array), lambda: seconds(peer))
    report("io.read", ours, theirs, unit="s", peer_version=version("nibabel"), agreement=agree)


def write(path: Path, folder: Path) -> None:
    volume, image = Volume.open(path), nib.load(path)
    image = nib.Nifti1Image(np.asarray(image.dataobj), image.affine, image.header)
    _ = volume.array
    ours_path, peer_path = folder / "ours.nii.gz", folder / "peer.nii.gz"
    volume.save(ours_path), nib.save(image, peer_path)
    same = np.array_equal(np.asarray(nib.load(ours_path).dataobj), np.asarray(nib.load(peer_path).dataobj))
    sizes = ours_path.stat().st_size, peer_path.stat().st_size
    ours, theirs = interleaved(
        lambda: seconds(lambda: volume.save(ours_path)), lambda: seconds(lambda: nib.save(image, peer_path))
    )
    agree = same and sizes[0] <= LARGEST * sizes[1]
    report("io.write", ours, theirs, unit="s", peer_version=version("nibabel"), agreement=agree)
    report("io.write.bytes", sizes[0], sizes[1], unit="bytes", peer_version=version("nibabel"), agreement=same)


def reopen(path: Path, folder: Path) -> None:
    counter = itertools.count()
    env = dict(os.environ)

    def first() -> float:
        env["ATLAS_LAB_CACHE"] = str(folder / f"cache-{next(counter)}")
        return in_new_process(_OPEN_AND_DECODE, str(path), "decode", env=env)

    def second() -> float:
        return in_new_process(_OPEN_AND_DECODE, str(path), "planes", env=env)

    pairs = [(first(), second()) for _ in range(5)]
    cold, warm = (sorted(values)[2] for values in zip(*pairs, strict=True))
    os.environ["ATLAS_LAB_CACHE"] = env["ATLAS_LAB_CACHE"]
    cached = Volume.open(path).array
    agree = np.array_equal(cached, nib.as_closest_canonical(nib.load(path)).dataobj)
    report("io.reopen", warm, cold, unit="s", peer_version="atlas_lab's own first opening", agreement=agree)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="atlas-lab-bench-") as name:
        folder = Path(name)
        os.environ["ATLAS_LAB_CACHE"] = "off"
        path = large_ct(folder)
        read(path)
        write(path, folder)
        reopen(path, folder)


if __name__ == "__main__":
    main()
