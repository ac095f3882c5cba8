import { expect } from "chai";
import { connectInfo, kernelInfo } from "../../../kernel/src/control/index.js";
import { makePublication, newSender, parseConnection } from "../../../kernel/src/wire/index.js";
import { checkPublished } from "../wire/specification.js";

describe("kernel/control/kernelInfo", () => {
  it("says what the kernel is, as the specification wants it", () => {
    const info = kernelInfo({ kernel: "1.2.3", typescript: "5.9.0" });
    checkPublished(makePublication(newSender(), "kernel_info_reply", info));
    expect(info).to.deep.include({ status: "ok", implementation: "espalier", implementation_version: "1.2.3" });
    const { language_info, banner, supported_features } = info as Extract<typeof info, { status: "ok" }>;
    expect(language_info).to.include({ name: "typescript", version: "5.9.0", file_extension: ".ts" });
    expect(banner).to.include("1.2.3").and.to.include("5.9.0").and.to.include(process.version);
    expect(supported_features).to.have.members(["debugger", "kernel subshells"]);
  });

  it("says where the kernel listens, each port at its own name", () => {
    for (const settings of [
      { transport: "tcp", ip: "127.0.0.1" },
      { transport: "ipc", ip: "/somewhere/k-7" },
    ]) {
      const ports = { shell_port: 5101, control_port: 5102, iopub_port: 5103, stdin_port: 5104, hb_port: 5105 };
      const connection = parseConnection(JSON.stringify({ ...settings, ...ports, key: "k" }), "The connection");
      expect(connectInfo(connection)).to.deep.equal(ports);
    }
  });
});
