"""A training without chance or batch norm: what several batches teach together does not depend on where they are."""

import torch
from torch import nn


class Network(nn.Module):
    """Of its two heads one answers; the other has no gradient, like the decoder in a task of the encoder alone."""

    def __init__(self):
        super().__init__()
        self.body, self.head, self.unused = nn.Linear(2, 8), nn.Linear(8, 1), nn.Linear(8, 1)

    def forward(self, x):
        return self.head(torch.tanh(self.body(x)))


class Plane:
    """Learns y = 3 x - z from batches of 8 points, `rows` of them put together; batch n on rank r of R is the (n R + r)-th."""

    def __init__(self, rows=1, break_at=None):
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.network = Network()
        self.rows, self.break_at = rows, break_at
        self.about = {"kind": "plane"}

    def batches(self, start, rank, ranks):
        number = start
        while True:
            first = (number * ranks + rank) * self.rows
            parts = [torch.rand(8, 2, generator=torch.Generator().manual_seed(first + part)) for part in range(self.rows)]
            yield {"x": torch.cat(parts), "name": f"case{first}"}
            number += 1

    def loss(self, network, batch, generator):
        x = batch["x"]
        error = network(x)[:, 0] - (3 * x[:, 0] - x[:, 1])
        if batch["name"] == self.break_at:
            error = error * float("nan")
        return {"squared": error.square().mean()}

    def cases(self, batch):
        return [batch["name"]]

    def started_anew(self):
        return []

    def after_step(self, network, step):
        pass

    def picture(self, title):
        return None

    def validate(self, network):
        return {}
