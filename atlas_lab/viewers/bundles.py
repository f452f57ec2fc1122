"""The front end's JavaScript: one tiny module with every widget, the rest sent once a page, when a page asks for it."""

import functools
import hashlib
from pathlib import Path

from atlas_lab.viewers.samples import zipped

STATIC = Path(__file__).parent / "static"
NAMES = ("viewer", "engine")


@functools.cache
def loader() -> str:
    """The module that every widget carries: it shows a picture, fetches the viewer and hands over."""
    return _read("loader").decode()


@functools.cache
def bundle(name: str) -> bytes:
    """A bundle, compressed."""
    return zipped(_read(name))


@functools.cache
def hashes() -> dict[str, str]:
    """Bundle → hash of its content, under which a page keeps it."""
    return {name: hashlib.sha256(_read(name)).hexdigest()[:16] for name in NAMES}


def files() -> list[Path]:
    """The built files, whether they are there or not."""
    return [STATIC / f"{name}.js" for name in ("loader", *NAMES)]


def _read(name: str) -> bytes:
    path = STATIC / f"{name}.js"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise RuntimeError(f"{path} is missing: the front end is not built; run `make widgets` in the checkout") from None
