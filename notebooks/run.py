"""Execute the notebooks in order, so that the same inputs give the same bytes."""

import signal
import sys
import time
import warnings
from contextlib import suppress
from pathlib import Path

KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
UNSTABLE = ("ExecuteTime", "collapsed", "execution", "scrolled")  # what editors leave in a cell


class NotebookError(ValueError):
    """A notebook did not run cleanly; the text is one line that names it and the cell."""


def run_notebooks(folder, only=(), out=None, progress=print):
    """Execute the notebooks of a folder.

    Parameters
    ----------
    folder : path
        Where the notebooks are. Each runs with this as its working folder.
    only : sequence of str
        Beginnings of names, such as ``"02"``; empty means all.
    out : path, optional
        Folder for the executed notebooks; by default they are written in place.
    progress : callable
        Gets one line for each notebook done.

    Raises
    ------
    NotebookError
        If a cell raises or writes to stderr. That notebook is then not written.
    """
    folder = Path(folder)
    paths = sorted(folder.glob("[0-9][0-9]-*.ipynb"))
    if only:
        paths = [path for path in paths if path.name.startswith(tuple(only))]
    if not paths:
        raise NotebookError(f"no notebook here begins with {' or '.join(only) or 'two digits'}")
    for number, path in enumerate(paths, start=1):
        start = time.perf_counter()
        text = execute(path)
        write_if_changed(Path(out or folder) / path.name, text)
        seconds = time.perf_counter() - start
        progress(f"[{number}/{len(paths)}] {path.stem} … {seconds:.1f} s")


def execute(path):
    """Return the text of a notebook after running it in a fresh kernel."""
    import nbclient
    import nbformat

    try:
        notebook = nbformat.read(path, as_version=4)
    except ValueError as error:
        raise NotebookError(
            f"{path.name} cannot be read as a notebook: {one_line(str(error))}"
        ) from None
    clear(notebook)
    ctrl_c = signal.getsignal(signal.SIGINT)
    client = nbclient.NotebookClient(
        notebook,
        timeout=600,
        kernel_name=KERNELSPEC["name"],
        record_timing=False,
        coalesce_streams=True,
        store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--log-level=40"],  # no notice about TCP
        on_cell_start=lambda **_: set_ctrl_c(ctrl_c),  # nbclient puts in its own
    )
    try:
        client.create_kernel_manager()
        client.start_new_kernel()
        client.start_new_kernel_client()
        client.execute()
    except nbclient.exceptions.CellExecutionError as error:
        problem = find_problem(notebook) or one_line(str(error))
        raise NotebookError(f"{path.name}, {problem}") from None
    except (nbclient.exceptions.CellTimeoutError, nbclient.exceptions.DeadKernelError) as error:
        raise NotebookError(f"{path.name}: {one_line(str(error))}") from None
    finally:
        set_ctrl_c(ctrl_c)
    problem = find_problem(notebook)
    if problem:
        raise NotebookError(f"{path.name}, {problem}")
    language = {k: v for k, v in notebook.metadata["language_info"].items() if k != "version"}
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC, "language_info": language})
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def set_ctrl_c(handler):
    """Say what Ctrl-C does, where that can be said."""
    with suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGINT, handler)


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
    set_ctrl_c(signal.SIG_DFL)  # Ctrl-C ends it at once, without a traceback
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    # Windows only: pyzmq says that its way round this event loop is a little slower.
    warnings.filterwarnings("ignore", message="Proactor event loop", category=RuntimeWarning)
    try:
        run_notebooks(Path(__file__).resolve().parent, only=argv)
    except NotebookError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
