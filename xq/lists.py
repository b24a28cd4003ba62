"""A published task list (重点工作任务清单) read into tables.

The file is what one gets by copying such a notice from a web page: prose first, then one line
per row of the table, its cells separated by tabs. Three readers return the three things in it:
`read_list` the measures, `read_notice` the prose above them, `read_changes` every difference
between the table as published and the measures as returned. `check_list` lists what to doubt.
"""

import calendar
import datetime
import os
import re
from functools import lru_cache
from pathlib import Path

import cn2an
import pandas as pd

from .door import check_frame, check_texts
from .units import find_units

# The columns of the table, in the order of the returned fields, and the headings they may carry.
HEADINGS = {
    "task_no": ("任务序号", "序号"),
    "title": ("重点工作任务", "重点任务", "工作任务"),
    "measure_no": ("措施序号",),
    "text": ("落实措施", "工作措施", "具体措施"),
    "units": ("责任单位",),
    "deadline": ("完成时限", "完成时间"),
    "note": ("备注",),
}
_FIELDS = {name: field for field, names in HEADINGS.items() for name in names}
_OPTIONAL = {"note"}
_LABELS = {"task_no", "title", "measure_no", "units", "deadline"}  # no prose: spaces mean nothing

# What may be changed in a cell, by rule. Everything else is kept as published.
_INVISIBLE = r"\x00-\x08\x0e-\x1b\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
_UNSEEN = re.compile(
    r"(?P<markup></?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>)"
    rf"|(?P<invisible>[{_INVISIBLE}]+)|(?P<space>\s+)"
)
_NOISE = re.compile(rf"{_UNSEEN.pattern}|(?P<halfwidth>[,;:?!])")
_MAY_BE_NOISE = re.compile(rf"[<\s,;:?!{_INVISIBLE}]")  # much faster than the rules themselves
_FULLWIDTH = str.maketrans(",;:?!", "，；：？！")
_CHINESE = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff01-\uff65“”‘’—…]")

_DEADLINE = re.compile(
    r"(?:(?P<year>[0-9]{4})?年(?:内|[底末]前?)|全年|本年度"
    r"|(?:(?P<year2>[0-9]{4})年)?(?P<month>[0-9]{1,2})月(?:(?P<day>[0-9]{1,2})日|底|末)?前?)?"
    r"(?P<what>持续推进|长期推进|长期坚持|常态化推进|完成)?"
)
_DATE = re.compile(
    r"\d{4}\s?[—–-]{1,2}\s?\d{4}\s?年"
    r"|\d{4}\s?年(?:\d{1,2}月(?:\d{1,2}日)?)?(?:底前?|末)?|\d{1,2}月底前?|年[底末]前?|年内|全年"
)
_AROUND_NUMBER = re.compile(r"[（）()、.．第项条号]")
_CHINESE_NUMBER = re.compile("[零〇一二三四五六七八九十百]{1,9}")
_END_BY = re.compile(r"年[底末]前|\d{1,2}月[底末]前")

_CHANGE = {"rule": "str", "line": "int64", "field": "str", "start": "int64"}  # type of column
_CHANGE |= {"before": "str", "after": "str"}


class ListError(ValueError):
    """A list that cannot be read. The message says file, line, what was expected, what to do."""


def read_list(path):
    """Read the measures of a published task list.

    Blank task and measure cells are filled from above, labels repeated after a page break are
    read as going on, and markup, stray spaces and half-width punctuation are normalised; wording
    is never changed. `read_changes` lists every such change.

    Parameters
    ----------
    path : str or Path
        A text file: UTF-8 (with or without byte-order mark) or GB18030, one table row per line,
        cells separated by tabs, headed by the words in `xq.lists.HEADINGS`, in any order. Lines
        may end as on any system.

    Returns
    -------
    DataFrame
        One row per measure row, in document order, with columns

        - ``measure_id`` : str, "M001", "M002" … in document order
        - ``task_id`` : str, "T01" … from the task's number
        - ``task_no`` : int, number of the task
        - ``title`` : str, title of the task
        - ``measure_no`` : int, number of the measure, which may span several rows
        - ``text`` : str, what is to be done
        - ``units`` : str, the responsible units, one cell
        - ``deadline`` : str, the deadline cell
        - ``deadline_kind`` : str, "ongoing" (to be kept up) or "by" (to be completed);
          missing where the cell cannot be read
        - ``deadline_date`` : datetime64, last day; the year is the notice's where the cell has none
        - ``text_dates`` : str, dates and periods found in the text, as written, joined by "；"
        - ``note`` : str, the note cell (备注); empty where the list has no such column
        - ``line`` : int, line of the source file, from 1
        - ``task_no_written``, ``title_written``, ``measure_no_written``, ``units_written``,
          ``deadline_written`` : str, the cells exactly as published

    Raises
    ------
    TypeError
        If ``path`` is no path.
    ListError
        If the file is missing, is no text file or in another encoding, or a line is not a row of
        the table; the message names file, line, what was expected and what to do.

    See Also
    --------
    read_changes : every change made on the way.
    check_list : what to doubt in the result.
    """
    return _parse(path)[0]


def read_changes(path):
    r"""Read a published task list and return every change `read_list` makes to it.

    Parameters
    ----------
    path : str or Path
        As for `read_list`.

    Returns
    -------
    DataFrame
        One row per change, in document order, with columns

        - ``rule`` : str, name of the rule. In cells: "markup" (a tag removed), "invisible" (a
          control or zero-width character removed), "space" (a stray space removed), "halfwidth"
          (half-width punctuation beside Chinese made full-width). Of rows: "carry_down" (a blank
          cell filled from above), "repeated_label" (a label printed again, read as going on),
          "title_variant" (a title spelled unlike its first occurrence), "padded_row" (the
          empty last cell was missing). Of other lines: "header" (the row of headings),
          "repeated_header", "blank_line" (above the header only where it holds spaces),
          "line_end" (the line ends in "\r\n" or "\r")
        - ``measure_id`` : str, the measure row; empty for changes between rows
        - ``line`` : int, line of the source file, from 1
        - ``field`` : str, the column of `read_list`; empty for changes between rows
        - ``start`` : int, position of the change in the cell as published, from 0
        - ``before`` : str, as published
        - ``after`` : str, as returned

    Raises
    ------
    TypeError, ListError
        As for `read_list`.
    """
    return _parse(path)[1]


def read_notice(path):
    """Read what a published task list says before its table.

    Parameters
    ----------
    path : str or Path
        As for `read_list`.

    Returns
    -------
    DataFrame
        One row per line of prose, in document order, then one row per fact read off it, with
        columns

        - ``part`` : str, "title", "heading", "paragraph", "date" or "table_title" for the lines;
          "document_no" (a document number cited) and "date_read" (the date, ISO 8601) for facts
        - ``text`` : str, the line as published, or the fact
        - ``line`` : int, line of the source file, from 1

    Raises
    ------
    TypeError, ListError
        As for `read_list`.
    """
    return _parse(path)[2]


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
          "unread_deadline", "text_deadline_differ" (the text sets an end date where the deadline
          cell does not, or a later one), "unread_role", "unknown_unit", "unit_alias" (a second
          name of a known unit, given once), "foreign_word", "space_in_text" (kept, for
          it may separate two phrases), "rare_character" (outside GB 2312: perhaps damaged)
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
        if not pd.api.types.is_integer_dtype(kind):
            remedy = f"measures.astype({{{field!r}: int}})"
            raise TypeError(f"measures: {field} has the type {kind}; expected int: {remedy}")
    if units is not None:
        check_frame(units, "units", "unit", "aliases", filled=["unit", "aliases"])
    doubts = []

    def doubt(problem, field, found):  # found: what stands there, indexed by measure_id
        found = found.astype("str").rename("found").rename_axis("measure_id").reset_index()
        doubts.append(found.assign(problem=problem, field=field))

    for problem, field in [("task_gap", "task_no"), ("measure_gap", "measure_no")]:
        number = measures[field]
        above = number.shift(fill_value=0)
        goes_on = (number == above + 1) | ((number == above) & (above > 0))
        doubt(problem, field, number[~goes_on])
    tasks = measures.groupby("measure_no")["task_no"].transform("nunique")
    doubt("measure_in_two_tasks", "measure_no", measures.loc[tasks > 1, "measure_no"])
    spelled = measures[measures["title_written"].str.strip() != ""]
    spelled = spelled.drop_duplicates(["task_no", "title_written"])
    again = spelled["task_no"].duplicated()
    doubt("title_in_two_spellings", "title", spelled.loc[again, "title_written"])
    for field in ["title", "text", "units", "deadline"]:
        doubt("empty_cell", field, measures.loc[measures[field] == "", field])

    text, deadline = measures["text"], measures["deadline"]
    unread = measures["deadline_kind"].isna() & (deadline != "")
    doubt("unread_deadline", "deadline", deadline[unread])
    date = text.str.extract(r"(?P<year>[0-9]{4})年(?P<month>[0-9]{1,2})月(?P<day>[0-9]{1,2})日")
    differ = pd.to_datetime(date.astype(float), errors="coerce") > measures["deadline_date"]
    differ |= text.str.contains(_END_BY) & (measures["deadline_kind"] == "ongoing")
    doubt("text_deadline_differ", "text", measures.loc[differ, "text_dates"])

    named = find_units(measures["units"]).set_index("measure_id")
    name = named["unit_written"]
    doubt("unread_role", "units", name[named["role"].isna()])
    if units is not None:
        aliases = set(units["aliases"].str.split("；").explode()) - {""}
        doubt("unknown_unit", "units", name[~name.isin(aliases.union(units["unit"]))])
        doubt("unit_alias", "units", name[name.isin(aliases)].drop_duplicates())

    doubt("foreign_word", "text", text.str.findall(r"[a-z]{2,}").explode().dropna())
    doubt("space_in_text", "text", text.str.findall(r"\S{0,4} +\S{0,4}").explode().dropna())
    common = "".join(set().union(*text)).encode("gb2312", "ignore").decode("gb2312") + "·—"
    rare = text.str.translate(str.maketrans("", "", common))
    doubt("rare_character", "text", rare.map(list).explode().dropna())
    table = pd.concat(doubts)[["problem", "measure_id", "field", "found"]].astype("str")
    return table.sort_values(["problem", "measure_id"], kind="stable", ignore_index=True)


# ── reading ──────────────────────────────────────────────────────────────────────────────────


def _parse(path):
    """Return the measures, the changes, and the notice of a list as three DataFrames."""
    text = _decode(path)
    pieces = re.split(r"(\r?\n)" if "\n" in text else r"(\r)", text)  # \r: old Macs
    lines, ends = pieces[::2], pieces[1::2]
    top, fields = _find_header(path, lines)
    notice = _read_prose(lines[:top])
    dates = notice.loc[notice["part"] == "date_read", "text"]
    written, between = _split_rows(path, lines, top, fields)
    measures, changes = _read_rows(path, written, dates.iloc[-1][:4] if len(dates) else None)

    ended = [("line_end", n, "", 0, end, "\n") for n, end in enumerate(ends, 1) if end != "\n"]
    between, ended = (pd.DataFrame(rows, columns=[*_CHANGE]) for rows in (between, ended))
    changes = pd.concat([between, *changes, ended])[[*_CHANGE]].astype(_CHANGE)
    changes = changes.sort_values("line", kind="stable", ignore_index=True)
    ids = changes["line"].map(measures.set_index("line")["measure_id"]).fillna("")
    changes.insert(1, "measure_id", ids)
    return measures, changes, notice


def _fail(path, line, found, expected, remedy):
    where = f"{path!s:.200}" + (f", line {line}" if line else "")
    raise ListError(f"{where}: {found}; expected {expected}. {remedy}")


def _decode(path):
    """Return the text of a file in UTF-8 or GB18030; refuse anything that might be misread."""
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path is {path!r:.60}; expected the name of a text file: a str or a Path")
    if not os.path.isfile(path):  # a pipe or a device might never end
        found = "is no file to read" if os.path.exists(path) else "cannot be opened (nothing there)"
        _fail(path, 0, found, "a text file", "Check the path.")
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        _fail(path, 0, f"cannot be opened ({error.strerror})", "a text file", "Check the path.")
    save = "Open it in an editor that shows the Chinese correctly, and save it as UTF-8."
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        _fail(path, 1, "UTF-16 or UTF-32 text", "UTF-8 or GB18030", save)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        try:
            text = raw.decode("gb18030").removeprefix("\ufeff")
        except UnicodeDecodeError:
            _fail(path, line, "bytes that are neither", "UTF-8 or GB18030", save)
        # GB18030 decodes almost anything: a line that is also good UTF-8 was meant as UTF-8.
        for number, part in enumerate(raw.split(b"\n"), 1):
            is_utf8 = part.decode("utf-8", "ignore").encode() == part
            if is_utf8 and sum(byte > 127 for byte in part) > 8:
                _fail(path, number, f"UTF-8 here but not in line {line}", "one encoding", save)
    if "\ufffd" in text:
        line = text.count("\n", 0, text.index("\ufffd")) + 1
        remedy = "A character was lost before this file was saved: get the original."
        _fail(path, line, "the replacement character U+FFFD", "the character itself", remedy)
    return text


def _find_header(path, lines):
    """Return the index of the table's header and the field of each of its columns."""
    for index, line in enumerate(lines):
        fields = [_name_field(cell) for cell in line.split("\t")]
        named = set(fields) - {None}
        if len(named) < len(HEADINGS) - 2:
            continue
        if None in fields:
            cells = zip(line.split("\t"), fields, strict=True)
            odd = " ".join(cell.strip() or "(blank)" for cell, field in cells if not field)
            remedy = "Delete these columns, or rename them as in xq.lists.HEADINGS."
            expected = "the headings of a task list"
            _fail(path, index + 1, f"unknown columns {odd:.60}", expected, remedy)
        if missing := [field for field in HEADINGS if field not in named | _OPTIONAL]:
            name = HEADINGS[missing[0]][0]
            _fail(path, index + 1, f"no column {name}", "one", "Add it, or rename the one meant.")
        if twice := [field for field in named if fields.count(field) > 1]:
            name = HEADINGS[twice[0]][0]
            _fail(path, index + 1, f"two columns {name}", "one", "Rename or delete one.")
        return index, fields
    wanted = " ".join(names[0] for field, names in HEADINGS.items() if field not in _OPTIONAL)
    remedy = (
        "Copy the table with its header row and keep the tabs; if the Chinese looks wrong in an "
        "editor, the encoding is not UTF-8 or GB18030: save it as UTF-8."
    )
    _fail(path, len(lines), "no header row in the file", f"a line with {wanted}", remedy)


@lru_cache  # the first cell of most rows is blank
def _name_field(cell):
    """Return the field a cell of the header names, or None."""
    return _FIELDS.get(_clean(cell, label=True)[0])


def _read_prose(lines):
    """Return (part, text, line) for each line before the table, then the facts read off them."""
    prose, cited, dated = [], [], []
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        date = _read_date(text)
        if re.match(r"#\s", text):
            part = "title"
        elif re.match(r"#{2,}\s*[一二三四五六七八九十]+、", text):
            part = "heading"
        elif text.startswith("#"):
            part = "table_title"
        elif date:
            part = "date"
            dated.append(("date_read", date, number))
        else:
            part = "paragraph"
        prose.append((part, text, number))
        for hit in re.findall(r"[\u4e00-\u9fff]{1,8}〔\d{4}〕\d+号", text):
            cited.append(("document_no", hit, number))
    types = {"part": "str", "text": "str", "line": "int64"}
    return pd.DataFrame(prose + cited + dated, columns=[*types]).astype(types)


def _read_date(text):
    """Return the ISO date of a line that is a date and nothing else, or None."""
    try:
        return datetime.datetime.strptime(text.strip(), "%Y年%m月%d日").date().isoformat()
    except ValueError:
        return None


def _split_rows(path, lines, top, fields):
    """Return the rows as published, indexed by line, and the changes of all other lines."""
    spaces = [(n, line) for n, line in enumerate(lines[:top], 1) if line and not line.strip()]
    changes = [("blank_line", n, "", 0, line, "") for n, line in spaces]
    changes.append(("header", top + 1, "", 0, lines[top], ""))
    numbers, flat = [], []  # line of each row; the cells of all rows
    for number, line in enumerate(lines[top + 1 :], top + 2):
        cells = line.split("\t")
        if not line or line.isspace():
            changes.append(("blank_line", number, "", 0, line, ""))
        elif _name_field(cells[0]) and [_name_field(cell) for cell in cells] == fields:
            changes.append(("repeated_header", number, "", 0, line, ""))
        elif len(cells) == len(fields):
            numbers.append(number)
            flat += cells
        elif fields[len(cells) - 1 :] == ["deadline", "note"] and _is_deadline(cells[-1]):
            changes.append(("padded_row", number, "note", 0, "", ""))
            numbers.append(number)
            flat += [*cells, ""]  # an editor stripped the tab before an empty note
        else:
            remedy = "Put each row on one line, cells separated by one tab each."
            expected = f"{len(fields)} as in the header"
            _fail(path, number, f"{len(cells)} cells", expected, remedy)
    if not numbers:
        _fail(path, top + 1, "a header with no rows below", "measures", "Copy the whole table.")
    columns = {field: flat[place :: len(fields)] for place, field in enumerate(fields)}
    return pd.DataFrame(columns, index=numbers, dtype="str"), changes


def _is_deadline(cell):
    return _read_deadline(_clean(cell, label=True)[0], None)[0] is not None


def _read_rows(path, written, year):
    """Return the measures, and the changes made in the rows and to them."""
    read, changes = written.copy(), []
    for field in written:
        cells = written[field].tolist()
        noisy = [cell for cell in set(cells) if _MAY_BE_NOISE.search(cell)]
        if not noisy:
            continue
        cleaned = {cell: _clean(cell, label=field in _LABELS) for cell in noisy}
        read[field] = [cleaned[cell][0] if cell in cleaned else cell for cell in cells]
        edits = [(cell, *edit) for cell in noisy for edit in cleaned[cell][1]]
        edits = pd.DataFrame(
            edits, columns=["cell", "rule", "start", "before", "after"], dtype="str"
        )
        found = pd.DataFrame({"line": written.index, "field": field, "cell": cells})
        changes.append(found.merge(edits))
    if (nothing := (read == "").all(axis=1)).any():
        found = "a row with nothing to read"
        _fail(path, nothing.idxmax(), found, "a measure", "Delete the line.")

    labels = ["task_no", "measure_no", "title"]
    blank = read[labels] == ""
    task, measure = (_read_numbers(path, read[name], HEADINGS[name][0]) for name in labels[:2])
    if (lost := blank["title"] & (task != task.shift())).any():
        found = f"task {task[lost.idxmax()]} without a title"
        _fail(path, lost.idxmax(), found, "重点工作任务", "Write the title beside its number.")
    read[labels] = read[labels].mask(blank).ffill()
    title = read["title"]
    if (lost := blank["task_no"] & (title != title.shift())).any():
        found = f"the title {title[lost.idxmax()][:12]!r} without a number"
        _fail(path, lost.idxmax(), found, "任务序号", "Write the number of the task beside it.")
    spelled, same = written["title"], title == title.groupby(task).transform("first")
    variant = ~blank["title"] & same & (spelled != spelled.groupby(task).transform("first"))

    def note(rule, field, where):
        if where.any():
            before = written[field].mask(blank[field], "")[where]
            change = {"line": before.index, "before": before, "after": read.loc[where, field]}
            changes.append(pd.DataFrame(change).assign(rule=rule, field=field, start=0))

    for field, number in [("task_no", task), ("measure_no", measure)]:
        note("carry_down", field, blank[field])
        note("repeated_label", field, ~blank[field] & (number == number.shift()))
    note("carry_down", "title", blank["title"])
    note("title_variant", "title", variant)

    deadline = read["deadline"]
    ends = {cell: _read_deadline(cell, year) for cell in deadline.unique()}
    measures = pd.DataFrame(
        {
            "measure_id": [f"M{n:03d}" for n in range(1, len(read) + 1)],
            "task_id": [f"T{n:02d}" for n in task],
            "task_no": task,
            "title": title,
            "measure_no": measure,
            "text": read["text"],
            "units": read["units"],
            "deadline": deadline,
            "deadline_kind": deadline.map({cell: kind for cell, (kind, _) in ends.items()}),
            "deadline_date": deadline.map({cell: day for cell, (_, day) in ends.items()}),
            "text_dates": ["；".join(_find_dates(text)) for text in read["text"].tolist()],
            "note": read.get("note", ""),
            "line": read.index,
        }
    )
    measures = measures.astype({"deadline_kind": "str", "deadline_date": "datetime64[us]"})
    labels = [field for field in HEADINGS if field in _LABELS]
    measures = measures.join(written[labels].add_suffix("_written"))
    return measures.reset_index(drop=True), changes


def _find_dates(text):
    return _DATE.findall(text) if "年" in text or "月" in text else []  # most texts have none


def _read_numbers(path, labels, heading):
    """Return the number each label stands for; a blank one goes on with the one above."""
    numbers = pd.Series([*map(_read_number, labels.tolist())], labels.index, dtype="float64")
    lost = numbers.isna() & ((labels != "") | (labels.index == labels.index[0]))
    if lost.any():
        label = labels[lost.idxmax()]
        found = f"{label[:12]!r} in {heading}" if label else f"nothing in {heading}"
        remedy = "Write it like 12 or (十二); leave it empty only below a row that has it."
        _fail(path, lost.idxmax(), found, "a number", remedy)
    return numbers.ffill().astype("int64")


@lru_cache
def _read_number(label):
    """Return the number in "(三十八)", "38" or "第38项", or None."""
    core = _AROUND_NUMBER.sub("", label)
    if core.isdecimal() and len(core) < 7:
        return int(core)
    try:
        return int(cn2an.cn2an(core, "strict")) if _CHINESE_NUMBER.fullmatch(core) else None
    except ValueError:
        return None


def _clean(cell, *, label):
    """Return a cell normalised, and the edits made: (rule, start in the cell, before, after)."""
    visible = _UNSEEN.sub("", cell)
    kept, edits = [], []
    done = seen = 0  # how far the cell and its visible part are read
    left = ""  # the last visible character kept
    for hit in _NOISE.finditer(cell):
        gap, before = cell[done : hit.start()], hit.group()
        seen += len(gap) + (hit.lastgroup == "halfwidth")
        done = hit.end()
        left, right = gap[-1:] or left, visible[seen : seen + 1]
        after = ""
        if hit.lastgroup == "space" and _separates(left, right, label):
            after = before
        elif hit.lastgroup == "halfwidth":
            beside = _CHINESE.match(left) or _CHINESE.match(right)
            left = after = before.translate(_FULLWIDTH) if beside else before
        if after != before:
            edits.append((hit.lastgroup, hit.start(), before, after))
        kept += [gap, after]
    return "".join([*kept, cell[done:]]), edits


def _separates(left, right, label):
    """Tell whether a space between two characters may carry meaning."""
    if label:
        return left.isascii() and left.isalpha() and right.isascii() and right.isalpha()
    return (left.isalpha() and right.isalpha()) or (left.isdigit() and right.isdigit())


def _read_deadline(cell, year):
    """Return (kind, ISO date) of a deadline cell, each None where it cannot be read."""
    hit = _DEADLINE.fullmatch(cell)
    if not cell or not hit or cell == "完成":
        return None, None
    kind = "by" if hit["what"] in (None, "完成") else "ongoing"
    year, month = hit["year"] or hit["year2"] or year, int(hit["month"] or 12)
    if cell == hit["what"] or year is None:  # no date said
        return kind, None
    if not (1 <= month <= 12 and 1900 <= int(year) <= 2200):
        return None, None
    last = calendar.monthrange(int(year), month)[1]
    day = int(hit["day"] or last)
    return (kind, f"{year}-{month:02d}-{day:02d}") if 1 <= day <= last else (None, None)
