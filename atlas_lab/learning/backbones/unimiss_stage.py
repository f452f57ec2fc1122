"""One stage of UniMiSS's pyramid: attention among all places of a grid, whether it has two axes or three."""

import torch
from torch import nn
from torch.nn import functional


class Stage(nn.Module):
    """(B, width, *sides) in and out, `sides` of a slice or of a volume; the same weights serve both."""

    def __init__(self, width: int, depth: int, heads: int, reduction: int, reach: int) -> None:
        """`depth` blocks; keys are means over `reduction` places a side; positions are learned for `reach` places a side."""
        super().__init__()
        self.positions = nn.Parameter(0.02 * torch.randn(3, width, reach))  # along x, y and z
        self.before, self.after = nn.LayerNorm(width), nn.LayerNorm(width)
        self.blocks = nn.ModuleList(_Block(width, heads, reduction) for _ in range(depth))

    def forward(self, grid: torch.Tensor) -> torch.Tensor:
        sides = grid.shape[2:]
        tokens = self.before(_tokens(grid)) + _tokens(self._places(sides))
        for block in self.blocks:
            tokens = block(tokens, sides)
        return _grid(self.after(tokens), sides)

    def _places(self, sides: torch.Size) -> torch.Tensor:
        """The sum of a place's x, y and, in a volume, z: (1, width, *sides), interpolated where there are other than learned."""
        total = self.positions.new_zeros(1, 1, *([1] * len(sides)))
        for axis, side in enumerate(sides):
            line = functional.interpolate(self.positions[axis][None], size=side, mode="linear", align_corners=False)
            total = total + line.view(1, -1, *(side if other == axis else 1 for other in range(len(sides))))
        return total


class _Block(nn.Module):
    def __init__(self, width: int, heads: int, reduction: int) -> None:
        super().__init__()
        self.attention = _Attention(width, heads, reduction)
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, tokens: torch.Tensor, sides: torch.Size) -> torch.Tensor:
        tokens = tokens + self.attention(self.before(tokens), sides)
        return tokens + self.mlp(self.between(tokens))


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int, reduction: int) -> None:
        super().__init__()
        self.heads, self.reduction = heads, reduction
        self.query, self.key_value, self.out = nn.Linear(width, width), nn.Linear(width, 2 * width), nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, tokens: torch.Tensor, sides: torch.Size) -> torch.Tensor:
        query = self._by_head(self.query(tokens))
        key, value = map(self._by_head, self.key_value(self.norm(self._fewer(tokens, sides))).chunk(2, dim=-1))
        said = functional.scaled_dot_product_attention(query, key, value)
        return self.out(said.transpose(1, 2).flatten(2))

    def _fewer(self, tokens: torch.Tensor, sides: torch.Size) -> torch.Tensor:
        """The mean of the places in each box, of what there is of them in the last."""
        if self.reduction == 1:
            return tokens
        pool = functional.avg_pool2d if len(sides) == 2 else functional.avg_pool3d
        return _tokens(pool(_grid(tokens, sides), self.reduction, ceil_mode=True))

    def _by_head(self, tokens: torch.Tensor) -> torch.Tensor:
        return tokens.unflatten(2, (self.heads, -1)).transpose(1, 2)


def _tokens(grid: torch.Tensor) -> torch.Tensor:
    return grid.flatten(2).transpose(1, 2)


def _grid(tokens: torch.Tensor, sides: torch.Size) -> torch.Tensor:
    return tokens.transpose(1, 2).unflatten(2, sides)
