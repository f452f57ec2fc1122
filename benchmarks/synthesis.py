"""Seconds and memory of a liver with handcrafted tumours, and the wait before the first, beside the published release.

Both sides get the same float32 CT at 1 mm and liver mask, the same number of tumours of a class, and write into CT and label.
The peer is re-stated from the published formulas, on whole-organ arrays as the release works (`synthesis_peers`). The liver
is a phantom's, or with ATLAS_LAB_TEST_DATA that of a real CT; ours paints the contrast of the portal phase, the release's only
one. Agreement: a tumour's volume within a band of the peer's, both drops of HU in the published range, nothing outside the
liver.

Start-up is from a new process to the first tumour, with our kernels compiled once before, against the release's ten textures
of 420 x 300 x 320 (3.2 GB): an eighth of the mean one is timed, times eighty. Memory is what a case takes at its peak on top
of its inputs; the peer's bank comes on top of that.
"""

import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from atlas_lab.data import Case, phantom
from atlas_lab.data.transforms import resample
from atlas_lab.synthesis import sizes
from atlas_lab.synthesis.engine import Planned, grow_tumours
from atlas_lab.synthesis.handcrafted import Handcrafted
from benchmarks import synthesis_peers
from benchmarks.measure import in_new_process, interleaved, report, seconds, version

CASES, REPEATS = 3, 5
VOLUME_BAND = (0.6, 1.6)  # ours / peer's, mean of a tumour
DROP_HU = (20.0, 80.0)  # mean in the tumours of either side; the release: 27 to 71
REAL = "TS_ABD_0001"

_FIRST_TUMOUR = """
import time
start = time.perf_counter()
import numpy as np
from atlas_lab.synthesis.engine import Planned, grow_tumours
from atlas_lab.synthesis.handcrafted import Handcrafted
hu = np.random.default_rng(0).normal(110, 10, (60, 60, 60)).astype(np.float32)
organ = np.zeros(hu.shape, bool)
organ[5:-5, 5:-5, 5:-5] = True
plans = [Planned(16.0, (0, 0))]
grow_tumours(hu, {"liver": organ}, (1.0, 1.0, 1.0), plans, structures=["liver"], method=Handcrafted(), phase="portal")
print(time.perf_counter() - start)
"""

_PEAK = "import sys; from benchmarks import synthesis; print(synthesis.extra_peak(*sys.argv[1:]))"
ONE_MM = (1.0, 1.0, 1.0)


def liver() -> tuple[np.ndarray, np.ndarray]:
    """CT float32 and bool liver mask (x, y, z) at 1 mm."""
    folder = os.environ.get("ATLAS_LAB_TEST_DATA")
    if folder:
        case = resample(Case.open(Path(folder) / "cases" / REAL), ONE_MM)
        return np.array(case.ct.array, np.float32), case.labels["liver"]
    made = phantom.patient(3, roi="liver", spacing=1.0, phase="portal", lesions=[])
    return made.ct.astype(np.float32), made.masks["liver"]


def ours(hu: np.ndarray, label: np.ndarray, size: str, count: int, seed: int) -> None:
    """Write tumours into a float32 CT and its uint8 label (0, 1 liver, 2 tumour), as a training step does."""
    diameters = sizes.draw_diameters(size, count, "liver", np.random.default_rng(seed))
    plans = [Planned(diameter, (seed, number)) for number, diameter in enumerate(diameters)]
    masks = {"liver": label.view(bool)}  # nothing is 2 yet
    for grown in grow_tumours(hu, masks, ONE_MM, plans, structures=["liver"], method=Handcrafted(), phase="portal"):
        label[grown.box][grown.growth.mask] = 2


def theirs(hu: np.ndarray, label: np.ndarray, size: str, count: int, seed: int, bank: np.ndarray) -> None:
    """The same, the peer's way."""
    synthesis_peers.add_tumours(hu, label, size, count, bank, np.random.default_rng(seed))


def extra_peak(who: str, folder: str) -> int:
    """Bytes that a case of small tumours takes at its peak on top of its inputs, in this process."""
    hu, label, bank = (np.load(Path(folder) / f"{name}.npy") for name in ("hu", "label", "bank"))
    run = ours if who == "ours" else partial(theirs, bank=bank)
    middle = tuple(slice(int(np.median(at)) - 40, int(np.median(at)) + 40) for at in np.nonzero(label))
    run(hu[middle].copy(), label[middle].copy(), "small", 1, 0)  # libraries and kernels are loaded
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before = _status("VmRSS")
    run(hu, label, "small", 6, 0)
    return _status("VmHWM") - before


def _status(field: str) -> int:
    return 1024 * int(Path("/proc/self/status").read_text().split(f"{field}:")[1].split()[0])


@dataclass(frozen=True)
class Liver:
    """What both sides are given; `seen` gathers volume a tumour, drop of HU, and whether all that changed is liver."""

    hu: np.ndarray
    label: np.ndarray
    seen: dict[str, list[tuple[float, float, bool]]] = field(default_factory=dict)

    def timed(self, run: Callable[..., None], size: str) -> Callable[[], float]:
        """How to measure the mean seconds of a case; seeds and counts of tumours are the same for both sides."""
        draws = np.random.default_rng(0)
        low, high = sizes.SIZES[size].liver

        def measure() -> float:
            return statistics.mean(
                self._case(run, size, int(draws.integers(low, high + 1)), int(draws.integers(2**31))) for _ in range(CASES)
            )

        return measure

    def _case(self, run: Callable[..., None], size: str, count: int, seed: int) -> float:
        hu, label = self.hu.copy(), self.label.copy()
        taken = seconds(lambda: run(hu, label, size, count, seed))
        ill, healthy = label == 2, self.label != 1
        inside = not ill[healthy].any() and np.array_equal(hu[healthy], self.hu[healthy])
        name = "ours" if run is ours else "peer"
        self.seen.setdefault(f"{name} {size}", []).append((ill.sum() / count, (self.hu[ill] - hu[ill]).mean(), inside))
        return taken

    def agree(self, size: str) -> bool:
        """Whether both sides made the same kind of tumours."""
        (volume, drop, inside), (their_volume, their_drop, _) = (
            np.mean(self.seen[f"{name} {size}"], axis=0) for name in ("ours", "peer")
        )
        told = f"{volume:.0f} and {their_volume:.0f} mm3 a tumour, {drop:.1f} and {their_drop:.1f} HU darker"
        print(f"{size}: {told} (ours and the peer's)", file=sys.stderr)
        drops = all(DROP_HU[0] <= one <= DROP_HU[1] for one in (drop, their_drop))
        return bool(VOLUME_BAND[0] <= volume / their_volume <= VOLUME_BAND[1] and drops and inside == 1)


def bank_seconds() -> float:
    """Of the release's ten textures, from an eighth of the mean one."""
    part = tuple(n // 2 for n in synthesis_peers.BANK_SHAPE)
    patch, grain = (float(sigma) for sigma in np.mean(synthesis_peers.BANK_SIGMAS, axis=0))
    once = seconds(lambda: synthesis_peers.texture(part, patch, grain, np.random.default_rng(0)))
    return 8 * len(synthesis_peers.BANK_SIGMAS) * once


def main() -> None:
    peer = f"re-stated, {version('scipy')}"
    hu, mask = liver()
    given = Liver(hu, mask.astype(np.uint8))
    bank = synthesis_peers.texture(tuple(n + 8 for n in hu.shape), 9, 5.5, np.random.default_rng(0))
    agreed = []
    for size in ("tiny", "small"):
        mine, peers = given.timed(ours, size), given.timed(partial(theirs, bank=bank), size)
        mine(), peers()
        times = interleaved(mine, peers, REPEATS)
        agreed.append(given.agree(size))
        report(f"synthesis.handcrafted.{size}", *times, unit="s/case", peer_version=peer, agreement=agreed[-1])
    env = {**os.environ, "PYTHONPATH": os.getcwd()}
    in_new_process(_FIRST_TUMOUR, env=env)
    times = interleaved(lambda: in_new_process(_FIRST_TUMOUR, env=env), bank_seconds, REPEATS)
    report("synthesis.handcrafted.startup", *times, unit="s", peer_version=peer, agreement=all(agreed))
    with tempfile.TemporaryDirectory(prefix="atlas-lab-bench-") as name:
        for array, values in {"hu": hu, "label": given.label, "bank": bank}.items():
            np.save(Path(name) / f"{array}.npy", values)
        peaks = [in_new_process(_PEAK, who, name, env=env) for who in ("ours", "peer")]
    report("synthesis.handcrafted.memory", *peaks, unit="bytes", peer_version=peer, agreement=all(agreed))


if __name__ == "__main__":
    main()
