"""A published task list (重点工作任务清单) read into tables.

The file is what one gets by copying such a notice from a web page: prose first, then one line
per row of the table, its cells separated by tabs. Three readers return the three things in it:
`read_list` the measures, `read_notice` the prose above them, `read_changes` every difference
between the table as published and the measures as returned. `check_list` lists what to doubt.
"""

import calendar
import datetime
import re
from pathlib import Path

import cn2an
import pandas as pd

from .tables import load_table
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
_NOISE = re.compile(
    r"(?P<markup></?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>)"
    r"|(?P<invisible>[\x00-\x08\x0e-\x1b\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+)"
    r"|(?P<space>\s+)"
    r"|(?P<halfwidth>[,;:?!])"
)
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
_END_BY = re.compile(r"年[底末]前|\d{1,2}月[底末]前")


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
        cells separated by tabs, headed by the words in `xq.lists.HEADINGS`, in any order.

    Returns
    -------
    DataFrame
        One row per measure row, in document order, with columns

        - ``measure_id`` : str, "M001", "M002" … in document order
        - ``task_id`` : str, "T01" … from the task's number
        - ``task_no`` : int, number of the task
        - ``title`` : str, title of the task, as it reads at its first occurrence
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
    ListError
        If the file is missing or in another encoding, or a line is not a row of the table; the
        message names file, line, what was expected and what to do.

    See Also
    --------
    read_changes : every change made on the way.
    check_list : what to doubt in the result.
    """
    return _parse(path)[0]


def read_changes(path):
    """Read a published task list and return every change `read_list` makes to it.

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
          empty last cell was missing), "header" (the row of headings), "repeated_header",
          "blank_line"
        - ``measure_id`` : str, the measure row; empty for changes between rows
        - ``line`` : int, line of the source file, from 1
        - ``field`` : str, the column of `read_list`; empty for changes between rows
        - ``start`` : int, position of the change in the cell as published, from 0
        - ``before`` : str, as published
        - ``after`` : str, as returned

    Raises
    ------
    ListError
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
    ListError
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
        The units known, with columns ``unit`` and ``aliases``; by default `load_table("units")`.

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
    """
    needed = ["task_no", "title", "measure_no", "text", "units", "deadline", "title_written"]
    if missing := [name for name in needed if name not in measures]:
        raise ValueError(f"measures has no column {missing}: give it what read_list returns.")
    found = []

    def doubt(problem, rows, field, values):
        found.extend((problem, i, field, str(v)) for i, v in zip(rows, values, strict=True))

    ids = measures["measure_id"]
    for problem, field in [("task_gap", "task_no"), ("measure_gap", "measure_no")]:
        number = measures[field]
        gap = ~number.diff().isin([0, 1]) & ~((number == 1) & number.shift().isna())
        doubt(problem, ids[gap], field, number[gap])
    spread = measures.groupby("measure_no")["task_no"].transform("nunique") > 1
    doubt("measure_in_two_tasks", ids[spread], "measure_no", measures.loc[spread, "measure_no"])
    spelled = measures[measures["title_written"].str.strip() != ""].drop_duplicates(
        ["task_no", "title_written"]
    )
    again = spelled["task_no"].duplicated()
    doubt(
        "title_in_two_spellings",
        spelled.loc[again, "measure_id"],
        "title",
        spelled.loc[again, "title_written"],
    )
    for field in ["title", "text", "units", "deadline"]:
        empty = measures[field] == ""
        doubt("empty_cell", ids[empty], field, measures.loc[empty, field])
    unread = measures["deadline_kind"].isna() & (measures["deadline"] != "")
    doubt("unread_deadline", ids[unread], "deadline", measures.loc[unread, "deadline"])
    ends = measures["text"].str.contains(_END_BY) & (measures["deadline_kind"] == "ongoing")
    named = measures["text"].str.extract(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日").astype(float)
    named = pd.to_datetime(named.set_axis(["year", "month", "day"], axis=1), errors="coerce")
    ends |= named > measures["deadline_date"]
    doubt("text_deadline_differ", ids[ends], "text", measures.loc[ends, "text_dates"])

    named = find_units(measures.set_index("measure_id")["units"])
    lost = named["role"].isna()
    doubt("unread_role", named.loc[lost, "measure_id"], "units", named.loc[lost, "unit_written"])
    known = load_table("units") if units is None else units
    aliases = set(known["aliases"].str.split("；").explode()) - {""}
    strange = ~named["unit_written"].isin(set(known["unit"]) | aliases)
    rows = named[strange]
    doubt("unknown_unit", rows["measure_id"], "units", rows["unit_written"])
    rows = named[named["unit_written"].isin(aliases)].drop_duplicates("unit_written")
    doubt("unit_alias", rows["measure_id"], "units", rows["unit_written"])

    for problem, pattern in [
        ("foreign_word", r"[a-z]{2,}"),
        ("space_in_text", r"\S{0,4} +\S{0,4}"),
        ("rare_character", None),
    ]:
        for measure_id, text in zip(ids, measures["text"], strict=True):
            hits = _find_rare(text) if pattern is None else re.findall(pattern, text)
            doubt(problem, [measure_id] * len(hits), "text", hits)
    table = pd.DataFrame(found, columns=["problem", "measure_id", "field", "found"], dtype="str")
    return table.sort_values(["problem", "measure_id"], kind="stable", ignore_index=True)


# ── reading ──────────────────────────────────────────────────────────────────────────────────


def _parse(path):
    """Return the measures, the changes, and the notice of a list as three DataFrames."""
    lines = _decode(path).split("\n")
    top, fields = _find_header(path, lines)
    notice = _read_prose(lines[:top])
    years = [text[:4] for part, text, _ in notice if part == "date_read"]
    rows, changes = _read_rows(path, lines, top, fields)
    return _to_tables(rows, changes, notice, years[-1] if years else None)


def _fail(path, line, found, expected, remedy):
    where = f"{path}, line {line}" if line else f"{path}"
    raise ListError(f"{where}: {found}; expected {expected}. {remedy}")


def _decode(path):
    """Return the text of a file in UTF-8 or GB18030; refuse anything that might be misread."""
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
            if sum(byte > 127 for byte in part) > 8 and _is_utf8(part):
                _fail(path, number, f"UTF-8 here but not in line {line}", "one encoding", save)
    if "\ufffd" in text:
        line = text.count("\n", 0, text.index("\ufffd")) + 1
        remedy = "A character was lost before this file was saved: get the original."
        _fail(path, line, "the replacement character U+FFFD", "the character itself", remedy)
    return text


def _is_utf8(part):
    try:
        part.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _find_header(path, lines):
    """Return the index of the table's header and the field of each of its columns."""
    for index, line in enumerate(lines):
        fields = _read_header(line)
        if fields and not set(HEADINGS) - _OPTIONAL - set(fields):
            doubled = {f for f in fields if fields.count(f) > 1}
            if doubled:
                name = HEADINGS[doubled.pop()][0]
                _fail(path, index + 1, f"two columns {name}", "one", "Rename or delete one.")
            return index, fields
        known = _name_fields(line)
        if len(set(known) - {None}) >= len(HEADINGS) - 2 and None in known:
            cells = zip(line.split("\t"), known, strict=True)
            odd = " ".join(cell.strip() or "(blank)" for cell, field in cells if not field)
            remedy = "Delete these columns, or rename them as in xq.lists.HEADINGS."
            _fail(path, index + 1, f"unknown columns {odd}", "the headings of a task list", remedy)
    wanted = " ".join(names[0] for field, names in HEADINGS.items() if field not in _OPTIONAL)
    remedy = (
        "Copy the table with its header row and keep the tabs; if the Chinese looks wrong in an "
        "editor, the encoding is not UTF-8 or GB18030: save it as UTF-8."
    )
    _fail(path, len(lines), "no header row in the file", f"a line with {wanted}", remedy)


def _read_header(line):
    """Return the fields named by a line, one per cell, or None if it is no header."""
    fields = _name_fields(line)
    return fields if len(fields) > 1 and None not in fields else None


def _name_fields(line):
    """Return the field each cell of a line names, or None for each that names none."""
    return [_FIELDS.get(_clean(cell, label=True)[0]) for cell in line.split("\t")]


def _read_prose(lines):
    """Return (part, text, line) for each line before the table, then the facts read off them."""
    prose = [(text, number) for number, text in enumerate(lines, 1) if text.strip()]
    parts = []
    for text, number in prose:
        if re.match(r"#\s", text):
            part = "title"
        elif re.match(r"#{2,}\s*[一二三四五六七八九十]+、", text):
            part = "heading"
        elif text.startswith("#"):
            part = "table_title"
        elif _read_date(text):
            part = "date"
        else:
            part = "paragraph"
        parts.append((part, text, number))
    cited = [
        ("document_no", hit, number)
        for text, number in prose
        for hit in re.findall(r"[\u4e00-\u9fff]{1,8}〔\d{4}〕\d+号", text)
    ]
    dated = [
        ("date_read", _read_date(text), number) for part, text, number in parts if part == "date"
    ]
    return parts + cited + dated


def _read_date(text):
    """Return the ISO date of a line that is a date and nothing else, or None."""
    hit = re.fullmatch(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日", text.strip())
    try:
        return datetime.date(*map(int, hit.groups())).isoformat() if hit else None
    except ValueError:
        return None


def _read_rows(path, lines, top, fields):
    """Return one dict per row of the table, and the changes made, as tuples."""
    rows = []
    changes = [("header", "", top + 1, "", 0, lines[top], "")]
    titles = {}  # task number → its title as first written, as first read
    for number, line in enumerate(lines[top + 1 :], top + 2):
        if not line.strip() or _read_header(line) == fields:
            rule = "repeated_header" if line.strip() else "blank_line"
            changes.append((rule, "", number, "", 0, line, ""))
            continue
        measure_id = f"M{len(rows) + 1:03d}"

        def note(rule, field, start, before, after, at=(measure_id, number)):
            changes.append((rule, *at, field, start, before, after))

        row = dict(zip(fields, _split_row(path, number, line, fields, note), strict=True))
        row = {"measure_id": measure_id, "line": number, "note": ""} | row
        for field in fields:
            if field in _LABELS:
                row[f"{field}_written"] = row[field]
            row[field], edits = _clean(row[field], label=field in _LABELS)
            for rule, start, before, after in edits:
                note(rule, field, start, before, after)
        if not any(row[field] for field in fields):
            _fail(path, number, "a row with nothing to read", "a measure", "Delete the line.")
        _carry_down(path, row, rows[-1] if rows else None, note)
        first = titles.setdefault(row["task"], (row["title_written"], row["title"]))
        if row["title_written"] not in ("", first[0]) and row["title"] == first[1]:
            note("title_variant", "title", 0, row["title_written"], row["title"])
        rows.append(row)
    if not rows:
        _fail(path, top + 1, "a header with no rows below", "measures", "Copy the whole table.")
    return rows, changes


def _carry_down(path, row, above, note):
    """Read the labels of a row, in place; blank ones go on with those of the row above."""
    carried = not row["task_no"]
    for field, key in [("task_no", "task"), ("measure_no", "measure")]:
        heading = HEADINGS[field][0]
        if row[field]:
            row[key] = _read_number(path, row["line"], row[field], heading)
            if above and row[key] == above[key]:
                note("repeated_label", field, 0, row[f"{field}_written"], row[field])
        elif above:
            note("carry_down", field, 0, "", above[field])
            row[field], row[key] = above[field], above[key]
        else:
            remedy = "Write the number in the first row of the table."
            _fail(path, row["line"], f"nothing in {heading}", "a number", remedy)
    if row["title"]:
        if carried and row["title"] != above["title"]:
            found = f"the title {row['title'][:12]!r} without a number"
            _fail(path, row["line"], found, "任务序号", "Write the number of the task beside it.")
    elif above and row["task"] == above["task"]:
        note("carry_down", "title", 0, "", above["title"])
        row["title"] = above["title"]
    else:
        found = f"task {row['task']} without a title"
        _fail(path, row["line"], found, "重点工作任务", "Write the title beside its number.")


def _split_row(path, number, line, fields, note):
    """Return the cells of a row, as many as there are columns."""
    cells = line.split("\t")
    short = len(cells) == len(fields) - 1 and fields[-1] == "note" and fields[-2] == "deadline"
    if short and _read_deadline(_clean(cells[-1], label=True)[0], None)[0]:
        note("padded_row", "note", 0, "", "")  # an editor stripped the tab before an empty note
        return [*cells, ""]
    if len(cells) != len(fields):
        remedy = "Put each row on one line, cells separated by one tab each."
        _fail(path, number, f"{len(cells)} cells", f"{len(fields)} as in the header", remedy)
    return cells


def _clean(cell, *, label):
    """Return a cell normalised, and the edits made: (rule, start in the cell, before, after)."""
    hits = list(_NOISE.finditer(cell))
    following, nearest = {}, ""  # the first character after each hit that is not noise itself
    for i in range(len(hits) - 1, -1, -1):
        end = hits[i].end()
        touching = i + 1 < len(hits) and hits[i + 1].start() == end
        if not (touching and hits[i + 1].lastgroup != "halfwidth"):
            nearest = cell[end : end + 1]
        following[i] = nearest
    kept, edits, done = [], [], 0
    previous = ""
    for i, hit in enumerate(hits):
        kept.append(cell[done : hit.start()])
        previous = kept[-1][-1:] or previous
        done, before, after = hit.end(), hit.group(), ""
        if hit.lastgroup == "space" and _separates(previous, following[i], label):
            after = before
        elif hit.lastgroup == "halfwidth":
            beside = _CHINESE.match(previous) or _CHINESE.match(following[i])
            after = before.translate(_FULLWIDTH) if beside else before
        if after != before:
            edits.append((hit.lastgroup, hit.start(), before, after))
        kept.append(after)
        previous = after[-1:].strip() or previous
    kept.append(cell[done:])
    return "".join(kept), edits


def _separates(left, right, label):
    """Tell whether a space between two characters may carry meaning."""
    if label:
        return left.isascii() and left.isalpha() and right.isascii() and right.isalpha()
    return (left.isalpha() and right.isalpha()) or (left.isdigit() and right.isdigit())


def _read_number(path, line, cell, heading):
    """Return the number a label stands for: "(三十八)", "38", "第38项" → 38."""
    core = re.sub(r"[（）()、.．第项条号]", "", cell)
    if core.isdecimal() and len(core) < 7:
        return int(core)
    try:
        if re.fullmatch("[零〇一二三四五六七八九十百]{1,9}", core):
            return int(cn2an.cn2an(core, "strict"))
    except ValueError:
        pass
    remedy = "Write it like 12 or (十二), or leave it empty to go on with the one above."
    _fail(path, line, f"{cell[:12]!r} in {heading}", "a number", remedy)


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


def _find_rare(text):
    """Return the characters of a text outside GB 2312, the set everyday Chinese is written in."""
    return [c for c in text if not (c.isascii() or c in "·—") and not _is_common(c)]


def _is_common(character):
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _to_tables(rows, changes, notice, year):
    """Return measures, changes and notice as DataFrames with fixed columns and types."""
    table = pd.DataFrame(rows)
    deadlines = [_read_deadline(cell, year) for cell in table["deadline"]]
    measures = pd.DataFrame(
        {
            "measure_id": table["measure_id"],
            "task_id": [f"T{n:02d}" for n in table["task"]],
            "task_no": table["task"],
            "title": table["title"],
            "measure_no": table["measure"],
            "text": table["text"],
            "units": table["units"],
            "deadline": table["deadline"],
            "deadline_kind": pd.array([kind for kind, _ in deadlines], dtype="str"),
            "deadline_date": pd.to_datetime(
                pd.Series([day for _, day in deadlines], dtype="str")
            ).astype("datetime64[us]"),
            "text_dates": ["；".join(_DATE.findall(text)) for text in table["text"]],
            "note": table["note"],
            "line": table["line"],
            **{f"{name}_written": table[f"{name}_written"] for name in HEADINGS if name in _LABELS},
        }
    )
    columns = ["rule", "measure_id", "line", "field", "start", "before", "after"]
    return (
        measures,
        pd.DataFrame(changes, columns=columns),
        pd.DataFrame(notice, columns=["part", "text", "line"]),
    )
