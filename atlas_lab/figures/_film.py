"""Moving pictures as files: GIF by Pillow, MP4 by the ffmpeg of the extra `video`."""

import contextlib
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import spatial
from tqdm.auto import tqdm

from atlas_lab.errors import InputError, MissingExtra

FASTEST = 50.0  # frames per second: players slow a GIF down that asks for more

_GREYS = np.repeat(np.linspace(0, 255, 64).round().astype(np.uint8)[:, None], 3, axis=1)
_COLOURLESS = 8  # spread of red, green and blue up to which a pixel counts as grey


@dataclass(frozen=True)
class Film:
    """Frames to come: `render(i)` is the one with number i of `count`, uint8 (rows, columns, 3), both even.

    `fps` is in frames per second, `colours` (n, 3) are those that a file of few colours has to keep.
    """

    render: Callable[[int], np.ndarray]
    count: int
    fps: float
    colours: np.ndarray


Writer = Callable[[Path, Film], None]


def writer_for(path: Path) -> Writer:
    """The writer for a file's ending. InputError: neither .gif nor .mp4. MissingExtra: MP4 without the extra `video`."""
    ending = path.suffix.lower()
    if ending == ".gif":
        return write_gif
    if ending != ".mp4":
        raise InputError(f"{path}: an animation ends in .gif or .mp4, not in {ending or 'nothing'!r}")
    if importlib.util.find_spec("imageio_ffmpeg") is None:
        raise MissingExtra(f"{path}: an MP4 animation", "video")
    return write_mp4


def write_gif(path: Path, film: Film) -> None:
    """A GIF that repeats for ever; the same frames give the same bytes.

    Nothing is dithered: a voxel that does not change does not flicker.
    """
    frames = (_indexed(film.render(i), film.colours) for i in _progress(film.count))
    first = next(frames)
    first.save(path, "GIF", save_all=True, append_images=frames, duration=10 * round(100 / film.fps), loop=0, optimize=False)


def write_mp4(path: Path, film: Film) -> None:
    """H.264 that any browser plays."""
    import imageio_ffmpeg as ffmpeg

    rows, columns, _ = film.render(0).shape
    stream = ffmpeg.write_frames(
        str(path), (columns, rows), fps=film.fps, codec="libx264", pix_fmt_in="rgb24", pix_fmt_out="yuv420p", quality=8,
        macro_block_size=2, ffmpeg_log_level="error",
    )  # fmt: skip
    stream.send(None)
    with contextlib.closing(stream):
        for i in _progress(film.count):
            stream.send(film.render(i))


def _progress(count: int) -> Iterator[int]:
    yield from tqdm(range(count), desc="animating", unit="frame", leave=False)


def _indexed(frame: np.ndarray, colours: np.ndarray) -> Image.Image:
    """A frame in at most 256 colours: even greys for the CT, `colours`, and the best ones for what they make together."""
    codes, where = np.unique(frame.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], dtype=np.uint32), return_inverse=True)
    used = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1).astype(np.uint8)
    mixed = used[np.ptp(used.astype(int), axis=1) > _COLOURLESS]
    palette = np.concatenate([_GREYS, colours, _best(mixed, 256 - len(_GREYS) - len(colours))]).astype(np.uint8)
    _, nearest = spatial.cKDTree(palette).query(used)
    picture = Image.fromarray(nearest.astype(np.uint8)[where].reshape(frame.shape[:2]))
    picture.putpalette(palette.tobytes())
    return picture


def _best(colours: np.ndarray, count: int) -> np.ndarray:
    """At most `count` colours near to all of `colours`; each counts once, so that an outline is not outvoted by an organ."""
    if not len(colours):
        return colours
    chosen = Image.fromarray(colours[None]).quantize(count, method=Image.Quantize.MEDIANCUT, kmeans=2)
    return np.array(chosen.getpalette(), dtype=np.uint8).reshape(-1, 3)
