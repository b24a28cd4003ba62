"""The ledgers that units send back (跟踪督办): what each answered, and what nobody did.

A row is known by what stands in it, the number of the measure (编号) and the unit (责任单位), and a
column by its heading; where they stand in the file does not matter. Nothing is dropped: what is
not understood is listed, and earlier answers are kept beside later ones.
"""

import datetime
import re
import unicodedata
from collections import namedtuple

import pandas as pd
from openpyxl.utils import get_column_letter

from .door import check_choice, check_frame, describe, shorten
from .files import ListError, fail, read_file
from .forms import (
    ANSWERS,
    GIVEN,
    IS_TITLE,
    LASTING,
    NOBODY,
    REPORT,
    ROLES,
    SENTENCES,
    SHEETS,
    STATUS,
)
from .many import name_files

_RANK = ["not_started", "in_difficulty", "unclear", "under_way", "done"]
_CLEAR = {*_RANK} - {"unclear"}
OUTCOMES = ("done", "on_time", "late", "no_date", "silent")
MANY = re.compile("各|(?:有关|相关)(?:部门|单位)")  # names that mean several units
_WORDS = {
    "done": "已完成 完成 全部完成 已全部完成 已办结 办结 completed done",
    "under_way": "推进中 正在推进 进行中 有序推进 持续推进 正在进行 underway",
    "not_started": "未开始 未启动 尚未开始 尚未启动 notstarted",
    "in_difficulty": "有困难 indifficulty",
}
_WORDS = {word: status for status, words in _WORDS.items() for word in words.split()}
_DAY = re.compile(
    r"(?:(?P<year>\d{4})\s*[年./-]\s*)?(?P<month>\d{1,2})\s*[月./-]\s*(?P<day>\d{1,2})\s*[日号]?"
    r"|(?P<year8>\d{4})(?P<month8>\d\d)(?P<day8>\d\d)"
)
_PERCENT = re.compile(r"(\d{1,5}(?:\.\d+)?)\s*(%?)")

Ledgers = namedtuple("Ledgers", "measures duties answers unread")
# doubts: column → doubt; plain: the file does not say how its numbers are shown, as .xls
_Row = namedtuple("_Row", "file sheet line places cells doubts plain")
_Report = namedtuple("_Report", "row values doubts")  # a row as it was read


def read_ledgers(files, *, sent=None, today=None):
    """Read the ledgers that units have filled in, and say how every measure stands.

    Rows and columns may have been inserted, moved or merged, sheets renamed; a row counts by its
    measure (编号) and unit (责任单位). When a unit has answered several times, the report of the
    latest 更新日期 counts, as a whole; person, contact, timetable, form of result and inspection
    stand until they are changed. Earlier answers are kept beside it.

    Parameters
    ----------
    files : iterable of str or Path, or Series or dict of these
        The workbooks: .xlsx, .xls or .et. A Series or dict names each; else the path is its name.
        Of two answers of the same date the one of the later file counts.
    sent : str or Path, optional
        The ledger as it was sent out, which says what was asked of whom: units that returned
        nothing are then silent, and an answer to something else is listed in `unread`. Without it
        only what stands in the files is known.
    today : date or str, optional
        The day to hold deadlines against, as "2023-07-01"; by default today.

    Returns
    -------
    measures : DataFrame
        One row per measure, with columns

        - ``measure_id``, ``number``, ``title``, ``text``, ``deadline`` : str, as sent out
        - ``due`` : datetime64, the last day
        - ``lead``, ``others`` : str, units, joined by "、"
        - ``status`` : str, of the lead, or where none is named of all units; of several answers
          the least advanced: "not_started", "in_difficulty", "under_way", "done"; "unclear" where
          an answer says none of it; "silent" without an answer
        - ``percent`` : float, of that answer
        - ``progress``, ``problem``, ``next_step`` : str, of that answer
        - ``updated`` : datetime64, of that answer
        - ``views`` : str, what the other units say
        - ``missing`` : str, units that have not answered, joined by "、"
        - ``conflict``, ``conflict_zh`` : str, what does not agree, in English and in Chinese; or
          empty
        - ``overdue`` : bool, not done and its last day is over

    duties : DataFrame
        One row per measure and unit, with ``measure_id``, ``unit``, ``role``, ``due``, ``status``,
        every answer that counts (``progress`` … ``opinion``), ``conflict``, ``conflict_zh``,
        ``overdue`` and

        - ``outcome`` : str, "done"; "on_time" (answered, not done, not yet due), "late" (answered,
          not done, overdue), "no_date" (answered, not done, no last day known) or "silent"

    answers : DataFrame
        One row per cell filled in, with columns

        - ``file``, ``sheet``, ``cell`` : str, where it stands
        - ``row`` : int, its row in the sheet
        - ``measure_id``, ``unit`` : str; 未写明单位 where the list names none
        - ``column`` : str, as in `duties`
        - ``written`` : str, what stands there
        - ``value`` : str, as read: "50" for 50%, dates as "2023-06-01"; empty if not understood
        - ``dated`` : datetime64, the 更新日期 of its row
        - ``current`` : bool, whether it counts; if not, a later answer does
        - ``doubt`` : str, "year_from_due" (the date has no year), "unit_from_sheet" (the row names
          no unit), "merged" (the cell is merged with the one above), "percent_from_one" (1 in an
          .xls, which does not say whether it was shown as 100%), or empty

    unread : DataFrame
        One row per cell not understood, with columns ``file``, ``sheet``, ``cell``, ``written``,
        ``reason`` and, in Chinese, ``reason_zh``; a file that cannot be read has one row. Comments
        and pictures are named, but in an .xls they are not seen.

    Raises
    ------
    TypeError
        If `files` or `sent` are no paths, or `today` is no date.
    ValueError
        If a file is named twice, or `today` is a text that is no date.
    ListError
        If `sent` cannot be read, or is no ledger.

    See Also
    --------
    write_ledger : what is sent out; ``keep=`` takes what this returns.
    count_answers : done, on time, late and silent, by unit.
    write_summary : these, as a workbook to print.
    """
    today = read_today(today)
    rows, unread = [], []
    asked = None
    if sent is not None:
        [(name, path)] = name_files([sent]).items()
        rows, unread = _read_book(name, path)
        asked = {(row.cells["measure_id"], row.cells["unit"]) for row in rows}
        if not asked:
            expected = "a workbook that write_ledger wrote"
            fail(name, 0, "is no ledger", expected, "Give the file as it was sent out.")
    for name, path in name_files(files).items():
        if sent is not None and str(path) == str(sent):
            continue
        try:
            found = _read_book(name, path)
        except ListError as problem:
            why = _say("unreadable", f"{problem.reason}. {problem.remedy}")
            unread.append((name, "", "", "", *why))
            continue
        rows += found[0]
        unread += found[1]
    rows = _keep_known(rows, asked, unread)
    duties, answers = _gather(rows, today, unread)
    answers = _to_frame(answers, _ANSWER_TYPES)
    measures = _to_frame(_join(duties, today), _MEASURE_TYPES)
    unread = _to_frame(unread, _UNREAD_TYPES)
    return Ledgers(measures, _to_frame(duties, _DUTY_TYPES), answers, unread)


def count_answers(duties):
    """Count how the duties of each unit stand (督办).

    Parameters
    ----------
    duties : DataFrame
        As returned by `read_ledgers`: columns ``unit``, ``outcome`` and ``overdue``.

    Returns
    -------
    DataFrame
        One row per unit, those with most overdue first, with columns

        - ``unit`` : str
        - ``n`` : int, its measure rows
        - ``done``, ``on_time``, ``late``, ``no_date``, ``silent`` : int, of these; together ``n``
        - ``overdue`` : int, late or silent, and the last day is over

    Raises
    ------
    TypeError
        If `duties` is no DataFrame.
    ValueError
        If a column or value is missing, or one that `read_ledgers` does not return.
    """
    needed = ["unit", "outcome", "overdue"]
    check_frame(duties, "duties", *needed, filled=needed)
    for outcome in duties["outcome"].unique():
        check_choice(outcome, "duties: outcome", OUTCOMES)
    for value in duties["overdue"].unique():
        if value not in (True, False):
            raise ValueError(f"duties: overdue is {shorten(value)}; expected True or False")
    counts = pd.crosstab(duties["unit"], duties["outcome"]).reindex(columns=[*OUTCOMES])
    counts = counts.fillna(0).astype("int64").rename_axis(columns=None)
    counts.insert(0, "n", counts.sum(axis=1))
    counts["overdue"] = duties["overdue"].astype(bool).groupby(duties["unit"]).sum()
    counts = counts.reset_index().astype({"unit": "str", "overdue": "int64"})
    order = ["overdue", "silent", "n", "unit"]
    return counts.sort_values(order, ascending=[False] * 3 + [True], ignore_index=True)


def read_sent(path):
    """Return what a ledger that was sent out asks of whom, and its title.

    That is one dict per measure and unit, with the columns of `forms.GIVEN`, ``unit_en`` and
    ``kind``; ``unit`` and ``role`` are empty where nothing is said, ``due`` is a date or None.
    """
    source = read_file(path)
    columns, units, asked = {}, {}, {}
    for row in source.rows:
        columns = _read_headings(row.cells) or columns
        if "n" in columns.values():  # the list of units
            cells = {column: row.cells[at] for at, column in columns.items() if at < len(row.cells)}
            units[to_unit(cells["unit"])] = {key: cells.get(key, "") for key in ("unit_en", "kind")}
    for row in _read_book(str(path), path)[0]:
        given = {column: row.cells.get(column, "") for column in GIVEN}
        day = _read_day(given["due"], None)
        given["due"] = None if day is None else day.date()
        given["role"] = _read_role(given["role"])
        given |= units.get(given["unit"], {"unit_en": "", "kind": ""})
        given["unit"] = "" if given["unit"] == NOBODY[0] else given["unit"]
        asked.setdefault((given["measure_id"], given["unit"]), given)
    return [*asked.values()], source.title


def find_first_answer(path):
    """Return where the first answer in a workbook stands, in Chinese and in English.

    None if it has none, or cannot be read.
    """
    try:
        rows, unread = _read_book(str(path), path)
    except ListError:
        return None
    found = [
        (row.sheet, row.places[column], row.cells[column])
        for row in rows
        for column in ANSWERS
        if column in row.cells
    ]
    found += [cell[1:4] for cell in unread]
    if not found:
        return None
    sheet, cell, written = found[0]
    english, chinese = _say("filled", sheet, cell, written.strip()) if sheet else _say("extras")
    return chinese, english


# ── the cells ────────────────────────────────────────────────────────────────────────────────


def _read_book(name, path):
    """Return the rows of a workbook that name a measure, and the cells not understood."""
    source = read_file(path)
    if source.form not in ("xlsx", "xls"):
        fail(name, 0, "is no Excel file", ".xlsx, .xls or .et", "Save it as .xlsx.")
    rows, unread = [], []
    for number, sheet in enumerate(source.sheets, 1):
        own = [row for row in source.rows if row.table == number]
        rows += _read_sheet(name, sheet, own, source.form == "xls", unread)
    for (number, line, at), formula in source.formulas.items():
        place = source.sheets[number - 1], f"{get_column_letter(at + 1)}{line}"
        unread.append((name, *place, formula, *_say("formula")))
    for extra in source.extras:
        unread.append((name, "", "", "", *_say(extra)))
    return rows, unread


def _say(key, *given):
    """Return a sentence in English and in Chinese."""
    chinese, english = SENTENCES[key]
    return english.format(*given), chinese.format(*given)


def _read_sheet(file, sheet, lines, plain, unread):
    """Return the rows of a sheet that name a measure; list in `unread` what is not understood."""
    rows, columns, headings, above = [], None, (), {}
    for line in lines:
        if not columns and IS_TITLE.fullmatch("".join(line.cells).strip()):
            continue  # of a summary
        if found := _read_headings(line.cells):
            columns, headings, above = found, line.cells, {}
            continue
        texts, merged = _fill_merged(line, above)
        places = {at: f"{get_column_letter(at + 1)}{line.line}" for at in texts}
        typed = {at: text for at, text in texts.items() if at not in merged}
        reasons = dict.fromkeys(typed, _say("no_headings"))
        if columns:
            odd = [at for at in typed if at not in columns]
            reasons = {at: _say("no_column", headings[at].strip()) for at in odd}
        if columns and ANSWERS.keys() & {*columns.values()}:  # not a computed sheet
            named = {columns[at]: at for at in texts if at in columns}
            if "measure_id" in named:
                cells = {column: texts[at] for column, at in named.items()}
                where = {column: places[at] for column, at in named.items()}
                doubts = {column: "merged" for column, at in named.items() if at in merged}
                rows.append(_Row(file, sheet, line.line, where, cells, doubts, plain))
            elif rows:
                last = rows[-1].cells["measure_id"].strip()
                reasons = dict.fromkeys(typed, _say("row_above", last))
            else:
                reasons = dict.fromkeys(typed, _say("no_measure"))
        unread += [(file, sheet, places[at], typed[at], *why) for at, why in reasons.items()]
    return _clean_keys(rows, sheet)


def _fill_merged(line, above):
    """Return the texts of a row by column, and the columns filled from `above`, kept up to date."""
    texts, merged = {}, set()
    for at, text in enumerate(line.cells):
        text = text.replace("_x000D_\n", "\n")
        if line.merged[at] == "^":
            text = above.get(at, "")
            merged.add(at)
        above[at] = text
        if text.strip():
            texts[at] = text
    return texts, merged


def _read_headings(cells):
    """Return column number → column of the sheet, if these cells are its headings; else None."""
    words = [re.sub(r"\s|[（(].*", "", cell).casefold() for cell in cells]
    for names, key, needed in SHEETS:
        columns = {}
        for at, word in enumerate(words):
            if word in names and names[word] not in columns.values():
                columns[at] = names[word]
        if key in columns.values() and any(each in columns.values() for each in needed):
            return columns
    return None


def _clean_keys(rows, sheet):
    """Return rows with their measure and unit as keys; a unit left out is that of the sheet."""
    cleaned = []
    names = {to_unit(row.cells["unit"]) for row in rows if "unit" in row.cells}
    usual = names.pop() if len(names) == 1 else to_unit(sheet)
    for row in rows:
        key = to_measure(row.cells["measure_id"])
        unit = to_unit(row.cells["unit"]) if "unit" in row.cells else usual
        cells = row.cells | {"measure_id": key, "unit": unit}
        doubts = row.doubts if "unit" in row.cells else dict.fromkeys(ANSWERS, "unit_from_sheet")
        cleaned.append(row._replace(cells=cells, doubts=doubts))
    return cleaned


def to_measure(cell):
    """Return the name of a measure, by which its rows are known."""
    return unicodedata.normalize("NFKC", cell).strip()


def to_unit(cell):
    """Return the name of a unit, by which its rows are known."""
    unit = re.sub(r"\s", "", cell)
    return NOBODY[0] if unit in [re.sub(r"\s", "", word) for word in NOBODY] else unit


def _keep_known(rows, asked, unread):
    """Return the rows that answer what was asked; list the cells of the others in `unread`."""
    if asked is None:
        said = {row.cells["measure_id"] for row in rows if "text" in row.cells}
        asked = {(row.cells["measure_id"], row.cells["unit"]) for row in rows}
        asked = {pair for pair in asked if pair[0] in said}
        reason = "unknown"
    else:
        reason = "not_asked"
    kept = []
    for row in rows:
        pair = row.cells["measure_id"], row.cells["unit"]
        if pair in asked:
            kept.append(row)
            continue
        why = _say(reason, *pair)
        filled = [column for column in row.places if column in ANSWERS or column == "measure_id"]
        unread += [(*row[:2], row.places[each], row.cells[each], *why) for each in filled]
    return kept


# ── what they say ────────────────────────────────────────────────────────────────────────────


def _gather(rows, today, unread):
    """Return the duties and the answers, as lists of dicts."""
    duties, answers = [], []
    groups = _group(rows, lambda row: (row.cells["measure_id"], row.cells["unit"]))
    for (measure, unit), own in groups.items():
        given = _read_given(own[0], unread)
        clashes, views = _find_changes(own), []
        # a row for all departments has a voice for each file
        voices = _group(own, lambda row: row.file if MANY.search(row.cells["unit"]) else "")
        for voice in voices.values():
            said, cells, more = _read_voice(voice, given["due"], today, unread)
            views.append(said)
            answers += cells
            clashes += more
        duty = {"measure_id": measure, "unit": unit} | given | _find_least(views)
        duty |= _judge(duty["status"], given["due"], today) | _join_clashes(clashes)
        duties.append(duty | {"views": [said for said in views if said["status"] != "silent"]})
    return duties, answers


def _group(things, find_key):
    """Return key → things, in the order of the first of each."""
    groups = {}
    for thing in things:
        groups.setdefault(find_key(thing), []).append(thing)
    return groups


def _read_given(row, unread):
    """Return what was sent out, as the first row of a measure and unit has it."""
    given = {
        column: row.cells.get(column, "") for column in ["number", "title", "text", "deadline"]
    }
    given["role"] = _read_role(row.cells.get("role", ""))
    given["due"] = _read_day(row.cells.get("due", ""), None)
    if given["due"] is None and "due" in row.cells:
        place = row.file, row.sheet, row.places["due"]
        unread.append((*place, row.cells["due"], *_say("no_day")))
    return given


def _judge(status, due, today):
    """Return whether a status is overdue, and its outcome."""
    overdue = due is not None and due < today and status != "done"
    known = "no_date" if due is None else "late" if overdue else "on_time"
    return {"overdue": overdue, "outcome": status if status in ("done", "silent") else known}


def _find_least(views):
    """Return the least advanced of several answers; silence only if there is no other."""
    answered = [said for said in views if said["status"] != "silent"]
    return min(answered or views, key=lambda said: _rank(said["status"], said["percent"]))


def _read_voice(rows, due, today, unread):
    """Return what counts of all that a unit answered, every cell of it, and what clashes."""
    reports = [_read_report(row, due, today, unread) for row in rows]
    # without a date first, then by date; of the same date the later file and row count
    by_date = sorted(reports, key=lambda report: report.values.get("updated", ""))
    full = [report for report in by_date if REPORT.keys() & report.values.keys()]
    counts = dict.fromkeys(REPORT, full[-1] if full else None)
    for column in LASTING:
        holders = [report for report in by_date if column in report.values]
        counts[column] = holders[-1] if holders else None
    said = {key: each.row.cells.get(key, "") if each else "" for key, each in counts.items()}
    values = full[-1].values if full else {}
    said["updated"] = pd.Timestamp(values["updated"]) if values.get("updated") else None
    said["percent"] = float(values["percent"]) if values.get("percent") else None
    status, agrees = _read_status(said["progress"], said["percent"])
    said["status"] = status if full else "silent"
    said["file"] = full[-1].row.file if full else ""
    clashes = _find_contradictions(full)
    if not agrees:
        row = full[-1].row
        beside = row.cells["unit"], f"{said['progress'].strip():.40}", said["percent"], _place(row)
        clashes.append(_say("beside", *beside))
    cells = [cell for report in reports for cell in _list_cells(report, counts)]
    return said, cells, clashes


def _read_report(row, due, today, unread):
    """Return a row as read: column → value, and column → what to doubt in it."""
    values, doubts = {}, {}
    for column in ANSWERS:
        if column not in row.cells:
            continue
        written = row.cells[column]
        values[column], doubt, why = _read_answer(column, written, row.plain, due, today)
        doubts[column] = row.doubts.get(column, doubt)
        if why:
            unread.append((row.file, row.sheet, row.places[column], written, *why))
    return _Report(row, values, doubts)


def _find_contradictions(reports):
    """Say which reports differ from the last, though nothing says that they are older."""
    clashes = []
    for report in reports[:-1]:
        before, after = report.row, reports[-1].row
        days = [each.values.get("updated", "") for each in (report, reports[-1])]
        differ = any(before.cells.get(column) != after.cells.get(column) for column in REPORT)
        if differ and days[0] in ("", days[1]):
            clash = "same_date" if days[0] else "undated"
            clashes.append(_say(clash, before.cells["unit"], _place(before), _place(after)))
    return clashes


def _list_cells(report, counts):
    """Return one dict per cell filled in; `counts` says which report counts for a column."""
    row, values, doubts = report
    for column, value in values.items():
        cell = {"file": row.file, "sheet": row.sheet, "cell": row.places[column], "row": row.line}
        cell |= {key: row.cells[key] for key in ("measure_id", "unit")}
        cell |= {"column": column, "written": row.cells[column], "value": value}
        cell |= {"dated": values.get("updated") or None, "current": counts[column] is report}
        yield cell | {"doubt": doubts[column]}


def _read_answer(column, written, plain, due, today):
    """Return what an answer says, what to doubt in it, and why it is not understood, or None."""
    if column == "percent":
        percent, doubt = _read_percent(written), ""
        if plain and written.strip() == "1":  # 100% in the cells sent out; 1 typed there is 1%
            percent, doubt = 100, "percent_from_one"
        if percent is None:
            return "", "", _say("no_percent")
        return f"{percent:.10g}", doubt, None
    if column == "updated":
        day, doubt = _read_day(written, None), ""
        if day is None and due is not None:
            day, doubt = _read_day(written, due.year), "year_from_due"
        if day is None:
            return "", "", _say("no_year")
        if day > today:
            return "", "", _say("future", f"{today:%Y-%m-%d}")
        return f"{day:%Y-%m-%d}", doubt, None
    return written, "", None


def _read_percent(written):
    """Return a percentage as a number: 50 for 50%, 50 and 0.5; None if it is not understood."""
    hit = _PERCENT.fullmatch(unicodedata.normalize("NFKC", written).strip())
    if not hit:
        return None
    value = float(hit[1])
    if hit[2]:
        value /= 100 if value > 200 else 1  # 50 typed into a cell that shows percentages: 5000%
    elif value == 1:
        return None
    elif value < 1:
        value *= 100
    return value if value <= 200 else None


def _read_day(written, year):
    """Return the day that a text says, or None; `year` is for one that says none."""
    text = unicodedata.normalize("NFKC", written).strip()
    if re.fullmatch("[0-9]{5}", text) and 36526 <= int(text) <= 73050:  # as Excel counts days
        return pd.Timestamp(1899, 12, 30) + pd.Timedelta(int(text), "D")
    hit = _DAY.fullmatch(text)
    if not hit:
        return None
    parts = [hit[name] or hit[f"{name}8"] for name in ("year", "month", "day")]
    parts[0] = parts[0] or year
    try:
        return pd.Timestamp(datetime.date(*map(int, parts))) if parts[0] else None
    except ValueError:
        return None


def read_today(given):
    """Return the day to hold deadlines against."""
    if given is None:
        return pd.Timestamp(datetime.date.today())
    if not isinstance(given, str | datetime.date):
        raise TypeError(f"today is {describe(given)}; expected a date, as '2023-07-01'")
    day = _read_day(given, None) if isinstance(given, str) else pd.Timestamp(given)
    if day is None or pd.isna(day):
        raise ValueError(f"today is {shorten(given)}; expected a date, as '2023-07-01'")
    return day.tz_localize(None).normalize()


def _read_role(written):
    """Return the role that a word of the form stands for."""
    roles = {word: role for role, words in ROLES.items() for word in words}
    return roles.get(written.strip(), "")


def _read_status(progress, percent):
    """Return the status that an answer gives, and whether its words and percentage agree."""
    words = re.split(r"[，。；、,;:：!！.（(\n]", progress.strip().casefold(), maxsplit=1)
    status = _WORDS.get(re.sub(r"\s", "", words[0]))
    if status == "done" and "".join(words[1:]).strip("。.！! \n"):
        status = None  # 已完成，正在验收
    full = percent is not None and percent >= 100
    if status == "done" and percent is not None and not full:
        return "under_way", False
    if status:
        return status, status == "done" or not full
    if percent is None:
        return "unclear", True
    return "done" if full else "under_way" if percent > 0 else "not_started", True


def _rank(status, percent):
    """Return how advanced an answer is; silence comes last."""
    place = _RANK.index(status) if status in _RANK else len(_RANK)
    return place, 0 if percent is None else percent


def _find_changes(rows):
    """Say where what was sent out has been changed."""
    changes = []
    for column in ("text", "deadline", "due", "role"):
        first = rows[0].cells.get(column, "")
        for row in rows[1:]:
            other = row.cells.get(column, first)
            days = [_read_day(each, None) for each in (first, other)]
            same = (
                days[0] == days[1]
                if None not in days
                else "".join(first.split()) == "".join(other.split())
            )
            if not same:
                changes.append(_say("changed", GIVEN[column][0], _place(row, column)))
    return changes


def _join_clashes(clashes):
    """Return what does not agree as two columns, in English and in Chinese."""
    texts = ["；".join(dict.fromkeys(pair[at] for pair in clashes)) for at in (0, 1)]
    return dict(zip(["conflict", "conflict_zh"], texts, strict=True))


def _place(row, column="measure_id"):
    return f"{row.file} {row.sheet}!{row.places[column]}"


def _join(duties, today):
    """Return one dict per measure from those per measure and unit."""
    measures = []
    groups = _group(duties, lambda duty: duty["measure_id"])
    for measure in sorted(groups, key=lambda name: (len(name), name)):
        own = groups[measure]
        leads = [duty for duty in own if duty["role"] == "lead"]
        others = [duty["unit"] for duty in own if duty["role"] != "lead"]
        counts = _find_least(leads or own)
        row = {name: counts[name] for name in _MEASURE_TYPES if name in counts}
        row["lead"] = "、".join(duty["unit"] for duty in leads)
        row["others"] = "、".join(unit for unit in others if unit != NOBODY[0])
        row["views"] = "；".join(_list_views(own, counts))
        row["missing"] = "、".join(duty["unit"] for duty in own if duty["status"] == "silent")
        row["due"] = min((duty["due"] for duty in own if duty["due"] is not None), default=None)
        row["overdue"] = _judge(row["status"], row["due"], today)["overdue"]
        clashes = [(duty["conflict"], duty["conflict_zh"]) for duty in own if duty["conflict"]]
        difference = find_difference(own)
        if difference and "done" in (duty["status"] for duty in own):
            clashes.append(difference)
        measures.append(row | _join_clashes(clashes))
    return measures


def find_difference(duties):
    """Return how the units of a measure stand, in English and Chinese; None if they agree."""
    said = {duty["unit"]: duty["status"] for duty in duties if duty["status"] in _CLEAR}
    if len({*said.values()}) < 2:
        return None
    english = "、".join(f"{unit} {status}" for unit, status in said.items())
    return english, "、".join(f"{unit}{STATUS[status][0]}" for unit, status in said.items())


def _list_views(duties, counts):
    """Yield what the units say of a measure, besides the answer that counts."""
    for duty in duties:
        for view in duty["views"]:
            if duty is counts and view["file"] == counts["file"]:
                continue
            who = duty["unit"] + (f" {view['file']}" if len(duty["views"]) > 1 else "")
            percent = "" if view["percent"] is None else f" {view['percent']:g}%"
            yield f"{who}：{view['progress'].strip()}{percent}".strip()


_DATE, _TEXT = "datetime64[us]", "str"
_MEASURE_TYPES = dict.fromkeys(["measure_id", "number", "title", "text", "deadline"], _TEXT)
_MEASURE_TYPES |= {"due": _DATE, "lead": _TEXT, "others": _TEXT, "status": _TEXT, "percent": float}
_MEASURE_TYPES |= dict.fromkeys(["progress", "problem", "next_step"], _TEXT) | {"updated": _DATE}
_MEASURE_TYPES |= dict.fromkeys(["views", "missing", "conflict", "conflict_zh"], _TEXT)
_MEASURE_TYPES |= {"overdue": bool}
_DUTY_TYPES = {"measure_id": _TEXT, "unit": _TEXT, "role": _TEXT, "due": _DATE, "status": _TEXT}
_DUTY_TYPES |= dict.fromkeys(ANSWERS, _TEXT) | {"percent": float, "updated": _DATE}
_DUTY_TYPES |= {"conflict": _TEXT, "conflict_zh": _TEXT, "overdue": bool, "outcome": _TEXT}
_ANSWER_TYPES = {"file": _TEXT, "sheet": _TEXT, "cell": _TEXT, "row": "int64"}
_ANSWER_TYPES |= dict.fromkeys(["measure_id", "unit", "column", "written", "value"], _TEXT)
_ANSWER_TYPES |= {"dated": _DATE, "current": bool, "doubt": _TEXT}
_UNREAD_TYPES = dict.fromkeys(["file", "sheet", "cell", "written", "reason", "reason_zh"], _TEXT)


def _to_frame(rows, types):
    """Return a DataFrame of these columns from dicts or tuples, also without rows."""
    table = pd.DataFrame(rows, columns=[*types] if rows else None)
    return table.reindex(columns=[*types]).astype(types)
