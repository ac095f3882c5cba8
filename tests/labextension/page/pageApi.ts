/** What the test page offers to tests, as `espalierPage`. */

export interface MountOptions {
  /** Whether a kernel answers. Default false. */
  readonly live?: boolean;
  /** Of the two-way state. */
  readonly state?: Readonly<Record<string, unknown>>;
  /** Of the host, where they are not the default. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A file that the widget has given out; bytes that are no text are base64. */
export interface SavedFile {
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

/** What is still alive of what the page made. */
export interface Leftovers {
  readonly listeners: number;
  readonly frames: number;
  readonly timers: number;
  readonly observers: number;
  readonly modelListeners: number;
}

export interface PageApi {
  /** Draws a widget in the page, in the place of the last one. @param render name of an exported `Render`. */
  mountWidget(render: string, data: unknown, options?: MountOptions): void;
  unmount(): void;
  get(key: string): unknown;
  /** Sets a value as the other side does. */
  set(key: string, value: unknown): void;
  /** A message from the kernel. */
  deliver(content: unknown): void;
  /** Messages to the kernel. */
  readonly sent: unknown[];
  /** How often `save_changes` has been called. */
  saves(): number;
  readonly files: SavedFile[];
  readonly copied: string[];
  /** Milliseconds of the call itself, and until the drawing was painted. */
  timeMount(render: string, data: unknown, options?: MountOptions): Promise<{ script: number; painted: number }>;
  /** Milliseconds from a message until what it changes was painted. */
  timeDeliver(content: unknown): Promise<number>;
  /** Milliseconds of the frame in which a message is drawn, without the wait for it. */
  timeFrame(content: unknown): Promise<number>;
  /** Milliseconds of the frames that follow movements of the pointer over an element. */
  timePointer(selector: string, moves: number): Promise<number[]>;
  /** Milliseconds between the frames while messages come; it ends early at `limit` milliseconds. */
  streamFrames(messages: readonly unknown[], hertz: number, limit: number): Promise<number[]>;
  leftovers(): Leftovers;
}
