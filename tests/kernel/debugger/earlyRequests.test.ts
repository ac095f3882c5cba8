import { MessageChannel } from "node:worker_threads";
import { expect } from "chai";
import { newSender } from "../../../kernel/src/wire/index.js";
import { WireWorker } from "../../../kernel/src/wireThread/index.js";
import { FrontEnd, temporaryConnection } from "../wire/frontEnd.js";

describe("Debugger, asked while the kernel starts", () => {
  it("answers when it can, as JupyterLab waits for after a restart", async () => {
    const { connection, remove } = temporaryConnection();
    const wire = await WireWorker.start({ connection, sender: newSender() });
    const frontEnd = new FrontEnd(connection);
    const { port1, port2 } = new MessageChannel();
    try {
      await frontEnd.send("control", "debug_request", { content: { type: "request", seq: 1, command: "debugInfo" } });
      // What comes after it on the same socket has been passed on, so it has come.
      await frontEnd.send("control", "comm_info_request");
      const incoming = await wire.incoming[Symbol.asyncIterator]().next();
      expect(incoming.value?.message.header.msg_type).to.equal("comm_info_request");
      wire.connectLanguage(port1);
      const { header, content } = await frontEnd.receive("control");
      expect(header.msg_type).to.equal("debug_reply");
      expect(content).to.deep.include({ request_seq: 1, success: true });
    } finally {
      port2.close();
      frontEnd.close();
      await wire.close();
      remove();
    }
  });
});
