import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { assert, expect } from "chai";
import { KernelError } from "../../../kernel/src/errors.js";
import { parseConnection, readConnectionFile } from "../../../kernel/src/wire/connectionFile.js";

/** As Jupyter writes it. */
const FILE = {
  shell_port: 50_001,
  iopub_port: 50_002,
  stdin_port: 50_003,
  control_port: 50_004,
  hb_port: 50_005,
  ip: "127.0.0.1",
  key: "0fa1c7d2-5b1f4a0d8e",
  transport: "tcp",
  signature_scheme: "hmac-sha256",
  kernel_name: "espalier",
  jupyter_session: "/notebooks/a.ipynb",
};

function parse(changes: object, options = {}) {
  return parseConnection(JSON.stringify({ ...FILE, ...changes }), "The file", options);
}

describe("kernel/wire/connectionFile", () => {
  it("reads what Jupyter writes", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "connection-"));
    const file = path.join(folder, "kernel.json");
    fs.writeFileSync(file, JSON.stringify(FILE));
    expect(readConnectionFile(file)).to.deep.equal({
      transport: "tcp",
      key: FILE.key,
      hash: "sha256",
      endpoints: {
        shell: "tcp://127.0.0.1:50001",
        iopub: "tcp://127.0.0.1:50002",
        stdin: "tcp://127.0.0.1:50003",
        control: "tcp://127.0.0.1:50004",
        heartbeat: "tcp://127.0.0.1:50005",
      },
    });
    fs.rmSync(folder, { recursive: true });
    assert.throws(
      () => readConnectionFile(file),
      KernelError,
      /kernel\.json cannot be read \(ENOENT\).*start the kernel from/,
    );
  });

  it("knows Unix sockets, IPv6 and localhost", () => {
    const ports = { shell_port: 1, control_port: 2, iopub_port: 3, stdin_port: 4, hb_port: 5 };
    expect(parse({ transport: "ipc", ip: "/run/kernel-7-ipc", ...ports }).endpoints.stdin).to.equal(
      "ipc:///run/kernel-7-ipc-4",
    );
    expect(parse({ ip: "::1" }).endpoints.shell).to.equal("tcp://[::1]:50001");
    expect(parse({ ip: "localhost" }).endpoints.shell).to.equal("tcp://127.0.0.1:50001");
    expect(parse({ ip: "127.8.9.10" }).endpoints.shell).to.equal("tcp://127.8.9.10:50001");
  });

  it("listens where other machines reach it only when told to", () => {
    for (const ip of ["0.0.0.0", "10.0.0.7", "::", "1270.0.0.1", "*", "", "127.0.0.1.example.org"])
      assert.throws(() => parse({ ip }), KernelError, /The file has the ip .*[a-z]/, ip);
    assert.throws(() => parse({ ip: "10.0.0.7" }), /loopback addresses only\. Use 127\.0\.0\.1, or allow/);
    expect(parse({ ip: "10.0.0.7" }, { allowRemote: true }).endpoints.shell).to.equal("tcp://10.0.0.7:50001");
    expect(parse({ ip: "*" }, { allowRemote: true }).endpoints.shell).to.equal("tcp://*:50001");
  });

  it("takes the hashes that both Node and Python know", () => {
    expect(parse({ signature_scheme: "hmac-sha512" }).hash).to.equal("sha512");
    expect(parse({ signature_scheme: "hmac-sha3_256" }).hash).to.equal("sha3-256");
    expect(parse({ signature_scheme: undefined }).hash).to.equal("sha256");
    for (const scheme of ["sha256", "hmac-", "hmac-nothing", ""])
      assert.throws(() => parse({ signature_scheme: scheme }), KernelError, /use hmac-sha256/);
  });

  it("says in a sentence what is wrong", () => {
    assert.throws(
      () => parseConnection("{", "The file"),
      KernelError,
      /^The file is not valid JSON; start the kernel again/,
    );
    assert.throws(() => parseConnection("[]", "The file"), KernelError, /^The file is not usable: the whole: /);
    assert.throws(() => parse({ hb_port: undefined }), KernelError, /^The file is not usable: hb_port: /);
    assert.throws(() => parse({ shell_port: 70_000 }), KernelError, /shell_port/);
    assert.throws(() => parse({ shell_port: "50001" }), KernelError, /shell_port/);
    assert.throws(() => parse({ transport: "udp" }), KernelError, /transport/);
    assert.throws(() => parse({ key: 5 }), KernelError, /key/);
    assert.throws(() => parse({ hb_port: 50_001 }), KernelError, /two sockets the same port/);
    for (const ip of ["", "a\0b", "/x".repeat(60)])
      assert.throws(() => parse({ transport: "ipc", ip }), KernelError, /JUPYTER_RUNTIME_DIR/);
  });
});
