import { expect } from "chai";
import { commandLine } from "../../src/cli/interrupt.js";
import { ProgressLine } from "../../src/cli/progress.js";
import { duration } from "../../src/study/index.js";

describe("cli/progress", () => {
  function line(isTTY: boolean) {
    let text = "";
    let now = 0;
    const stream = { isTTY, columns: 60, write: (part: string) => (text += part) };
    const progress = new ProgressLine(stream, () => now);
    return {
      at(seconds: number, done: number, total = 100, label = "training") {
        now = seconds * 1000;
        progress.update({ part: "training", label, done, total });
      },
      clear: () => progress.clear(),
      take() {
        const taken = text;
        text = "";
        return taken;
      },
    };
  }

  it("rewrites one line on a terminal, with rate and time left", () => {
    const bar = line(true);
    bar.at(0, 20);
    expect(bar.take()).to.equal("\r\u001b[2K[#####...................] training: 20%");
    bar.at(0.05, 21);
    expect(bar.take(), "too soon").to.equal("");
    bar.at(10, 40);
    // What was done before this run began does not count for its speed.
    expect(bar.take()).to.equal(
      "\r\u001b[2K[##########..............] training: 40%, 2.0 a second, 30 s".slice(0, 5 + 59),
    );
    bar.clear();
    expect(bar.take()).to.equal("\r\u001b[2K");
    bar.clear();
    expect(bar.take()).to.equal("");
  });

  it("prints plain lines at a distance of five seconds elsewhere", () => {
    const bar = line(false);
    bar.at(0, 0);
    bar.at(4.9, 30);
    bar.at(5, 50);
    bar.clear();
    expect(bar.take()).to.equal("training: 0%\ntraining: 50%, 10 a second, 5 s left\n");
  });

  it("begins anew with every label, and takes control characters out of it", () => {
    const bar = line(false);
    bar.at(0, 50);
    bar.at(100, 5, 10, "grid\u001b[2J");
    bar.at(110, 6, 10, "grid\u001b[2J");
    expect(bar.take().split("\n").slice(1)).to.deep.equal([
      "grid�[2J: 50%",
      "grid�[2J: 60%, 0.10 a second, 40 s left",
      "",
    ]);
  });

  it("says durations in words", () => {
    expect([0.4, 59.6, 75, 3600, 7384].map(duration)).to.deep.equal([
      "0 s",
      "1 min 0 s",
      "1 min 15 s",
      "1 h 0 min",
      "2 h 3 min",
    ]);
  });
});

describe("cli/interrupt", () => {
  it("gives the command line back as a shell wants it", () => {
    expect(commandLine(["search", "--model", "a b/c", "--budgets", ".1,.3", "--name", "it's"])).to.equal(
      "npx espalier search --model 'a b/c' --budgets .1,.3 --name 'it'\\''s'",
    );
  });
});
