"""Draw a table; save a figure in two languages with the numbers it shows."""

import hashlib
import importlib.util
import io
import os
import re
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path

LANGUAGES = ("zh", "en")
# By role. Dark, middle and light stay apart in grey print and for colour-blind readers.
COLORS = {
    "lead": "#0B5394",
    "joint": "#7DB0DD",
    "all": "#D9DDE2",
    "accent": "#C8431B",
    "second": "#E69F00",
    "third": "#00876C",
    "fourth": "#A85C8C",
    "muted": "#8A929B",
    "ink": "#1F2429",
    "grid": "#DDE1E5",
    "empty": "#F1F3F5",
}
_CYCLE = ["lead", "second", "third", "fourth", "joint", "accent", "muted"]
SOURCE = (
    "来源：天津市西青区人民政府重点工作任务清单（2022年7月27日）",
    "Source: Xiqing District Government, Tianjin, task list of 27 July 2022",
)
_FONT = "Noto Sans SC"
_MARGIN = 0.06  # inches, around the title and the source line
_ROOT = Path(__file__).resolve().parent.parent
_CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# What a line may not be broken inside: a Latin word or one Chinese character with its marks.
_OPEN, _CLOSE, _WIDE = (
    "（《〈「【“‘",
    "，。、；：！？）》〉」】”’…％%",
    "\u2e80-\u9fff\uf900-\uffef",
)
_PIECE = re.compile(rf"\s+|[{_OPEN}]*(?:[{_WIDE}]|[^\s{_OPEN}{_WIDE}]+)[{_CLOSE}]*|\S")
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
    ImportError
        If the package zhplot, which ships the Chinese font, is not installed.
    """
    if language not in LANGUAGES:
        raise ValueError(f'language is {language!r}; expected "zh" or "en"')
    import logging

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # first-run notice
    import matplotlib
    import pandas as pd

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


def save_figure(fig, name, *, data, alt, source=None):
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
        The numbers drawn; columns in lower_case, nothing of value in the index.
    alt : str
        What the figure shows, for those who cannot see it, from `say`.
    source : str, optional
        Source line, from `say`; the published list if omitted.

    Raises
    ------
    ValueError
        If the name, the table, the title or a text is not as said above, or if something would be
        cut off at the edge of the picture.
    """
    if not re.fullmatch(r"\d\d(-[a-z0-9]+)+", name):
        raise ValueError(f'figure name {name!r}: expected a name like "02-who-leads"')
    files = {f"{name}.csv": _write_csv(data)}
    if not isinstance(alt, str) or alt not in _pairs:
        raise ValueError(f"alt={alt!r}: describe the figure with alt=xq.say(zh, en)")
    facts = {"rows": len(data), "csv-sha256": _digest(files[f"{name}.csv"])}
    raw = _ROOT / "data" / "raw" / "xiqing_2022.txt"
    if raw.exists():
        facts["data-sha256"] = _digest(raw.read_bytes().replace(b"\r\n", b"\n"))
    source = _add_source(fig, say(*SOURCE) if source is None else source)
    title = _add_title(fig)
    with _ready_to_translate(fig) as show_in:
        # The language on screen comes last, so that the notebook shows it.
        for language in sorted(LANGUAGES, key=_state["language"].__eq__):
            show_in(language)
            metadata = {"Title": title.get_text(), "Source": source.get_text()}
            metadata = {key: " ".join(text.split()) for key, text in metadata.items()}
            _arrange(fig, title, source)
            _check_edges(fig, name)
            metadata |= {"Description": "\n".join(_pairs[alt]), "Language": language}
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
        A column of colours, a key of `COLORS` or any Matplotlib colour.
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
    rows = range(len(table))
    colors = list(table[color]) if color in table else [color or "lead"] * len(table)
    colors = [COLORS.get(each, each) for each in colors]
    ax.hlines(rows, 0, 1, transform=ax.get_yaxis_transform(), color=COLORS["grid"], lw=0.6)
    if low:
        ax.hlines(rows, table[low], table[high], color=colors, lw=1.8, alpha=0.55, zorder=2)
    ax.scatter(table[x], rows, c=colors, s=34, zorder=3)
    ax.grid(axis="x")
    _label_rows(ax, table[y])
    return ax


def plot_bars(table, *, y, values, labels=None, ax=None):
    """Draw stacked horizontal bars, the first row on top, with their numbers where they fit.

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
    cycle = iter(_CYCLE * 9)
    left, bars = 0, []
    for name in values:
        color = COLORS[name if name in COLORS else next(cycle)]
        width = table[name].fillna(0)
        bars.append(ax.barh(range(len(table)), width, left=left, color=color, height=0.72))
        left = left + width
    _number_bars(ax, bars)
    ax.grid(axis="x")
    _label_rows(ax, table[y])
    if labels is not None:
        _add_legend(ax, [bar[0] for bar in bars], labels)
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
    if table.duplicated([x, y]).any():
        twice = table.loc[table.duplicated([x, y]), [x, y]].iloc[0].tolist()
        raise ValueError(f"two rows for the same tile: {twice}")
    if unknown := set(table[color]) - set(colors):
        raise ValueError(f"no colour given for {sorted(map(str, unknown))}; colors has {[*colors]}")
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Patch, Rectangle

    (across, names), (down, rows) = _find_positions(table[x]), _find_positions(table[y])
    ax = _axes(ax, height=1.2 + 0.17 * len(rows))
    paint = {key: COLORS.get(value, value) for key, (value, _) in colors.items()}
    tiles = [Rectangle((i - 0.5, j - 0.5), 1, 1) for i, j in zip(across, down, strict=True)]
    faces = [paint[value] for value in table[color]]
    ax.add_collection(PatchCollection(tiles, facecolor=faces, edgecolor="none"), autolim=False)
    ax.set(xlim=(-0.5, len(names) - 0.5), facecolor=COLORS["empty"])
    ax.vlines(
        [i + 0.5 for i in range(len(names) - 1)],
        -0.5,
        len(rows) - 0.5,
        color="w",
        lw=0.9,
    )
    ax.hlines(
        [j + 0.5 for j in range(len(rows) - 1)],
        -0.5,
        len(names) - 0.5,
        color="w",
        lw=0.9,
    )
    ax.set_xticks(range(len(names)), names, rotation=90 if len(names) > 12 else 0, fontsize=7)
    _label_rows(ax, rows)
    ax.spines[["left", "bottom"]].set_visible(False)
    _add_legend(
        ax,
        [Patch(color=value) for value in paint.values()],
        [t for _, t in colors.values()],
    )
    return ax


def _style():
    from matplotlib import cycler

    ink, grid = COLORS["ink"], COLORS["grid"]
    return {
        "font.family": [_FONT], "font.size": 9, "font.weight": "normal", "text.color": ink,
        "axes.titlesize": 10, "axes.titleweight": "normal", "axes.titlelocation": "left",
        "axes.labelsize": 9, "axes.labelweight": "normal", "axes.labelcolor": ink,
        "axes.edgecolor": COLORS["muted"], "axes.linewidth": 0.8, "axes.axisbelow": True,
        "axes.spines.top": False, "axes.spines.right": False, "axes.unicode_minus": False,
        "axes.prop_cycle": cycler(color=[COLORS[role] for role in _CYCLE]),
        "axes.grid": False, "grid.color": grid, "grid.linewidth": 0.6,
        "xtick.labelsize": 8, "ytick.labelsize": 8, "xtick.color": COLORS["muted"],
        "ytick.color": COLORS["muted"], "xtick.labelcolor": ink, "ytick.labelcolor": ink,
        "legend.fontsize": 8, "legend.frameon": False, "image.cmap": "cividis",
        "figure.figsize": (7, 4.2), "figure.dpi": 100, "figure.titlesize": 12,
        "figure.titleweight": "normal", "figure.constrained_layout.use": True,
        "savefig.dpi": 200, "savefig.bbox": None, "savefig.facecolor": "white",
        "text.hinting": "no_hinting", "svg.hashsalt": "xq", "svg.fonttype": "path",
    }  # fmt: skip


def _add_font():
    from matplotlib.font_manager import fontManager

    spec = importlib.util.find_spec("zhplot")  # not imported: that would change rcParams
    path = Path(spec.origin).parent / "fonts" / "NotoSansSC-Regular.ttf" if spec else None
    if path is None or not path.exists():
        raise ImportError("the Chinese font is missing; install it with: pip install zhplot")
    fontManager.ttflist = [font for font in fontManager.ttflist if font.name != _FONT]
    fontManager.addfont(path)


def _set_inline():
    """Inside a notebook, show PNG pictures of the full figure without the software version."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None or not hasattr(shell, "kernel"):
        return
    from matplotlib_inline.backend_inline import set_matplotlib_formats
    from matplotlib_inline.config import InlineBackend

    options = {"bbox_inches": None, "metadata": {"Software": None}}
    InlineBackend.instance(parent=shell).print_figure_kwargs = options
    set_matplotlib_formats("png")


def _write_csv(data):
    import pandas as pd

    if not isinstance(data, pd.DataFrame):
        raise ValueError(f"data is a {type(data).__name__}; expected the DataFrame drawn")
    odd = [name for name in data.columns if not re.fullmatch("[a-z][a-z0-9_]*", str(name))]
    if odd or not data.columns.is_unique or data.index.names != [None]:
        raise ValueError(
            f"data has columns {[*data.columns]!r}, index names {[*data.index.names]!r}; expected "
            "unique lower_case column names and a plain index: data.reset_index(), data.rename(...)"
        )
    flags = data.select_dtypes(["bool", "boolean"]).columns
    words = {name: data[name].map({True: "true", False: "false"}) for name in flags}
    text = data.assign(**words).to_csv(index=False, lineterminator="\n", float_format="%.6g")
    return text.encode("utf-8")


def _digest(content):
    return hashlib.sha256(content).hexdigest()[:12]


def _add_source(fig, text):
    for old in [each for each in fig.texts if each.get_gid() == "source"]:
        old.remove()
    return fig.text(0, 0, text, va="bottom", size=7, color="#656D76", gid="source")


def _add_title(fig):
    """Make the only axes title that of the figure; return it as an artist."""
    titles = [t for ax in fig.axes for t in _axes_titles(ax) if t.get_text()]
    if fig.get_suptitle():
        return fig.suptitle(fig.get_suptitle())
    if len(titles) != 1:
        raise ValueError(
            f"{len(titles)} axes titles: say the finding in fig.suptitle(xq.say(zh, en))"
        )
    title = fig.suptitle(titles[0].get_text())
    titles[0].set_text("")
    return title


def _axes_titles(ax):
    return [ax.title, ax._left_title, ax._right_title]


@contextmanager
def _ready_to_translate(fig):
    """Give a function that puts the texts of a figure into a language."""
    from matplotlib.axis import Tick
    from matplotlib.text import Text

    ticks = {id(text) for tick in fig.findobj(Tick) for text in (tick.label1, tick.label2)}
    texts = [(each, each.get_text()) for each in fig.findobj(Text) if id(each) not in ticks]
    tickers = [axis.major for ax in fig.axes for axis in (ax.xaxis, ax.yaxis)]
    tickers += [axis.minor for ax in fig.axes for axis in (ax.xaxis, ax.yaxis)]
    formatters = {id(ticker.formatter): ticker.formatter for ticker in tickers}.values()
    screen = _state["language"]

    def show_in(language):
        _state["language"] = language
        for artist, text in texts:
            artist.set_text(_translate(text, language))

    try:
        _state["saving"] = True
        for each in formatters:  # tick labels are made at drawing time
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
            vars(each).pop("format_ticks", None)


def _translated(format_ticks):
    return lambda values: [_translate(text, _state["language"]) for text in format_ticks(values)]


def _translate(text, language):
    if text in _pairs:
        return _pairs[text][LANGUAGES.index(language)]
    if _CHINESE.search(text) and text not in _known:
        raise ValueError(f"{text!r} is in the figure in one language only; write xq.say(zh, en)")
    return text


def _arrange(fig, title, source):
    """Wrap title, source line, axes titles and x labels; leave room for the first two."""
    if type(fig.get_layout_engine()).__name__ != "ConstrainedLayoutEngine":
        fig.set_layout_engine("constrained")
    width, height = fig.get_size_inches()
    title.set(x=_MARGIN / width, y=1 - _MARGIN / height, ha="left", va="top")
    title.set_in_layout(False)
    source.set(x=_MARGIN / width, y=_MARGIN / height)
    for text in (title, source):
        _wrap(text, width - 2 * _MARGIN)
    top, bottom = (t.get_window_extent().height / fig.bbox.height for t in (title, source))
    top, bottom = top + 2 * _MARGIN / height, bottom + 2 * _MARGIN / height
    fig.get_layout_engine().set(rect=(0, bottom, 1, 1 - top - bottom))
    for ax in fig.axes:  # the layout starts from here, whatever was drawn before
        if spec := ax.get_subplotspec():
            ax._set_position(spec.get_position(fig))
    fig.draw_without_rendering()
    for ax in fig.axes:
        for text in (*_axes_titles(ax), ax.xaxis.label):
            _wrap(text, ax.get_position().width * width)
    fig.draw_without_rendering()


def _measure(text, font):
    """Return the width of a text in inches, whatever the resolution."""
    from matplotlib.textpath import text_to_path

    return text_to_path.get_text_width_height_descent(text, font, ismath=False)[0] / 72


def _wrap(artist, width):
    """Break a text into lines no wider than `width` inches, the last not much the shortest."""
    text, font = artist.get_text(), artist.get_fontproperties()
    lines = _break_lines(text, width, font)
    for part in range(95, 50, -5):
        narrower = _break_lines(text, width * part / 100, font)
        if len(narrower) > len(lines) or len(lines[-1]) > 0.5 * len(lines[0]):
            break
        lines = narrower
    artist.set_text("\n".join(lines))
    if text in _pairs:  # known when the figure is saved again
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
    if missing := [name for name in columns if name not in table]:
        raise ValueError(f"the table has no column {missing}; it has {[*table.columns]}")
    if not len(table):
        raise ValueError("the table is empty")


def _axes(ax, *, height):
    if ax is None:
        import matplotlib.pyplot as plt

        _, ax = plt.subplots(figsize=(7, height))
    return ax


def _label_rows(ax, labels):
    size = 7 if len(labels) > 30 else 8
    ax.set_yticks(range(len(labels)), list(labels), fontsize=size)
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.tick_params(length=0)
    ax.spines["left"].set_visible(False)


def _number_bars(ax, bars):
    """Write numbers inside the bars wide enough for them; after the last bar of a row if not."""
    from matplotlib.colors import to_rgb
    from matplotlib.font_manager import FontProperties

    font = FontProperties(family=_FONT, size=7.5)
    inches = ax.get_position().width * ax.figure.get_figwidth() * 0.6  # long labels take the rest
    scale = inches / max(bar.get_x() + bar.get_width() for bar in bars[-1])
    for bar in (each for group in bars for each in group):
        text, last = f"{bar.get_width():.4g}", bar in bars[-1].patches
        inside = _measure(text, font) + 0.06 < bar.get_width() * scale
        if bar.get_width() == 0 or not (inside or last):
            continue
        dark = sum(to_rgb(bar.get_facecolor()[:3])) < 1.45
        x = bar.get_x() + bar.get_width() / (2 if inside else 1)
        ax.annotate(
            text, (x, bar.get_y() + bar.get_height() / 2), (0 if inside else 3, 0),
            textcoords="offset points", ha="center" if inside else "left", va="center_baseline",
            fontproperties=font, color="white" if inside and dark else COLORS["ink"],
        )  # fmt: skip


def _find_positions(column):
    """Return the position of each value and the labels of all positions."""
    from pandas.api.types import is_integer_dtype

    if is_integer_dtype(column):
        first = column.min()
        labels = [str(number) for number in range(first, column.max() + 1)]
        return [number - first for number in column], labels
    labels = list(dict.fromkeys(column))
    place = {label: number for number, label in enumerate(labels)}
    return [place[label] for label in column], labels


def _add_legend(ax, handles, labels):
    """Above the axes, in as many columns as fit in both languages."""
    from matplotlib.font_manager import FontProperties

    font = FontProperties(family=_FONT, size=8)
    both = [text for label in labels for text in _pairs.get(label, (label,))]
    widest = max(_measure(text, font) for text in both) + 0.4
    columns = int(ax.get_position().width * ax.figure.get_figwidth() * 0.7 / widest)
    ax.legend(
        handles, labels, ncols=min(max(columns, 1), len(labels)), loc="lower left",
        bbox_to_anchor=(0, 1), borderaxespad=0.3, handlelength=1, handleheight=1, columnspacing=1.4,
    )  # fmt: skip
