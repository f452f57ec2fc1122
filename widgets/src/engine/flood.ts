/** All that is reached from `start` by `moves` over cells of one value; the result is 1 there, else 0. */
export function flood(cells: Uint8Array, value: number, start: number, moves: readonly number[]): Uint8Array {
  const reached = new Uint8Array(cells.length);
  const open: number[] = [];
  const reach = (at: number) => {
    if (cells[at] !== value || reached[at]) return;
    reached[at] = 1;
    open.push(at);
  };
  reach(start);
  for (let at = open.pop(); at !== undefined; at = open.pop()) for (const move of moves) reach(at + move);
  return reached;
}
