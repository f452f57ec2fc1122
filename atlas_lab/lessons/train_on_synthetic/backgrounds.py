"""Overfit the appearance: diffusion taught by a few real tumours, and how near to those its own lie."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from atlas_lab.data import Atlas
from atlas_lab.learning import Plan
from atlas_lab.lessons.train_on_synthetic.origin import SPACING_MM, features
from atlas_lab.lessons.train_on_synthetic.patients import Wanted, one_tumour, phantoms
from atlas_lab.lessons.train_on_synthetic.setting import Setting
from atlas_lab.synthesis.method import Method
from atlas_lab.synthesis.realism import Lesions, lesions_of

_DIAMETERS_MM = (10.0, 26.0)  # of the examples: they fit into the small model's patch
_EXAMPLES, _HELD, _HOSTS = 6000, 7000, 8000  # the first patient's number of each group
_HELD_COUNT = 6
_MADE = 4  # tumours in each host, to measure


@dataclass(frozen=True)
class Lessons:
    """What the diffusion models learn from, and what they are measured with: `examples` with one real tumour each, `healthy`
    the same without it, `held` others like them, `hosts` healthy."""

    examples: Atlas
    healthy: Atlas
    held: Lesions
    hosts: Atlas
    organ: str

    @classmethod
    def phantom(cls, setting: Setting, examples: int, gap: float = 1.0, *, hosts: int = 1, workers: int = 1) -> "Lessons":
        """Phantoms of hospital north, whose tumours lie `gap` from what the handcrafted synthesiser makes."""

        def ill(first: int, count: int, *, twin: bool = False) -> Atlas:
            wanted = [
                Wanted(first + n, setting.organ, SPACING_MM, setting.phase, one_tumour(setting.organ, n, _DIAMETERS_MM),
                       real_gap=float(gap), close=True, twin=twin)
                for n in range(count)
            ]  # fmt: skip
            return phantoms(wanted, workers=workers)

        healthy = [Wanted(_HOSTS + n, setting.organ, SPACING_MM, setting.phase) for n in range(hosts)]
        held = lesions_of(ill(_HELD, _HELD_COUNT), setting.tumour, spacing_mm=SPACING_MM)
        taught, well = (ill(_EXAMPLES, examples, twin=twin) for twin in (False, True))
        return cls(taught, well, held, phantoms(healthy, workers=workers), setting.organ)

    def taught(
        self, examples: int, steps: tuple[int, int], folder: Path, *, sampling_steps: int | None = None, seed: int = 0
    ) -> Method:
        """Diffusion taught by the first so many tumours for `steps[1]` steps, on an autoencoder of `steps[0]` that has seen the
        healthy CTs, and so no tumour at all; both stay in `folder`. It samples in `sampling_steps`, see `Diffusion`."""
        from atlas_lab.synthesis.diffusion import Diffusion, train_autoencoder, train_diffusion

        coder = train_autoencoder(
            self.healthy, folder=folder / "autoencoder", organs=[self.organ], plan=_plan(steps[0], seed)
        )  # fmt: skip
        made = train_diffusion(
            self.examples, coder, folder=folder / f"taught_by_{examples}", organs=[self.organ],
            cases=self.examples.ids[:examples], plan=_plan(steps[1], seed),
        )  # fmt: skip
        return Diffusion(model=str(made.checkpoint), steps=sampling_steps, contrast="sampled")  # the look that it has learned

    def neighbours(self, method: Method, examples: int, *, seed: int = 0) -> pd.DataFrame:
        """How far each synthetic tumour, and each real one that was held out, lies from the nearest tumour that taught.

        A row a tumour: `kind` and `distance`, in standard deviations of the held-out tumours, root mean square over the
        radiomics features. Synthetic ones that are much nearer than real ones were learned by heart.
        """
        from atlas_lab.synthesis.synthesize import quietly

        made = [
            quietly(case, self.organ, method, "small", _MADE, seed=seed + number) for number, case in enumerate(self.hosts)
        ]  # fmt: skip
        tumour = f"{self.organ}_tumor"
        taught = features(lesions_of(self.examples.select(self.examples.ids[:examples]), tumour, spacing_mm=SPACING_MM))
        groups = {"synthetic": features(lesions_of(made, tumour, spacing_mm=SPACING_MM)), "held-out real": features(self.held)}
        scale = groups["held-out real"].std().replace(0, np.nan)
        rows = []
        for kind, table in groups.items():
            away = (table.to_numpy(float)[:, None] - taught.to_numpy(float)[None]) / scale.to_numpy(float)
            rows += [{"kind": kind, "distance": float(d)} for d in np.sqrt(np.nanmean(away**2, axis=2)).min(axis=1)]
        return pd.DataFrame(rows)


def _plan(steps: int, seed: int) -> Plan:
    return Plan(steps=steps, learning_rate=1e-3, clip_norm=1.0, seed=seed, checkpoint_every=steps)
