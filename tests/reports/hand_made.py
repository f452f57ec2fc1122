"""Runs and pipelines made by hand: a manifest, the files it names, and nothing that had to be computed."""

import json
import re
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from PIL import Image


def metric(value: float, **more: Any) -> dict[str, Any]:
    return {"value": value, "ci": None, "n": None, "unit": "", "claim": None, **more}


def step(notebook: str, status: str, needs: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    known = {"parameters": {}, "key": None, "folder": None, "seconds": None, "started": None, "finished": None, "error": None}
    return {"notebook": notebook, "needs": list(needs), "status": status, **known, **more}


def pipeline(steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    known = {"format": 1, "started": "2026-11-24T19:00:00+00:00", "finished": None, "seconds": None, "workers": 2}
    return {**known, "name": "quick", "status": "running", "cluster": None, "size": None, "steps": steps, **more}


def manifest_of(name: str, **more: Any) -> dict[str, Any]:
    known = {
        "format": 1,
        "status": "done",
        "started": "2026-11-24T19:00:00+00:00",
        "finished": "2026-11-24T19:01:23+00:00",
        "seconds": 83.2,
        "peak_memory_bytes": 388354048,
        "device": "cpu",
        "seed": None,
        "parameters": {},
        "inputs": {},
        "key": "0" * 64,
        "environment": {"python": "3.11.7", "commit": "609e959", "versions": {"numpy": "2.4.6"}},
        "metrics": {},
        "figures": {},
        "artefacts": {},
        "error": None,
    }
    return {"name": name, **known, **more}


def make_run(folder: Path, name: str = "lesson", **more: Any) -> dict[str, Any]:
    """A run folder with every file its manifest names; pictures are 900 × 300 px."""
    manifest = manifest_of(name, **more)
    folder.mkdir(parents=True)
    for suffix in ("html", "ipynb"):
        (folder / f"{name}.{suffix}").write_text("a page")
    for entry in manifest["figures"].values():
        (folder / entry["path"]).parent.mkdir(exist_ok=True)
        Image.new("RGB", (900, 300), "teal").save(folder / entry["path"])
    for artefact in manifest["artefacts"]:
        (folder / artefact).parent.mkdir(parents=True, exist_ok=True)
        (folder / artefact).write_text("id")
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return manifest


def parsed(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def texts(html: str, selector: str) -> list[str]:
    return [" ".join(found.get_text().split()) for found in parsed(html).select(selector)]


def fetched(html: str) -> list[str]:
    """Whatever a browser would fetch to show the page."""
    page = parsed(html)
    sources = [tag["src"] for tag in page.find_all(src=True)] + [tag["href"] for tag in page.find_all("link")]
    sources += re.findall(r"(?:url\(|@import|image-set\()[^;]*", "".join(tag.get_text() for tag in page.find_all("style")))
    return [source for source in sources if not source.startswith("data:")]
