/** What a page of JupyterLab asks the debugger of its kernel. */
import type { Page } from "playwright-core";

interface Traffic {
  /** Numbers of the requests that are under way. */
  readonly open: Map<string, { isReplied: boolean; isIdle: boolean }>;
  /** Commands of those that have been sent, since the page's latest connection to a kernel. */
  readonly sent: string[];
  /** Looks in a row that found no request under way. */
  quiet: number;
}

declare global {
  var debugTraffic: Traffic;
}

/** Notes the requests of a page from its next load on. */
export async function watchDebugTraffic(page: Page): Promise<void> {
  await page.addInitScript(() => {
    globalThis.debugTraffic = { open: new Map(), sent: [], quiet: 0 };
    const { debugTraffic: traffic } = globalThis;
    interface Header {
      readonly msg_id?: string;
      readonly msg_type?: string;
    }
    /** Header, parent's header and content of Jupyter's WebSocket protocol v1. */
    const read = (data: unknown): [Header, Header, Record<string, unknown>] | undefined => {
      if (!(data instanceof ArrayBuffer)) return undefined;
      const view = new DataView(data);
      const offset = (i: number) => Number(view.getBigUint64(8 * (i + 1), true));
      const part = (i: number) => JSON.parse(new TextDecoder().decode(data.slice(offset(i), offset(i + 1))));
      return [part(1), part(2), part(4)];
    };
    const end = (id: string) => {
      const request = traffic.open.get(id);
      if (request?.isReplied && request.isIdle) traffic.open.delete(id);
    };
    const Native = globalThis.WebSocket;
    globalThis.WebSocket = class extends Native {
      constructor(...given: ConstructorParameters<typeof Native>) {
        super(...given);
        if (!/\/channels/.test(this.url)) return;
        // What was under way on the connection before is never answered.
        traffic.open.clear();
        traffic.sent.length = 0;
        this.addEventListener("message", ({ data }) => {
          const [header, parent, content] = read(data) ?? [];
          const request = traffic.open.get(parent?.msg_id ?? "");
          if (request === undefined) return;
          if (header?.msg_type === "debug_reply") request.isReplied = true;
          if (header?.msg_type === "status" && content?.["execution_state"] === "idle") request.isIdle = true;
          end(parent!.msg_id!);
        });
      }

      override send(data: Parameters<WebSocket["send"]>[0]): void {
        const [header, , content] = read(data) ?? [];
        if (header?.msg_type === "debug_request") {
          traffic.open.set(header.msg_id!, { isReplied: false, isIdle: false });
          traffic.sent.push(String(content?.["command"]));
          traffic.quiet = 0;
        }
        super.send(data);
      }
    };
  });
}

/**
 * Waits until the page has sent a request of this command on its present connection, and has nothing more to ask: all requests are
 * answered, and for some frames no other came of the answers.
 */
export async function debugTrafficSettled(page: Page, command: string): Promise<void> {
  await page.waitForFunction((wanted) => {
    const { debugTraffic: traffic } = globalThis;
    traffic.quiet = traffic.open.size === 0 && traffic.sent.includes(wanted) ? traffic.quiet + 1 : 0;
    return traffic.quiet > 5;
  }, command);
}

/** Forgets what was sent before, so that the next wait is for what comes from here on. */
export async function forgetDebugTraffic(page: Page): Promise<void> {
  await page.evaluate(() => {
    globalThis.debugTraffic.sent.length = 0;
  });
}
