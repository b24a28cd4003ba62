"""Draw a table; save a figure in two languages with the numbers it shows."""

import hashlib
import io
import logging
import os
import re
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib import cycler
from matplotlib.axis import Axis, Tick
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path as Curve
from matplotlib.table import Cell
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator
from networkx import generate_graphml
from pandas.api.types import is_integer_dtype
from scipy.cluster.hierarchy import dendrogram

from .door import check_frame

LANGUAGES = ("zh", "en")
# By role. Dark, middle and light stay apart in grey print and for colour-blind readers.
COLORS = {
    "lead": "#0B5394", "joint": "#7DB0DD", "all": "#D5D9DE", "accent": "#C8431B",
    "second": "#E69F00", "third": "#00876C", "fourth": "#A85C8C", "muted": "#8A929B",
    "ink": "#1F2429", "quiet": "#656D76", "grid": "#DDE1E5", "empty": "#F1F3F5",
}  # fmt: skip
CYCLE = ["lead", "second", "third", "fourth", "joint", "accent", "muted"]
SOURCE = (
    "来源：天津市西青区人民政府重点工作任务清单（2022年7月27日）",
    "Source: Xiqing District Government, Tianjin, task list of 27 July 2022",
)
_FONT = "Noto Sans SC"
_MARGIN = 0.06  # inches, around the title and the source line
_ROOT = Path(__file__).resolve().parent.parent
_CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# Lines break between these: a Latin word, or one Chinese character, with the marks around it.
_PIECE = re.compile(
    r"\s+|[（《“‘]*(?:[\u2e80-\u9fff\uff00-\uffef]|[^\s“‘\u2e80-\u9fff\uff00-\uffef]+)"
    r"[，。、；：！？）》”’…％%]*|\S"
)
_state = {"language": "zh", "saving": False}
_pairs = {}  # text on screen → (zh, en)
_known = set()  # every text `say` has seen, in either language


def use_style(language="zh"):
    """Set the house look of figures and tables, and the language shown on screen.

    Call it once, before the first figure. It forgets the pairs that `say` remembered.

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
    if language not in LANGUAGES:
        raise ValueError(f'language is {language!r}; expected "zh" or "en"')

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # first-run notice

    _add_font()
    matplotlib.rcParams.update(_style())
    pd.set_option("display.unicode.east_asian_width", True)
    pd.set_option("display.max_colwidth", 60)
    pd.set_option("display.max_rows", 20)
    pd.set_option("display.precision", 3)
    warnings.filterwarnings("error", message="Glyph .* missing")
    _set_inline()
    _state["language"] = language
    _pairs.clear()
    _known.clear()


def say(zh, en):
    """Return a text in the language on screen and remember the other for `save_figure`.

    Parameters
    ----------
    zh, en : str
        The same text in Chinese and in English.

    Returns
    -------
    str
        One of the two.

    Raises
    ------
    ValueError
        If one of them is empty or missing, or if the text that would be shown was already given
        another translation.
    """
    pair = (zh, en)
    if not all(isinstance(text, str) and text.strip() for text in pair):
        raise ValueError(f"say{pair!r}: give the text in both languages, none empty or missing")
    shown = pair[LANGUAGES.index(_state["language"])]
    if not _state["saving"] and _pairs.setdefault(shown, pair) != pair:
        raise ValueError(
            f"say{pair!r}: {shown!r} already stands for {_pairs[shown]!r}. Word the label "
            "differently, or call xq.use_style() again if you corrected a translation"
        )
    _known.update(pair)
    return shown


def save_figure(fig, name, *, data, alt, source=None, graph=None):
    """Write a figure in Chinese and in English, and the table it draws.

    Writes ``NAME.zh.png``, ``NAME.en.png``, ``NAME.zh.svg``, ``NAME.en.svg`` and ``NAME.csv`` to
    ``figures/``, or to the folder named by the environment variable ``XQ_FIGURES``. The title goes
    to the left edge of the figure and is wrapped; a source line is added below. Title, alt text,
    source, number of rows and checksums go into the metadata. The same figure gives the same bytes.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        Has a title (``fig.suptitle``, or the only ``ax.set_title``); every text with Chinese
        characters comes from `say`.
    name : str
        Two digits, then lower-case words, joined by dashes: "02-who-leads".
    data : DataFrame
        The numbers drawn; column names in lower case, nothing of value in the index.
    alt : str
        What the figure shows, for those who cannot see it, from `say`.
    source : str, optional
        Source line, from `say`; the published list if omitted.
    graph : networkx.Graph, optional
        The network drawn; written as ``NAME.graphml`` too, for Gephi and the like.

    Raises
    ------
    ValueError
        If the name, the table, the title or a text is not as said above, or if something would be
        cut off at the edge of the picture.
    TypeError
        If `data` is not a DataFrame.
    """
    if not re.fullmatch(r"\d\d(-[a-z0-9]+)+", name):
        raise ValueError(f'figure name {name!r}: expected a name like "02-who-leads"')
    if alt not in _pairs:
        raise ValueError(f"alt={alt!r}: describe the figure with alt=xq.say(zh, en)")
    csv = _to_csv(data)
    files = {f"{name}.csv": csv}
    if graph is not None:
        lines = generate_graphml(graph, named_key_ids=True)
        files[f"{name}.graphml"] = ("\n".join(lines) + "\n").encode()
    facts = {"Rows": len(data), "CSV SHA-256": hashlib.sha256(csv).hexdigest()[:12]} | _hash_raw()
    title = _add_title(fig)
    source = _add_source(fig, say(*SOURCE) if source is None else source)
    with _translating(fig) as show_in:
        for language in sorted(LANGUAGES, key=_state["language"].__eq__):  # that on screen last
            show_in(language)
            metadata = {"Title": title.get_text(), "Description": "\n".join(_pairs[alt])}
            metadata |= {"Source": source.get_text(), "Language": language}
            _arrange(fig, title, source)
            _check_edges(fig, name)
            fig.set_layout_engine("none")  # PNG, SVG and screen show the layout found here
            for kind in ("png", "svg"):
                files[f"{name}.{language}.{kind}"] = _render(fig, kind, metadata, facts)
    folder = Path(os.environ.get("XQ_FIGURES") or _ROOT / "figures")
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in files.items():
        (folder / file).write_bytes(content)


def plot_dots(table, *, x, y, low=None, high=None, color=None, ax=None):
    """Draw one dot per row, the first row on top, each with an interval if given.

    Parameters
    ----------
    table : DataFrame
        One row per dot.
    x, y : str
        Columns of numbers and of labels; Chinese labels come from `say`.
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
    ValueError
        If the table is empty, a column is missing, or only one end of the interval is given.
    """
    if (low is None) != (high is None):
        raise ValueError("give both low and high, or neither")
    _need(table, x, y, *([low, high] if low else []))
    ax = _axes(ax, height=1.1 + 0.27 * len(table))
    colors = list(table[color]) if color in table else [color or "lead"] * len(table)
    colors = [COLORS.get(each, each) for each in colors]
    if low:
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
        Column of labels; Chinese labels come from `say`.
    values : list of str
        Columns of numbers, from left to right; one named like a key of `COLORS` has that colour.
    labels : list of str, optional
        Legend texts, one per column of `values`; no legend if omitted.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if omitted.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the table is empty, a column is missing, or `labels` and `values` differ in length.
    """
    _need(table, y, *values)
    if labels is not None and len(labels) != len(values):
        raise ValueError(f"{len(labels)} labels for {len(values)} columns of values")
    ax = _axes(ax, height=1.2 + 0.27 * len(table))
    room = _width(ax) * 0.6 / max(table[values].sum(axis=1).max(), 1e-9)  # labels need the rest
    left, groups, spare = 0, [], [key for key in CYCLE if key not in values]
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
        of labels (in order of first appearance; Chinese labels come from `say`).
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
    ValueError
        If the table is empty, a column is missing, a tile stands twice or a category has no colour.
    """
    _need(table, x, y, color)
    if (twice := table.duplicated([x, y])).any():
        first = table.loc[twice, [x, y]].to_dict("records")[0]
        raise ValueError(f"two rows for one tile: {first}")
    _check_colors(table[color], colors)

    (across, names), (down, rows) = _find_positions(table[x]), _find_positions(table[y])
    ax = _axes(ax, height=1.2 + 0.17 * len(rows))
    faces = {key: COLORS.get(value, value) for key, (value, _) in colors.items()}
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
    patches = [Patch(color=value) for value in faces.values()]
    _add_legend(ax, patches, [label for _, label in colors.values()])
    return ax


def plot_specifications(table, *, value, rows):
    """Draw a specification curve: results in order of size, and below what each rests on.

    Parameters
    ----------
    table : DataFrame
        One row per specification.
    value : str
        Column of the result, drawn above; specifications are put in its order, ties as they come.
    rows : dict
        Label of a line of tiles (Chinese ones from `say`) → (column, value): a tile is filled
        where the column has the value. Lines of one column share a colour.

    Returns
    -------
    matplotlib.axes.Axes
        The upper one; the lower one is ``ax.figure.axes[1]``.

    Raises
    ------
    ValueError
        If the table or `rows` is empty, or a column is missing.

    Notes
    -----
    Simonsohn, Simmons and Nelson 2020, doi:10.1038/s41562-020-0912-z.
    """
    _need(table, value, *(column for column, _ in rows.values()))
    if not rows:
        raise ValueError("rows is empty: name at least one line of tiles")

    table = table.sort_values(value, ascending=False, kind="stable")
    ratio = {"height_ratios": [1.6, 0.19 * len(rows)]}
    _, (ax, below) = plt.subplots(2, 1, sharex=True, figsize=(7, 2.6 + 0.19 * len(rows)), **ratio)
    ax.scatter(range(len(table)), table[value], s=22, c=COLORS["lead"], zorder=3)
    ax.grid(axis="y")
    columns = list(dict.fromkeys(column for column, _ in rows.values()))
    for line, (column, wanted) in enumerate(rows.values()):
        filled = (table[column] == wanted).fillna(False)
        tiles = [Rectangle((i - 0.42, line - 0.36), 0.84, 0.72) for i in range(len(table))]
        key = CYCLE[columns.index(column) % len(CYCLE)]
        faces = [COLORS[key] if each else COLORS["empty"] for each in filled]
        below.add_collection(PatchCollection(tiles, facecolor=faces, lw=0), autolim=False)
    _label_rows(below, rows)
    for each in (ax, below):
        each.set(xlim=(-0.7, len(table) - 0.3), xticks=[])
        each.spines["bottom"].set_visible(False)
    return ax


def plot_lines(table, *, x, values, panel, columns=4):
    """Draw small panels of lines, the first line in colour, the others dashed and dotted.

    Parameters
    ----------
    table : DataFrame
        One row per panel and place on the x axis.
    x : str
        Column of numbers.
    values : list of str
        Columns of numbers, one line each.
    panel : str
        Column of panel titles, drawn in order of first appearance; Chinese ones come from `say`.
    columns : int, default 4
        Panels beside each other; those of one row share the y axis.

    Returns
    -------
    matplotlib.axes.Axes
        The first one; all are ``ax.figure.axes``. Give the figure a title with ``fig.suptitle``.

    Raises
    ------
    ValueError
        If the table is empty or a column is missing.
    """
    _need(table, x, *values, panel)

    panels = table.groupby(panel, sort=False)
    rows = -(-len(panels) // columns)
    options = {"figsize": (7, 0.8 + 1.8 * rows), "sharex": True, "sharey": "row", "squeeze": False}
    _, axes = plt.subplots(rows, columns, **options)
    styles = [{"color": COLORS["accent"], "lw": 1.8}, *({"color": COLORS["quiet"], "ls": ls}
              for ls in ("--", ":", "-."))]  # fmt: skip
    for ax, (title, part) in zip(axes.flat, panels, strict=False):
        for name, style in zip(values, styles, strict=False):
            ax.plot(part[x], part[name], **style)
        ax.set_title(title, fontsize=8)
        ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        ax.grid(axis="y")
    for ax in axes.flat[len(panels) :]:
        ax.set_axis_off()
    return axes[0, 0]


def plot_tree(tree, *, labels, colors=None, ax=None):
    """Draw the tree of a hierarchical clustering, leaves on the left, one below the other.

    Parameters
    ----------
    tree : array
        Merges, from `scipy.cluster.hierarchy.linkage`.
    labels : list of str
        Names of the documents, in the order the tree was made from; Chinese ones come from `say`.
    colors : list of str, optional
        One colour per document for its name and dot; colours may be keys of `COLORS`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if omitted.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there are not as many labels, or colours, as documents.
    """
    colors = ["lead"] * len(labels) if colors is None else list(colors)
    if not len(labels) == len(colors) == len(tree) + 1:
        n = f"{len(labels)} labels and {len(colors)} colours"
        raise ValueError(f"{n} for {len(tree) + 1} documents")
    shape = dendrogram(tree, no_plot=True)
    faces = [COLORS.get(colors[leaf], colors[leaf]) for leaf in shape["leaves"]]
    ax = _axes(ax, height=1.1 + 0.19 * len(labels))
    lines = np.dstack([shape["dcoord"], (np.array(shape["icoord"]) - 5) / 10])
    ax.add_collection(LineCollection(lines, colors=COLORS["quiet"], lw=1))
    ax.scatter([0] * len(faces), range(len(faces)), c=faces, s=26, zorder=3)
    _label_rows(ax, [list(labels)[leaf] for leaf in shape["leaves"]])
    for text, face in zip(ax.get_yticklabels(), faces, strict=True):
        text.set_color(face)
    ax.set_xlim(-0.02 * tree[:, 2].max(), 1.02 * tree[:, 2].max())
    return ax


def plot_flows(table, *, step, item, group, color, colors, ax=None):
    """Draw how items are grouped at several steps (alluvial diagram), and name the items.

    Parameters
    ----------
    table : DataFrame
        One row per item and step; every item once at every step.
    step, item, group : str
        Columns of the steps, from left to right in order of first appearance; of the items, the
        first on top (Chinese names come from `say`); and of the group of an item at a step.
    color : str
        Column of categories, one per group and step.
    colors : dict
        Category → (colour, legend text); the colour may be a key of `COLORS`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if omitted.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the table is empty, a column is missing, an item is not once at every step, or a
        category has no colour.
    """
    _need(table, step, item, group, color)
    wide = table.groupby([item, step], sort=False)[group].agg(["size", "first"])
    wide = wide.unstack(step).reindex(dict.fromkeys(table[item]))
    if (wide["size"] != 1).any(axis=None):
        raise ValueError("expected every item once at every step")
    _check_colors(table[color], colors)

    wide, gap = wide["first"], 0.5
    ax = _axes(ax, height=1.2 + 0.19 * len(wide))
    faces = {key: COLORS.get(value, value) for key, (value, _) in colors.items()}
    known = table.drop_duplicates([step, group]).set_index([step, group])[color]
    curve = [Curve.MOVETO, *[Curve.CURVE4] * 3, Curve.LINETO, *[Curve.CURVE4] * 3, Curve.CLOSEPOLY]
    bands, places, room = [], None, len(wide) + gap * (wide.nunique().max() - 1)
    for x, (name, groups) in enumerate(wide.items()):
        order = pd.Series(range(len(wide))).groupby(groups.to_numpy()).mean().sort_values().index
        rank = groups.map({each: i for i, each in enumerate(order)}).to_numpy()
        height = len(wide) + gap * (len(order) - 1)
        turn = rank.argsort(kind="stable")
        now = turn.argsort() + gap * rank + (room - height) / 2  # top of each item
        for each in order:
            inside = now[(groups == each).to_numpy()]
            face = faces[known[name, each]]
            ax.add_patch(Rectangle((x - 0.07, inside.min()), 0.14, len(inside), color=face, lw=0))
        places = now if places is None else places
        turn = places.argsort()
        old = places[turn]
        apart = (np.diff(old) != 1) | (np.diff(now[turn]) != 1)  # one band for all side by side
        for band in np.split(np.arange(len(turn)), np.flatnonzero(apart) + 1) if x else ():
            (left, right), size = (old[band[0]], now[turn[band[0]]]), len(band)
            one, two, half = x - 0.93, x - 0.07, x - 0.5
            points = [(one, left), (half, left), (half, right), (two, right), (two, right + size),
                      (half, right + size), (half, left + size), (one, left + size),
                      (one, left)]  # fmt: skip
            bands.append(PathPatch(Curve(points, curve)))
        places = now
    bands = PatchCollection(bands, facecolor=COLORS["grid"], lw=0, zorder=0.5)
    ax.add_collection(bands, autolim=False)
    ax.set(xlim=(-0.3, wide.shape[1] - 0.8), ylim=(room, 0))
    ax.set_xticks(range(wide.shape[1]), [str(name) for name in wide])
    ax.set_yticks(places + 0.5, list(wide.index), fontsize=7)
    ax.yaxis.tick_right()
    ax.tick_params(length=0)
    ax.spines[["left", "bottom"]].set_visible(False)
    patches = [Patch(color=value) for value in faces.values()]
    _add_legend(ax, patches, [label for _, label in colors.values()])
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
        "figure.labelsize": 9, "figure.constrained_layout.use": True, "savefig.dpi": 200,
        "savefig.bbox": None, "svg.hashsalt": "xq", "svg.fonttype": "path",
    }  # fmt: skip


def _add_font():

    path = Path(__file__).with_name("fonts") / "NotoSansSC-Regular.ttf"
    if not path.is_file():
        raise FileNotFoundError(f"the Chinese font is missing: {path}; get a whole copy of xq")
    fontManager.ttflist = [font for font in fontManager.ttflist if font.name != _FONT]
    fontManager.addfont(path)


def _set_inline():
    """In a notebook, show the whole figure as PNG without the software version."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if not hasattr(shell, "kernel"):
        return
    from matplotlib_inline.backend_inline import InlineBackend, set_matplotlib_formats

    options = {"bbox_inches": None, "metadata": {"Software": None}}
    InlineBackend.instance(parent=shell).print_figure_kwargs = options
    set_matplotlib_formats("png")


def _to_csv(data):
    if not hasattr(data, "columns"):
        raise TypeError(f"data is a {type(data).__name__}; expected the DataFrame that was drawn")
    odd = [name for name in data.columns if not re.fullmatch("[a-z][a-z0-9_]*", str(name))]
    if odd or not data.columns.is_unique or data.index.names != [None]:
        raise ValueError(
            f"data: columns {[*data.columns]!r}, index {[*data.index.names]!r}; expected unique "
            "lower_case names and a nameless index: use data.rename(columns=...), reset_index()"
        )
    flags = data.select_dtypes(["bool", "boolean"])
    data = data.assign(**{name: flags[name].map({True: "true", False: "false"}) for name in flags})
    return data.to_csv(index=False, lineterminator="\n", float_format="%.6g").encode("utf-8")


def _hash_raw():
    raw = _ROOT / "data" / "raw" / "xiqing_2022.txt"
    if not raw.exists():
        return {}
    return {"Data SHA-256": hashlib.sha256(raw.read_text("utf-8").encode()).hexdigest()[:12]}


def _add_title(fig):
    """Return the title of the figure; the only axes title becomes that of the figure."""
    text = fig.get_suptitle()
    if not text:
        titles = [title for ax in fig.axes for title in _axes_titles(ax) if title.get_text()]
        if len(titles) != 1:
            raise ValueError(
                f"{len(titles)} titles: say the finding in fig.suptitle(xq.say(zh, en))"
            )
        text = titles[0].get_text()
        titles[0].set_text("")
    width, height = fig.get_size_inches()
    place = {"x": _MARGIN / width, "y": 1 - _MARGIN / height, "ha": "left", "va": "top"}
    return fig.suptitle(text, **place, linespacing=1.3)


def _axes_titles(ax):
    return [ax.title, ax._left_title, ax._right_title]


def _add_source(fig, text):
    for old in [each for each in fig.texts if each.get_gid() == "source"]:
        old.remove()
    width, height = fig.get_size_inches()
    style = {"size": 7, "color": COLORS["quiet"], "va": "bottom", "linespacing": 1.3}
    return fig.text(_MARGIN / width, _MARGIN / height, text, **style, gid="source")


@contextmanager
def _translating(fig):
    """Give a function that puts all texts of a figure into a language."""
    ticks = {id(text) for tick in fig.findobj(Tick) for text in (tick.label1, tick.label2)}
    texts = [text for text in fig.findobj(Text) if id(text) not in ticks]
    texts += [cell.get_text() for cell in fig.findobj(Cell)]
    for artist in texts:
        artist.set_clip_on(False)  # whole labels: the layout makes room for them
    texts = [(artist, artist.get_text()) for artist in texts]
    formatters = [[a.major.formatter, a.minor.formatter] for a in fig.findobj(Axis)]
    formatters = {id(each): each for two in formatters for each in two}.values()
    screen = _state["language"]

    def show_in(language):
        _state["language"] = language
        for artist, text in texts:
            artist.set_text(_translate(text, language))

    try:
        _state["saving"] = True
        for each in formatters:  # they make the tick labels anew at every drawing
            each.format_ticks = _translated(each.format_ticks)
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message="Glyph .* missing|constrained_layout not")
            yield show_in
    except BaseException:
        for artist, text in texts:
            artist.set_text(text)
        raise
    finally:
        _state.update(language=screen, saving=False)
        for each in formatters:
            del each.format_ticks


def _translated(format_ticks):
    return lambda values: [_translate(text, _state["language"]) for text in format_ticks(values)]


def _translate(text, language):
    if text in _pairs:
        return _pairs[text][LANGUAGES.index(language)]
    if _CHINESE.search(text) and text not in _known:
        raise ValueError(f"{text!r} is in the figure in one language only; use xq.say(zh, en)")
    return text


def _arrange(fig, title, source):
    """Wrap titles, source line and x labels, and leave room for those of the whole figure."""
    if type(fig.get_layout_engine()).__name__ != "ConstrainedLayoutEngine":
        fig.set_layout_engine("constrained")
    top, bottom = _fit(fig, title), _fit(fig, source)
    if note := fig.get_supxlabel():
        bottom += _fit(fig, fig.supxlabel(note, y=bottom + _MARGIN / fig.get_figheight()))
    fig.get_layout_engine().set(rect=(0, bottom, 1, 1 - top - bottom))
    for ax in fig.axes:  # the layout starts from here, whatever was drawn before
        home = getattr(ax, "_colorbar_info", {"parents": [ax]})["parents"][0]
        if spec := home.get_subplotspec():
            ax._set_position(spec.get_position(home.figure))
    fig.draw_without_rendering()
    for ax in fig.axes:
        for text in (*_axes_titles(ax), ax.xaxis.label):
            _wrap(text, _width(ax))
    fig.draw_without_rendering()


def _fit(fig, text):
    """Wrap a text to the width of the figure; return the share of the height it takes."""
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
    if text in _pairs:  # known, should the figure be saved again
        _pairs[artist.get_text()] = _pairs[text]


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


def _measure(text, font):
    """Return the width of a text in inches, whatever the resolution."""
    return text_to_path.get_text_width_height_descent(text, font, ismath=False)[0] / 72


def _check_edges(fig, name):
    box, (width, height) = fig.get_tightbbox(), fig.get_size_inches()
    over = max(-box.x0, -box.y0, box.x1 - width, box.y1 - height)
    if over > 0.02:
        raise ValueError(
            f"{name} ({_state['language']}): {over:.2f} inches are cut off at an edge; shorten a "
            "label, or make the figure larger with fig.set_size_inches(width, height)"
        )


def _render(fig, kind, metadata, facts):
    if kind == "png":
        metadata = metadata | {key: str(value) for key, value in facts.items()} | {"Software": None}
    else:  # SVG knows only Dublin Core keys
        facts = "; ".join(f"{key} {value}" for key, value in facts.items())
        metadata = metadata | {"Identifier": facts, "Date": None, "Creator": None}
    buffer = io.BytesIO()
    fig.savefig(buffer, format=kind, metadata=metadata)
    content = buffer.getvalue()
    return content.replace(b"\r\n", b"\n") if kind == "svg" else content


def _need(table, *columns):
    check_frame(table, "table", *columns)
    if table.empty:
        raise ValueError("the table is empty")


def _check_colors(column, colors):
    if unknown := set(column) - set(colors):
        raise ValueError(f"no colour given for {sorted(map(str, unknown))}; colors has {[*colors]}")


def _axes(ax, *, height):
    if ax is None:
        _, ax = plt.subplots(figsize=(7, height))
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
    color = "white" if key in ("lead", "accent", "third", "fourth", "ink") else COLORS["ink"]
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


def _add_legend(ax, handles, labels):
    """Above the axes, in one line if it fits in both languages, else in columns."""
    font = FontProperties(family=_FONT, size=8)
    both = [_pairs.get(label, (label,)) for label in labels]
    widths = [max(_measure(text, font) for text in texts) + 0.38 for texts in both]
    room = _width(ax) * 0.72
    columns = len(labels) if sum(widths) < room else max(int(room / max(widths)), 1)
    style = {"borderaxespad": 0.4, "handlelength": 1, "handleheight": 1, "columnspacing": 1.4}
    ax.legend(handles, labels, ncols=columns, loc="lower left", bbox_to_anchor=(0, 1), **style)
