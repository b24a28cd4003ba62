"""A published task list (重点工作任务清单) read into tables.

`xq.files` cuts a file into rows of cells, `xq.headings` finds the list among them and names its
columns, and this module reads the cells. Three readers return the three things in a list:
`read_list` the measures, `read_notice` the prose around them, `read_changes` every difference
between the list as published and the measures as returned. `check_list` lists what to doubt.
"""

import re
from collections import Counter, namedtuple
from itertools import accumulate, compress, pairwise

import pandas as pd

from .dates import YEARLESS, read_deadline, read_issue_date, read_title_year
from .door import check_count, check_frame, check_texts, shorten
from .files import MOST_CHARACTERS, ListError, check_cells, cut_lines, fail, read_file
from .headings import (
    FIELDS,
    HEADINGS,
    NOTE,
    UNIT_HEADINGS,
    clean_heading,
    cut_paragraphs,
    find_table,
    is_deadline,
    read_number,
    refuse_headings,
    split_number,
)
from .normal import normalise
from .units import doubt_units, find_units

__all__ = ["HEADINGS", "ListError", "check_list", "read_changes", "read_list", "read_notice"]

# How the cells of a field are normalised; a column of another kind is read as text.
_KINDS = {"task_no": "number", "measure_no": "number", "title": "label", "deadline": "label"}
_KINDS |= {"units": "units", "lead": "units", "joint": "units"}
LABELS = ["task_no", "title", "measure_no", "units", "deadline"]  # kept as published, too
_NOBODY = {"无", "无。", "暂无", "/", "／", "-", "－", "—", "——"}  # in a column of units

_DATE = re.compile(
    r"\d{4}\s?[—–-]{1,2}\s?\d{4}\s?年"
    r"|\d{4}\s?年(?:\d{1,2}月(?:\d{1,2}日)?)?(?:底前?|末)?|\d{1,2}月底前?|年[底末]前?|年内|全年"
)
_END_BY = re.compile(r"年[底末]前|\d{1,2}月[底末]前")

_CHANGE = {"rule": "str", "line": "int64", "field": "str", "start": "int64"}  # type of column
_CHANGE |= {"before": "str", "after": "str"}

# lines: of the rows; cells: column → cells as published, one a row; roles: column → field or None;
# covered: column → whether each cell is merged with the one above; sections: the heading above each
# row, or None; by_headings: whether headings between the rows, which may count anew, number the
# tasks; cuts: for paragraphs, the parts of each that are no text, else None.
_List = namedtuple(
    "_List", "lines cells roles covered sections by_headings cuts quoting wrapped changes prose"
)


def read_list(path, *, table=None, columns=None):
    """Read the measures of a published task list, whatever its layout.

    The file may be text (cells parted by tabs, commas or "|", quoted as Excel does, or one a
    line; UTF-8, GB18030, or UTF-16 with its mark), .docx, .xlsx, .xls, .et, .html, or a .pdf with
    a text layer (``pip install pdfplumber``). The list may be a table headed by any of the words in
    `xq.lists.HEADINGS` and the like, in any order, or numbered paragraphs that name their units
    at the end, in brackets or on lines of their own.

    Blank and merged cells are filled from above, labels repeated after a page break are read as
    going on, and markup, stray spaces, half-width punctuation and the like are normalised; wording
    is never changed. `read_changes` lists every such change.

    Parameters
    ----------
    path : str or Path
        The file, as above.
    table : int, optional
        Which of several tables (sheets) to read, from 1; by default the one most like a list.
    columns : dict of str to str, optional
        Heading → field, where the heading is not understood: ``{"本年打算": "text"}``. Fields are
        those of `xq.lists.HEADINGS`, and "lead" and "joint" for two columns of units.

    Returns
    -------
    DataFrame
        One row per measure row, in document order, with columns

        - ``measure_id`` : str, "M001", "M002" … in document order
        - ``task_id`` : str, "T01" … from the task's number
        - ``task_no`` : int, number of the task; counted where the list has none
        - ``title`` : str, title of the task
        - ``measure_no`` : int, number of the measure, which may span several rows; counted where
          the list has none; str where numbers have levels, "1.2"
        - ``text`` : str, what is to be done
        - ``units`` : str, the responsible units, one cell; columns for those who lead and share
          are joined: "牵头单位：…；配合单位：…"
        - ``deadline`` : str, the deadline cell
        - ``deadline_kind`` : str, "ongoing" (to be kept up) or "by" (to be completed);
          missing where the cell cannot be read
        - ``deadline_date`` : datetime64, last day; missing where no year is known
        - ``year_from`` : str, where the year is from: "cell", "notice" (its date), "title", or
          "list" (guessed: the year most other deadlines name); missing without a date
        - ``text_dates`` : str, dates and periods found in the text, as written, joined by "；"
        - ``note`` : str, the note cell (备注); empty where the list has no such column
        - ``line`` : int, line of the source file, from 1: of a text; else the row of the sheet, or
          the how-manieth paragraph or table row
        - ``task_no_written``, ``title_written``, ``measure_no_written``, ``units_written``,
          ``deadline_written`` : str, the cells exactly as published
        - ``section`` : str, the heading above the tasks, where the list has both
        - every other column of the list, by its heading

    Raises
    ------
    TypeError
        If ``path`` is no path, ``table`` no whole number or ``columns`` no dict.
    ValueError
        If ``columns`` names a field that there is not.
    ListError
        If the file is missing or of another kind, damaged, encrypted or too large, or holds no
        list; the message names file, line, what was expected and what to do.

    See Also
    --------
    read_changes : every change made on the way.
    check_list : what to doubt in the result.
    """
    return _parse(path, table, columns, changed=False)[0]


def read_changes(path, *, table=None, columns=None):
    r"""Read a published task list and return every change `read_list` makes to it.

    Parameters
    ----------
    path, table, columns
        As for `read_list`.

    Returns
    -------
    DataFrame
        One row per change, in document order, with columns

        - ``rule`` : str, name of the rule. In cells: "markup" (a tag removed), "invisible" (a
          control or zero-width character removed), "space" (a stray space removed), "halfwidth"
          (half-width punctuation beside Chinese made full-width), "fullwidth" (a full-width digit
          or letter made half-width), "radical" (a radical from a PDF read as its character),
          "wrap" (a line break within a word or number removed), "separator" (a break between two
          names of units read as "、"), "quote", "escape" (how the file wraps a cell), "nobody"
          (无 among units); "number", "units" (parts of a paragraph that are read as its number
          and units). Of rows: "carry_down" (a blank or merged cell filled from above),
          "repeated_label" (a label printed again, read as going on), "title_variant" (a title
          spelled unlike its first occurrence), "counted" (a number that begins anew in each
          section, counted on), "padded_row" (an empty cell was missing). Of other lines:
          "header" (the row of headings), "repeated_header", "header_line" (the line below it),
          "section" (a heading above rows), "blank_line" (above the header and
          between paragraphs only where it holds spaces), "line_end" (the
          line ends in "\r\n" or "\r")
        - ``measure_id`` : str, the measure row; empty for changes between rows
        - ``line`` : int, line of the source file, from 1
        - ``field`` : str, the column of `read_list`; empty for changes between rows
        - ``start`` : int, position of the change in the cell as published, from 0
        - ``before`` : str, as published
        - ``after`` : str, as returned

    Raises
    ------
    TypeError, ValueError, ListError
        As for `read_list`.
    """
    return _parse(path, table, columns)[1]


def read_notice(path, *, table=None, columns=None):
    """Read what a published task list says around its table.

    Parameters
    ----------
    path, table, columns
        As for `read_list`.

    Returns
    -------
    DataFrame
        One row per line of prose, in document order, then one row per fact read off it, with
        columns

        - ``part`` : str, "title", "heading", "paragraph", "date", "table_title", "page_number" or
          "other_table" (a row of a table that is not the list) for the lines; "document_no" (a
          document number cited) and "date_read" (the date, ISO 8601) for facts
        - ``text`` : str, the line as published, or the fact
        - ``line`` : int, line of the source file, from 1

    Raises
    ------
    TypeError, ValueError, ListError
        As for `read_list`.
    """
    return _parse(path, table, columns)[2]


def check_list(measures, *, units=None):
    """List what to doubt in a task list. Nothing is corrected.

    Parameters
    ----------
    measures : DataFrame
        As returned by `read_list`.
    units : DataFrame, optional
        The units known, with columns ``unit`` and ``aliases`` (joined by "；"), such as
        ``load_table("units")``; without it the names of units are not judged.

    Returns
    -------
    DataFrame
        One row per doubt, sorted by problem and measure; empty if the list is sound. Columns

        - ``problem`` : str, one of "task_gap", "measure_gap" (a number is skipped or out of
          order), "measure_in_two_tasks", "title_in_two_spellings", "empty_cell",
          "unread_deadline", "deadline_without_year" (neither cell nor notice says it),
          "guessed_year" (that of most deadlines), "text_deadline_differ" (the text sets an end
          date where the deadline cell does not, or a later one), "unread_role" (nothing says
          whether a unit leads or helps), "leftover" (words in the cell of units that are no unit,
          mark, verb or label, such as 结合实际), "no_unit" (no unit in the cell), "elided_prefix"
          (`find_units` completed the name), "unclear_name" (it does not end as units do),
          "unknown_unit", "unit_alias" (a second name of a known unit, given once),
          "foreign_word", "space_in_text" (kept, for it may separate two phrases),
          "traditional_character" (once
          for the list: read as they are), "rare_character" (outside GB 2312: perhaps damaged)
        - ``measure_id`` : str, the measure row where it shows
        - ``field`` : str, the column of `read_list`
        - ``found`` : str, what stands there

    Raises
    ------
    TypeError
        If ``measures`` or ``units`` is no DataFrame, or a column holds something else than
        `read_list` returns.
    ValueError
        If a column or a value is missing, or a ``measure_id`` stands twice.
    """
    texts = ["title", "text", "units", "deadline", "title_written", "text_dates"]
    filled = ["measure_id", "task_no", "measure_no", *texts]
    check_frame(measures, "measures", *filled, "deadline_kind", "deadline_date", filled=filled)
    measures = measures.set_index("measure_id")
    for field in texts:
        check_texts(measures[field], f"measures[{field!r}]")
    for field in ["task_no", "measure_no"]:
        kind = measures[field].dtype
        levels = field == "measure_no" and kind == "str"
        levels = levels and measures[field].str.fullmatch(r"\d+(?:\.\d+)*").all()
        if not pd.api.types.is_integer_dtype(kind) and not levels:
            remedy = f"measures.astype({{{field!r}: int}})"
            raise TypeError(f"measures: {field} has the type {kind}; expected int: {remedy}")
    if units is not None:
        check_frame(units, "units", "unit", "aliases", filled=["unit", "aliases"])
    doubts = []

    def doubt(problem, field, found):  # found: what stands there, indexed by measure_id
        found = found.astype("str").rename("found").rename_axis("measure_id").reset_index()
        doubts.append(found.assign(problem=problem, field=field))

    begins = measures["task_no"] != measures["task_no"].shift()
    one = measures["measure_no"].astype("str") == "1"
    anew = begins.sum() > 1 and one[begins].all() and not one.all()  # each task counts from 1
    for problem, field in [("task_gap", "task_no"), ("measure_gap", "measure_no")]:
        goes_on = _find_steps(measures[field]) | (begins & anew & (field == "measure_no"))
        doubt(problem, field, measures.loc[~goes_on, field])
    tasks = measures.groupby("measure_no")["task_no"].transform("nunique")
    twice = (tasks > 1) & (not anew)
    doubt("measure_in_two_tasks", "measure_no", measures.loc[twice, "measure_no"])
    spelled = measures[measures["title_written"].str.strip() != ""]
    spelled = spelled.drop_duplicates(["task_no", "title_written"])
    again = spelled["task_no"].duplicated()
    doubt("title_in_two_spellings", "title", spelled.loc[again, "title_written"])
    for field in ["title", "text", "units", "deadline"]:
        if field == "text" or (measures[field] != "").any():  # else the list has no such column
            doubt("empty_cell", field, measures.loc[measures[field] == "", field])

    text, deadline = measures["text"], measures["deadline"]
    unread = measures["deadline_kind"].isna() & (deadline != "")
    doubt("unread_deadline", "deadline", deadline[unread])
    undated = ~unread & measures["deadline_date"].isna() & deadline.str.contains(YEARLESS)
    doubt("deadline_without_year", "deadline", deadline[undated])
    if "year_from" in measures:
        doubt("guessed_year", "deadline", deadline[measures["year_from"] == "list"])
    date = text.str.extract(r"(?P<year>[0-9]{4})年(?P<month>[0-9]{1,2})月(?P<day>[0-9]{1,2})日")
    differ = pd.to_datetime(date.astype(float), errors="coerce") > measures["deadline_date"]
    differ |= text.str.contains(_END_BY) & (measures["deadline_kind"] == "ongoing")
    doubt("text_deadline_differ", "text", measures.loc[differ, "text_dates"])

    named = find_units(measures["units"]).set_index("measure_id")
    name = named["unit_written"]
    doubt("unread_role", "units", name[named["role"].isna()])
    for problem, found in doubt_units(measures["units"]).groupby("problem"):
        doubt(problem, "units", found.set_index("measure_id")["found"])
    if units is not None:
        aliases = set(units["aliases"].str.split("；").explode()) - {""}
        doubt("unknown_unit", "units", name[~name.isin(aliases.union(units["unit"]))])
        doubt("unit_alias", "units", name[name.isin(aliases)].drop_duplicates())

    doubt("foreign_word", "text", text.str.findall(r"[a-z]{2,}").explode().dropna())
    doubt("space_in_text", "text", text.str.findall(r"\S{0,4} +\S{0,4}").explode().dropna())
    common = "".join(set().union(*text)).encode("gb2312", "ignore").decode("gb2312") + "·—\n"
    rare = text.str.translate(str.maketrans("", "", common))
    if old := "".join(sorted({c for c in "".join(rare) if _is_traditional(c)})):
        holds = text.str.contains(f"[{old}]")
        doubt("traditional_character", "text", pd.Series([old[:20]], [holds.idxmax()]))
        rare = rare.str.translate(str.maketrans("", "", old))
    doubt("rare_character", "text", rare.map(list).explode().dropna())
    table = pd.concat(doubts)[["problem", "measure_id", "field", "found"]].astype("str")
    return table.sort_values(["problem", "measure_id"], kind="stable", ignore_index=True)


def _find_steps(numbers):
    """Return which numbers go on from the one above: the same, the next, or a level deeper."""
    goes_on, above = [], (0,)
    for number in numbers.astype("str"):
        levels = tuple(map(int, number.split(".")))
        step = levels[:-1] == above[: len(levels) - 1] and len(levels) <= len(above)
        step = step and levels[-1] == above[len(levels) - 1] + 1
        begin = len(levels) > 1 and levels[-1] == 1
        begin = begin and (levels[0] in (above[0], above[0] + 1))
        goes_on.append(step or begin or (levels == above and levels != (0,)))
        above = levels
    return pd.Series(goes_on, numbers.index, dtype=bool)


def _is_traditional(character):
    """Tell whether a character that GB 2312 lacks is a usual one of traditional Chinese."""
    code = character.encode("big5", "ignore")
    return len(code) == 2 and 0xA4 <= code[0] <= 0xC6


# ── reading ──────────────────────────────────────────────────────────────────────────────────


def _parse(path, table=None, columns=None, *, changed=True):
    """Return the measures, the changes (if wanted), and the notice of a list."""
    given = check_columns(columns, table)
    source = read_file(path)
    found, near = find_table(path, source, table, given)
    if found:
        read = _split_rows(path, found, source.form)
        ends = found.cut.ends if found.cut else []
    else:
        read, ends = _split_paragraphs(path, source, near)
    notice = _read_prose(read.prose, source.form)
    measures, changes = _read_rows(path, read, *_find_year(notice))
    if not changed:
        return measures, None, notice
    changes = read.changes + changes
    changes += [("line_end", n, "", 0, end, "\n") for n, end in enumerate(ends, 1) if end != "\n"]
    changes.sort(key=lambda change: change[1])
    changes = pd.DataFrame(changes, columns=[*_CHANGE]).astype(_CHANGE)
    ids = changes["line"].map(measures.set_index("line")["measure_id"]).fillna("")
    changes.insert(1, "measure_id", ids)
    return measures, changes, notice


def check_columns(columns, table=None):
    """Return the caller's headings as they are looked up."""
    if table is not None:
        check_count(table, "table", 1)
    if columns is None:
        return {}
    if not isinstance(columns, dict) or not all(isinstance(name, str) for name in columns):
        raise TypeError(
            f"columns is {shorten(columns)}; expected a dict of heading to field, like "
            "{'本年打算': 'text'}"
        )
    for name, field in columns.items():
        if field not in FIELDS:
            raise ValueError(f"columns[{name!r}] is {shorten(field)}; expected one of {FIELDS}")
    return {clean_heading(name): field for name, field in columns.items()}


def _read_prose(lines, form):
    """Return (part, text, line) for each line around the table, then the facts read off them."""
    prose, cited, dated = [], [], []
    plain = form != "text"  # no marks of Markdown to go by
    for number, text, part in lines:
        if not text.strip():
            continue
        if part is None:
            found = read_issue_date(text)
            if re.match(r"#\s", text) or (plain and not prose and len(text) < 60 and not found):
                part = "title"
            elif re.match(r"#{2,}\s*[一二三四五六七八九十]+、", text):
                part = "heading"
            elif text.startswith("#"):
                part = "table_title"
            elif plain and len(text) < 40 and re.match("[一二三四五六七八九十]+、[^。；]+$", text):
                part = "heading"
            else:
                part = "date" if found and found[1] else "paragraph"
            if found:
                dated.append(("date_read", found[0], number))
        prose.append((part, text, number))
        for hit in re.findall(r"[\u4e00-\u9fff]{1,8}〔\d{4}〕\d+号", text):
            cited.append(("document_no", hit, number))
    types = {"part": "str", "text": "str", "line": "int64"}
    return pd.DataFrame(prose + cited + dated, columns=[*types]).astype(types)


def _find_year(notice):
    """Return the year of a notice and what says so: its date, else its title, else nothing."""
    dates = notice.loc[notice["part"] == "date_read", "text"]
    if len(dates):
        return dates.iloc[-1][:4], "notice"
    years = filter(None, map(read_title_year, notice["text"]))
    year = next(years, None)
    return year, year and "title"


# ── cutting into cells ───────────────────────────────────────────────────────────────────────


def _split_rows(path, found, form):
    """Return the rows of a table as published, and the changes of all other lines."""
    separator = found.cut.separator if found.cut else "\t"
    columns, width = found.columns, len(found.columns)
    fields = [column.role for column in columns]
    headings = [column.heading for column in columns]
    prose = [
        (row.line, separator.join(row.cells), None)
        if row.table in (0, found.header[0].table)
        else (row.line, "\t".join(row.cells), "page_number" if row.table < 0 else "other_table")
        for row in found.others
    ]
    changes = [
        ("blank_line", line, "", 0, text, "")
        for line, text, _ in prose
        if form == "text" and text and not text.strip()
    ]
    changes += [("header", row.line, "", 0, separator.join(row.cells), "") for row in found.header]
    lines, flat, signs, sections = [], [], [], []
    last = max((row.line for row in found.rows if len(row.cells) > 1), default=0)
    blank, below = set(), False
    for row in found.rows[len(found.header) :]:
        number, cells = row.line, row.cells
        text = separator.join(cells)
        rule = None
        if not text or text.isspace() or not any(map(str.strip, cells)):
            if "^" not in row.merged:
                rule = "blank_line"
        elif separator == "|" and re.fullmatch(r"[\s|:-]*--[\s|:-]*", text):
            rule = "header_line"
        elif clean_heading(cells[0]) == headings[0] and [*map(clean_heading, cells)] == headings:
            rule = "repeated_header"
        elif _is_note(row):
            below = True
            prose.append((number, text, None))
            continue
        elif head := _read_section(row, width) or _read_numbered_section(row, fields, found.rows):
            rule = "section"
            sections.append((len(lines), head))
        elif row.table == 0 and form != "text":
            prose.append((number, text, None))
            continue
        elif len(cells) != width:
            if fields[len(cells) - 1 :] == ["deadline", "note"] and is_deadline(cells[-1]):
                changes.append(("padded_row", number, "note", 0, "", ""))
                cells = [*cells, ""]  # an editor stripped the tab before an empty note
            elif number > last and (below or number - 1 in blank):
                below = True
                prose.append((number, text, None))
                continue
            else:
                remedy = "Put each row on one line, cells separated by one tab each."
                if separator != "\t":
                    remedy = "Put as many cells into each row as the header has."
                expected = f"{width} as in the header"
                fail(path, number, f"{len(cells)} cells", expected, remedy)
        if rule:
            changes.append((rule, number, "", 0, text, ""))
            blank |= {number} if rule == "blank_line" else set()
            continue
        if separator == "\n" and "^" in row.merged:
            missing = [c.key for c, sign in zip(columns, row.merged, strict=True) if sign == "^"]
            changes += [("padded_row", number, key, 0, "", "") for key in missing]
        lines.append(number)
        flat += cells
        signs.append(row.merged or "." * width)
    if not lines:
        line = found.header[0].line
        fail(path, line, "a header with no rows below", "measures", "Copy the whole table.")
    cells, roles, covered = {}, {}, {}
    for place, column in enumerate(columns):
        values = flat[place::width]
        if not column.heading and not column.role and not any(values):
            continue  # the margin of a table drawn with "|"
        cells[column.key], roles[column.key] = values, column.role
        covered[column.key] = [sign[place] == "^" for sign in signs]
    _check_text(path, lines[0], cells, columns)
    prose.sort(key=lambda each: each[0])
    above, by_headings = _apply_sections(cells, roles, covered, sections)
    _settle_numbers(cells, roles, covered)
    quoting = {",": '"', "\t": '"', "|": "|"}.get(separator, "") if found.cut else ""
    read = (lines, cells, roles, covered, above, by_headings, None, quoting, form == "pdf")
    return _List(*read, changes, prose)


def _is_note(row):
    """Tell whether a row consists of a note below the table."""
    return NOTE.match(row.cells[0]) is not None and not any(map(str.strip, row.cells[1:]))


def _read_section(row, width):
    """Return the heading a row consists of, or None."""
    cells = [cell for cell in row.cells if cell.strip()]
    if len(cells) != 1 or not row.cells[0].strip():
        return None
    numbered = split_number(cells[0])
    spans = row.merged.count("<") >= max(width - 2, 1)
    if numbered and numbered[0] not in ("一、", "（一）", "第") and not spans:
        return None
    if not spans and not (numbered and len(numbered[2].strip()) > 1 and len(cells[0]) < 60):
        return None
    return (numbered[1].strip(), numbered[2]) if numbered else ("", cells[0])


def _read_numbered_section(row, fields, rows):
    """Return the heading in a row like 一 | 办学 between rows numbered 1, 2, 3, or None."""
    at = next((at for at, cell in enumerate(row.cells) if cell.strip()), None)
    if fields[at : at + 2] not in (["task_no", "text"], ["measure_no", "text"]):
        return None
    rest = row.cells[at + 1 :]
    if len(fields) < 3 or not rest or not rest[0].strip() or any(map(str.strip, rest[1:])):
        return None
    number = normalise(row.cells[at], kind="number")[0]
    if not re.fullmatch("[（(]?[一二三四五六七八九十]{1,3}[）)、]?", number):
        return None
    counted = any(re.match(r"\s*[0-9]", each.cells[at]) for each in rows if len(each.cells) > at)
    return (number, rest[0]) if counted else None


def _apply_sections(cells, roles, covered, sections):
    """Add what headings between the rows say to the cells.

    Returns
    -------
    list of str or None
        The heading above each row, where the tasks have titles of their own.
    bool
        Whether the headings number the tasks.
    """
    if not sections:
        return None, False
    rows = len(cells["text"])
    heads = {at: head for at, head in sections if at < rows}
    number, title = ([heads.get(at, ("", ""))[part] for at in range(rows)] for part in (0, 1))
    if "title" in cells:
        above = ["".join(heads.get(at, "")) for at in range(rows)]
        return _carry(above, [not head for head in above]), False
    if "task_no" in cells and "measure_no" not in cells:
        _count_measures(cells, roles, covered)
    new = {"title": title}
    if "task_no" not in cells and number[0]:  # else they are counted
        new["task_no"] = number
    cells |= new
    roles |= {field: field for field in new}
    covered |= {field: [False] * rows for field in new}
    return None, True


def _count_measures(cells, roles, covered):
    """Let the only numbers of a list be those of its measures."""
    for table in (cells, roles, covered):
        table["measure_no"] = table.pop("task_no")
    roles["measure_no"] = "measure_no"


def _settle_numbers(cells, roles, covered):
    """Drop a column of numbers that is blank; give the measures those that count them."""
    for field in ("task_no", "measure_no"):
        if field in roles and len(cells[field]) > 1 and not any(map(str.strip, cells[field])):
            roles[field] = None  # numbers that a program adds on screen: counted instead
    if roles.get("task_no") and roles.get("title") and "measure_no" not in roles:
        rows = [*zip(cells["task_no"], cells["title"], strict=True)]
        rows = [(number.strip(), title.strip()) for number, title in rows]
        for (above, named), (number, title) in pairwise(rows):
            if number and number != above and title in ("", named):
                return _count_measures(cells, roles, covered)


def _check_text(path, line, cells, columns):
    """Refuse a table whose longest texts stand under a heading that is not understood."""
    length = {key: sum(map(len, values)) / len(values) for key, values in cells.items()}
    for column in columns:
        if column.role is None and length.get(column.key, 0) > max(16, 1.5 * length["text"]):
            known = next(each.heading for each in columns if each.role == "text")
            found = f"the longest texts under {column.heading[:20] or '(blank)'}, not {known[:20]}"
            remedy = f"Say which to read: columns={{{column.heading[:20]!r}: 'text'}}."
            fail(path, line, found, "them under a heading like 落实措施", remedy)


def _split_paragraphs(path, source, near):
    """Return the items of a list of paragraphs as published, and how its lines end."""
    if source.form == "text":
        texts, ends = cut_lines(source.text)
        lines, prose = [*enumerate(texts, 1)], []
    else:
        lines, ends = [(row.line, row.cells[0]) for row in source.rows if row.table == 0], []
        prose = [
            (row.line, "\t".join(row.cells), "page_number" if row.table < 0 else "other_table")
            for row in source.rows
            if row.table
        ]
    check_cells(path, 0, len(lines))
    items, loose = cut_paragraphs(lines)
    if not items:
        refuse_headings(path, near, lines)
    prose = sorted(prose + [(*line, None) for line in loose])
    changes = [
        ("blank_line", n, "", 0, text, "")
        for n, text, _ in prose
        if source.form == "text" and not text.strip() and (text or n == len(lines))
    ]
    table, above = {field: [] for field in FIELDS[:6]} | {"section": []}, ()
    for item in items:
        fresh = [head for head in item.headings if head not in above]
        changes += [("section", line, "", 0, text, "") for line, text in fresh]
        above += tuple(fresh)
        style = split_number(item.headings[-1][1]) if fresh else None
        values = (style[1], style[2]) if style else ("", "")
        values += (item.number, item.raw, item.units, item.deadline)
        outer = "；".join(text.strip() for _, text in item.headings[:-1])
        for field, value in zip(table, (*values, outer), strict=True):
            table[field].append(value)
    table = {field: cells for field, cells in table.items() if field in FIELDS[2:6] or any(cells)}
    above = table.pop("section", None)
    lines, cuts = [item.line for item in items], [item.cuts for item in items]
    covered = {field: [False] * len(items) for field in table}
    read = (lines, table, {field: field for field in table}, covered, above, True, cuts, "")
    return _List(*read, source.form == "pdf", changes, prose), ends


# ── reading the cells ────────────────────────────────────────────────────────────────────────


def _read_rows(path, found, year, year_from):
    """Return the measures, and the changes made in the rows and to them."""
    for line, *cells in zip(found.lines, *found.cells.values(), strict=True):
        if (most := max(map(len, cells))) > MOST_CHARACTERS:
            remedy = "A quotation mark that is never closed may have taken in the rows below it."
            fail(path, line, f"a cell of {most:,} characters", f"{MOST_CHARACTERS:,}", remedy)
    read, changes = _clean_cells(found)
    lines, rows = found.lines, range(len(found.lines))
    blank = {key: [not cell for cell in cells] for key, cells in read.items()}
    for at in rows:
        if all(blank[key][at] and not found.covered[key][at] for key in read):
            fail(path, lines[at], "a row with nothing to read", "a measure", "Delete the line.")

    labels = [field for field in ("task_no", "measure_no", "title") if found.roles.get(field)]
    numbers = {
        field: _read_numbers(path, lines, read[field], HEADINGS[field][0])
        for field in labels
        if field != "title"
    }
    for field in labels:
        read[field] = _carry(read[field], blank[field])
    title = read["title"] if "title" in labels else [""] * len(lines)
    if found.cuts is None and not found.by_headings and {"task_no", "title"} <= {*labels}:
        _check_labels(path, lines, numbers["task_no"], title, blank)
    task, measure = _number_rows(numbers, title, blank, found.by_headings)

    def note(rule, field, places, after=None):
        for at in places:
            before = "" if blank[field][at] else found.cells[field][at]
            changes.append((rule, lines[at], field, 0, before, str((after or read[field])[at])))

    def goes_on(values, at):
        return at > 0 and values[at] == values[at - 1]

    if "task_no" in labels:
        own = [at for at in rows if not blank["task_no"][at]]
        note(
            "counted", "task_no", [at for at in own if task[at] != numbers["task_no"][at][0]], task
        )
    for field in numbers:
        note("carry_down", field, [at for at in rows if blank[field][at]])
        again = [at for at in rows if not blank[field][at] and goes_on(numbers[field], at)]
        note("repeated_label", field, again)
    if "title" in labels:
        note("carry_down", "title", [at for at in rows if blank["title"][at] and title[at]])
        first = {}
        for at in rows:
            first.setdefault(task[at], at)
        variant = [
            at for at in rows if not blank["title"][at] and title[at] == title[first[task[at]]]
        ]
        spelled = found.cells["title"]
        variant = [at for at in variant if spelled[at] != spelled[first[task[at]]]]
        note("title_variant", "title", variant)
    for field, fill in _find_blanks(found, blank).items():
        read[field] = _carry(read[field], fill)
        note("carry_down", field, [at for at in rows if fill[at] and read[field][at]])
    return _gather(found, read, task, title, measure, year, year_from), changes


def _clean_cells(found):
    """Return the cells normalised, and the edits made in them."""
    read, changes = {}, []
    for key, cells in found.cells.items():
        if key == "text" and found.cuts is not None:
            cleaned = [
                _clean_paragraph(*each, found) for each in zip(cells, found.cuts, strict=True)
            ]
        else:
            kind = _KINDS.get(found.roles.get(key), "text")
            once = {cell: _clean(cell, kind, found) for cell in {*cells}}
            cleaned = [once[cell] for cell in cells]
        read[key] = [text for text, _ in cleaned]
        for line, (_, edits) in zip(found.lines, cleaned, strict=True):
            changes += [(rule, line, key, *edit) for rule, *edit in edits]
    return read, changes


def _carry(cells, where):
    """Return cells with those at some places as the one above."""
    carried = []
    for cell, blank in zip(cells, where, strict=True):
        carried.append(carried[-1] if blank and carried else cell)
    return carried


def _check_labels(path, lines, numbers, title, blank):
    """Refuse a new number without a title, and a new title without a number."""
    for at, line in enumerate(lines):
        if blank["title"][at] and (at == 0 or numbers[at] != numbers[at - 1]):
            said = f"task {_show_number(numbers[at])} without a title"
            fail(path, line, said, "重点工作任务", "Write the title beside its number.")
        if blank["task_no"][at] and (at == 0 or title[at] != title[at - 1]):
            said = f"the title {title[at][:12]!r} without a number"
            fail(path, line, said, "任务序号", "Write the number of the task beside it.")


def _find_blanks(found, blank):
    """Return, for each column but the labels, which blank cells stand for the one above.

    A merged cell always does. In a row that goes on with the task above, so do a blank deadline
    and, if nobody else is named, blank units; paragraphs have no such cells.
    """
    roles, rows = found.roles, range(1, len(found.lines))
    heads = [field for field in ("task_no", "title") if roles.get(field) and found.cuts is None]
    units = _find_unit_columns(roles)
    fills = {}
    for field in blank:
        if roles.get(field) in ("task_no", "measure_no", "title"):
            continue
        fill = [False] * len(found.lines)
        for at in rows:
            goes_on = bool(heads) and all(blank[head][at] for head in heads)
            nobody = field in units and not any(found.cells[key][at].strip() for key in units)
            stands = found.covered[field][at] or (
                goes_on and (nobody or roles.get(field) == "deadline")
            )
            fill[at] = blank[field][at] and stands
        if any(fill):
            fills[field] = fill
    return fills


def _find_unit_columns(roles):
    return [key for key, role in roles.items() if role in ("units", *UNIT_HEADINGS)]


def _number_rows(numbers, title, blank, by_headings):
    """Return the number of the task and of the measure of each row, counted where none is said."""
    rows = range(len(title))
    task, measure = numbers.get("task_no"), numbers.get("measure_no")
    if task is None:
        begins = [
            "title" not in blank
            or at == 0
            or title[at] != title[at - 1]
            or (by_headings and not blank["title"][at])
            for at in rows
        ]
        task = [*accumulate(map(int, begins))]
    else:
        if measure is None and max(map(len, task)) > 1:
            measure = task
        task = [number[0] for number in task]
        begins = [by_headings and not each for each in blank["task_no"]]
        first = [*compress(task, begins)]
        if len({*first}) < len(first):  # each section counts anew
            task = [max(count, 1) for count in accumulate(map(int, begins))]
    if measure is None:
        measure = [at + 1 for at in rows]
    elif max(map(len, measure)) > 1:
        measure = [*map(_show_number, measure)]
    else:
        measure = [number[0] for number in measure]
    return task, measure


def _gather(found, read, task, title, measure, year, year_from):
    """Return the measures as one table."""
    empty = [""] * len(task)
    deadline = read.get("deadline", empty)
    ends = {cell: read_deadline(cell, year) for cell in {*deadline}}
    years = Counter(day[:4] for _, day, own in map(ends.get, deadline) if own and day)
    if year is None and years:
        year, year_from = max(years, key=lambda each: (years[each], each)), "list"
        ends = {cell: read_deadline(cell, year) for cell in ends}
    kinds, days, own = zip(*map(ends.get, deadline), strict=True)
    measures = {
        "measure_id": [f"M{n:03d}" for n in range(1, len(task) + 1)],
        "task_id": [f"T{n:02d}" for n in task],
        "task_no": task,
        "title": title,
        "measure_no": measure,
        "text": read["text"],
        "units": _join_units(found.roles, read, empty),
        "deadline": deadline,
        "deadline_kind": pd.array(kinds, "str"),
        "deadline_date": pd.to_datetime(days, format="%Y-%m-%d").as_unit("us"),
        "year_from": pd.array(
            [("cell" if o else year_from) if d else None for d, o in zip(days, own, strict=True)],
            "str",
        ),
        "text_dates": ["；".join(_find_dates(text)) for text in read["text"]],
        "note": read.get("note", empty),
        "line": found.lines,
    }
    measures |= {f"{field}_written": found.cells.get(field, empty) for field in LABELS}
    measures |= {key: cells for key, cells in read.items() if key not in HEADINGS}
    if found.sections:
        measures["section"] = found.sections
    return pd.DataFrame(measures)


def _join_units(roles, read, empty):
    """Return the units of each row as one cell, labelled where the columns say the roles."""
    keys = _find_unit_columns(roles)
    if keys == ["units"] or not keys:
        return read["units"] if keys else empty
    names = [(HEADINGS | UNIT_HEADINGS)[roles[key]][0] for key in keys]
    return [
        "；".join(f"{name}：{cell}" for name, cell in zip(names, cells, strict=True) if cell)
        for cells in zip(*(read[key] for key in keys), strict=True)
    ]


def _find_dates(text):
    return _DATE.findall(text) if "年" in text or "月" in text else []  # most texts have none


def _clean(cell, kind, found):
    """Return a cell normalised, and the edits made."""
    text, edits = normalise(cell, kind=kind, quoting=found.quoting, wrapped=found.wrapped)
    if kind == "units" and text in _NOBODY:
        return "", [("nobody", 0, cell, "")]
    return text, edits


def _clean_paragraph(raw, cuts, found):
    """Return the text of a paragraph without its number and units, and the edits made."""
    parts, edits, done = [], [], 0
    for start, end, rule in [*cuts, (len(raw), len(raw), "")]:
        text, made = normalise(raw[done:start], wrapped=found.wrapped)
        parts.append(text)
        edits += [(name, done + at, before, after) for name, at, before, after in made]
        if end > start:
            edits.append((rule, start, raw[start:end], ""))
        done = end
    return "".join(parts), edits


def _read_numbers(path, lines, labels, heading):
    """Return the number each label stands for, as its levels; a blank one goes on."""
    numbers = []
    for line, label in zip(lines, labels, strict=True):
        number = read_number(label)
        if number is None and (label or not numbers):
            found = f"{label[:12]!r} in {heading}" if label else f"nothing in {heading}"
            remedy = "Write it like 12 or (十二); leave it empty only below a row that has it."
            fail(path, line, found, "a number", remedy)
        numbers.append(number or numbers[-1])
    return numbers


def _show_number(levels):
    return ".".join(map(str, levels))
