"""Times kernels through jupyter_client, as a front end sees them. Prints JSON.

    python kernels.py NAME ...        names of installed kernelspecs

Every kernel runs the same requests in its own language, one kernel after the other in each round, so that whatever else the
machine does reaches all of them.
"""

import json
import statistics
import sys
import time

from jupyter_client.manager import start_new_kernel

ROUNDS = 3
CELLS = 60
LINES = 100_000
DECLARATIONS = 500

JAVASCRIPT = {
    "lines": "for (let i = 0; i < %d; i++) console.log('line ' + i)" % LINES,
    "declare": lambda i: f"const v{i} = {i}; function f{i}(x: number) {{ return x + v{i}; }}",
    "complete": "Math.",
}
PYTHON = {
    "lines": "for i in range(%d): print('line', i)" % LINES,
    "declare": lambda i: f"v{i} = {i}\ndef f{i}(x): return x + v{i}",
    "complete": "import math\nmath.",
}


def language(name):
    return PYTHON if name.startswith("python") else JAVASCRIPT


def memory(pid):
    """Resident megabytes of a process and its children."""
    total = 0
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS"):
            total = int(line.split()[1]) / 1024
    for task in open(f"/proc/{pid}/task/{pid}/children").read().split():
        total += memory(int(task))
    return total


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def run(client, code, timeout=60):
    texts = []

    def hook(message):
        if message["msg_type"] == "stream":
            texts.append(message["content"]["text"])

    client.execute_interactive(code, timeout=timeout, output_hook=hook, store_history=True)
    return "".join(texts)


def complete(client, code):
    message = client.complete(code, len(code))
    while True:
        reply = client.get_shell_msg(timeout=30)
        if reply["parent_header"].get("msg_id") == message:
            return reply["content"]["matches"]


def one(name):
    words = language(name)
    ready, (manager, client) = timed(lambda: start_new_kernel(kernel_name=name, startup_timeout=60))
    try:
        first, _ = timed(lambda: run(client, "1"))
        time.sleep(3)
        idle = memory(manager.provisioner.pid)
        empty = [timed(lambda: run(client, ""))[0] for _ in range(CELLS)]
        completion = [timed(lambda: complete(client, words["complete"]))[0] for _ in range(CELLS)]
        row = {
            "ready": ready,
            "first": first,
            "idle": idle,
            "empty": statistics.median(empty),
            "completion": statistics.median(completion),
        }
        try:
            cells = [timed(lambda: run(client, words["declare"](i), 20))[0] for i in range(1, DECLARATIONS + 1)]
            row["tenth"] = statistics.median(cells[5:15])
            row["last"] = statistics.median(cells[-10:])
        except TimeoutError:
            # The kernel lost a message, and the front end waits for ever.
            row["tenth"] = row["last"] = None
        try:
            seconds, text = timed(lambda: run(client, words["lines"]))
            row["lines"] = seconds
            row["complete"] = text.count("\n") == LINES
        except TimeoutError:
            row["lines"] = None
            row["complete"] = False
        return row
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


rounds = {name: [] for name in sys.argv[1:]}
for _ in range(ROUNDS):
    for name, rows in rounds.items():
        rows.append(one(name))
print(json.dumps(rounds))
