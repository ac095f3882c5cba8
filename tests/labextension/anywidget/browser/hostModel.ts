/** A model of ipywidgets, as far as anywidget hands it on: values, events by context, custom messages. */

type Callback = (...args: readonly unknown[]) => void;

interface Listener {
  readonly name: string;
  readonly callback: Callback;
  readonly context: symbol;
}

export class HostModel {
  readonly sent: Record<string, unknown>[] = [];
  /** What becomes of messages: ipywidgets drops them without a comm, and a comm without a kernel throws. */
  comm: "open" | "lost" | "dead" = "open";
  #state: Readonly<Record<string, unknown>>;
  #listeners: Listener[] = [];

  constructor(state: Readonly<Record<string, unknown>>) {
    this.#state = state;
  }

  get listening(): number {
    return this.#listeners.length;
  }

  /** What a widget gets. @param context its listeners end together. */
  proxy(context: symbol): object {
    return {
      get: (name: string) => this.#state[name],
      set: (name: string, value: unknown) => this.update({ [name]: value }),
      save_changes: () => {},
      send: (content: unknown) => {
        if (this.comm === "dead") throw new Error("Cannot send");
        if (this.comm === "open") this.sent.push(structuredClone(content) as Record<string, unknown>);
      },
      on: (name: string, callback: Callback) => this.#listeners.push({ name, callback, context }),
      off: (name: string, callback: Callback) => {
        this.#listeners = this.#listeners.filter(
          (one) => one.name !== name || one.callback !== callback || one.context !== context,
        );
      },
    };
  }

  end(context: symbol): void {
    this.#listeners = this.#listeners.filter((one) => one.context !== context);
  }

  update(state: Readonly<Record<string, unknown>>): void {
    this.#state = { ...this.#state, ...state };
    for (const name of Object.keys(state)) this.trigger(`change:${name}`);
  }

  trigger(name: string, ...args: readonly unknown[]): void {
    for (const listener of [...this.#listeners]) if (listener.name === name) listener.callback(...args);
  }
}
