"""Jupyter's own kernel tests (jupyter_kernel_test), with every sample filled in. Prints a line of JSON for each test."""

import json
import pathlib
import sys
import unittest

import jupyter_kernel_test

SAMPLES = json.loads(pathlib.Path(__file__, "../../samples.json").resolve().read_text())

class EspalierTests(jupyter_kernel_test.KernelTests):
    kernel_name = "espalier"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = 'console.log("hello, world")'
    code_stderr = 'console.error("oops")'
    completion_samples = [
        {"text": "consol", "matches": {"console"}},
        {"text": "Math.cb", "matches": {"cbrt"}},
        {"text": "[1].flatM", "matches": {"flatMap"}},
    ]
    complete_code_samples = ["1", "const x = 1;", "function f() { return 2 }", "const s = `a\nb`"]
    incomplete_code_samples = ["function f() {", "const x = ", "[1,", "`abc", "/* a"]
    invalid_code_samples = ["a b", "const 1x = 3", ")", '"abc']
    code_generate_error = 'throw new Error("x")'
    code_execute_result = [
        {"code": "1+2+3", "result": "6"},
        {"code": "[1, 4, 9].length", "result": "3"},
        {"code": '"a"+"b"', "result": "'ab'"},
    ]
    code_display_data = [
        {"code": 'import { html, display as show } from "@espalier/kernel"; show(html("<b>1</b>"))', "mime": "text/html"}
    ]
    code_history_pattern = "1?2*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Math.sqrt"
    code_clear_output = SAMPLES["clear_output"]
    code_page_something = SAMPLES["page"]


class EspalierWelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "espalier"
    support_iopub_welcome = True


class Outcomes(unittest.TestResult):
    """Collects what became of each test; a failing part of a test fails it."""

    def __init__(self):
        super().__init__()
        self.problems = {}

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self.problems.setdefault(test.id(), []).append(f"{subtest._subDescription()}: {error[1]}")

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.problems.setdefault(test.id(), []).append(str(error[1]))

    addError = addFailure

    def stopTest(self, test):
        super().stopTest(test)
        skipped = [reason for one, reason in self.skipped if one is test]
        problems = self.problems.get(test.id(), [])
        outcome = "failed" if problems else "skipped" if skipped else "passed"
        name = test.id().rsplit(".", 1)[-1]
        print(json.dumps({"test": name, "outcome": outcome, "why": "\n".join(problems or skipped)}), flush=True)


if __name__ == "__main__":
    unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]).run(Outcomes())
