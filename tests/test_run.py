import json

import nbformat.v4 as v4
import pytest

from notebooks.run import NotebookError, run_notebooks


def write_notebook(folder, name, *sources):
    cells = [v4.new_code_cell(text, id=f"cell-{i}") for i, text in enumerate(sources)]
    cells[0].metadata = {"scrolled": True, "tags": ["kept"]}
    cells[0].outputs, cells[0].execution_count = [v4.new_output("stream", text="old")], 7
    metadata = {"kernelspec": {"name": "mine", "display_name": "Mine"}, "theme": "dark"}
    notebook = v4.new_notebook(cells=cells, metadata=metadata)
    path = folder / name
    path.write_text(json.dumps(notebook), "utf-8")
    return path


def test_running_twice_gives_the_same_bytes(tmp_path):
    path = write_notebook(
        tmp_path,
        "01-one.ipynb",
        "from pathlib import Path\nprint('重点工作')\nprint(Path.cwd().name)",
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
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert "version" not in notebook["metadata"]["language_info"]
    cell = notebook["cells"][0]
    assert cell["metadata"] == {"tags": ["kept"]} and cell["execution_count"] == 1
    assert cell["outputs"][0]["text"] == ["重点工作\n", f"{tmp_path.name}\n"]


def test_out_and_only_leave_the_rest_alone(tmp_path):
    old = [write_notebook(tmp_path, f"0{i}-x.ipynb", f"print({i})") for i in (1, 2)]
    before = [path.read_bytes() for path in old]
    run_notebooks(tmp_path, only=["02"], out=tmp_path / "done", progress=lambda line: None)
    assert [path.read_bytes() for path in old] == before
    assert [path.name for path in (tmp_path / "done").iterdir()] == ["02-x.ipynb"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("raise ValueError('line 3:\\nno unit')", "code cell 2: ValueError: line 3: no unit"),
        ("import sys\nprint('odd', file=sys.stderr)", "code cell 2 wrote to stderr: odd"),
    ],
)
def test_a_problem_names_notebook_and_cell_and_writes_nothing(tmp_path, source, said):
    path = write_notebook(tmp_path, "03-bad.ipynb", "1 + 1", source, "2 + 2")
    before = path.read_bytes()
    with pytest.raises(NotebookError) as caught:
        run_notebooks(tmp_path)
    assert str(caught.value) == f"03-bad.ipynb, {said}"
    assert path.read_bytes() == before


def test_no_such_notebook_is_said(tmp_path):
    with pytest.raises(NotebookError, match="begins with 09"):
        run_notebooks(tmp_path, only=["09"])


def test_a_broken_file_is_named(tmp_path):
    (tmp_path / "01-merge.ipynb").write_text("<<<<<<< HEAD", "utf-8")
    with pytest.raises(NotebookError, match=r"01-merge\.ipynb cannot be read as a notebook"):
        run_notebooks(tmp_path)
