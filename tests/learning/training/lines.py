"""A training as small as one can be: a straight line through points, with dropout so that chance has a part in it."""

import torch
from torch import nn

WORDS = {"kind": "line", "classes": ["y"]}


class Line:
    """Learns y = 3 x - 1 from points that are a function of the batch's number."""

    def __init__(self, *, break_at=None, validate=False, seed=0):
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.network = nn.Sequential(nn.Linear(1, 8), nn.BatchNorm1d(8), nn.Dropout(0.1), nn.ReLU(), nn.Linear(8, 1))
        self.break_at, self._validate = break_at, validate
        self.about = dict(WORDS)
        self.steps = []

    def batches(self, start, rank, ranks):
        number = start
        while True:
            generator = torch.Generator().manual_seed(1000 * number + rank)
            yield {"x": torch.rand(16, 1, generator=generator), "number": number}
            number += 1

    def loss(self, network, batch, generator):
        noise = 0.01 * torch.randn(batch["x"].shape, generator=generator)
        error = network(batch["x"]) - (3 * batch["x"] - 1 + noise)
        if batch["number"] == self.break_at:
            error = error * float("nan")
        return {"squared": error.square().mean(), "size": 0 * error.abs().mean()}

    def cases(self, batch):
        return [f"case{batch['number']}"]

    def started_anew(self):
        return []

    def after_step(self, network, step):
        self.steps.append(step)

    def picture(self, title):
        return None

    def validate(self, network):
        if not self._validate:
            return {}
        x = torch.linspace(0, 1, 50)[:, None]
        return {"score": -float((network(x) - 3 * x + 1).square().mean()), "other": 1.0}
