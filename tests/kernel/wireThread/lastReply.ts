/** A process that answers one request with a large reply and exits at once, after closing its sockets if it is told to. */
import { type Connection, makeReply, newSender } from "../../../kernel/src/wire/index.js";

import { WireWorker } from "../../../kernel/src/wireThread/index.js";

const connection = JSON.parse(process.argv[2]!) as Connection;
const sender = newSender();
const wire = await WireWorker.start({ connection, sender });
for await (const { channel, message } of wire.incoming) {
  const buffers = [Buffer.alloc(4_000_000, 7)];
  wire.send(channel, makeReply(sender, message, "comm_info_reply", { status: "ok", comms: {} }, { buffers }));
  if (process.argv[3] === "close") await wire.close();
  process.exit(0);
}
