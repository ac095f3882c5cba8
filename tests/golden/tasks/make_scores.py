"""Scores that VLMEvalKit's own functions give to predictions drawn from pieces.

Run in this folder with a checkout of VLMEvalKit: python make_scores.py PATH
Only the functions below are taken from it, so none of what it depends on is needed.
"""

import ast
import copy
import json
import os
import random
import re
import string
import sys
from pathlib import Path

ROOT = Path(sys.argv[1])
SOURCES = {
    "vlmeval/smp/misc.py": ["process_punctuation", "istype"],
    "vlmeval/dataset/utils/vqa_eval.py": ["_process_digit_article", "relaxed_correctness", "process_answer", "process_line"],
    "vlmeval/dataset/utils/yorn.py": ["YOrN_Extraction"],
    "vlmeval/utils/matching_util.py": ["_VERBOSE_ANSWER_RE", "can_infer_option", "can_infer_text", "can_infer"],
}


def load() -> dict:
    found = {"re": re, "os": os, "string": string, "cp": copy, "Optional": __import__("typing").Optional}
    for name, wanted in SOURCES.items():
        tree = ast.parse((ROOT / name).read_text())
        for node in tree.body:
            names = [node.name] if isinstance(node, ast.FunctionDef) else [getattr(t, "id", "") for t in getattr(node, "targets", [])]
            if set(names) & set(wanted):
                exec(compile(ast.Module([node], []), name, "exec"), found)
    return found


vlm = load()
draw = random.Random(11)


def text(pieces: list, most: int) -> str:
    return draw.choice(["", " ", ", "]).join(draw.choice(pieces) for _ in range(draw.randint(0, most)))


def mean(values: list) -> float:
    return sum(values) / len(values)


VQA = ["red", "Red", "the", "a", "dont", "don't", "couldntve", "yall'll", "dog's", "two", "none", "1,000", "3.5", "stop.", "-", "?",
       "/", "(x)", "'", "\n", "\t", "7", "u.s.a.", "hes", "its", "it's", "ten", "_", "@"]
RELAXED = ["10", "10.4", "9.6", "9.4", "-10", "10%", ".1", "0", "0.0", "1e1", "Red", "red", "10 ", " 10", "1,000", "+10", "5%%", "."]
YES = ["yes", "Yes", "no", "NO", "nothing", "yes.", "no,", "(yes)", "yes:", "it", "is", "!", "-", "*", "not"]
CHOICE = ["A", "B", "C", "D", "a", "b", "Z", "(A)", "B.", "**C**", "red", "blue", "dark red", "The answer is B.", "answer is **C**",
          "is", "it", "because", "word", "Cannot determine the answer", "I", "!", "#A", "green"]
OPTIONS = [["red", "blue", "green", "dark red"], ["A", "cat", "dog"], ["yes", "no"], ["red", "", "blue"]]


def vqa(prediction: str, answers: list) -> float:
    line = {"answer": str(answers), "prediction": prediction}
    return mean(vlm["process_line"](line, "vqa_score")["match"])


cases = {"vqaAccuracy": [], "relaxedAccuracy": [], "yesNo": [], "choice": []}
while len(cases["vqaAccuracy"]) < 150:
    pool = [text(VQA, 3) for _ in range(3)]
    answers = [draw.choice(pool) for _ in range(10)]
    prediction = draw.choice(pool + [text(VQA, 3)])
    # A full stop behind a digit, and predictions of nothing, are where Espalier says that it differs.
    if not vlm["process_answer"](prediction) or re.search(r"\d\.(?!\d)", " ".join([prediction, *answers])):
        continue
    cases["vqaAccuracy"].append([prediction, answers, vqa(prediction, answers)])
while len(cases["relaxedAccuracy"]) < 150:
    prediction, answer = text(RELAXED, 1), draw.choice(RELAXED)
    if prediction.strip():
        line = {"answer": answer, "prediction": prediction}
        cases["relaxedAccuracy"].append([prediction, answer, vlm["process_line"](line, "relaxed_accuracy")["match"][0]])
for _ in range(150):
    prediction = text(YES, 4)
    cases["yesNo"].append([prediction, vlm["YOrN_Extraction"](prediction)])
while len(cases["choice"]) < 300:
    prediction, options = text(CHOICE, 6), draw.choice(OPTIONS)
    choices = {letter: option for letter, option in zip("ABCD", options) if option}
    # "answer is" with a letter that begins a word is where Espalier says that it differs.
    if re.search(r"(?i)answer is \**[a-d]\**\w", prediction):
        continue
    cases["choice"].append([prediction, options, vlm["can_infer"](prediction, choices) or None])

Path(__file__).with_name("scores.json").write_text(json.dumps(cases, ensure_ascii=False, indent=0) + "\n")
