"""papermill with parameters for TypeScript notebooks, which papermill alone does not know.

    python papermill_typescript.py in.ipynb out.ipynb -p size 5

As papermill on the command line; from Python, importing this module is enough. A parameter becomes `let name = value;` in a
cell behind the one with the tag `parameters`.
"""

import json
import re

from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators

ASSIGNMENT = re.compile(
    r"^\s*(?:export\s+)?(?:let|const|var)\s+(?P<name>[\w$]+)\s*(?::\s*(?P<type>[^=]+?))?\s*=\s*(?P<value>.*?);?\s*(?://\s*(?P<help>.*))?$"
)


class TypeScriptTranslator(Translator):
    @classmethod
    def translate(cls, val):
        # JSON with NaN and Infinity, as Python writes it, is an expression of TypeScript.
        return json.dumps(val)

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".strip()

    @classmethod
    def assign(cls, name, str_val):
        return f"let {name} = {str_val};"

    @classmethod
    def inspect(cls, parameters_cell):
        matches = [ASSIGNMENT.match(line) for line in parameters_cell["source"].splitlines()]
        return [
            Parameter(m["name"], (m["type"] or "None").strip(), m["value"], (m["help"] or "").strip())
            for m in matches
            if m is not None
        ]


papermill_translators.register("typescript", TypeScriptTranslator)

if __name__ == "__main__":
    from papermill.cli import papermill

    papermill()
