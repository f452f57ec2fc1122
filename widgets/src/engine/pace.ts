const REST = 160; // ms from the last frame in motion to the sharp one

/** Draws at most once a screen refresh while things change, never before the last frame is done, and sharply at rest. */
export class Pace {
  private next = 0;
  private rest = 0;
  private wanted: "moving" | "rest" | undefined;
  private last: "moving" | "rest" = "rest";

  constructor(
    private readonly draw: (atRest: boolean) => void,
    private readonly busy: () => boolean,
  ) {}

  changed(): void {
    clearTimeout(this.rest);
    this.want("moving");
  }

  stop(): void {
    cancelAnimationFrame(this.next);
    clearTimeout(this.rest);
    this.next = 0;
    this.wanted = undefined;
  }

  private want(what: "moving" | "rest"): void {
    this.wanted = what;
    this.next ||= requestAnimationFrame(this.tick);
  }

  /** Goes on until the last frame is done: only then is its time known, and only then can rest begin. */
  private readonly tick = () => {
    this.next = 0;
    const busy = this.busy();
    if (!busy && !this.wanted) {
      if (this.last === "moving") this.rest = setTimeout(() => this.want("rest"), REST);
      return;
    }
    if (!busy && this.wanted) {
      this.last = this.wanted;
      this.wanted = undefined;
      this.draw(this.last === "rest");
    }
    this.next = requestAnimationFrame(this.tick);
  };
}
