// Questions to the kernel and its answers. An answer reaches every page that shows the widget, so that a question carries
// an id that only its own page knows.
import type { Model } from "./model";

export interface Answer {
  content: Record<string, any>;
  parts: Map<string, ArrayBuffer>;
}
type Handler = (answer: Answer) => void;

const PAGE = Math.random().toString(36).slice(2);
const AGAIN = [400, 2500]; // ms after which a question is sent again
let questions = 0;

export class Wire {
  readonly page = PAGE;
  private readonly waiting = new Map<string, { done: Handler; failed: (error: Error) => void }>();
  private readonly handlers = new Set<Handler>();

  constructor(private readonly model: Model) {
    model.on("msg:custom", this.receive);
  }

  /** Ask the kernel; rejects with its own words when it refuses. */
  ask(question: Record<string, unknown>, buffers: ArrayBuffer[] = []): Promise<Answer> {
    const id = `${PAGE}-${++questions}`;
    return new Promise((done, failed) => {
      this.waiting.set(id, { done, failed });
      this.model.send({ ...question, id, page: PAGE }, undefined, buffers);
    });
  }

  /**
   * Ask for what only reads. A question of the page's first moments goes to the loop that runs the cells, and may wait
   * there for long; once JupyterLab has its thread for widgets, the same question is answered at once. Python answers
   * each id once.
   */
  async read(question: Record<string, unknown>): Promise<Answer> {
    const answer = this.ask(question);
    const again = { ...question, id: `${PAGE}-${questions}`, page: PAGE };
    const timers = AGAIN.map((pause) => setTimeout(() => this.model.send(again), pause));
    try {
      return await answer;
    } finally {
      timers.forEach(clearTimeout);
    }
  }

  say(message: Record<string, unknown>): void {
    this.model.send({ ...message, page: PAGE });
  }

  /** Hear what the kernel says unasked. */
  hear(handler: Handler): void {
    this.handlers.add(handler);
  }

  close(): void {
    this.model.off("msg:custom", this.receive);
    for (const { failed } of this.waiting.values()) failed(new Error("the widget was closed"));
    this.waiting.clear();
  }

  private readonly receive = async (content: Record<string, any>, buffers: DataView[]): Promise<void> => {
    const names: string[] = content["parts"] ?? [];
    const id = content["answer"] as string | undefined;
    if (id !== undefined && !this.waiting.has(id)) return; // another page's
    const parts = new Map<string, ArrayBuffer>();
    const unpacked = await Promise.all(buffers.map(unpack));
    names.forEach((name, i) => parts.set(name, unpacked[i]!));
    if (id === undefined) {
      for (const handler of this.handlers) handler({ content, parts });
      return;
    }
    const asked = this.waiting.get(id);
    this.waiting.delete(id);
    if (content["error"] !== undefined) asked?.failed(new Error(content["error"]));
    else asked?.done({ content, parts });
  };
}

/** Gzip → bytes; what is not gzip stays as it is. */
async function unpack(view: DataView): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.slice().buffer;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}
