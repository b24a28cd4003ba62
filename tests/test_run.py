import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat.v4 as v4
import pytest

from notebooks.run import NotebookError, find_notebooks, one_line, run_notebooks

ROOT = Path(__file__).parent.parent


def write_notebook(folder, name, *sources):
    cells = [v4.new_code_cell(text, id=f"cell-{i}") for i, text in enumerate(sources)]
    cells[0].metadata = {"scrolled": True, "tags": ["kept"]}
    cells[0].outputs, cells[0].execution_count = [v4.new_output("stream", text="old")], 7
    metadata = {"kernelspec": {"name": "mine", "display_name": "Mine"}, "theme": "dark"}
    notebook = v4.new_notebook(cells=cells, metadata=metadata)
    path = folder / name
    path.write_text(json.dumps(notebook), "utf-8")
    return path


def test_running_twice_gives_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")  # the user's choice stays
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    path = write_notebook(
        tmp_path,
        "01-one.ipynb",
        "from pathlib import Path\nprint('重点工作', flush=True)\nprint(Path.cwd().name)",
        "import os\n[os.environ[f'{name}_NUM_THREADS'] for name in ('OPENBLAS', 'OMP', 'MKL')]",
        "import pandas as pd\npd.DataFrame({'牵头': [1, 2]})",
    )
    lines = []
    run_notebooks(tmp_path, progress=lines.append)
    first = path.read_bytes()
    run_notebooks(tmp_path, progress=lines.append)
    assert path.read_bytes() == first
    assert len(lines) == 2 and lines[0].startswith("[1/1] 01-one … ") and lines[0].endswith(" s")

    assert first.endswith(b"\n}\n") and b"\r" not in first
    notebook = json.loads(first)
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    assert notebook["metadata"]["kernelspec"] == kernel
    assert "version" not in notebook["metadata"]["language_info"]
    cell, threads, _ = notebook["cells"]
    assert cell["metadata"] == {"tags": ["kept"]} and cell["execution_count"] == 1
    assert cell["outputs"][0]["text"] == ["重点工作\n", f"{tmp_path.name}\n"]
    assert threads["outputs"][0]["data"]["text/plain"] == ["['3', '1', '1']"]


def test_the_biggest_file_starts_first(tmp_path):
    for name, size in [("01-small", 1), ("02-big", 2000), ("03-middle", 1000)]:
        write_notebook(tmp_path, f"{name}.ipynb", "#" * size)
    lines = []
    run_notebooks(tmp_path, progress=lines.append, jobs=1)
    assert [line.split()[1] for line in lines] == ["02-big", "03-middle", "01-small"]


MEET = """
from pathlib import Path
import time
Path("{mine}").touch()
for _ in range(600):
    if Path("{other}").exists():
        break
    time.sleep(0.1)
else:
    raise TimeoutError("alone")
"""


def test_two_run_at_once_and_a_failure_stops_no_other(tmp_path):
    """The two meet by their files; the one that fails is not written, the rest is."""
    bad = write_notebook(tmp_path, "02-bad.ipynb", MEET.format(mine="b", other="a"), "1 / 0")
    write_notebook(tmp_path, "03-good.ipynb", MEET.format(mine="a", other="b"))
    broken = tmp_path / "01-merge.ipynb"
    broken.write_text("<<<<<<< HEAD", "utf-8")
    before = bad.read_bytes()
    lines = []
    with pytest.raises(NotebookError) as caught:
        run_notebooks(tmp_path, out=tmp_path / "done", progress=lines.append, jobs=2)
    first, second = str(caught.value).split("\n")
    assert first.startswith("01-merge.ipynb cannot be read as a notebook: ")
    assert second == "02-bad.ipynb, code cell 2: ZeroDivisionError: division by zero"
    assert bad.read_bytes() == before
    assert [path.name for path in (tmp_path / "done").iterdir()] == ["03-good.ipynb"]
    assert [line[:5] for line in lines] == ["[1/3]", "[2/3]", "[3/3]"]
    assert sum(line.endswith(" … failed") for line in lines) == 2


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("raise ValueError('line 3:\\nno unit')", ", code cell 2: ValueError: line 3: no unit"),
        ("import sys\nprint('odd', file=sys.stderr)", ", code cell 2 wrote to stderr: odd"),
        ("import os\nos._exit(1)", ": Kernel died"),
    ],
)
def test_a_problem_names_notebook_and_cell_and_writes_nothing(tmp_path, source, said):
    path = write_notebook(tmp_path, "03-bad.ipynb", "1 + 1", source, "2 + 2")
    before = path.read_bytes()
    lines = []
    with pytest.raises(NotebookError) as caught:
        run_notebooks(tmp_path, progress=lines.append)
    assert str(caught.value) == f"03-bad.ipynb{said}"
    assert lines == ["[1/1] 03-bad … failed"]
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ([], ["01-in", "05-out", "15-on"]),
        (["5"], ["05-out"]),
        (["05"], ["05-out"]),
        (["15", "1"], ["01-in", "15-on"]),
        (["05-o"], ["05-out"]),
        (["notebooks/05-out.ipynb", "5"], ["05-out"]),
    ],
)
def test_notebooks_are_found_by_number_name_and_path(tmp_path, words, found):
    for name in ("15-on.ipynb", "05-out.ipynb", "01-in.ipynb", "5-no.ipynb", "05-notes.md"):
        (tmp_path / name).touch()
    assert [path.stem for path in find_notebooks(tmp_path, words)] == found


@pytest.mark.parametrize("words", [["5", "9"], ["out"], [""], ["0"], ["05-out.ipynb.bak"]])
def test_a_word_that_fits_none_gets_the_list(tmp_path, words):
    for name in ("01-in.ipynb", "05-out.ipynb"):
        (tmp_path / name).touch()
    with pytest.raises(NotebookError) as caught:
        find_notebooks(tmp_path, words)
    assert str(caught.value) == f"no notebook is called {words[-1]!r}; there are 01-in, 05-out"


def test_a_folder_without_notebooks_is_named(tmp_path):
    with pytest.raises(NotebookError, match="has a name like 01-what.ipynb"):
        run_notebooks(tmp_path)


def test_long_texts_are_cut():
    assert one_line("a\n b" + "c" * 500) == "a b" + "c" * 397 + " …"
    assert one_line("c" * 400) == "c" * 400


def test_the_script_ends_with_one_line_and_exit_1():
    args = [sys.executable, ROOT / "notebooks" / "run.py", "99"]
    done = subprocess.run(args, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 1 and done.stdout == "" and done.stderr.count("\n") == 1
    assert done.stderr.startswith("no notebook is called '99'; there are 01-")


@pytest.mark.skipif(os.name == "nt", reason="signals are another thing there")
def test_ctrl_c_ends_script_and_kernel_without_a_word(tmp_path):
    shutil.copy(ROOT / "notebooks" / "run.py", tmp_path)
    wait = "import os, pathlib, time\npathlib.Path('a').write_text(str(os.getpid()))\n"
    wait += "pathlib.Path('a').rename('pid')\ntime.sleep(600)"
    write_notebook(tmp_path, "01-wait.ipynb", wait)
    args = [sys.executable, tmp_path / "run.py"]
    with subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as script:
        while not (tmp_path / "pid").exists():
            assert script.poll() is None
            time.sleep(0.1)
        script.send_signal(signal.SIGINT)
        said, _ = script.communicate(timeout=60)
    assert (script.returncode, said) == (-signal.SIGINT, b"")
    with pytest.raises(ProcessLookupError):  # the kernel sees it within a second or so
        for _ in range(600):
            os.kill(int((tmp_path / "pid").read_text()), 0)
            time.sleep(0.1)
