"""The published rule of growth, in numbers (Lai et al., "From Pixel to Cancer", MICCAI 2024).

In one step, all cells at once, from what was before it: a cell below `MATURE` adds one to itself. One from `MATURE` on below
`CAPACITY` adds one to itself and tries to spread, one at `CAPACITY` only spreads. To spread is to draw one of the 27 cells
around (itself among them), up to `TRIES` times, and to add one to it: a cell at capacity takes nothing, ground of level 1, 2
and 3 accepts with the chance of `ACCEPTANCE`, a wall never. A barrier only counts how often cells at capacity press on it,
at most `BARRIER_HOLDS` over steps; it falls, and is ground of level 1, in a step that brings the sum above `BARRIER_HOLDS` + 1;
every press beyond is a cell in it.

What several cells give to one is added up, then cut at capacity: no order of cells matters. The release's kernel hangs on the
order, accepts everywhere (its draw is cut to a whole number) and draws a 28th neighbour; all three are mended here.
"""

MATURE = 5
CAPACITY = 10
TRIES = 3
ACCEPTANCE = (1.0, 0.3, 0.1)

WALL = 0  # ground: never entered
OPEN = 3  # ground 1 to 3 is open, as easily as ACCEPTANCE says
BARRIER = 4  # ground 4 to 6: a barrier that was pressed 0, 1 or 2 times
BARRIER_HOLDS = 2

RADIUS_PER_STEP = 0.233  # cells, on open ground after the first 20 steps (measured on the published rule)
