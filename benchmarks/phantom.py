"""What phantom patients cost on one core: time and memory, of the default scan and of one at full resolution.

No library makes such patients, so there is no peer; the agreement is that the same seed gives the same bytes, and for the
large scan that it takes no more than a minute.
"""

import os
import statistics
from functools import partial

# one core: set before numpy is imported, or its libraries start a thread for each core
_ONE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
os.environ.update(_ONE)

from atlas_lab.data.phantom import patient  # noqa: E402
from benchmarks.measure import in_new_process, report, seconds  # noqa: E402

RUNS = 5
LARGE = "shape=(512, 512, 300), spacing=0.8"
AT_MOST_S = 60.0
SECONDS = f"""
import time
from atlas_lab.data.phantom import patient
start = time.perf_counter()
patient(0, {LARGE})
print(time.perf_counter() - start)
"""
MEMORY = """
import resource
from atlas_lab.data.phantom import patient
patient(0, {})
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def reproducible() -> bool:
    """Whether the same seed gave the same CT and masks, byte for byte."""
    first, again = patient(0), patient(0)
    masks = all(first.masks[name].tobytes() == again.masks[name].tobytes() for name in first.masks)
    return masks and first.ct.tobytes() == again.ct.tobytes()


def main() -> None:
    one_core = {**os.environ, **_ONE}
    agreement = reproducible()
    ours = statistics.median(seconds(partial(patient, index)) for index in range(RUNS))
    report("phantom.patient", ours, None, unit="s", peer_version=None, agreement=agreement)
    report("phantom.per_minute", 60 / ours, None, unit="patients a minute and core", peer_version=None, agreement=agreement)
    small = in_new_process(MEMORY.format(""), env=one_core)
    report("phantom.memory", small, None, unit="bytes", peer_version=None, agreement=agreement)
    large = in_new_process(SECONDS, env=one_core)
    report("phantom.large", large, None, unit="s", peer_version=None, agreement=large <= AT_MOST_S)
    report(
        "phantom.large.memory",
        in_new_process(MEMORY.format(LARGE), env=one_core),
        None,
        unit="bytes",
        peer_version=None,
        agreement=True,
    )


if __name__ == "__main__":
    main()
