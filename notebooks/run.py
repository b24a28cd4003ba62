"""Execute the notebooks, several at once, so that the same inputs give the same bytes."""

import asyncio
import os
import signal
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import nbclient
import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
UNSTABLE = ("ExecuteTime", "collapsed", "execution", "scrolled")  # what editors leave in a cell
# Our matrices are small: more than one thread of BLAS or OpenMP costs more than it brings.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
ONE_THREAD = dict.fromkeys(THREADS, "1")


class NotebookError(ValueError):
    """A notebook did not run cleanly; the text has one line for each such notebook and cell."""


def run_notebooks(folder, only=(), out=None, progress=print, jobs=None):
    """Execute the notebooks of a folder, each in a kernel of its own.

    Parameters
    ----------
    folder : path
        Where the notebooks are. Each runs with this as its working folder.
    only : sequence of str
        Which notebooks, as `find_notebooks` takes them; empty means all.
    out : path, optional
        Folder for the executed notebooks; by default they are written in place.
    progress : callable
        Gets one line for each notebook as it ends.
    jobs : int, optional
        How many run at once; by default as many as there are processors.

    Raises
    ------
    NotebookError
        If there is no such notebook, or if a cell raises or writes to stderr. That notebook is
        then not written; the others are.
    """
    paths = find_notebooks(folder, only)
    problems = {}
    # A kernel is a process: threads are enough to wait for it. The longest run starts first, and
    # the biggest file, with most pictures, is a good guess at that.
    with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
        by_size = sorted(paths, key=lambda path: path.stat().st_size, reverse=True)
        runs = {pool.submit(run_notebook, path, Path(out or folder)): path for path in by_size}
        for number, run in enumerate(as_completed(runs), start=1):
            try:
                said = f"{run.result():.1f} s"
            except NotebookError as error:
                problems[runs[run]] = str(error)
                said = "failed"
            progress(f"[{number}/{len(paths)}] {runs[run].stem} … {said}")
    if problems:
        raise NotebookError("\n".join(problems[path] for path in sorted(problems)))


def find_notebooks(folder, only=()):
    """Return the paths of the notebooks of a folder that are meant, in order.

    Parameters
    ----------
    folder : path
        Where the notebooks are.
    only : sequence of str
        A number ("5" and "05" are the same), a beginning of a name ("05-what"), or a path; empty
        means all.

    Raises
    ------
    NotebookError
        If there is none, or if a word fits none: the message lists those there are.
    """
    paths = sorted(Path(folder).glob("[0-9][0-9]-*.ipynb"))
    if not paths:
        raise NotebookError(f"no notebook in {folder} has a name like 01-what.ipynb")
    meant = set()
    for word in only:
        start = f"{int(word):02}-" if word.isdecimal() else Path(word).name
        fitting = [path for path in paths if start and path.name.startswith(start)]
        if not fitting:
            there = ", ".join(path.stem for path in paths)
            raise NotebookError(f"no notebook is called {word!r}; there are {there}")
        meant.update(fitting)
    return sorted(meant) or paths


def run_notebook(path, out):
    """Execute one notebook into a folder and return the seconds it took."""
    start = time.perf_counter()
    write_if_changed(out / path.name, execute(path))
    return time.perf_counter() - start


def execute(path):
    """Return the text of a notebook after running it in a fresh kernel."""
    try:
        notebook = nbformat.read(path, as_version=4)
    except ValueError as error:
        raise NotebookError(
            f"{path.name} cannot be read as a notebook: {one_line(str(error))}"
        ) from None
    clear(notebook)
    client = nbclient.NotebookClient(
        notebook,
        timeout=600,
        kernel_name=KERNELSPEC["name"],
        record_timing=False,
        coalesce_streams=True,
        store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--log-level=40"],  # no notice about TCP
    )
    try:
        asyncio.run(client.async_execute(env=ONE_THREAD | os.environ))
    except CellExecutionError as error:
        problem = find_problem(notebook) or one_line(str(error))
        raise NotebookError(f"{path.name}, {problem}") from None
    except (CellTimeoutError, DeadKernelError) as error:
        raise NotebookError(f"{path.name}: {one_line(str(error))}") from None
    problem = find_problem(notebook)
    if problem:
        raise NotebookError(f"{path.name}, {problem}")
    language = {k: v for k, v in notebook.metadata["language_info"].items() if k != "version"}
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC, "language_info": language})
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def clear(notebook):
    """Forget earlier outputs, and the metadata that editors change."""
    for cell in notebook.cells:
        for name in UNSTABLE:
            cell.metadata.pop(name, None)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


def find_problem(notebook):
    """Say in one line what the first failing cell said, or return None."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(cells, start=1):
        for output in cell.outputs:
            if output.output_type == "error":
                return f"code cell {number}: " + one_line(f"{output.ename}: {output.evalue}")
            if output.output_type == "stream" and output.name == "stderr":
                return f"code cell {number} wrote to stderr: " + one_line(output.text)
    return None


def one_line(text):
    """Return a text without line breaks, and no longer than a screen or so."""
    text = " ".join(text.split())
    return text if len(text) <= 400 else text[:400] + " …"


def write_if_changed(path, text):
    """Write a file with plain newlines, unless it has this text already."""
    data = text.encode("utf-8")
    if not path.exists() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def main(argv):
    """Run the notebooks beside this file, or those named, and return the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it at once, without a traceback
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace", line_buffering=True)
    # Windows only: pyzmq says that its way round this event loop is a little slower.
    warnings.filterwarnings("ignore", message="Proactor event loop", category=RuntimeWarning)
    try:
        run_notebooks(Path(__file__).resolve().parent, only=argv)
    except (NotebookError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
