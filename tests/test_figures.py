"""Running the notebooks again gives the committed figures and the committed notebooks."""

import platform
import runpy
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import pandas as pd
import pytest
import xq
from matplotlib import ft2font
from PIL import Image

ROOT = Path(__file__).parent.parent
FIGURES = ROOT / "figures"
# Pictures are compared byte for byte where they were made, and by numbers and words elsewhere.
MADE_WITH = ("3.11.2", "2.14.3", "Linux", "x86_64")
HERE = (
    matplotlib.__version__,
    ft2font.__freetype_version__,
    platform.system(),
    platform.machine(),
)


def find_differences(made, committed, *, pictures=HERE == MADE_WITH):
    """Return the names of files that differ between two folders, or stand in one only."""
    names = {path.name for folder in (made, committed) for path in folder.iterdir()}
    differ = []
    for name in sorted(names):
        one, two = made / name, committed / name
        if not (one.exists() and two.exists()):
            differ.append(name)
        elif pictures or name.endswith((".csv", ".graphml")):
            if one.read_bytes() != two.read_bytes():
                differ.append(name)
        elif name.endswith(".png") and Image.open(one).text != Image.open(two).text:
            differ.append(name)
    return differ


@pytest.fixture(scope="module")
def rerun(tmp_path_factory):
    """Run every notebook into temporary folders: (notebooks, figures)."""
    run_notebooks = runpy.run_path(str(ROOT / "notebooks" / "run.py"))["run_notebooks"]
    folder = tmp_path_factory.mktemp("rerun")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XQ_FIGURES", str(folder / "figures"))
        run_notebooks(ROOT / "notebooks", out=folder / "notebooks", progress=lambda line: None)
    return folder


def test_figures_are_those_committed(rerun):
    assert find_differences(rerun / "figures", FIGURES) == []


@pytest.mark.skipif(HERE != MADE_WITH, reason=f"pictures in notebooks were made with {MADE_WITH}")
def test_notebooks_are_those_committed(rerun):
    for made in (rerun / "notebooks").iterdir():
        assert made.read_bytes() == (ROOT / "notebooks" / made.name).read_bytes(), made.name


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
    ax = xq.plot_bars(table, y="unit", values=["rows"])
    ax.patches[1].set_width(height)
    ax.set_title(xq.say("标题", "Title"))
    xq.save_figure(ax.figure, "00-bars", data=table, alt=xq.say("条形", "bars"))
    plt.close(ax.figure)


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
        (tmp_path / name / "00-bars.csv").write_text(f"unit,rows\na,{rows}\n", encoding="utf-8")
    assert find_differences(tmp_path / "a", tmp_path / "b", pictures=False) == ["00-bars.csv"]


def test_font_has_every_character_of_the_data_and_the_notebooks():
    from matplotlib.font_manager import fontManager

    xq.use_style()
    (path,) = {font.fname for font in fontManager.ttflist if font.name == "Noto Sans SC"}
    known = set(ft2font.FT2Font(path).get_charmap())
    files = [*(ROOT / "data").rglob("*.*"), *(ROOT / "notebooks").glob("*.ipynb")]
    text = "".join(file.read_text(encoding="utf-8") for file in files if file.suffix != ".pyc")
    assert not {c for c in text if c.isprintable() and ord(c) not in known}
