"""Runs a notebook that talks a lot, WARM times in one kernel and FRESH times in kernels of their own, and compares all outputs.

    python chatty.py WARM FRESH

Prints a line of JSON: the number of runs, and where outputs differ from the first run's.
"""

import json
import sys

import nbformat
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

CELLS = [
    # Both streams, line by line and in parts of lines.
    """for (let i = 0; i < 300; i++) {
  console.log("out", i);
  if (i % 3 === 0) console.error("err", i);
  if (i % 7 === 0) process.stdout.write(`part ${i} `);
}""",
    "for (let i = 0; i < 5000; i++) console.log(`a line that is one of many: ${i}`);",
    # Displays between texts, and updates of them.
    """const places = [0, 1, 2].map((i) => {
  console.log("before", i);
  return display({ place: i });
});
for (let i = 0; i < 30; i++) places[i % 3].update({ place: i % 3, update: i });
console.log("updated");""",
    # Output of timers and promises.
    """const after = (ms: number, text: string) => new Promise<void>((done) => setTimeout(() => { console.log(text); done(); }, ms));
await Promise.all([after(30, "third"), after(5, "first"), after(15, "second")]);
queueMicrotask(() => console.log("microtask"));
console.log("then");
await after(0, "last");""",
    # Child processes: one that is waited for at once, one that runs beside. What the cell itself prints behind a child may
    # overtake the child's last lines, which come through a pipe; by the end of the cell they are there.
    """import { spawn, spawnSync } from "node:child_process";
console.log("before the child");
spawnSync(process.execPath, ["-e", "for (let i = 0; i < 50; i++) console.log('child', i)"], { stdio: "inherit" }).status""",
    """const child = spawn(process.execPath, ["-e", "for (let i = 0; i < 200; i++) console.log('beside', i)"], { stdio: "inherit" });
await new Promise((done) => child.on("close", done));""",
    """import { clearOutput, html } from "@espalier/kernel";
for (let i = 0; i < 20; i++) { clearOutput(true); console.log("step", i); }
display(html("<b>done</b>"));
places.length""",
]


def outputs(manager):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    NotebookClient(notebook, km=manager, kernel_name="espalier", timeout=60, record_timing=False, coalesce_streams=True).execute()
    # The count of executions goes on in a warm kernel.
    return [[{**one, "execution_count": None} for one in cell.outputs] for cell in notebook.cells]


def main(warm, fresh):
    results = []
    manager = KernelManager(kernel_name="espalier")
    try:
        for _ in range(warm):
            results.append(outputs(manager))
    finally:
        if manager.has_kernel:
            manager.shutdown_kernel()
    for _ in range(fresh):
        results.append(outputs(None))
    differences = [
        {"run": run, "cell": cell, "first": first, "other": other}
        for run, result in enumerate(results)
        for cell, (first, other) in enumerate(zip(results[0], result))
        if first != other
    ]
    print(json.dumps({"runs": len(results), "differences": differences[:3], "first": results[0]}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
