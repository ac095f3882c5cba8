import { assert, expect } from "chai";
import fc from "fast-check";
import { isRequestType, parseRequest, type RequestType, requestSchemas } from "../../../kernel/src/wire/requests.js";

/** The least that each message says. */
const LEAST: Readonly<Record<RequestType, object>> = {
  execute_request: { code: "1" },
  inspect_request: { code: "a", cursor_pos: 1 },
  complete_request: { code: "a", cursor_pos: 0 },
  history_request: { hist_access_type: "tail", n: 10 },
  is_complete_request: { code: "{" },
  connect_request: {},
  comm_info_request: {},
  comm_open: { comm_id: "c", target_name: "t" },
  comm_msg: { comm_id: "c" },
  comm_close: { comm_id: "c" },
  kernel_info_request: {},
  shutdown_request: {},
  interrupt_request: {},
  debug_request: { type: "request", seq: 1, command: "debugInfo" },
  input_reply: { value: "" },
  create_subshell_request: {},
  delete_subshell_request: { subshell_id: "s" },
  list_subshell_request: {},
};

describe("kernel/wire/requests", () => {
  it("takes the least of each message, and keeps what it does not know", () => {
    for (const type of Object.keys(requestSchemas) as RequestType[]) {
      const parsed = parseRequest(type, { ...LEAST[type], "x-new": [1] });
      assert(parsed.ok, type);
      expect(parsed.value, type).to.deep.include({ ...LEAST[type], "x-new": [1] });
    }
  });

  it("fills in the specification's defaults", () => {
    const parsed = parseRequest("execute_request", { code: "1" });
    expect(parsed).to.deep.equal({
      ok: true,
      value: { code: "1", silent: false, user_expressions: {}, allow_stdin: true, stop_on_error: true },
    });
    expect(parseRequest("comm_msg", { comm_id: "c" })).to.deep.equal({ ok: true, value: { comm_id: "c", data: {} } });
    expect(parseRequest("history_request", { hist_access_type: "search" })).to.deep.equal({
      ok: true,
      value: { hist_access_type: "search", output: false, raw: true, pattern: "*", unique: false },
    });
  });

  it("says in a sentence what does not follow the protocol", () => {
    const cases: [RequestType, object, RegExp][] = [
      ["execute_request", {}, /^The content of execute_request does not follow the protocol at code: .*\.$/],
      ["complete_request", { code: "", cursor_pos: -1 }, / at cursor_pos: /],
      ["inspect_request", { code: "", cursor_pos: 0, detail_level: 2 }, / at detail_level: /],
      ["history_request", { hist_access_type: "all" }, / at hist_access_type: /],
      ["comm_open", { comm_id: "c", target_name: "t", data: [] }, / at data: /],
      ["debug_request", { type: "event", seq: 1, command: "x" }, / at type: /],
    ];
    for (const [type, content, wanted] of cases) {
      const parsed = parseRequest(type, content as Record<string, unknown>);
      expect(parsed.ok ? "" : parsed.reason).to.match(wanted);
    }
  });

  it("never throws, whatever the content", () => {
    const types = Object.keys(requestSchemas) as RequestType[];
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.dictionary(fc.string(), fc.jsonValue()), (type, content) => {
        expect(parseRequest(type, content)).to.have.property("ok");
      }),
    );
  });

  it("knows which types are requests", () => {
    expect(isRequestType("execute_request")).to.equal(true);
    for (const type of ["execute_reply", "toString", "__proto__", ""])
      expect(isRequestType(type), type).to.equal(false);
  });
});
