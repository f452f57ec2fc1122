// What anywidget hands to a front end, as far as it is used here.
export interface Model {
  get<T = unknown>(name: string): T;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: object, callbacks?: object, buffers?: ArrayBuffer[]): void;
  on(event: string, handler: (...given: never[]) => void): void;
  off(event: string, handler?: ((...given: never[]) => void) | null): void;
}

export type Triple = [number, number, number];
