"""Runs a notebook through its kernel and tells of each cell as a line of JSON.

    python run_notebook.py NOTEBOOK OUTPUT WORKING_FOLDER

OUTPUT is written whatever happens: with the outputs so far when a cell fails. Exit code 0: all cells ran, and the last line
says in how many seconds and with how much memory at its peak; 1: a cell failed, or the kernel did, and the last line says how.
"""

import json
import re
import sys
import time

try:
    import resource
except ImportError:  # Windows
    resource = None

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError


def tell(**event):
    print(json.dumps(event), flush=True)


def heading(notebook, index):
    """The heading that a cell stands under; empty where there is none."""
    for cell in reversed(notebook.cells[:index]):
        lines = [line for line in cell.source.splitlines() if line.startswith("#")] if cell.cell_type == "markdown" else []
        if lines:
            return lines[-1].lstrip("# ")
    return ""


def peak_bytes():
    """The most memory that a child had resident, the kernel for one; null where the system does not tell."""
    if resource is None:
        return None
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def main(source, output, folder):
    notebook = nbformat.read(source, as_version=4)
    code = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code" and cell.source.strip()]
    start = time.monotonic()
    begun = 0.0

    def started(cell, cell_index):
        nonlocal begun
        begun = time.monotonic()
        tell(event="begin", cell=code.index(cell_index) + 1, cells=len(code), title=heading(notebook, cell_index))

    def executed(cell, cell_index, execute_reply):
        seconds = time.monotonic() - begun
        tell(event="end", cell=code.index(cell_index) + 1, cells=len(code), seconds=seconds)

    client = NotebookClient(
        notebook,
        timeout=None,
        record_timing=False,
        # How texts are cut into messages is chance; in the file they are one.
        coalesce_streams=True,
        resources={"metadata": {"path": folder}},
        on_cell_execute=started,
        on_cell_executed=executed,
    )
    try:
        client.execute()
        tell(event="finished", seconds=time.monotonic() - start, peak=peak_bytes())
        return 0
    except CellExecutionError as error:
        message = re.sub(r"\x1b\[[0-9;]*m", "", f"{error.ename}: {error.evalue}")
        tell(event="failed", message=message)
        return 1
    except Exception as error:  # A kernel that does not start, or dies.
        tell(event="failed", message=f"{type(error).__name__}: {error}")
        return 1
    finally:
        nbformat.write(notebook, output)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
