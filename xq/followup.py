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
from .many import name_files

# The form: column → Chinese heading, English heading, width in characters.
GIVEN = {
    "measure_id": ("编号", "ID", 6),
    "number": ("序号", "No.", 6),
    "title": ("重点任务", "Task", 11),
    "text": ("落实措施", "Measure", 28),
    "promises": ("承诺", "Promises", 15),
    "unit": ("责任单位", "Unit", 9),
    "role": ("角色", "Role", 5),
    "partners": ("共同单位", "Partners", 12),
    "deadline": ("时限", "Deadline", 8),
    "due": ("到期日", "Due", 10),
}
REPORT = {  # one report, which a later one replaces as a whole
    "progress": ("进展情况", "Progress", 16),
    "percent": ("完成百分比", "Percent done", 6),
    "problem": ("存在问题", "Problems", 11),
    "next_step": ("下一步措施", "Next steps", 11),
    "updated": ("更新日期", "Updated", 10),
    "evidence": ("佐证材料", "Evidence", 9),
}
LASTING = {  # each stands until it is changed
    "timetable": ("时间表", "Timetable", 8),
    "result": ("成果形式", "Form of result", 8),
    "person": ("责任人", "Person", 7),
    "contact": ("联系人", "Contact", 8),
    "opinion": ("督查意见", "Inspection", 9),
}
_ORDER = ["progress", "percent", "problem", "next_step", "timetable", "result", "person"]
_ORDER += ["contact", "updated", "evidence", "opinion"]
ANSWERS = {column: (REPORT | LASTING)[column] for column in _ORDER}
# Two sheets that are computed, and that nobody fills in.
OVERVIEW = {key: GIVEN[key] for key in ["measure_id", "number", "title", "text", "promises"]}
OVERVIEW |= {"lead": ("牵头单位", "Lead", 12), "others": ("其他单位", "Other units", 22)}
OVERVIEW |= {"deadline": GIVEN["deadline"], "due": GIVEN["due"]}
OVERVIEW |= {"status": ("状态", "Status", 10)}
UNITS = {
    "unit": ("责任单位", "Unit", 24),
    "unit_en": ("英文名", "English name", 44),
    "kind": ("类别", "Kind", 18),
    "n": ("措施行", "Measure rows", 10),
    "promising": ("有承诺的", "With promises", 12),
    "lead": ("牵头", "lead", 8),
    "joint": ("分工", "joint", 8),
    "all": ("分别负责", "each", 8),
}

ROLES = {"lead": ("牵头", "lead"), "joint": ("分工", "joint"), "all": ("分别负责", "each")}
ROLES |= {"": ("未写明", "not said")}
NOBODY = ("未写明单位", "none named")
STATUS = {  # from the least advanced to the most; the words of the first four are offered in Excel
    "not_started": ("未开始", "not started"),
    "in_difficulty": ("有困难", "in difficulty"),
    "under_way": ("推进中", "under way"),
    "done": ("已完成", "completed"),
    "unclear": ("已反馈", "answered"),
    "silent": ("未反馈", "no answer"),
}
_RANK = ["not_started", "in_difficulty", "unclear", "under_way", "done"]
OUTCOMES = ("done", "on_time", "late", "no_date", "silent")
MANY = re.compile("各|(?:有关|相关)(?:部门|单位)")  # names that mean several units


def _name_columns(form):
    """Return heading, as it is looked up → column."""
    pairs = [(word, column) for column, words in form.items() for word in words[:2]]
    return {re.sub(r"\s", "", word).casefold(): column for word, column in pairs}


_FORM, _OVERVIEW, _UNITS = map(_name_columns, (GIVEN | ANSWERS, OVERVIEW, UNITS))
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
_Row = namedtuple("_Row", "file sheet line places cells merged unit_from_sheet")


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
        - ``conflict`` : str, what does not agree, or empty
        - ``overdue`` : bool, not done and its last day is over

    duties : DataFrame
        One row per measure and unit, with ``measure_id``, ``unit``, ``role``, ``due``, ``status``,
        every answer that counts (``progress`` … ``opinion``), ``conflict``, ``overdue`` and

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
          no unit), "merged" (the cell is merged with the one above), or empty

    unread : DataFrame
        One row per cell not understood, with columns ``file``, ``sheet``, ``cell``, ``written``
        and ``reason``; a file that cannot be read has one row.

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
    """
    today = _read_today(today)
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
            unread.append((name, "", "", "", f"{problem.reason}. {problem.remedy}"))
            continue
        rows += found[0]
        unread += found[1]
    rows = _keep_known(rows, asked, unread)
    duties, answers = _gather(rows, today, unread)
    answers = _to_frame(answers, _ANSWER_TYPES)
    unread = _to_frame(unread, dict.fromkeys(["file", "sheet", "cell", "written", "reason"], "str"))
    measures = _to_frame(_join(duties, today), _MEASURE_TYPES)
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


def find_first_answer(path):
    """Return where the first answer in a workbook stands, or None; "?" if it cannot be read."""
    try:
        rows, unread = _read_book(str(path), path)
    except ListError:
        return "?"
    for row in rows:
        for column in ANSWERS:
            if column in row.cells:
                return f"sheet {row.sheet}, cell {row.places[column]}"
    for _, sheet, cell, *_ in unread:
        return f"sheet {sheet}, cell {cell}" if sheet else "comments or pictures"
    return None


# ── the cells ────────────────────────────────────────────────────────────────────────────────


def _read_book(name, path):
    """Return the rows of a workbook that name a measure, and the cells not understood."""
    source = read_file(path)
    if source.form not in ("xlsx", "xls"):
        fail(name, 0, "is no Excel file", ".xlsx, .xls or .et", "Save it as .xlsx.")
    rows, unread = [], []
    for number, sheet in enumerate(source.sheets, 1):
        own = [row for row in source.rows if row.table == number]
        rows += _read_sheet(name, sheet, own, unread)
    for extra in source.extras:
        unread.append((name, "", "", "", f"the file has {extra}; they are not read"))
    return rows, unread


def _read_sheet(file, sheet, lines, unread):
    """Return the rows of a sheet that name a measure; list in `unread` what is not understood."""
    rows, columns, headings, above = [], None, (), {}
    for line in lines:
        places = [f"{get_column_letter(at + 1)}{line.line}" for at in range(len(line.cells))]
        if found := _read_headings(line.cells):
            columns, headings, above = found, line.cells, {}
            continue
        texts, merged = {}, set()
        for at, text in enumerate(line.cells):
            text = text.replace("_x000D_\n", "\n")
            if line.merged[at] == "^":
                text = above.get(at, "")
                merged.add(at)
            above[at] = text
            if text.strip():
                texts[at] = text
        typed = {at: text for at, text in texts.items() if at not in merged}
        named = {columns[at]: at for at in texts if at in columns} if columns else {}
        reasons = dict.fromkeys(typed, "above the headings, or on a sheet without them")
        if columns:
            odd = [at for at in typed if at not in columns]
            reasons = {at: f"no column is headed {headings[at].strip()!r:.40}" for at in odd}
        if columns and ANSWERS.keys() & {*columns.values()}:  # not a computed sheet
            if "measure_id" in named:
                cells = {column: texts[at] for column, at in named.items()}
                where = {column: places[at] for column, at in named.items()}
                both = {column for column, at in named.items() if at in merged}
                rows.append(_Row(file, sheet, line.line, where, cells, both, False))
            else:
                reason = "this row names no measure (编号)"
                if rows:
                    reason += f"; the row above is {rows[-1].cells['measure_id'].strip()}"
                reasons = dict.fromkeys(typed, reason)
        unread += [(file, sheet, places[at], typed[at], why) for at, why in reasons.items()]
    return _clean_keys(rows, sheet)


def _read_headings(cells):
    """Return column number → column of the sheet, if these cells are its headings; else None."""
    words = [re.sub(r"\s|[（(].*", "", cell).casefold() for cell in cells]
    for names, needed in ((_FORM, ANSWERS), (_OVERVIEW, ["status"]), (_UNITS, ["n"])):
        columns = {}
        for at, word in enumerate(words):
            if word in names and names[word] not in columns.values():
                columns[at] = names[word]
        key = "unit" if names is _UNITS else "measure_id"
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
        cleaned.append(row._replace(cells=cells, unit_from_sheet="unit" not in row.cells))
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
        reason = "no row says what measure {} is"
    else:
        reason = "the ledger sent out has no row {} of {}"
    kept = []
    for row in rows:
        pair = row.cells["measure_id"], row.cells["unit"]
        if pair in asked:
            kept.append(row)
            continue
        why = reason.format(pair[0], pair[1])
        filled = [column for column in row.places if column in ANSWERS or column == "measure_id"]
        unread += [(*row[:2], row.places[each], row.cells[each], why) for each in filled]
    return kept


# ── what they say ────────────────────────────────────────────────────────────────────────────


def _gather(rows, today, unread):
    """Return the duties and the answers, as lists of dicts."""
    groups = {}
    for row in rows:
        groups.setdefault((row.cells["measure_id"], row.cells["unit"]), []).append(row)
    duties, answers = [], []
    for (measure, unit), own in groups.items():
        first = own[0].cells
        due = _read_day(first.get("due", ""), None)
        if due is None and "due" in first:
            unread.append((*own[0][:2], own[0].places["due"], first["due"], "is no date"))
        given = {column: first.get(column, "") for column in ("number", "title", "text")}
        given |= {"deadline": first.get("deadline", ""), "role": _read_role(first.get("role", ""))}
        conflicts = _find_changes(own)
        voices = {}
        for row in own:
            voices.setdefault(row.file if MANY.search(unit) else "", []).append(row)
        views = []
        for voice in voices.values():
            said, more, problems = _read_voice(voice, due, today, unread)
            views.append(said)
            answers += more
            conflicts += problems
        answered = [said for said in views if said["status"] != "silent"]
        # of several, as in a row for all departments, the least advanced
        counts = min(answered or views, key=lambda said: _rank(said["status"], said["percent"]))
        overdue = due is not None and due < today and counts["status"] != "done"
        outcome = counts["status"]
        if outcome not in ("done", "silent"):
            outcome = "no_date" if due is None else "late" if overdue else "on_time"
        views = answered if len(voices) > 1 else answered[:1]
        duty = {"measure_id": measure, "unit": unit, "due": due} | given | counts
        duty |= {"conflict": "；".join(dict.fromkeys(conflicts)), "overdue": overdue}
        duties.append(duty | {"outcome": outcome, "views": views})
    return duties, answers


def _read_voice(rows, due, today, unread):
    """Return what counts of all that a unit answered, every cell of it, and what conflicts."""
    reports = []
    for row in rows:
        values, doubts = {}, {}
        for column in ANSWERS:
            if column not in row.cells:
                continue
            written = row.cells[column]
            values[column], doubts[column], reason = _read_answer(column, written, due, today)
            if reason:
                unread.append((*row[:2], row.places[column], written, reason))
            if row.unit_from_sheet:
                doubts[column] = "unit_from_sheet"
            elif column in row.merged:
                doubts[column] = "merged"
        reports.append((row, values, doubts))
    # without a date first, then by date; of the same date the later file and row count
    by_date = sorted(reports, key=lambda report: report[1].get("updated", ""))
    latest = [report for report in by_date if REPORT.keys() & report[1].keys()]
    conflicts = []
    for before, old, _ in latest[:-1]:
        after, new, _ = latest[-1]
        differ = any(before.cells.get(column) != after.cells.get(column) for column in REPORT)
        undated = not old.get("updated") and new.get("updated")
        if differ and (undated or old.get("updated") == new.get("updated")):
            word = "no date, and differs from" if undated else "same date as, and differs from,"
            conflicts.append(f"{before.cells['unit']}: {_place(before)} has {word} {_place(after)}")
    values = latest[-1][1] if latest else {}
    written = latest[-1][0].cells if latest else {}
    said = {column: written.get(column, "") for column in REPORT}
    said["updated"] = pd.Timestamp(values["updated"]) if values.get("updated") else None
    said["percent"] = float(values["percent"]) if values.get("percent") else None
    status, problem = _read_status(said["progress"], said["percent"])
    said["status"] = status if latest else "silent"
    said["file"] = latest[-1][0].file if latest else ""
    if problem:
        conflicts.append(f"{rows[0].cells['unit']}: {problem} in {_place(latest[-1][0])}")
    last = {"report": latest[-1][0] if latest else None}
    for column in LASTING:
        holders = [row for row, values, _ in by_date if column in values]
        last[column] = holders[-1] if holders else None
        said[column] = holders[-1].cells[column] if holders else ""
    cells = []
    for row, values, doubts in reports:
        for column, value in values.items():
            cell = {"file": row.file, "sheet": row.sheet, "cell": row.places[column]}
            cell |= {"row": row.line, "measure_id": row.cells["measure_id"]}
            cell |= {"unit": row.cells["unit"], "column": column, "written": row.cells[column]}
            cell |= {"value": value, "dated": values.get("updated") or None}
            counts = last[column if column in LASTING else "report"] is row
            cells.append(cell | {"current": counts, "doubt": doubts[column]})
    return said, cells, conflicts


def _read_answer(column, written, due, today):
    """Return what an answer says, what to doubt in it, and why it is not understood, or ""."""
    if column == "percent":
        percent = _read_percent(written)
        if percent is None:
            return "", "", "is no percentage (1 may be 1% or 100%)"
        return f"{percent:.10g}", "", ""
    if column == "updated":
        day = _read_day(written, None)
        doubt = ""
        if day is None and due is not None:
            day, doubt = _read_day(written, due.year), "year_from_due"
        if day is None:
            return "", "", "is no date, or has no year"
        if day > today:
            return "", "", f"is after {today:%Y-%m-%d}"
        return f"{day:%Y-%m-%d}", doubt, ""
    return written, "", ""


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


def _read_today(given):
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
    """Return the status that an answer gives, and what in it does not agree, or ""."""
    words = re.split(r"[，。；、,;:：!！.（(\n]", progress.strip().casefold(), maxsplit=1)
    status = _WORDS.get(re.sub(r"\s", "", words[0]))
    if status == "done" and "".join(words[1:]).strip("。.！! \n"):
        status = None  # 已完成，正在验收
    full = percent is not None and percent >= 100
    if status == "done" and percent is not None and not full:
        return "under_way", f"“{progress.strip()}” beside {percent:g}%"
    if status and status != "done" and full:
        return status, f"“{progress.strip():.40}” beside {percent:g}%"
    if status:
        return status, ""
    if percent is None:
        return "unclear", ""
    return "done" if full else "under_way" if percent > 0 else "not_started", ""


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
                changes.append(f"{GIVEN[column][0]} changed in {_place(row, column)}")
    return changes


def _place(row, column="measure_id"):
    return f"{row.file} {row.sheet}!{row.places[column]}"


def _join(duties, today):
    """Return one dict per measure from those per measure and unit."""
    groups = {}
    for duty in duties:
        groups.setdefault(duty["measure_id"], []).append(duty)
    measures = []
    for measure in sorted(groups, key=lambda name: (len(name), name)):
        own = groups[measure]
        leads = [duty for duty in own if duty["role"] == "lead"]
        speakers = leads or own
        answered = [duty for duty in speakers if duty["status"] != "silent"]
        counts = min(answered or speakers, key=lambda duty: _rank(duty["status"], duty["percent"]))
        conflicts = [duty["conflict"] for duty in own if duty["conflict"]]
        said = {}
        for duty in own:
            if duty["status"] in ("done", "under_way", "not_started", "in_difficulty"):
                said[duty["unit"]] = duty["status"]
        if "done" in said.values() and len(set(said.values())) > 1:
            conflicts.append("、".join(f"{unit} {status}" for unit, status in said.items()))
        views = []
        for duty in own:
            for view in duty["views"]:
                if duty is counts and view["file"] == counts["file"]:
                    continue
                who = duty["unit"] + (f" {view['file']}" if len(duty["views"]) > 1 else "")
                percent = "" if view["percent"] is None else f" {view['percent']:g}%"
                views.append(f"{who}：{view['progress'].strip()}{percent}".strip())
        silent = [duty["unit"] for duty in own if duty["status"] == "silent"]
        row = {name: counts[name] for name in _MEASURE_TYPES if name in counts}
        row["lead"] = "、".join(duty["unit"] for duty in leads)
        row["others"] = "、".join(
            d["unit"] for d in own if d["role"] != "lead" and d["unit"] != NOBODY[0]
        )
        row |= {"views": "；".join(views), "missing": "、".join(silent)}
        row["due"] = due = min((d["due"] for d in own if d["due"] is not None), default=None)
        row["overdue"] = due is not None and due < today and row["status"] != "done"
        measures.append(row | {"conflict": "；".join(dict.fromkeys(conflicts))})
    return measures


_DATE, _TEXT = "datetime64[us]", "str"
_MEASURE_TYPES = dict.fromkeys(["measure_id", "number", "title", "text", "deadline"], _TEXT)
_MEASURE_TYPES |= {"due": _DATE, "lead": _TEXT, "others": _TEXT, "status": _TEXT, "percent": float}
_MEASURE_TYPES |= dict.fromkeys(["progress", "problem", "next_step"], _TEXT) | {"updated": _DATE}
_MEASURE_TYPES |= dict.fromkeys(["views", "missing", "conflict"], _TEXT) | {"overdue": bool}
_DUTY_TYPES = {"measure_id": _TEXT, "unit": _TEXT, "role": _TEXT, "due": _DATE, "status": _TEXT}
_DUTY_TYPES |= dict.fromkeys(ANSWERS, _TEXT) | {"percent": float, "updated": _DATE}
_DUTY_TYPES |= {"conflict": _TEXT, "overdue": bool, "outcome": _TEXT}
_ANSWER_TYPES = {"file": _TEXT, "sheet": _TEXT, "cell": _TEXT, "row": "int64"}
_ANSWER_TYPES |= dict.fromkeys(["measure_id", "unit", "column", "written", "value"], _TEXT)
_ANSWER_TYPES |= {"dated": _DATE, "current": bool, "doubt": _TEXT}


def _to_frame(rows, types):
    """Return a DataFrame of these columns from dicts or tuples, also without rows."""
    table = pd.DataFrame(rows, columns=[*types] if rows else None)
    return table.reindex(columns=[*types]).astype(types)
