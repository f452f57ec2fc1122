"""Random numbers for a batch: a few for each patch, drawn on the CPU so that they are the same on every device."""

import torch


class Draws:
    """What a generator gives for a batch of `count` patches."""

    def __init__(self, generator: torch.Generator, count: int) -> None:
        self.generator, self.count = generator, count

    def happens(self, probability: float) -> list[int]:
        """The patches to which something of this probability happens."""
        return self.uniform(0, 1).lt(probability).nonzero().flatten().tolist() if probability else []

    def uniform(self, low: float, high: float) -> torch.Tensor:
        """A float32 number for each patch."""
        return torch.empty(self.count).uniform_(low, high, generator=self.generator)

    def whole(self, low: int, high: int) -> list[int]:
        """A whole number for each patch, `low` to `high` inclusive."""
        drawn: list[int] = torch.randint(low, high + 1, (self.count,), generator=self.generator).tolist()
        return drawn

    def on(self, device: torch.device) -> torch.Generator:
        """A generator on another device, which depends on this one."""
        seed = int(torch.randint(2**62, (), generator=self.generator))
        return torch.Generator(device).manual_seed(seed)
