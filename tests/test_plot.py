"""Figures: the same numbers and the same bytes, in two languages, with no box for a character."""

import base64
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import nbclient
import nbformat
import pandas as pd
import pytest
from PIL import Image
from xq.plot import (
    COLORS,
    plot_bars,
    plot_dots,
    plot_matrix,
    save_figure,
    use_style,
)

ROOT = Path(__file__).resolve().parent.parent
KINDS = ["csv", "en.png", "en.svg", "zh.png", "zh.svg"]


@pytest.fixture(autouse=True)
def style(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setenv("XQ_FIGURES", str(tmp_path / "figures"))
    plt.switch_backend("agg")
    use_style("zh")
    yield
    plt.close("all")


SOURCE = ("来源：西青区任务清单", "Source: Xiqing task list")
ALT = ("两根条形", "Two bars")


def load_units():
    return pd.DataFrame(
        {
            "unit": ["区财政局", "区人社局"],
            "unit_en": ["Finance Bureau", "Human Resources Bureau"],
            "lead": [13, 6],
            "joint": [25, 13],
        }
    )


def make_draw(table, change=lambda ax, say: None):
    """Return a function of the language that draws two bars and then does something more."""

    def draw(say):
        labels = say(["牵头", "配合"], ["lead", "joint"])
        values = ["lead", "joint"]
        ax = plot_bars(table, y=say("unit", "unit_en"), values=values, labels=labels)
        ax.set_xlabel(say("措施数（项）", "measures"))
        ax.set_title(say("区财政局牵头最多", "The Finance Bureau leads most often"))
        change(ax, say)
        return ax

    return draw


def save_bars(table=None, name="02-who-leads", change=lambda ax, say: None, **options):
    table = load_units() if table is None else table
    options = {"data": table, "alt": ALT, "source": SOURCE} | options
    save_figure(make_draw(table, change), name, **options)


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
    with pytest.raises(ValueError, match="'zh', 'en'"):
        use_style("fr")


def test_style_sets_table_options():
    assert pd.get_option("display.unicode.east_asian_width")
    assert pd.get_option("display.max_rows") == 20


def test_english_quotes_are_straight_for_the_font_draws_curly_ones_wide():
    seen = []

    def look(ax, say):
        seen.append(say("“一”", "“one” ‘two’"))
        seen.append(say(["“二”"], ["“three”"]))

    save_bars(change=look)
    assert seen == ["“一”", ["“二”"], "\"one\" 'two'", ['"three"']]


def test_say_picks_one_of_two(monkeypatch):
    seen = []

    def look(ax, say):
        seen.append(say("一", "one"))
        seen.append(list(say(pd.Series(["二", "三"]), pd.Series(["two", "three"]))))

    save_bars(change=look)
    assert seen == ["一", ["二", "三"], "one", ["two", "three"]]


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (("牵头", ""), "the English text 0 is ''"),
        (("", "lead"), "the Chinese text 0 is ''"),
        (("牵头", float("nan")), "give two texts, or two lists"),
        ((None, "a"), "give two texts, or two lists"),
        ((["一"], ["one", "two"]), "1 Chinese and 2 English texts"),
        ((["一", " "], ["one", "two"]), "the Chinese text 1 is ' '"),
        (([], []), "one at least"),
    ],
)
def test_say_needs_both_languages(pair, message):
    with pytest.raises((TypeError, ValueError), match=message):
        save_bars(change=lambda ax, say: say(*pair))


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
    with pytest.raises(UserWarning, match="Glyph .* missing"):
        save_bars(change=lambda ax, say: ax.annotate("\U0001f600", (1, 1)))


def test_every_file_is_written(tmp_path):
    save_bars()
    assert [*read_all(tmp_path / "figures")] == [f"02-who-leads.{kind}" for kind in KINDS]


def test_every_text_is_drawn_in_its_language(monkeypatch):
    seen = spy(monkeypatch)
    save_bars()
    both = {
        "en": {"Finance Bureau", "Human Resources Bureau", "lead", "joint", "measures", SOURCE[1]},
        "zh": {"区财政局", "区人社局", "牵头", "配合", "措施数（项）", SOURCE[0]},
    }
    both["en"].add("The Finance Bureau leads most often")
    both["zh"].add("区财政局牵头最多")
    assert len(seen) == 4  # PNG and SVG, Chinese and English
    for number, texts in enumerate(seen):
        language, other = ("zh", "en") if number < 2 else ("en", "zh")
        assert both[language] <= texts
        assert not both[other] & texts


def test_bytes_do_not_depend_on_the_language_on_screen(tmp_path):
    save_bars()
    chinese = read_all(tmp_path / "figures")
    use_style("en")
    save_bars()
    assert read_all(tmp_path / "figures") == chinese


def test_no_figure_is_left_open_but_the_one_on_screen():
    save_bars()
    save_bars()
    assert len(plt.get_fignums()) == 2  # one for each call, in the language on screen


@pytest.mark.parametrize("made", [None, 3, "ax"])
def test_draw_must_return_what_it_drew(made):
    with pytest.raises(TypeError, match="end it with `return ax`"):
        save_figure(lambda say: made, "01-a", data=load_units(), alt=ALT, source=SOURCE)


def test_draw_must_make_a_new_figure():
    fig, ax = plt.subplots()
    ax.set_title("A")
    with pytest.raises(ValueError, match="a new one at each call"):
        save_figure(lambda say: ax, "01-a", data=load_units(), alt=ALT, source=SOURCE)
    with pytest.raises(TypeError, match=r"expected a function draw\(say\)"):
        save_figure(fig, "01-a", data=load_units(), alt=ALT, source=SOURCE)


def test_bytes_are_the_same_when_saved_again(tmp_path):
    save_bars()
    first = read_all(tmp_path / "figures")
    save_bars()
    assert read_all(tmp_path / "figures") == first


def test_a_copy_without_title_and_of_another_size(tmp_path):
    save_bars(title=False, size=(5, 3))
    with Image.open(tmp_path / "figures" / "02-who-leads.zh.png") as image:
        assert image.size == (1000, 600)  # 200 dots an inch
        assert image.text["Title"] == "区财政局牵头最多"
    for wrong in [(5,), (0, 3), "A4", (5, float("nan"))]:
        with pytest.raises((TypeError, ValueError), match="size"):
            save_bars(size=wrong)
    with pytest.raises(TypeError, match="title is 'My own'"):
        save_bars(title="My own")


def test_png_has_a_palette(tmp_path):
    save_bars()
    with Image.open(tmp_path / "figures" / "02-who-leads.en.png") as image:
        assert image.mode == "P"
        colors = image.convert("RGB").getcolors(256)
    lead = tuple(int(COLORS["lead"][i : i + 2], 16) for i in (1, 3, 5))
    near = min(
        max(abs(one - two) for one, two in zip(lead, color, strict=True)) for _, color in colors
    )
    assert near <= 3


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
    save_bars()
    with Image.open(tmp_path / "figures" / "02-who-leads.zh.png") as image:
        info, size = dict(image.text), image.size
    assert info["Title"] == "区财政局牵头最多"
    assert info["Description"] == "两根条形\nTwo bars"
    assert info["Source"] == SOURCE[0]
    assert info["Rows"] == "2"
    assert re.fullmatch("[0-9a-f]{12}", info["CSV SHA-256"])
    assert set(info) <= {
        "Title", "Description", "Source", "Language", "Rows", "CSV SHA-256"
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
    table = load_units().assign(share=[1 / 3, 2e-7], known=[True, False])
    save_bars(table)
    assert (tmp_path / "figures" / "02-who-leads.csv").read_bytes().decode("utf-8") == (
        "unit,unit_en,lead,joint,share,known\n"
        "区财政局,Finance Bureau,13,25,0.333333,true\n"
        "区人社局,Human Resources Bureau,6,13,2e-07,false\n"
    )


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
    with pytest.raises(ValueError, match="lower_case"):
        save_bars(data=table)


def test_data_must_be_a_table():
    with pytest.raises(TypeError, match="Series"):
        save_bars(data=load_units()["lead"])


@pytest.mark.parametrize("place", ["annotation", "tick", "legend", "xlabel"])
def test_chinese_in_the_english_picture_is_an_error(place, tmp_path):
    def leave(ax, say):
        if place == "annotation":
            ax.annotate("未译", (1, 1))
        elif place == "tick":
            ax.set_xticks([5], ["未译"])
        elif place == "legend":
            ax.get_legend().set_title("未译")
        else:
            ax.set_xlabel("未译")

    with pytest.raises(ValueError, match=r"'未译' is Chinese in the English picture"):
        save_bars(change=leave)
    assert not (tmp_path / "figures").exists()


def test_what_say_gives_as_english_may_quote_chinese():
    save_bars(change=lambda ax, say: ax.annotate(say("企业", "firms 企业"), (1, 1)))


def test_digits_and_latin_names_need_no_translation():
    save_bars(change=lambda ax, say: ax.annotate("R² = 0.5, COVID-19", (1, 1)))


@pytest.mark.parametrize("wrong", [None, "", "两根条形", ("一",), ("一", ""), ("一", 2)])
def test_alt_and_source_are_two_texts(wrong):
    with pytest.raises((TypeError, ValueError), match="alt"):
        save_bars(alt=wrong)
    if wrong is not None:
        with pytest.raises((TypeError, ValueError), match="source"):
            save_bars(source=wrong)


def test_no_source_line(monkeypatch):
    seen = spy(monkeypatch)
    save_bars(source=None)
    assert not {text for texts in seen for text in texts} & set(SOURCE)


def test_one_title_is_needed():
    def draw(say, titles):
        fig, axs = plt.subplots(1, 2)
        for ax, title in zip(axs, titles, strict=True):
            ax.set_title(title)
        return fig

    for titles, message in [(("", ""), "0 titles"), (("A", "B"), "2 titles")]:
        with pytest.raises(ValueError, match=message):
            save_figure(
                lambda say, titles=titles: draw(say, titles),
                "02-who", data=load_units(), alt=ALT, source=SOURCE,
            )  # fmt: skip


def test_both_titles_alike_is_an_error():
    with pytest.raises(ValueError, match="both titles are 'A'"):
        save_bars(change=lambda ax, say: ax.set_title("A"))


def test_long_titles_are_wrapped_inside_the_figure(monkeypatch):
    seen = spy(monkeypatch)
    zh = "区财政局牵头最多，" * 8 + "完"
    en = "The Finance Bureau leads most often, and " * 4 + "so on"
    save_bars(change=lambda ax, say: ax.set_title(say(zh, en)))
    for texts, whole in [(seen[0], zh), (seen[2], en)]:
        (title,) = [text for text in texts if re.sub(r"\s", "", text) == whole.replace(" ", "")]
        lines = title.split("\n")
        assert len(lines) > 1
        assert not any(line[0] in "，。" for line in lines)
        assert len(lines[-1]) > 4


def test_text_cut_off_is_an_error():
    note = "a note too long for this place"
    with pytest.raises(ValueError, match=r"02-who-leads \(zh\): 0\.\d\d inches are cut off"):
        save_bars(change=lambda ax, say: ax.figure.text(0.9, 0.5, note))


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
    """The saved picture in the language of the style, once, and no other."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "tests")]))
    monkeypatch.delenv("MPLBACKEND")
    cells = ["import test_plot", "test_plot.use_style('en')", "test_plot.save_bars()"]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(book, record_timing=False, kernel_name="python3").execute()
    (picture,) = [output for cell in book.cells for output in cell.outputs]
    shown = base64.b64decode(picture["data"]["image/png"])
    saved = (tmp_path / "figures" / "02-who-leads.en.png").read_bytes()
    with Image.open(io.BytesIO(shown)) as one, Image.open(io.BytesIO(saved)) as two:
        assert one.convert("RGB").tobytes() == two.convert("RGB").tobytes()


def test_a_network_is_saved_as_graphml(tmp_path, monkeypatch):
    import networkx as nx

    monkeypatch.setenv("XQ_FIGURES", str(tmp_path))
    graph = nx.Graph()
    graph.add_edge("税", "费", n=2)
    save_bars(name="99-net", graph=graph)
    back = nx.read_graphml(tmp_path / "99-net.graphml")
    assert back.edges["税", "费"]["n"] == 2
