"""Figures: the same numbers and the same bytes, in two languages, with no box for a character."""

import base64
import io
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from xq.plot import (
    COLORS,
    SOURCE,
    plot_bars,
    plot_dots,
    plot_flows,
    plot_lines,
    plot_matrix,
    plot_specifications,
    save_figure,
    say,
    use_style,
)

ROOT = Path(__file__).resolve().parent.parent
KINDS = ["csv", "en.png", "en.svg", "zh.png", "zh.svg"]


@pytest.fixture(autouse=True)
def style(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setenv("XQ_FIGURES", str(tmp_path / "figures"))
    import matplotlib.pyplot as plt

    plt.switch_backend("agg")
    use_style("zh")
    yield
    plt.close("all")


def load_units():
    return pd.DataFrame({"unit": ["区财政局", "区人社局"], "lead": [13, 6], "joint": [25, 13]})


def draw_bars(table=None):
    table = load_units() if table is None else table
    english = {"区财政局": "Finance Bureau", "区人社局": "Human Resources Bureau"}
    shown = table.assign(unit=[say(unit, english[unit]) for unit in table["unit"]])
    labels = [say("牵头", "lead"), say("配合", "joint")]
    ax = plot_bars(shown, y="unit", values=["lead", "joint"], labels=labels)
    ax.set_xlabel(say("措施数（项）", "measures"))
    ax.set_title(say("区财政局牵头最多", "The Finance Bureau leads most often"))
    return ax


def save_bars(table=None, name="02-who-leads"):
    table = load_units() if table is None else table
    ax = draw_bars(table)
    save_figure(ax.figure, name, data=table, alt=say("两根条形", "Two bars"))
    return ax


def read_all(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def find_texts(fig):
    """What a reader sees: all texts, and tick labels after a drawing."""
    from matplotlib.table import Cell
    from matplotlib.text import Text

    fig.draw_without_rendering()
    cells = [cell.get_text() for cell in fig.findobj(Cell)]
    return {text.get_text() for text in [*fig.findobj(Text), *cells]}


def spy(monkeypatch):
    """Record the texts in the figure at every savefig."""
    from matplotlib.figure import Figure

    seen, savefig = [], Figure.savefig

    def savefig_and_look(fig, *args, **kwargs):
        seen.append(find_texts(fig))
        return savefig(fig, *args, **kwargs)

    monkeypatch.setattr(Figure, "savefig", savefig_and_look)
    return seen


def test_style_is_silent_on_a_new_machine(tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "import xq.plot; xq.plot.use_style()"],
        cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "MPLCONFIGDIR": str(tmp_path)},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_style_without_the_font_says_what_to_do(monkeypatch):
    monkeypatch.setattr(Path, "is_file", lambda path: False)
    with pytest.raises(FileNotFoundError, match="get a whole copy of xq"):
        use_style()


def test_style_with_another_language():
    with pytest.raises(ValueError, match='"zh" or "en"'):
        use_style("fr")


def test_style_sets_table_options():
    assert pd.get_option("display.unicode.east_asian_width")
    assert pd.get_option("display.max_rows") == 20


def test_say_follows_the_language_on_screen():
    assert say("牵头", "lead") == "牵头"
    use_style("en")
    assert say("牵头", "lead") == "lead"


def test_say_twice_is_the_same():
    assert say("牵头", "lead") == say("牵头", "lead")


def test_say_with_another_translation():
    say("牵头", "lead")
    with pytest.raises(ValueError, match="牵头.*leading.*牵头.*lead.*differently"):
        say("牵头", "leading")
    use_style("zh")  # forgets
    assert say("牵头", "leading") == "牵头"


def test_say_same_english_for_two_chinese_words():
    assert [say("项", "tasks"), say("任务", "tasks")] == ["项", "任务"]


@pytest.mark.parametrize("pair", [("牵头", ""), ("", "lead"), ("牵头", float("nan")), (None, "a")])
def test_say_needs_both_languages(pair):
    with pytest.raises(ValueError, match="both languages"):
        say(*pair)


def test_font_has_every_character():
    from matplotlib.font_manager import findfont
    from matplotlib.ft2font import FT2Font

    path = findfont("Noto Sans SC", fallback_to_default=False)
    assert Path(path) == ROOT / "xq" / "fonts" / "NotoSansSC-Regular.ttf"
    raw = ROOT / "data" / "raw" / "xiqing_2022.txt"
    sample = "重点工作任务清单“三个着力”（一）、％ — – é ≥ × ± " + "".join(SOURCE)
    sample += raw.read_text("utf-8") if raw.exists() else ""
    characters = {each for each in sample if each.isprintable() and not each.isspace()}
    assert not characters - set(map(chr, FT2Font(path).get_charmap()))


def test_missing_glyph_is_an_error():
    import matplotlib.pyplot as plt

    fig, ax = plt.subplots()
    ax.set_title("\U0001f600")
    with pytest.raises(UserWarning, match="Glyph .* missing"):
        fig.draw_without_rendering()
    warnings.resetwarnings()
    with pytest.raises(UserWarning, match="Glyph .* missing"):
        save_figure(fig, "01-a", data=load_units(), alt=say("图", "figure"))


def test_every_file_is_written(tmp_path):
    save_bars()
    assert [*read_all(tmp_path / "figures")] == [f"02-who-leads.{kind}" for kind in KINDS]


def test_every_text_is_drawn_in_both_languages(monkeypatch):
    seen = spy(monkeypatch)
    save_bars()
    both = {
        "en": {"Finance Bureau", "Human Resources Bureau", "lead", "joint", "measures", SOURCE[1]},
        "zh": {"区财政局", "区人社局", "牵头", "配合", "措施数（项）", SOURCE[0]},
    }
    both["en"].add("The Finance Bureau leads most often")
    both["zh"].add("区财政局牵头最多")
    assert len(seen) == 4  # PNG and SVG, English and Chinese
    for number, texts in enumerate(seen):
        language, other = ("en", "zh") if number < 2 else ("zh", "en")
        assert both[language] <= texts
        assert not both[other] & texts


@pytest.mark.parametrize("language", ["zh", "en"])
def test_language_on_screen_stays(language):
    use_style(language)
    ax = save_bars()
    title = {"zh": "区财政局牵头最多", "en": "The Finance Bureau leads most often"}[language]
    unit = {"zh": "区财政局", "en": "Finance Bureau"}[language]
    assert ax.figure.get_suptitle() == title
    assert {title, unit} <= find_texts(ax.figure)
    assert say("图", "figure") == {"zh": "图", "en": "figure"}[language]


def test_bytes_do_not_depend_on_the_language_on_screen(tmp_path):
    save_bars()
    chinese = read_all(tmp_path / "figures")
    use_style("en")
    save_bars()
    assert read_all(tmp_path / "figures") == chinese


def test_functions_that_make_tick_labels(monkeypatch):
    seen = spy(monkeypatch)
    ax = draw_bars()
    ax.xaxis.set_major_formatter(lambda value, _: say(f"{value:.0f}项", f"{value:.0f} tasks"))
    save_figure(ax.figure, "01-a", data=load_units(), alt=say("图", "figure"))
    assert "10 tasks" in seen[0]
    assert "10项" in seen[2]
    assert "10项" in find_texts(ax.figure)


def test_category_axis_minor_ticks_and_table_cells(monkeypatch):
    import matplotlib.pyplot as plt

    seen = spy(monkeypatch)
    fig, ax = plt.subplots()
    ax.bar([say("就业", "jobs"), say("粮食", "grain")], [1, 2])
    ax.set_yticks([0.6], [say("低", "low")], minor=True)
    ax.table([[say("格", "cell")]])
    ax.annotate(say("最多", "most"), (0, 1))
    fig.suptitle(say("标题", "title"))
    fig.supxlabel(say("说明", "note"))
    save_figure(fig, "01-a", data=load_units(), alt=say("图", "figure"))
    assert {"jobs", "grain", "low", "cell", "most", "title", "note"} <= seen[0]
    assert {"就业", "粮食", "低", "格", "最多", "标题", "说明"} <= seen[2]


def test_bytes_are_the_same_when_saved_again(tmp_path):
    ax = save_bars()
    first = read_all(tmp_path / "figures")
    alt = say("两根条形", "Two bars")
    save_figure(ax.figure, "02-who-leads", data=load_units(), alt=alt)
    assert read_all(tmp_path / "figures") == first
    save_bars()
    assert read_all(tmp_path / "figures") == first


def test_bytes_are_the_same_in_another_process(tmp_path):
    save_bars()
    here = read_all(tmp_path / "figures")
    code = "import test_plot; test_plot.use_style(); test_plot.save_bars()"
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    folder = tmp_path / "there"
    variables = {"PYTHONPATH": path, "XQ_FIGURES": str(folder), "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, **variables}, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert read_all(folder) == here


def test_a_changed_number_changes_every_file(tmp_path):
    save_bars()
    before = read_all(tmp_path / "figures")
    save_bars(load_units().assign(lead=[13, 7]))
    after = read_all(tmp_path / "figures")
    assert [name for name in before if before[name] == after[name]] == []


def test_png_metadata(tmp_path):
    from PIL import Image

    save_bars()
    with Image.open(tmp_path / "figures" / "02-who-leads.zh.png") as image:
        info, size = dict(image.text), image.size
    assert info["Title"] == "区财政局牵头最多"
    assert info["Description"] == "两根条形\nTwo bars"
    assert info["Source"] == SOURCE[0]
    assert info["Rows"] == "2"
    assert re.fullmatch("[0-9a-f]{12}", info["CSV SHA-256"])
    assert set(info) <= {
        "Title", "Description", "Source", "Language", "Rows", "CSV SHA-256", "Data SHA-256"
    }  # fmt: skip
    assert size[0] == 1400  # 7 inches at 200 dots


def test_svg_metadata(tmp_path):
    save_bars()
    content = (tmp_path / "figures" / "02-who-leads.en.svg").read_bytes()
    tree = ElementTree.fromstring(content)
    found = {each.tag.split("}")[1]: each.text for each in tree.iter() if "dc/" in each.tag}
    assert tree.findtext("{*}title") == "The Finance Bureau leads most often"
    assert found["description"] == "两根条形\nTwo bars"
    assert found["source"] == SOURCE[1]
    assert found["identifier"].startswith("Rows 2; CSV SHA-256 ")
    assert not {"date", "creator"} & set(found)
    assert b"\r" not in content
    assert b"<text" not in content  # glyphs as paths: no font needed to read it


def test_csv_is_the_table(tmp_path):
    table = pd.DataFrame(
        {"unit": ["区财政局", "区人社局"], "lead": [13, 6], "joint": [25, 13],
         "share": [1 / 3, 2e-7], "known": [True, False]}
    )  # fmt: skip
    save_bars(table)
    assert (tmp_path / "figures" / "02-who-leads.csv").read_bytes().decode("utf-8") == (
        "unit,lead,joint,share,known\n"
        "区财政局,13,25,0.333333,true\n"
        "区人社局,6,13,2e-07,false\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    "name", ["who-leads", "2-who", "02-Who", "02_who", "02", "02-谁", "02-a/b"]
)
def test_name_must_be_plain(name):
    with pytest.raises(ValueError, match="02-who-leads"):
        save_bars(name=name)


@pytest.mark.parametrize(
    "table",
    [
        load_units().rename(columns={"lead": "牵头"}),
        load_units().rename(columns={"lead": "Lead units"}),
        load_units().set_index("unit"),
        load_units()[["unit", "lead", "lead"]],
    ],
)
def test_table_must_have_plain_columns(table):
    ax = draw_bars()
    with pytest.raises(ValueError, match="lower_case"):
        save_figure(ax.figure, "02-who", data=table, alt=say("图", "figure"))


def test_data_must_be_a_table():
    with pytest.raises(TypeError, match="Series"):
        save_figure(
            draw_bars().figure, "02-who", data=load_units()["lead"], alt=say("图", "figure")
        )


@pytest.mark.parametrize("place", ["annotation", "tick", "legend", "xlabel"])
def test_text_in_one_language_is_an_error(place, tmp_path):
    ax = draw_bars()
    if place == "annotation":
        ax.annotate("未译", (1, 1))
    elif place == "tick":
        ax.set_xticks([5], ["未译"])
    elif place == "legend":
        ax.get_legend().set_title("未译")
    else:
        ax.set_xlabel("未译")
    before = find_texts(ax.figure)
    with pytest.raises(ValueError, match=r"未译.*xq\.say\(zh, en\)"):
        save_figure(ax.figure, "02-who", data=load_units(), alt=say("图", "figure"))
    assert not (tmp_path / "figures").exists()
    assert before <= find_texts(ax.figure)
    assert say("新词", "new word") == "新词"


def test_digits_and_latin_names_need_no_translation():
    ax = draw_bars()
    ax.annotate("R² = 0.5, COVID-19", (1, 1))
    save_figure(ax.figure, "02-who", data=load_units(), alt=say("图", "figure"))


def test_alt_text_must_come_from_say():
    for alt in (None, "", "两根条形"):
        with pytest.raises(ValueError, match=r"alt=xq\.say\(zh, en\)"):
            save_figure(draw_bars().figure, "02-who", data=load_units(), alt=alt)


def test_title_is_needed():
    import matplotlib.pyplot as plt

    fig, axs = plt.subplots(1, 2)
    with pytest.raises(ValueError, match=r"0 titles.*fig\.suptitle"):
        save_figure(fig, "02-who", data=load_units(), alt=say("图", "figure"))
    for ax in axs:
        ax.set_title("A")
    with pytest.raises(ValueError, match=r"2 titles.*fig\.suptitle"):
        save_figure(fig, "02-who", data=load_units(), alt=say("图", "figure"))


def test_long_titles_are_wrapped_inside_the_figure(monkeypatch):
    seen = spy(monkeypatch)
    zh, en = (
        "区财政局牵头最多，" * 8 + "完",
        "The Finance Bureau leads most often, and " * 4 + "so on",
    )
    ax = draw_bars()
    fig = ax.figure
    fig.suptitle(say(zh, en))
    ax.set_title("")
    for _ in range(2):  # a wrapped title is still known
        save_figure(fig, "02-who", data=load_units(), alt=say("图", "figure"))
    for texts, whole in [(seen[0], en), (seen[2], zh), (seen[4], en), (seen[6], zh)]:
        (title,) = [text for text in texts if re.sub(r"\s", "", text) == whole.replace(" ", "")]
        lines = title.split("\n")
        assert len(lines) > 1
        assert not any(line[0] in "，。" for line in lines)
        assert len(lines[-1]) > 4
    box = fig.suptitle(fig.get_suptitle()).get_window_extent()
    assert 0 <= box.x0 < box.x1 <= fig.bbox.x1


def test_text_cut_off_is_an_error():
    ax = draw_bars()
    ax.figure.text(0.9, 0.5, "a note too long for this place")
    with pytest.raises(ValueError, match=r"02-who \(en\): 0\.\d\d inches are cut off"):
        save_figure(ax.figure, "02-who", data=load_units(), alt=say("图", "figure"))


def test_labels_are_not_clipped_at_the_axes():
    ax = draw_bars()
    label = ax.text(40, 0.5, "a label that starts inside", clip_on=True)
    save_figure(ax.figure, "02-who", data=load_units(), alt=say("图", "figure"))
    assert not label.get_clip_on()
    assert label.get_window_extent().x1 <= ax.figure.bbox.x1


def test_own_source_line(monkeypatch):
    seen = spy(monkeypatch)
    source = say("来源：国家统计局", "Source: National Bureau of Statistics")
    save_figure(
        draw_bars().figure, "02-a", data=load_units(), alt=say("图", "figure"), source=source
    )
    assert "Source: National Bureau of Statistics" in seen[0]
    assert SOURCE[1] not in seen[0]


def test_source_line_stands_once():
    ax = save_bars()
    save_figure(ax.figure, "02-a", data=load_units(), alt=say("两根条形", "Two bars"))
    assert [text.get_text() for text in ax.figure.texts if text.get_gid() == "source"] == [
        SOURCE[0]
    ]


def test_dots():
    table = pd.DataFrame(
        {"who": ["b", "a"], "share": [0.5, 0.25], "from": [0.4, 0.2], "to": [0.6, 0.3],
         "tint": ["accent", "#123456"]}
    )  # fmt: skip
    before = table.copy()
    ax = plot_dots(table, x="share", y="who", low="from", high="to", color="tint")
    lines, dots = ax.collections
    assert dots.get_offsets().tolist() == [[0.5, 0], [0.25, 1]]
    assert [line[:, 0].tolist() for line in lines.get_segments()] == [[0.4, 0.6], [0.2, 0.3]]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["b", "a"]
    assert ax.yaxis_inverted()  # first row on top
    pd.testing.assert_frame_equal(table, before)


def test_dots_need_both_ends():
    with pytest.raises(ValueError, match="both low and high"):
        plot_dots(load_units(), x="lead", y="unit", low="joint")


def test_bars():
    table = load_units()
    before = table.copy()
    ax = plot_bars(table, y="unit", values=["lead", "joint"], labels=["a", "b"])
    # Row 1: 13 from 0, 25 from 13; row 2: 6 from 0, 13 from 6.
    assert [(bar.get_x(), bar.get_width()) for bar in ax.patches] == [
        (0, 13), (0, 6), (13, 25), (6, 13)
    ]  # fmt: skip
    from matplotlib.colors import to_hex

    assert to_hex(ax.patches[0].get_facecolor()).upper() == COLORS["lead"]
    assert [text.get_text() for text in ax.texts] == ["13", "6", "25", "13"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]
    pd.testing.assert_frame_equal(table, before)


def test_bars_number_only_where_it_fits():
    table = pd.DataFrame({"who": ["a", "b"], "lead": [1000, 1], "joint": [0, 500]})
    ax = plot_bars(table, y="who", values=["lead", "joint"])
    assert [text.get_text() for text in ax.texts] == ["1,000", "", "", "500"]
    ax = plot_bars(table, y="who", values=["lead"])
    assert [text.get_text() for text in ax.texts] == ["1,000", "1"]
    assert ax.get_legend() is None


def test_bars_with_a_missing_number():
    table = pd.DataFrame({"who": ["a", "b"], "lead": [1.5, None], "joint": [2.0, 3.0]})
    ax = plot_bars(table, y="who", values=["lead", "joint"])
    assert [bar.get_x() for bar in ax.patches] == [0, 0, 1.5, 0]


def test_bars_need_one_label_per_column():
    with pytest.raises(ValueError, match="1 labels for 2"):
        plot_bars(load_units(), y="unit", values=["lead", "joint"], labels=["a"])


def test_matrix():
    table = pd.DataFrame(
        {"task": [1, 3, 3], "who": ["b", "b", "a"], "role": ["lead", "joint", "lead"]}
    )
    before = table.copy()
    colors = {"lead": ("lead", "L"), "joint": ("#ABCDEF", "J")}
    ax = plot_matrix(table, x="task", y="who", color="role", colors=colors)
    from matplotlib.colors import to_hex

    tiles = ax.collections[0]
    corners = [path.vertices.min(axis=0).tolist() for path in tiles.get_paths()]
    assert corners == [[-0.5, -0.5], [1.5, -0.5], [1.5, 0.5]]
    assert [to_hex(each).upper() for each in tiles.get_facecolor()] == [
        COLORS["lead"], "#ABCDEF", COLORS["lead"]
    ]  # fmt: skip
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "2", "3"]  # 2 is a gap
    assert [label.get_text() for label in ax.get_yticklabels()] == ["b", "a"]
    pd.testing.assert_frame_equal(table, before)


def test_matrix_says_what_is_wrong():
    table = pd.DataFrame({"task": [1, 1], "who": ["b", "b"], "role": ["lead", "joint"]})
    colors = {"lead": ("lead", "L")}
    with pytest.raises(ValueError, match=r"two rows for one tile: {'task': 1, 'who': 'b'}"):
        plot_matrix(table, x="task", y="who", color="role", colors=colors)
    with pytest.raises(ValueError, match="no colour given for .*joint"):
        plot_matrix(table.tail(1), x="task", y="who", color="role", colors=colors)


@pytest.mark.parametrize(
    "draw",
    [
        lambda table, ax: plot_dots(table, x="no_such", y="unit", ax=ax),
        lambda table, ax: plot_bars(table, y="unit", values=["lead", "no_such"], ax=ax),
        lambda table, ax: plot_matrix(table, x="lead", y="unit", color="no_such", colors={}, ax=ax),
    ],
)
def test_missing_column_is_named(draw):
    with pytest.raises(ValueError, match=r"no column \['no_such'\]; it has \['unit'"):
        draw(load_units(), None)


def test_empty_table():
    with pytest.raises(ValueError, match="empty"):
        plot_dots(load_units().head(0), x="lead", y="unit")


def test_draws_into_given_axes():
    import matplotlib.pyplot as plt

    _, (one, two, three) = plt.subplots(1, 3)
    table = load_units()
    colors = {"区财政局": ("lead", "A"), "区人社局": ("joint", "B")}
    assert plot_dots(table, x="lead", y="unit", ax=one) is one
    assert plot_bars(table, y="unit", values=["lead"], ax=two) is two
    assert plot_matrix(table, x="lead", y="unit", color="unit", colors=colors, ax=three) is three
    assert len(plt.get_fignums()) == 1


def test_pictures_in_a_notebook(tmp_path, monkeypatch):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    from PIL import Image

    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "tests")]))
    monkeypatch.delenv("MPLBACKEND")
    cells = ["import matplotlib.pyplot as plt\nimport test_plot", "test_plot.use_style()"]
    cells.append("test_plot.save_bars().figure.get_suptitle()")

    def run():
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        nbclient.NotebookClient(book, record_timing=False, kernel_name="python3").execute()
        return [output for cell in book.cells for output in cell.outputs]

    text, picture = run()
    assert text["data"]["text/plain"] == "'区财政局牵头最多'"
    png = picture["data"]["image/png"]
    with Image.open(io.BytesIO(base64.b64decode(png))) as image:
        assert image.text == {}  # neither date nor version
        assert image.size[0] == 700
    assert run()[1]["data"]["image/png"] == png


def test_specifications_are_drawn_in_order_with_their_tiles():
    from matplotlib.colors import to_rgba

    use_style()
    table = pd.DataFrame({"score": [0.2, 0.9], "stop": ["a", "b"], "holds": [True, False]})
    rows = {"a": ("stop", "a"), "b": ("stop", "b"), "holds": ("holds", True)}
    ax = plot_specifications(table, value="score", rows=rows)
    assert ax.collections[0].get_offsets()[:, 1].tolist() == [0.9, 0.2]
    faces = [group.get_facecolor() for group in ax.figure.axes[1].collections]
    empty = to_rgba(COLORS["empty"])
    filled = [[tuple(face) != empty for face in each] for each in faces]
    assert filled == [[False, True], [True, False], [False, True]]
    with pytest.raises(ValueError, match="no column"):
        plot_specifications(table, value="score", rows={"a": ("nothing", 1)})


def test_flows_stack_groups_and_name_items():
    use_style()
    rows = [
        ("1", "a", 1),
        ("1", "b", 1),
        ("1", "c", 1),
        ("2", "a", 1),
        ("2", "b", 2),
        ("2", "c", 1),
    ]
    table = pd.DataFrame(rows, columns=["step", "who", "group"]).assign(firm="yes")
    options = {"step": "step", "item": "who", "group": "group", "color": "firm"}
    ax = plot_flows(table, colors={"yes": ("lead", "firm")}, **options)
    # One block of three; then a and c (mean place 1) above b (place 1, but second by number).
    assert sorted(block.get_height() for block in ax.patches) == [1, 2, 3]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b", "c"]
    tops = ax.get_yticks() - 0.5
    assert tops.tolist() == [0, 2.5, 1]  # half an item between two groups
    assert len(ax.collections[0].get_paths()) == 3  # a, b and c go different ways
    with pytest.raises(ValueError, match="every item once at every step"):
        plot_flows(table.head(5), colors={"yes": ("lead", "firm")}, **options)
    with pytest.raises(ValueError, match="no colour given for"):
        plot_flows(table, colors={}, **options)


def test_lines_have_a_panel_each():
    use_style()
    table = pd.DataFrame({"k": [1, 2, 1, 2], "real": [1, 2, 3, 4], "null": 0, "what": [*"aabb"]})
    ax = plot_lines(table, x="k", values=["real", "null"], panel="what", columns=3)
    one, two, none = ax.figure.axes
    assert [one.get_title(loc="left"), two.get_title(loc="left")] == ["a", "b"]
    assert [line.get_ydata().tolist() for line in two.lines] == [[3, 4], [0, 0]]
    assert not none.axison


def test_a_network_is_saved_as_graphml(tmp_path, monkeypatch):
    import networkx as nx

    monkeypatch.setenv("XQ_FIGURES", str(tmp_path))
    use_style()
    graph = nx.Graph()
    graph.add_edge("税", "费", n=2)
    table = pd.DataFrame({"x": [1], "y": ["a"]})
    ax = plot_dots(table, x="x", y="y")
    ax.set_title(say("标题", "title"))
    save_figure(ax.figure, "99-net", data=table, alt=say("图", "figure"), graph=graph)
    back = nx.read_graphml(tmp_path / "99-net.graphml")
    assert back.edges["税", "费"]["n"] == 2
