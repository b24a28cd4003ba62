"""Draw a table; save a figure in two languages with the numbers it shows."""
# ruff: noqa: E402 - the logger must be quiet before matplotlib builds its font list

import base64
import hashlib
import io
import logging
import os
import re
import reprlib
import sys
import warnings
from collections.abc import Hashable, Mapping
from functools import lru_cache
from pathlib import Path

logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib import cycler
from matplotlib.axes import Axes
from matplotlib.axis import Axis, Tick
from matplotlib.collections import PatchCollection
from matplotlib.colors import is_color_like
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.patches import Patch, Rectangle
from matplotlib.table import Cell
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from networkx import Graph, NetworkXException, generate_graphml
from pandas.api.types import is_integer_dtype, is_list_like, is_numeric_dtype
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from .door import check_choice, check_frame

LANGUAGES = ("zh", "en")
# By role. Dark, middle and light stay apart in grey print and for colour-blind readers.
COLORS = {
    "lead": "#0B5394", "joint": "#7DB0DD", "all": "#D5D9DE", "accent": "#C8431B",
    "second": "#E69F00", "third": "#00876C", "fourth": "#A85C8C", "muted": "#8A929B",
    "ink": "#1F2429", "quiet": "#656D76", "grid": "#DDE1E5", "empty": "#F1F3F5",
}  # fmt: skip
_OUTCOMES = {"done": "lead", "on_time": "joint", "no_date": "all", "late": "accent"}
_OUTCOMES |= {"silent": "muted"}
COLORS |= {outcome: COLORS[role] for outcome, role in _OUTCOMES.items()}  # of count_answers
CYCLE = ["lead", "second", "third", "fourth", "joint", "accent", "muted"]
_FONT = "Noto Sans SC"
_DPI = 200  # of saved pictures
_MARGIN = 0.06  # inches, around the title and the source line
_ROOT = Path(__file__).resolve().parent.parent
_CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# Lines break between these: a Latin word, or one Chinese character, with the marks around it.
_PIECE = re.compile(
    r"\s+|[（《“‘]*(?:[\u2e80-\u9fff\uff00-\uffef]|[^\s“‘\u2e80-\u9fff\uff00-\uffef]+)"
    r"[，。、；：！？）》”’…％%]*|\S"
)
# The Chinese font draws these as wide as a Chinese character, which leaves holes in English.
_STRAIGHT = str.maketrans("“”‘’", "\"\"''")
_NO_LAYOUT = {"figure.constrained_layout.use": False}  # else savefig begins with another one
_state = {"language": "zh"}


def use_style(language="zh"):
    """Set the house look of figures and tables, and the language shown on screen.

    Call it once, before the first figure.

    Parameters
    ----------
    language : {"zh", "en"}, default "zh"
        Language of the figures in the notebook; `save_figure` always writes both.

    Raises
    ------
    ValueError
        If the language is another one.
    FileNotFoundError
        If ``xq/fonts/``, which has the Chinese font, is missing.
    """
    check_choice(language, "language", LANGUAGES)
    _add_font()
    matplotlib.rcParams.update(_style())
    pd.set_option("display.unicode.east_asian_width", True)
    pd.set_option("display.max_colwidth", 60)
    pd.set_option("display.max_rows", 20)
    pd.set_option("display.precision", 3)
    warnings.filterwarnings("error", message="Glyph .* missing")
    _set_inline()
    _state["language"] = language


def save_figure(draw, name, *, data, alt, source, graph=None, title=True, size=None):
    """Draw a figure in Chinese and in English, and write both with the table they show.

    Writes ``NAME.zh.png``, ``NAME.en.png``, ``NAME.zh.svg``, ``NAME.en.svg`` and ``NAME.csv`` to
    ``figures/``, or to the folder named by the environment variable ``XQ_FIGURES``. The title goes
    to the left edge of the figure and is wrapped; the source line goes below. Title, alt text,
    source, number of rows and checksum go into the metadata. The same figure gives the same bytes.
    A notebook shows the saved picture in the language of `use_style`, once.

    Parameters
    ----------
    draw : callable
        ``draw(say)`` makes a new figure, gives it a title (``ax.set_title`` or ``fig.suptitle``)
        and returns its Axes or Figure. It is called twice: once ``say(zh, en)`` returns its first
        argument, once its second. Both are texts, or lists, arrays or Series of as many texts.
    name : str
        Two digits, then lower-case words, joined by dashes: "02-who-leads".
    data : DataFrame
        The numbers drawn; column names in lower case, nothing of value in the index. Best with a
        column of labels per language, drawn as ``y=say("unit", "unit_en")``.
    alt : (str, str)
        What the figure shows, for those who cannot see it, in Chinese and in English.
    source : (str, str) or None
        Source line, in Chinese and in English. It has to be given; None for a figure without.
    graph : networkx.Graph, optional
        The network drawn; written as ``NAME.graphml`` too, for Gephi and the like.
    title : bool, default True
        False leaves the title out of the picture, for a text that has a caption of its own; it
        stays in the metadata.
    size : (float, float), optional
        Width and height in inches; 16 cm, the text of a page, are 6.3.

    Raises
    ------
    TypeError
        If an argument is of another kind than said above, or `draw` returns something else.
    ValueError
        If the name, the table, the title, a pair of texts or the size is not as said above, if the
        English picture has a text with Chinese characters that neither `say` got as English nor
        stands in a column of `data` that `say` got as English, or if something would be cut off
        at the edge of the picture.

    Examples
    --------
    A copy for your own text, of another size and colour, with a title of yours or without one:

    >>> def mine(say):
    ...     ax = draw(say)
    ...     ax.patches[0].set_color("black")
    ...     ax.set_title(say("我的标题", "A title of my own"))
    ...     return ax
    >>> save_figure(mine, "02-mine", data=load, alt=alt, source=source, title=False, size=(6.3, 4))
    """
    if not isinstance(name, str) or not re.fullmatch(r"\d\d(-[a-z0-9]+)+", name):
        raise ValueError(f'figure name {name!r}: expected a name like "02-who-leads"')
    csv = _to_csv(data)
    files = {f"{name}.csv": csv}
    if graph is not None:
        files[f"{name}.graphml"] = _to_graphml(graph)
    facts = {"Rows": str(len(data)), "CSV SHA-256": hashlib.sha256(csv).hexdigest()[:12]}
    files |= _save_both(draw, name, facts, data, alt, source, title, size)
    folder = Path(os.environ.get("XQ_FIGURES") or _ROOT / "figures")
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in files.items():
        (folder / file).write_bytes(content)
    language = _state["language"]
    _show(files[f"{name}.{language}.png"], alt[LANGUAGES.index(language)])


def plot_dots(table, *, x, y, low=None, high=None, color=None, ax=None):
    """Draw one dot per row, the first row on top, each with an interval if given.

    Parameters
    ----------
    table : DataFrame
        One row per dot.
    x, y : str
        Columns of numbers and of labels.
    low, high : str, optional
        Columns with the ends of an interval; both or neither.
    color : str, optional
        A column of colours, or one colour; colours may be keys of `COLORS`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if omitted.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If `table` is no DataFrame, `ax` no Axes, or a column of numbers has something else.
    ValueError
        If the table is empty, a column is missing or a label in it, a colour is unknown, or only
        one end of the interval is given.
    """
    if (low is None) != (high is None):
        raise ValueError("give both low and high, or neither")
    ends = [] if low is None else [low, high]
    table = _read(table, labels=[y], numbers=[x, *ends])
    given = table[color] if isinstance(color, str) and color in table else [color or "lead"]
    colors = [_to_color(each) for each in given]
    ax = _axes(ax, height=1.1 + 0.27 * len(table))
    if ends:
        ax.hlines(range(len(table)), table[low], table[high], color=colors, lw=1.8, alpha=0.5)
    ax.scatter(table[x], range(len(table)), c=colors, s=34, zorder=3)
    ax.grid()
    _label_rows(ax, table[y])
    return ax


def plot_bars(table, *, y, values, labels=None, ax=None):
    """Draw stacked horizontal bars, the first row on top.

    Numbers stand inside stacked bars where they fit, and after the bars of a single column.

    Parameters
    ----------
    table : DataFrame
        One row per bar.
    y : str
        Column of labels.
    values : list of str
        Columns of numbers, from left to right; one named like a key of `COLORS` has that colour.
        A missing number draws nothing.
    labels : list of str, optional
        Legend texts, one per column of `values`; no legend if omitted.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if omitted.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If `table` is no DataFrame, `values` or `labels` no list, `ax` no Axes, or a column of
        numbers has something else.
    ValueError
        If the table is empty, a column is missing or a label in it, or `labels` and `values`
        differ in length.
    """
    _check_list(values, "values")
    table = _read(table, labels=[y], numbers=values)
    if labels is not None:
        _check_list(labels, "labels")
        if len(labels) != len(values):
            raise ValueError(f"{len(labels)} labels for {len(values)} columns of values")
    ax = _axes(ax, height=1.2 + 0.27 * len(table))
    room = _width(ax) * 0.6 / max(table[values].sum(axis=1).max(), 1e-9)  # labels need the rest
    left, groups, spare = 0, [], [key for key in CYCLE if key not in values] or CYCLE
    for number, name in enumerate(values):
        key = name if name in COLORS else spare[number % len(spare)]
        width = table[name].fillna(0)
        group = ax.barh(range(len(table)), width, left=left, color=COLORS[key], height=0.72)
        _number_bars(ax, group, width, room=room, key=key, alone=len(values) == 1)
        groups.append(group)
        left = left + width
    ax.grid(axis="x")
    _label_rows(ax, table[y])
    if labels is not None:
        _add_legend(ax, groups, labels)
    return ax


def plot_matrix(table, *, x, y, color, colors, ax=None):
    """Draw one tile per row of the table on a grid of x by y, the first y on top.

    Parameters
    ----------
    table : DataFrame
        One row per tile; no tile twice.
    x, y : str
        Columns of whole numbers (every position between the least and the greatest is drawn) or
        of labels (in order of first appearance).
    color : str
        Column of categories.
    colors : dict
        Category → (colour, legend text); the colour may be a key of `COLORS`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if omitted.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If `table` is no DataFrame, `colors` no dict or `ax` no Axes.
    ValueError
        If the table is empty, a column is missing or a value in it, a tile stands twice, or a
        category has no colour or an unknown one.
    """
    table = _read(table, labels=[x, y, color])
    if (twice := table.duplicated([x, y])).any():
        first = table.loc[twice, [x, y]].to_dict("records")[0]
        raise ValueError(f"two rows for one tile: {first}; count or drop such rows first")
    faces = _read_colors(table[color], colors)

    (across, names), (down, rows) = _find_positions(table[x]), _find_positions(table[y])
    ax = _axes(ax, height=1.2 + 0.17 * len(rows))
    tiles = [Rectangle((i - 0.5, j - 0.5), 1, 1) for i, j in zip(across, down, strict=True)]
    tiles = PatchCollection(tiles, facecolor=[faces[value] for value in table[color]], lw=0)
    ax.add_collection(tiles, autolim=False)
    ax.vlines([i + 0.5 for i in range(len(names) - 1)], -0.5, len(rows) - 0.5, color="w", lw=0.9)
    ax.hlines([j + 0.5 for j in range(len(rows) - 1)], -0.5, len(names) - 0.5, color="w", lw=0.9)
    ax.set(xlim=(-0.5, len(names) - 0.5), facecolor=COLORS["empty"])
    many = len(names) > 12
    ax.set_xticks(range(len(names)), names, rotation=90 * many, fontsize=6 if many else 7)
    _label_rows(ax, rows)
    ax.spines["bottom"].set_visible(False)
    _add_color_legend(ax, faces, colors)
    return ax


def _style():
    return {
        "font.family": [_FONT], "font.size": 9, "text.color": COLORS["ink"],
        "text.hinting": "no_hinting",  # the same spacing at every resolution
        "axes.titlesize": 10, "axes.titlelocation": "left", "axes.labelsize": 9,
        "axes.labelcolor": COLORS["ink"], "axes.edgecolor": COLORS["muted"],
        "axes.axisbelow": True, "axes.unicode_minus": False,
        "axes.spines.top": False, "axes.spines.right": False,
        "axes.prop_cycle": cycler(color=[COLORS[key] for key in CYCLE]),
        "axes.grid": False, "grid.color": COLORS["grid"], "grid.linewidth": 0.6,
        "xtick.labelsize": 8, "xtick.color": COLORS["muted"], "xtick.labelcolor": COLORS["ink"],
        "ytick.labelsize": 8, "ytick.color": COLORS["muted"], "ytick.labelcolor": COLORS["ink"],
        "legend.fontsize": 8, "legend.frameon": False, "image.cmap": "cividis",
        "figure.figsize": (7, 4.2), "figure.dpi": 100, "figure.titlesize": 12,
        "figure.labelsize": 9, "figure.constrained_layout.use": True, "savefig.dpi": _DPI,
        "savefig.bbox": None, "svg.hashsalt": "xq", "svg.fonttype": "path",
    }  # fmt: skip


def _add_font():
    path = Path(__file__).with_name("fonts") / "NotoSansSC-Regular.ttf"
    if not path.is_file():
        raise FileNotFoundError(f"the Chinese font is missing: {path}; get a whole copy of xq")
    fontManager.ttflist = [font for font in fontManager.ttflist if font.name != _FONT]
    fontManager.addfont(path)


# Saving --------------------------------------------------------------------------------------


def _save_both(draw, name, facts, data, alt, source, title, size):
    """Draw once per language; return the content of each picture file."""
    if not callable(draw):
        raise TypeError(
            f"draw is {reprlib.repr(draw)}; expected a function draw(say) that returns an Axes"
        )
    _check_two(alt, "alt")
    if source is not None:
        _check_two(source, "source")
    if not isinstance(title, bool):
        raise TypeError(f"title is {title!r}; expected True or False. draw gives its text")
    if size is not None:
        _check_size(size)

    if matplotlib.rcParams["font.family"] != [_FONT]:  # a script that did not call it
        use_style(_state["language"])
    files, titles, figures, open_before = {}, [], [], set(plt.get_fignums())
    keep = None
    try:
        for language, line in zip(LANGUAGES, source or ("", ""), strict=True):
            english = {_squeeze(line)}
            made = draw(_make_say(language, data, english))
            fig = made.get_figure(root=True) if isinstance(made, Axes) else made
            if not isinstance(fig, Figure):
                raise TypeError(
                    f"draw returned {reprlib.repr(made)}; expected the Axes or the Figure it drew "
                    "on: end it with `return ax`"
                )
            if fig in figures or getattr(fig, "number", None) in open_before:
                raise ValueError("draw used an old figure; it has to make a new one at each call")
            figures.append(fig)
            if size is not None:
                fig.set_size_inches(size)
            label = f"{name} ({language})"
            allowed = english if language == "en" else None
            pictures, words = _finish(fig, label, language, alt, line, facts, title, allowed)
            titles.append(words)
            files |= {f"{name}.{language}.{kind}": content for kind, content in pictures.items()}
        if titles[0] == titles[1]:
            raise ValueError(f"{name}: both titles are {titles[0]!r}; use say(zh, en)")
        if _find_shell() is None:  # a script may still call plt.show()
            keep = getattr(figures[LANGUAGES.index(_state["language"])], "number", None)
    finally:
        for number in set(plt.get_fignums()) - open_before - {keep}:
            plt.close(number)
    return files


def _make_say(language, data, english):
    """Return `say` for a language; it adds what it gets as English to the set `english`."""

    def say(zh, en):
        one = isinstance(zh, str) and isinstance(en, str)
        if not one and any(isinstance(side, str) or not is_list_like(side) for side in (zh, en)):
            raise TypeError(
                f"say({reprlib.repr(zh)}, {reprlib.repr(en)}): give two texts, or two lists of "
                "texts, Chinese first"
            )
        sides = [[zh], [en]] if one else [list(zh), list(en)]
        if not len(sides[0]) == len(sides[1]) > 0:
            raise ValueError(
                f"say(zh, en): {len(sides[0])} Chinese and {len(sides[1])} English texts; expected "
                "as many, and one at least"
            )
        for side, texts in zip(("Chinese", "English"), sides, strict=True):
            for number, text in enumerate(texts):
                if not isinstance(text, str) or not text.strip():
                    raise ValueError(
                        f"say({reprlib.repr(zh)}, {reprlib.repr(en)}): the {side} text {number} is "
                        f"{text!r}; give each in both languages, none empty or missing"
                    )
        english.update(_squeeze(text.translate(_STRAIGHT)) for text in sides[1])
        if one and en in data.columns:
            english.update(map(_squeeze, data[en].dropna().astype(str)))
        if language == "zh":
            return zh
        if not any(set(text) & set("“”‘’") for text in sides[1]):
            return en
        return en.translate(_STRAIGHT) if one else [text.translate(_STRAIGHT) for text in en]

    return say


def _finish(fig, label, language, alt, source, facts, title, allowed):
    """Lay out a figure, check it, and return its PNG and SVG, and its title.

    ``allowed`` are the texts that may have Chinese characters; None: all of them.
    """
    screen, fig.dpi = fig.dpi, _DPI
    heading = _add_title(fig)
    words = heading.get_text()
    if not title:
        heading.set_text("")
    line = _add_source(fig, source)
    metadata = {"Title": words, "Description": "\n".join(alt)}
    metadata |= {"Source": source} if source else {}
    metadata |= {"Language": language}
    with warnings.catch_warnings(), matplotlib.rc_context(_NO_LAYOUT):
        warnings.filterwarnings("error", message="Glyph .* missing|constrained_layout not")
        _arrange(fig, heading, line)
        if allowed is not None:
            _check_english(fig, label, allowed)
        _check_edges(fig, label)
        pictures = {"png": _to_png(fig, metadata | facts), "svg": _to_svg(fig, metadata, facts)}
    fig.dpi = screen
    return pictures, words


def _check_two(given, name):
    """Raise unless something is a pair of texts."""
    if not isinstance(given, tuple | list):
        raise TypeError(f"{name} is {reprlib.repr(given)}; expected two texts: {name}=(zh, en)")
    if len(given) != 2 or not all(isinstance(each, str) and each.strip() for each in given):
        raise ValueError(
            f"{name} is {reprlib.repr(given)}; expected two texts, none empty: {name}=(zh, en)"
        )


def _check_size(size):
    numbers = is_list_like(size) and all(isinstance(each, int | float) for each in size)
    if not numbers or len(size) != 2 or not all(1 <= each <= 40 for each in size):
        raise ValueError(f"size is {size!r}; expected width and height in inches, such as (6.3, 4)")


def _to_csv(data):
    check_frame(data, "data")
    if data.empty:
        raise ValueError("data is empty; expected the numbers that are drawn")
    odd = [name for name in data.columns if not re.fullmatch("[a-z][a-z0-9_]*", str(name))]
    if odd or not data.columns.is_unique or data.index.names != [None]:
        raise ValueError(
            f"data: columns {[*data.columns]!r}, index {[*data.index.names]!r}; expected unique "
            "lower_case names and a nameless index: use data.rename(columns=...), reset_index()"
        )
    flags = data.select_dtypes(["bool", "boolean"])
    data = data.assign(**{name: flags[name].map({True: "true", False: "false"}) for name in flags})
    return data.to_csv(index=False, lineterminator="\n", float_format="%.6g").encode("utf-8")


def _to_graphml(graph):
    if not isinstance(graph, Graph):
        raise TypeError(f"graph is {reprlib.repr(graph)}; expected a networkx.Graph")
    try:
        return ("\n".join(generate_graphml(graph, named_key_ids=True)) + "\n").encode()
    except (NetworkXException, TypeError, ValueError) as error:
        raise ValueError(
            f"graph cannot be written as GraphML: {error}. Nodes and edges may have numbers, "
            "texts and truth values only"
        ) from None


def _add_title(fig):
    """Return the title of the figure; the only axes title becomes that of the figure."""
    text = fig.get_suptitle()
    if not text:
        titles = [title for ax in fig.axes for title in _axes_titles(ax) if title.get_text()]
        if len(titles) != 1:
            raise ValueError(f"{len(titles)} titles: say the finding in fig.suptitle(say(zh, en))")
        text = titles[0].get_text()
        titles[0].set_text("")
    width, height = fig.get_size_inches()
    place = {"x": _MARGIN / width, "y": 1 - _MARGIN / height, "ha": "left", "va": "top"}
    return fig.suptitle(text, **place, linespacing=1.3)


def _axes_titles(ax):
    return [ax.title, ax._left_title, ax._right_title]


def _add_source(fig, text):
    width, height = fig.get_size_inches()
    style = {"size": 7, "color": COLORS["quiet"], "va": "bottom", "linespacing": 1.3}
    return fig.text(_MARGIN / width, _MARGIN / height, text, **style, gid="source")


def _arrange(fig, title, source):
    """Wrap titles, source line and x labels, find the layout, and keep it."""
    for text in _find_texts(fig):
        text.set_clip_on(False)  # whole labels: the layout makes room for them
    if type(fig.get_layout_engine()).__name__ != "ConstrainedLayoutEngine":
        fig.set_layout_engine("constrained")
    layout = fig.get_layout_engine()
    top, bottom = _fit(fig, title), _fit(fig, source)
    if note := fig.get_supxlabel():
        bottom += _fit(fig, fig.supxlabel(note, y=bottom + _MARGIN / fig.get_figheight()))
    layout.set(rect=(0, bottom, 1, 1 - top - bottom))
    for ax in fig.axes:  # the layout starts from here, whatever was drawn before
        home = getattr(ax, "_colorbar_info", {"parents": [ax]})["parents"][0]
        if spec := home.get_subplotspec():
            ax._set_position(spec.get_position(home.figure))
    layout.execute(fig)
    wrapped = [
        _wrap(text, _width(ax)) for ax in fig.axes for text in (*_axes_titles(ax), ax.xaxis.label)
    ]
    if any(wrapped):
        layout.execute(fig)
    fig.set_layout_engine(None)  # PNG, SVG and screen show the layout found here
    for ax in fig.axes:  # the solver's last digits differ from run to run; SVG names depend on them
        ax._set_position([round(edge, 4) for edge in ax.get_position(original=True).bounds])


def _find_texts(fig):
    """Return all texts but those of ticks, which are made anew at every drawing."""
    ticks = {id(text) for tick in fig.findobj(Tick) for text in (tick.label1, tick.label2)}
    texts = [text for text in fig.findobj(Text) if id(text) not in ticks]
    return texts + [cell.get_text() for cell in fig.findobj(Cell)]


def _fit(fig, text):
    """Wrap a text to the width of the figure; return the share of the height it takes."""
    if not text.get_text():
        return 0
    width, height = fig.get_size_inches()
    _wrap(text, width - 2 * _MARGIN)
    inches = text.get_window_extent(fig._get_renderer()).height / fig.dpi
    return (inches + 2 * _MARGIN) / height


def _wrap(artist, width):
    """Break a text into lines no wider than `width` inches, without a short last line."""
    text, font = artist.get_text(), artist.get_fontproperties()
    lines = _break_lines(text, width, font)
    for percent in range(95, 50, -5):
        narrower = _break_lines(text, width * percent / 100, font)
        if len(lines[-1]) > len(lines[0]) / 2 or len(narrower) > len(lines):
            break
        lines = narrower
    artist.set_text("\n".join(lines))
    return artist.get_text() != text


def _break_lines(text, width, font):
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in _PIECE.findall(paragraph):
            if line.strip() and _measure((line + piece).rstrip(), font) > width:
                lines.append(line.rstrip())
                line = ""
            line = (line + piece).lstrip()
        lines.append(line.rstrip())
    return lines


@lru_cache(maxsize=4096)
def _measure(text, font):
    """Return the width of a text in inches, whatever the resolution."""
    return text_to_path.get_text_width_height_descent(text, font, ismath=False)[0] / 72


def _squeeze(text):
    """Return a text without white space, so that a wrapped one is known again."""
    return "".join(text.split())


def _check_english(fig, label, allowed):
    ticks = [tick for axis in fig.findobj(Axis) for tick in (*axis.majorTicks, *axis.minorTicks)]
    texts = _find_texts(fig) + [text for tick in ticks for text in (tick.label1, tick.label2)]
    for text in texts:
        words = text.get_text()
        if text.get_visible() and _CHINESE.search(words) and _squeeze(words) not in allowed:
            raise ValueError(
                f"{label}: {words!r} is Chinese in the English picture; use say(zh, en). What is "
                "to be quoted in Chinese has to stand in its English side"
            )


def _check_edges(fig, label):
    box, (width, height) = fig.get_tightbbox(), fig.get_size_inches()
    over = max(-box.x0, -box.y0, box.x1 - width, box.y1 - height)
    if over > 0.02:
        raise ValueError(
            f"{label}: {over:.2f} inches are cut off at an edge; shorten a label, or make the "
            "figure larger with fig.set_size_inches(width, height)"
        )


def _to_png(fig, metadata):
    """Return a picture of 256 colours, each at most a few shades away from the one drawn."""
    drawn, png, texts = io.BytesIO(), io.BytesIO(), PngInfo()
    fig.savefig(drawn, format="rgba")
    pixels = np.frombuffer(drawn.getvalue(), "<u4").reshape(-1, int(fig.bbox.width)) & 0xFFFFFF
    image, palette = _reduce_colors(pixels)
    image = Image.fromarray(image)
    image.putpalette(palette.tobytes())
    for key, value in metadata.items():
        texts.add_text(key, value)
    image.save(png, "png", pnginfo=texts, dpi=(fig.dpi, fig.dpi))
    return png.getvalue()


def _reduce_colors(pixels):
    """Return the number of a colour for each pixel, and the red, green and blue of 256 colours.

    White first, then always the colour that is farthest from all chosen so far (Gonzalez 1985,
    doi:10.1016/0304-3975(85)90224-5): whole numbers only, so the same on every processor.
    """
    table = np.zeros(2**24, np.uint8)  # a place for each possible colour
    table[pixels] = 1
    found = np.flatnonzero(table.view(bool))
    shades = np.stack([found & 255, found >> 8 & 255, found >> 16], axis=1)
    chosen, nearest = [len(found) - 1], np.zeros(len(found), np.uint8)
    distance = ((shades - shades[-1]) ** 2).sum(axis=1)
    while len(chosen) < min(256, len(found)):
        chosen.append(distance.argmax())
        other = ((shades - shades[chosen[-1]]) ** 2).sum(axis=1)
        nearest[other < distance] = len(chosen) - 1
        distance = np.minimum(distance, other)
    table[found] = nearest
    return table[pixels], shades[chosen].astype(np.uint8)


def _to_svg(fig, metadata, facts):
    buffer = io.BytesIO()
    facts = "; ".join(f"{key} {value}" for key, value in facts.items())
    metadata = metadata | {"Identifier": facts, "Date": None, "Creator": None}  # Dublin Core only
    fig.savefig(buffer, format="svg", metadata=metadata)
    return buffer.getvalue().replace(b"\r\n", b"\n")


def _find_shell():
    """Return what runs the cells of a notebook, or None outside of one."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return shell if hasattr(shell, "kernel") else None


def _show(png, alt):
    """Show a saved picture in a notebook, at 100 dots an inch."""
    if shell := _find_shell():
        width = Image.open(io.BytesIO(png)).width // 2
        content = {"image/png": base64.b64encode(png).decode(), "text/plain": alt}
        shell.display_pub.publish(content, {"image/png": {"width": width, "alt": alt}})


def _set_inline():
    """In a notebook, show whole figures that are not saved as PNG without the software version."""
    if shell := _find_shell():
        from matplotlib_inline.backend_inline import InlineBackend, set_matplotlib_formats

        options = {"bbox_inches": None, "metadata": {"Software": None}}
        InlineBackend.instance(parent=shell).print_figure_kwargs = options
        set_matplotlib_formats("png")


# Drawing -------------------------------------------------------------------------------------


def _read(table, *, labels=(), numbers=(), others=()):
    """Return a copy with a plain index and the numbers as floats; raise if it is not as expected.

    Labels may not be missing; numbers may.
    """
    names = [*labels, *numbers, *others]
    if odd := [name for name in names if not isinstance(name, Hashable)]:
        raise TypeError(f"{reprlib.repr(odd[0])} is no name of a column; expected a text")
    check_frame(table, "table", *names, filled=labels)
    if table.empty:
        raise ValueError("table is empty; expected a row at least")
    for name in numbers:
        if not is_numeric_dtype(table[name]):
            raise TypeError(
                f"table: column {name!r} holds {table[name].dtype}; expected numbers: "
                f"pd.to_numeric(table[{name!r}])"
            )
        if np.isinf(table[name].astype(float)).any():
            raise ValueError(f"table: column {name!r} has infinite values; drop these rows")
    return table.reset_index(drop=True).astype(dict.fromkeys(numbers, float))


def _check_list(given, name):
    if isinstance(given, str) or not is_list_like(given):
        raise TypeError(f"{name} is {reprlib.repr(given)}; expected a list, such as ['rows']")
    if len(given) == 0:
        raise ValueError(f"{name} is empty; name one at least")


def _check_pairs(given, name, example):
    if not isinstance(given, Mapping):
        raise TypeError(f"{name} is {reprlib.repr(given)}; expected a dict: {example}")
    odd = [each for each in given.values() if not isinstance(each, tuple | list) or len(each) != 2]
    if odd or not given:
        raise ValueError(f"{name} is {reprlib.repr(given)}; expected {example}, one at least")


def _read_colors(column, colors):
    """Return the colour of each category; raise if one of the column has none."""
    _check_pairs(colors, "colors", "{category: (colour, legend text)}")
    if unknown := set(column) - set(colors):
        raise ValueError(f"no colour given for {sorted(map(str, unknown))}; colors has {[*colors]}")
    return {key: _to_color(color) for key, (color, _) in colors.items()}


def _to_color(given):
    color = COLORS.get(given, given) if isinstance(given, str) else given
    if not is_color_like(color):
        raise ValueError(
            f"{reprlib.repr(given)} is no colour; expected '#0B5394' or the like, or one of "
            f"{[*COLORS]}"
        )
    return color


def _axes(ax, *, height):
    if ax is None:
        _, ax = plt.subplots(figsize=(7, height))
    if not isinstance(ax, Axes):
        raise TypeError(f"ax is {reprlib.repr(ax)}; expected an Axes, as from plt.subplots()")
    return ax


def _width(ax):
    return ax.get_position().width * ax.figure.get_figwidth()


def _label_rows(ax, labels):
    ax.set_yticks(range(len(labels)), list(labels), fontsize=7 if len(labels) > 30 else 8)
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.tick_params(length=0)
    ax.spines["left"].set_visible(False)


def _number_bars(ax, bars, width, *, room, key, alone):
    font = FontProperties(family=_FONT, size=7.5)
    dark = [COLORS[name] for name in ("lead", "accent", "third", "fourth", "ink")]
    color = "white" if COLORS[key] in dark else COLORS["ink"]
    texts = [f"{each:,.0f}" if each == int(each) else f"{each:.3g}" for each in width]
    if alone:
        ax.bar_label(bars, texts, padding=3, fontproperties=font)
    else:
        fits = [_measure(texts[i], font) + 0.06 < each * room for i, each in enumerate(width)]
        texts = [texts[i] if fit else "" for i, fit in enumerate(fits)]
        ax.bar_label(bars, texts, label_type="center", fontproperties=font, color=color)


def _find_positions(column):
    """Return the position of each value, and the label of each position."""
    if is_integer_dtype(column):
        first = column.min()
        return column - first, [str(number) for number in range(first, column.max() + 1)]
    labels = list(dict.fromkeys(column))
    return column.map({label: position for position, label in enumerate(labels)}), labels


def _add_color_legend(ax, faces, colors):
    patches = [Patch(color=color) for color in faces.values()]
    _add_legend(ax, patches, [label for _, label in colors.values()])


def _add_legend(ax, handles, labels):
    """Above the axes, in one line if it fits, else in columns."""
    font = FontProperties(family=_FONT, size=8)
    widths = [_measure(label, font) + 0.38 for label in labels]
    room = _width(ax) * 0.72
    columns = len(labels) if sum(widths) < room else max(int(room / max(widths)), 1)
    style = {"borderaxespad": 0.4, "handlelength": 1, "handleheight": 1, "columnspacing": 1.4}
    # matplotlib fills column by column; people read line by line
    places = [place for column in range(columns) for place in range(column, len(labels), columns)]
    handles, labels = [handles[place] for place in places], [labels[place] for place in places]
    ax.legend(handles, labels, ncols=columns, loc="lower left", bbox_to_anchor=(0, 1), **style)
