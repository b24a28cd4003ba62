"""Running the notebooks again gives the committed figures and the committed notebooks."""

import platform
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import nbformat
import nbformat.v4 as v4
import pandas as pd
import pytest
import xq
from matplotlib import ft2font
from nbval.plugin import IPyNbFile, coalesce_streams
from PIL import Image

from notebooks.run import NotebookError, run_notebooks

ROOT = Path(__file__).parent.parent
FIGURES = ROOT / "figures"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))
# Pictures are compared byte for byte where they were made, and by numbers and words elsewhere.
MADE_WITH = ("3.11.2", "2.14.3", "Linux", "x86_64")
HERE = (
    matplotlib.__version__,
    ft2font.__freetype_version__,
    platform.system(),
    platform.machine(),
)
SAME_PICTURES = HERE == MADE_WITH


@pytest.fixture(scope="module")
def rerun(request, tmp_path_factory):
    """Execute, once for all tests here, the notebooks that the chosen tests ask for.

    nbval by itself would execute each notebook a second time, one cell after the other in one
    process, and keep nothing for the other comparisons. So `run_notebooks` executes them, as for
    every reader, and nbval compares: see `find_changed_output`.

    Returns the folder with the executed notebooks, the folder with the figures they drew, and
    what went wrong.
    """
    tests = [item for item in request.session.items if "rerun" in item.fixturenames]
    wanted = {test.callspec.params["notebook"].stem for test in tests if hasattr(test, "callspec")}
    folder, problem = tmp_path_factory.mktemp("rerun"), ""
    (folder / "figures").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XQ_FIGURES", str(folder / "figures"))
        try:
            run_notebooks(ROOT / "notebooks", wanted, folder / "notebooks", lambda line: None)
        except NotebookError as error:
            problem = str(error)
    return folder / "notebooks", folder / "figures", problem


def find_changed_output(session, made, committed):
    """Return nbval's account of the first cell whose output changed, "" if there is none.

    Pictures do not count. A cell that was never run counts as changed if it now has outputs.
    """
    cells = [cell for cell in nbformat.read(made, as_version=4).cells if cell.cell_type == "code"]
    old_cells = list(IPyNbFile.from_parent(session, path=committed).collect())
    if [cell.source for cell in cells] != [old.cell.source for old in old_cells]:
        return "other code cells"
    for number, (cell, old) in enumerate(zip(cells, old_cells, strict=True), start=1):
        outputs = coalesce_streams(cell.outputs), coalesce_streams(old.cell.outputs)
        if not old.compare_outputs(*outputs):
            return "\n".join([f"code cell {number}:", *old.comparison_traceback])
    return ""


def find_differences(made, committed, *, start="", pictures=SAME_PICTURES):
    """Return one line for each file that differs between two folders, or stands in one only.

    `start` is how the names of the files begin. For a CSV the line says where it differs first.
    """
    names = {path.name for folder in (made, committed) for path in folder.glob(f"{start}*")}
    differ = []
    for name in sorted(names):
        one, two = made / name, committed / name
        if not (one.exists() and two.exists()):
            differ.append(f"{name}: only {'made' if one.exists() else 'committed'}")
        elif name.endswith((".csv", ".graphml")):
            if one.read_bytes() != two.read_bytes():
                differ.append(f"{name}, {find_first_line(one, two)}")
        elif pictures:
            if one.read_bytes() != two.read_bytes():
                differ.append(name)
        elif name.endswith(".png") and Image.open(one).text != Image.open(two).text:
            differ.append(name)
    return differ


def find_first_line(made, committed):
    """Say which line of two texts is the first to differ, and how."""
    new, old = [path.read_bytes().decode().split("\n") for path in (made, committed)]
    same = [one == two for one, two in zip(new, old, strict=False)]
    number = [*same, False].index(False)
    lines = [repr(text[number])[:200] if number < len(text) else "no line" for text in (new, old)]
    return f"line {number + 1}: made {lines[0]}, committed {lines[1]}"


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_and_its_figures_are_those_committed(notebook, rerun, request):
    notebooks, figures, problem = rerun
    made = notebooks / notebook.name
    assert made.exists(), problem
    differ = find_differences(figures, FIGURES, start=notebook.name[:2])
    changed = find_changed_output(request.session, made, notebook)
    if changed:
        differ.append(f"{notebook.name}, {changed}")
    elif SAME_PICTURES and made.read_bytes() != notebook.read_bytes():
        differ.append(f"{notebook.name}: a picture, or what is not output")
    # Names, not a comparison of thousands of lines.
    if differ:
        pytest.fail("changed:\n" + "\n".join(differ), pytrace=False)


def test_each_figure_belongs_to_a_notebook():
    numbers = {path.name[:2] for path in NOTEBOOKS}
    assert {path.name for path in FIGURES.iterdir() if path.name[:2] not in numbers} == set()


@pytest.mark.parametrize("table", sorted(FIGURES.glob("*.csv")), ids=lambda path: path.stem)
def test_each_figure_has_both_languages_and_both_formats(table):
    kinds = [f"{language}.{kind}" for language in ("zh", "en") for kind in ("png", "svg")]
    assert all(table.with_suffix(f".{kind}").exists() for kind in kinds)
    titles = [Image.open(table.with_suffix(f".{language}.png")).text for language in ("zh", "en")]
    assert titles[0]["Title"] != titles[1]["Title"]
    assert titles[0]["Description"] == titles[1]["Description"]


def draw(folder, monkeypatch, *, height):
    """Save a small figure whose second bar has the given height, whatever its table says."""
    monkeypatch.setenv("XQ_FIGURES", str(folder))
    xq.use_style()
    table = pd.DataFrame({"unit": ["a", "b"], "rows": [3, 2]})

    def draw_bars(say):
        ax = xq.plot_bars(table, y="unit", values=["rows"])
        ax.patches[1].set_width(height)
        ax.set_title(say("标题", "Title"))
        return ax

    xq.save_figure(draw_bars, "00-bars", data=table, alt=("条形", "bars"), source=None)
    plt.close("all")


def test_a_changed_bar_height_is_noticed(tmp_path, monkeypatch):
    draw(tmp_path / "a", monkeypatch, height=2)
    draw(tmp_path / "b", monkeypatch, height=2)
    draw(tmp_path / "c", monkeypatch, height=2.1)
    assert find_differences(tmp_path / "a", tmp_path / "b", pictures=True) == []
    changed = find_differences(tmp_path / "a", tmp_path / "c", pictures=True)
    assert changed == [f"00-bars.{lang}.{kind}" for lang in ("en", "zh") for kind in ("png", "svg")]


def test_a_changed_number_is_noticed_on_every_machine(tmp_path):
    for name, rows in [("a", 2), ("b", 3)]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "00-bars.csv").write_bytes(f"unit,rows\na,{rows}\n".encode())
    (line,) = find_differences(tmp_path / "a", tmp_path / "b", pictures=False)
    assert line == "00-bars.csv, line 2: made 'a,2', committed 'a,3'"


def write_notebook(path, *outputs):
    cell = v4.new_code_cell("rows", execution_count=1, outputs=list(outputs), id="a")
    nbformat.write(v4.new_notebook(cells=[cell]), path)
    return path


OUTPUTS = [
    v4.new_output("stream", name="stdout", text="一行\n"),
    v4.new_output("display_data", {"image/png": "AAAA", "text/plain": "<Figure>"}),
    v4.new_output("execute_result", {"text/html": "<td>0.02</td>", "text/plain": "0.02"}),
]


@pytest.mark.parametrize(
    ("place", "output", "said"),
    [
        (0, v4.new_output("stream", name="stdout", text="二行\n"), "mismatch 'stdout'"),
        (0, v4.new_output("stream", name="stderr", text="一行\n"), "Missing output fields"),
        (1, v4.new_output("display_data", {"image/png": "BBBB", "text/plain": "<Figure>"}), ""),
        (2, v4.new_output("execute_result", {"text/html": "<td>0.02</td>"}), "dissimilar"),
        (
            2,
            v4.new_output("execute_result", {"text/html": "<td>0.01</td>", "text/plain": "0.02"}),
            "mismatch 'text/html'",
        ),
    ],
)
def test_a_changed_output_is_noticed_on_every_machine(tmp_path, request, place, output, said):
    committed = write_notebook(tmp_path / "old.ipynb", *OUTPUTS)
    changed = [output if number == place else old for number, old in enumerate(OUTPUTS)]
    made = write_notebook(tmp_path / "new.ipynb", *changed)
    account = find_changed_output(request.session, made, committed)
    assert said in account and bool(account) == bool(said)


def test_a_cell_never_run_is_noticed(tmp_path, request):
    made = write_notebook(tmp_path / "new.ipynb", *OUTPUTS)
    committed = write_notebook(tmp_path / "old.ipynb")
    account = find_changed_output(request.session, made, committed)
    assert account.startswith("code cell 1:\n") and "Unexpected output fields" in account


def test_the_first_line_that_differs_is_named(tmp_path):
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_bytes(b"unit,rows\na,1\nb,2\n")
    two.write_bytes(b"unit,rows\na,1\n")
    assert find_first_line(one, two) == "line 3: made 'b,2', committed ''"
    two.write_bytes(b"unit,rows\na,1\nb,2\n\n")
    assert find_first_line(one, two) == "line 5: made no line, committed ''"
    two.write_bytes(b"unit,rows\r\na,1\nb,2\n")
    assert find_first_line(one, two) == "line 1: made 'unit,rows', committed 'unit,rows\\r'"


def test_font_has_every_character_of_the_data_and_the_notebooks():
    from matplotlib.font_manager import fontManager

    xq.use_style()
    (path,) = {font.fname for font in fontManager.ttflist if font.name == "Noto Sans SC"}
    known = set(ft2font.FT2Font(path).get_charmap())
    files = [*(ROOT / "data").rglob("*.*"), *(ROOT / "notebooks").glob("*.ipynb")]
    files = [file for file in files if file.suffix != ".pyc" and file.parent.name != "examples"]
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    lists, _ = xq.read_lists((ROOT / "data" / "examples").glob("*"))  # of several encodings
    text += "".join(lists["title"] + lists["text"] + lists["units"])
    assert not {c for c in text if c.isprintable() and ord(c) not in known}
