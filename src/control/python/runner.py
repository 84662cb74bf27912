# Runs one notebook by Jupyter: job.json in the working folder says what, result.json what came out.
# A process of the daemon's; it ends with it.
import ctypes
import json
import os
import re
import signal
import sys

PARENT_GONE = 1  # PR_SET_PDEATHSIG


def end_with(parent):
    ctypes.CDLL(None).prctl(PARENT_GONE, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)
    os.closerange(3, 4096)  # the daemon's sockets are not ours


end_with(int(sys.argv[1]))

import nbformat  # noqa: E402
from jupyter_client.manager import AsyncKernelManager  # noqa: E402
from nbclient import NotebookClient  # noqa: E402
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError  # noqa: E402
from nbconvert import HTMLExporter  # noqa: E402

STYLE = """
:root{color-scheme:light}
body{font:14px/20px system-ui,"DejaVu Sans",sans-serif;color:#14181f;background:#fff;max-width:960px;margin:0 auto;padding:16px}
h1{font-size:24px;line-height:32px}h2{font-size:20px;line-height:28px}
pre{font:13px/20px ui-monospace,"DejaVu Sans Mono",monospace;overflow:auto;white-space:pre-wrap}
.jp-CodeCell,div.cell{border:1px solid #dfe3e8;border-radius:8px;margin:12px 0;padding:4px 12px;overflow-x:auto}
.jp-InputPrompt,.jp-OutputPrompt,.prompt,.anchor-link{display:none}
.highlight{background:#f6f7f9}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}td,th{padding:2px 10px;border-bottom:1px solid #dfe3e8;text-align:right}
img{max-width:100%;height:auto}.note{color:#545d6b}.fail{color:#b3261e}
.k,.kn,.ow{color:#6a45b8}.s1,.s2,.sa{color:#177245}.c1{color:#545d6b}.mi,.mf{color:#9c4f17}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def code_of(cell):
    if cell["kind"] == "sql":
        return "\n".join(f"_hriste_show(spark.sql({sql!r}))" for sql in cell["statements"])
    return cell["text"]


def shown_code(cell):
    return cell["text"] if cell["kind"] != "sql" else "-- SQL\n" + cell["text"]


def notebook_of(job):
    cells = [nbformat.v4.new_code_cell(job["preamble"])]
    for number, cell in enumerate(job["cells"]):
        if cell["kind"] == "markdown":
            # Its HTML is the daemon's, in which no tag of the text survives.
            made = nbformat.v4.new_markdown_cell(f"HRISTE-TEXT-{number}-")
        elif cell["kind"] in ("python", "sql"):
            made = nbformat.v4.new_code_cell(code_of(cell))
        else:
            made = nbformat.v4.new_raw_cell(cell["text"])
        made.metadata["hriste"] = number
        cells.append(made)
    return nbformat.v4.new_notebook(cells=cells)


def error_of(job, book):
    """The first error: file:line in the notebook's own file."""
    for made in book.cells:
        for output in made.get("outputs", []):
            if output.output_type != "error":
                continue
            message = f"{output.ename}: {output.evalue}"
            if "hriste" not in made.metadata:
                return f"{job['file']}: the tables could not be opened: {message}"
            cell = job["cells"][made.metadata.hriste]
            trace = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output.traceback))
            # The innermost line of this cell: it may have called functions of other cells.
            lines = re.findall(rf"Cell In\[{made.execution_count}\], line (\d+)", trace)
            inside = int(lines[-1]) - 1 if lines and cell["kind"] == "python" else 0
            return f"{job['file']}:{cell['line'] + inside} {message}"
    return ""


def html_of(job, book, error):
    book.cells = book.cells[1:]
    for made in book.cells:
        if made.cell_type == "code":
            made.source = shown_code(job["cells"][made.metadata.hriste])
    body, _ = HTMLExporter(template_name="basic").from_notebook_node(book)
    for number, cell in enumerate(job["cells"]):
        if cell["kind"] == "markdown":
            body = body.replace(f"<p>HRISTE-TEXT-{number}-</p>", cell["html"])
    fail = nbformat_text(error)
    head = f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    return (
        f"<!doctype html>\n<html lang=\"en\"><head>{head}<title>{nbformat_text(job['file'])}</title>"
        f"<style>{STYLE}</style></head><body>"
        + (f'<p class="fail">✕ {fail}</p>' if error else "")
        + f"{body}</body></html>\n"
    )


def nbformat_text(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def main():
    with open("job.json", encoding="utf-8") as file:
        job = json.load(file)
    book = notebook_of(job)
    # Sockets in this folder: nobody else can open them, and no port is taken.
    manager = AsyncKernelManager(kernel_name="python3", transport="ipc", ip="k")
    client = NotebookClient(book, km=manager, timeout=job["cell_seconds"], store_widget_state=False)
    error = ""
    try:
        client.execute()
    except CellExecutionError:
        error = error_of(job, book) or "a cell failed"
    except CellTimeoutError:
        error = f"{job['file']}: a cell took longer than {job['cell_seconds']} s"
    except DeadKernelError:
        error = f"{job['file']}: the Python process died (out of memory?)"
    result = {"state": "failed" if error else "succeeded", "error": error}
    result["html"] = html_of(job, book, error)
    with open("result.json.tmp", "w", encoding="utf-8") as file:
        json.dump(result, file)
    os.rename("result.json.tmp", "result.json")


main()
