import { expect } from "chai";
import {
  headerSchema,
  makeHeader,
  makeMessage,
  makePublication,
  makeReply,
  newSender,
} from "../../../kernel/src/wire/messages.js";
import { checkPublished } from "./specification.js";

const sender = newSender();
const request = {
  identities: [Buffer.from("front end")],
  header: { msg_id: "7", msg_type: "execute_request", session: "s", username: "", extra: { kept: true } },
  parent_header: {},
  metadata: {},
  content: {},
  buffers: [],
};

describe("kernel/wire/messages", () => {
  it("makes headers that are new each time, dated in UTC", () => {
    const header = makeHeader(sender, "status", new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 6)));
    expect(header.date).to.equal("2026-01-02T03:04:05.006Z");
    expect(header).to.include({ msg_type: "status", version: "5.5", ...sender });
    expect(makeHeader(sender, "status").msg_id).to.not.equal(header.msg_id);
    expect(newSender().session).to.not.equal(sender.session);
    expect(headerSchema.safeParse(header).success).to.equal(true);
  });

  it("replies to who asked, with the whole header of the request as parent", () => {
    const reply = makeReply(sender, request, "shutdown_reply", { status: "ok", restart: false });
    checkPublished(reply);
    expect(reply.identities).to.equal(request.identities);
    expect(reply.parent_header).to.deep.equal(request.header);
  });

  it("publishes under its type as topic", () => {
    const topic = (message: ReturnType<typeof makeMessage>) =>
      message.identities.map((bytes) => Buffer.from(bytes).toString());
    const busy = makePublication(sender, "status", { execution_state: "busy" }, { parent: request });
    checkPublished(busy);
    expect(topic(busy)).to.deep.equal(["status"]);
    expect(topic(makePublication(sender, "stream", { name: "stderr", text: "" }))).to.deep.equal(["stream.stderr"]);
    expect(makeMessage(sender, "clear_output", { wait: true })).to.deep.include({ parent_header: {}, identities: [] });
  });

  it("takes headers of front ends old and new", () => {
    const old = { msg_id: "1", msg_type: "t", session: "s", username: "u" };
    for (const header of [
      old,
      { ...old, date: null },
      { ...old, subshell_id: null },
      { ...old, subshell_id: "a", x: 1 },
    ])
      expect(headerSchema.safeParse(header).success).to.equal(true);
    for (const header of [
      { ...old, msg_id: "" },
      { ...old, subshell_id: 5 },
      { ...old, username: undefined },
    ])
      expect(headerSchema.safeParse(header).success).to.equal(false);
  });
});
