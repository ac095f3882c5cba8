"""Which schedule files espalier_prune.py reads, and the counts that it makes of them: python schedules.py espalier_prune.py < files.json

In: [{"content": JSON, "tokens": V, "sample": id or null}]; out: for each the counts, or null where it is refused. Needs torch, safetensors
and transformers 4.57.1.
"""
import json
import os
import sys
import tempfile

from compare import module


def counts(prune, path, case):
    with open(path, "w", encoding="utf8") as file:
        json.dump(case["content"], file)
    try:
        return prune.Schedule(path).counts(case["tokens"], case["sample"])
    except ValueError:
        return None


with tempfile.TemporaryDirectory() as folder:
    prune = module(os.path.abspath(sys.argv[1]))
    print(json.dumps([counts(prune, os.path.join(folder, "schedule.json"), case) for case in json.load(sys.stdin)]))
