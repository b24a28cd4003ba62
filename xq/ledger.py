"""The ledger (台账) the notice asks for: one workbook, one sheet per responsible unit."""

import datetime
import re
from pathlib import Path

import pandas as pd

from .book import UNWRITABLE, add_sheet, check_book, write_book, write_row
from .dates import YEARLESS, read_deadline
from .door import check_frame, check_texts, describe, shorten
from .followup import Ledgers, read_sent, to_measure, to_unit
from .forms import ANSWERS, GIVEN, GUIDE, NOBODY, OVERVIEW, ROLES, STATUS, STEPS, UNITS, say_status
from .targets import find_targets
from .units import find_units

_TITLE = ("重点工作任务台账", "Ledger of key tasks")
_COMMENT = (
    "由印发的清单生成；右边各栏由单位填写。",
    "Built from the list; units fill in the rest.",
)
_HINT = " In Python keep=xq.read_ledgers([that]) carries its answers over into a new one."
_SHEETS = {
    "guide": ("填写说明", "How to fill in"),
    "overview": ("总览", "Overview"),
    "units": ("单位一览", "Units"),
}
_OF_UNITS = ["unit_en", "kind"]  # columns that are left out if no unit has one
_ALL_SHEET = ("各部门", "All departments")
_RESERVED = {"history", "历史记录"}  # Excel keeps these names for itself
_ALL = re.compile(r"(?:各|有关|相关)(?:有关|相关|责任|成员|职能)?(?:部门|单位)$")
_LONGEST = 32_767  # characters of a cell
_CLAUSE = re.compile(r"[^，。；：！？\n]+")


def write_ledger(path, measures, *, units=None, keep=None, title=None, language="zh"):
    """Write the ledger as an Excel workbook: how to fill it in, an overview, one sheet per unit.

    The overview has every measure with its promises, units and deadline; where the last day stays
    empty because the deadline cannot be read, it is tinted. Each unit's sheet has
    its measures, and columns for what the unit is to report (进展情况, 完成百分比, 存在问题 …).
    Rows for all departments have one sheet, rows that name no unit another. Every cell is a text,
    number or date, never a formula. The same tables give the same bytes.

    What units have filled in is never overwritten: an existing file stays as it is, unless it
    is just what would be written. To go on with a ledger that was filled in, give the answers in
    `keep` and another name for the file.

    Parameters
    ----------
    path : str or Path
        Where to write: a new file; the name should end in ``.xlsx``.
    measures : DataFrame
        As returned by `read_list`: columns ``measure_id``, ``task_id``, ``title``, ``text``,
        ``units``, ``deadline`` and ``deadline_date``; with ``task_no`` and ``measure_no``, or
        better ``task_no_written`` and ``measure_no_written``, also the numbers of the list.
    units : DataFrame, optional
        Units known, whose sheets come first in their order: columns ``unit`` and ``aliases``
        (other names, joined by "；"), perhaps ``unit_en`` and ``kind``, as ``load_table("units")``.
        A unit that is not among them keeps its name.
    keep : Ledgers, optional
        Answers to fill in, as `read_ledgers` returns them: those that count. The overview then
        says the status of each measure. Earlier answers and what stands in ``keep.unread`` are
        not taken over: they remain in the files they were read from.
    title : str, optional
        Title of the workbook, and line above every printed page; by default 重点工作任务台账.
    language : {"zh", "en"}, default "zh"
        Of the headings.

    Raises
    ------
    TypeError
        If ``path`` is no path, a table no DataFrame, ``keep`` not what `read_ledgers` returns,
        ``title`` no text, or a cell of the list is of another kind than `read_list` returns.
    ValueError
        If the name does not end in ``.xlsx``, a column or value is missing, a ``measure_id``
        or a unit stands twice, a text is longer than a cell can hold, an answer has no place in
        this list, the file exists and is another, or cannot be written.

    See Also
    --------
    read_ledgers : what the units have filled in.
    write_summary : who has answered, who is late.
    """
    say = check_book(path, "ledger", language)
    title = _TITLE[say] if title is None else title
    if not isinstance(title, str):
        raise TypeError(f"title is {describe(title)}; expected a text")
    _write(path, _collect(measures, units), keep, title, say)


def rewrite_ledger(path, sent, keep):
    """Write a ledger that was sent out once more, with the answers that came back.

    Parameters
    ----------
    path : str or Path
        As for `write_ledger`.
    sent : str or Path
        The ledger that was sent out, from which everything but the answers is taken.
    keep : Ledgers
        What `read_ledgers` returns for this very ledger: ``sent=sent``.

    Raises
    ------
    ValueError
        If the file exists and is another, or cannot be written.
    """
    say = check_book(path, "ledger", "zh")
    asked, title = read_sent(sent)
    rows = pd.DataFrame(asked)
    places = {measure: place for place, measure in enumerate(keep.measures["measure_id"])}
    rows["line"] = rows["measure_id"].map(places)
    _write(path, _sort_rows(rows, []), keep, title or _TITLE[say], say)


def _write(path, rows, keep, title, say):
    """Write the workbook of these rows, with the answers to keep."""
    overview = _join_units(rows)
    _fill_in(rows, overview, keep, say)
    _check_cells(rows)

    def fill(book, formats):
        _fill_book(book, formats, rows, overview, title, say)

    write_book(path, fill, title=title, comment=_COMMENT[say], hint=_HINT)


# ── the rows ─────────────────────────────────────────────────────────────────────────────────


def _collect(measures, units):
    """Return one row per unit and measure row: what the unit's sheet says of it."""
    texts = ["task_id", "title", "text", "units", "deadline"]
    filled = ["measure_id", *texts]
    check_frame(measures, "measures", *filled, "deadline_date", filled=filled)
    if measures.empty:
        raise ValueError("measures has no row; expected one per measure, as read_list returns them")
    if not pd.api.types.is_datetime64_any_dtype(measures["deadline_date"]):
        kind = measures["deadline_date"].dtype
        raise TypeError(f"measures: deadline_date is {kind}; expected dates: pd.to_datetime(...)")
    measures = measures.assign(measure_id=measures["measure_id"].astype("str"))
    rows = measures.set_index("measure_id")
    for field in texts:
        check_texts(rows[field], f"measures[{field!r}]")
    keys = rows.index.map(to_measure)
    if keys.has_duplicates:
        alike = shorten(keys[keys.duplicated()][0])
        raise ValueError(f"measures: two measures are named alike: {alike}; give each its own name")
    known = _read_units(units)
    days = [day.date() if pd.notna(day) else None for day in rows["deadline_date"]]
    rows["due"] = pd.Series(days, rows.index, dtype=object)
    rows["number"] = _number(rows)
    rows["promises"] = _find_promises(rows["text"])

    named = find_units(rows["units"]).fillna({"role": ""})
    written = zip(named["unit_written"], named["unit"], strict=True)
    named["unit"] = [known["unit"].get(name, unit) for name, unit in written]
    partners = named.groupby("measure_id")["unit"].agg(list)
    open_list = named.groupby("measure_id")["open_list"].any()
    named["partners"] = [
        "、".join(other for other in partners[i] if other != own) + ("等" if open_list[i] else "")
        for i, own in zip(named["measure_id"], named["unit"], strict=True)
    ]
    named = _merge_twice(named)
    nobody = rows.index[~rows.index.isin(named["measure_id"])]
    nobody = pd.DataFrame({"measure_id": nobody, "unit": "", "role": "", "partners": ""})
    duties = pd.concat([named[["measure_id", "unit", "role", "partners"]], nobody])
    for column in _OF_UNITS:
        duties[column] = [known[column].get(unit, "") for unit in duties["unit"]]
    given = ["number", "title", "text", "promises", "deadline", "due"]
    rows = duties.merge(rows[given], on="measure_id")
    rows["line"] = rows["measure_id"].map({i: n for n, i in enumerate(measures["measure_id"])})
    return _sort_rows(rows, known["order"])


def _sort_rows(rows, units):
    """Return the rows sheet by sheet: first the units known, in their order."""
    rows["sheet"] = ["各部门" if _ALL.search(unit) else unit for unit in rows["unit"]]
    order = {unit: place for place, unit in enumerate(dict.fromkeys([*units, *rows["unit"]]))}
    order |= {"各部门": len(order), "": len(order) + 1}
    rows["place"] = rows["sheet"].map(order)
    dated = zip(rows["due"], rows["deadline"], strict=True)
    rows["undated"] = [due is None and _is_undated(deadline) for due, deadline in dated]
    return rows.sort_values(["place", "line"], kind="stable", ignore_index=True)


def _is_undated(deadline):
    """Say whether a deadline without a last day cannot be read, or names no year."""
    return deadline != "" and (
        read_deadline(deadline, None)[0] is None or YEARLESS.search(deadline) is not None
    )


def _merge_twice(named):
    """Return one row for a unit that a cell names twice, with the first role said."""
    order = named["role"].map({"lead": 0, "joint": 1, "all": 2, "": 3})
    first = named.assign(rank=order).sort_values("rank", kind="stable")
    return first.drop_duplicates(["measure_id", "unit"]).sort_index()


def _number(rows):
    """Return the numbers of task and measure, as written in the list: (一)/1."""
    task = _read_numbers(rows, "task_no", ["task_id"])
    task = rows["task_id"] if task is None else task
    measure = _read_numbers(rows, "measure_no", ["task_id", "measure_no"])
    return task if measure is None else task + "/" + measure


def _read_numbers(rows, field, whole):
    """Return numbers as written, once for several rows; else as counted; None without them."""
    if field not in rows:
        return None
    numbers = rows[field].astype("str")
    if f"{field}_written" in rows:
        marks = rows[f"{field}_written"].astype("str").str.strip(" \t\n、.．,，")
        first = marks.where(marks != "").groupby([rows[key] for key in whole]).transform("first")
        numbers = first.fillna(numbers)
    return numbers


def _find_promises(texts):
    """Return the promises of each text, one a line, with the words around them."""
    found = find_targets(texts, plan=True)
    promises = dict.fromkeys(texts.index, "")
    for doc, own in found.groupby("doc", sort=False):
        clauses = []
        for clause in _CLAUSE.finditer(texts[doc]):
            inside = own["start"].lt(clause.end()) & own["end"].gt(clause.start())
            if inside.any():
                clauses.append(clause.group().strip())
        promises[doc] = "\n".join(dict.fromkeys(clauses))
    return pd.Series(promises)


def _read_units(units):
    """Return what is known of units: name written → unit, unit → English name and kind."""
    if units is None:
        return {"unit": {}, "unit_en": {}, "kind": {}, "order": []}
    check_frame(units, "units", "unit", "aliases", filled=["unit", "aliases"])
    if (twice := units["unit"].duplicated()).any():
        raise ValueError(f"units has two rows for {units.loc[twice, 'unit'].iloc[0]!r}; keep one")
    names = [
        (name, unit)
        for unit, aliases in units[["unit", "aliases"]].astype("str").itertuples(index=False)
        for name in [*aliases.split("；"), unit]
    ]
    known = {"unit": dict(names), "order": [*units["unit"]]}
    for column in _OF_UNITS:
        values = units[column].astype("str") if column in units else [""] * len(units)
        known[column] = dict(zip(units["unit"], values, strict=True))
    return known


def _join_units(rows):
    """Return one row per measure, in the order of the list, with its units."""
    rows = rows.sort_values("line", kind="stable")
    overview = rows.drop_duplicates("measure_id").set_index("measure_id", drop=False)
    for column, lead in (("lead", True), ("others", False)):
        own = rows[(rows["role"] == "lead") == lead]
        joined = own.groupby("measure_id")["unit"].agg("、".join)
        overview[column] = joined.reindex(overview.index).fillna("")
    return overview


# ── answers ──────────────────────────────────────────────────────────────────────────────────


def _fill_in(rows, overview, keep, say):
    """Add the columns of answers to the rows, and the status to the overview."""
    overview["status"] = ""
    for column in ANSWERS:  # texts, and numbers and dates among them
        rows[column] = pd.Series("", rows.index, dtype=object)
    if keep is None:
        return
    if not isinstance(keep, Ledgers):
        raise TypeError(f"keep is {describe(keep)}; expected what xq.read_ledgers returns")
    answers = keep.answers[keep.answers["current"]]
    measures = rows["measure_id"].map(to_measure)
    units = rows["unit"].where(rows["unit"] != "", NOBODY[0]).map(to_unit)
    places = {pair: at for at, pair in enumerate(zip(measures, units, strict=True))}
    texts = keep.measures.set_index("measure_id")["text"]
    for (measure, unit), own in answers.groupby(["measure_id", "unit"], sort=False):
        first = own.iloc[0]
        where = f"keep: {first['file']:.80}, sheet {first['sheet']}, cell {first['cell']}"
        if (measure, unit) not in places:
            raise ValueError(
                f"{where} answers {measure} of {unit}, which this list has not; "
                "give the list that the ledger was written from, or drop it from keep.answers"
            )
        at = places[measure, unit]
        if "".join(texts[measure].split()) != "".join(rows.at[at, "text"].split()):
            raise ValueError(
                f"{where} answers {measure}, which has another text in this list; "
                "give the list that the ledger was written from, or drop it from keep.answers"
            )
        for column, cells in own.groupby("column", sort=False):
            said = cells.drop_duplicates("written")
            if len(said) == 1:
                cell = said.iloc[0]
                rows.at[at, column] = _to_cell(column, cell["written"], cell["value"])
            else:  # several departments in one row: all stand there, with their files
                names = [Path(file).stem for file in said["file"]]
                lines = zip(names, said["written"], strict=True)
                rows.at[at, column] = "\n".join(f"{name}：{text}" for name, text in lines)
    status = keep.measures.set_index("measure_id")
    columns = zip(status["status"], status["percent"], status["overdue"], strict=True)
    late = ("\n已逾期", "\noverdue")[say]
    words = [say_status(word, percent, say) + late * over for word, percent, over in columns]
    said = pd.Series(words, status.index, dtype="str")
    overview["status"] = said.reindex(overview["measure_id"].map(to_measure), fill_value="").array


def _to_cell(column, written, value):
    """Return an answer as Excel would hold it: a percentage as a number, a date as a date."""
    if column == "percent" and value:
        return float(value) / 100
    if column == "updated" and value:
        return datetime.date.fromisoformat(value)
    return written


def _check_cells(rows):
    """Raise if a text does not fit into a cell."""
    for column in [*GIVEN, *ANSWERS]:
        for measure, text in zip(rows["measure_id"], rows[column], strict=True):
            if not isinstance(text, str):
                continue
            if len(text.encode("utf-16-le", "surrogatepass")) > 2 * _LONGEST:
                raise ValueError(
                    f"measures: {column} of {measure} has {len(text):,} characters, and a cell of "
                    f"Excel takes {_LONGEST:,}; divide it into several measures"
                )
            if UNWRITABLE.search(text):
                bad = shorten(UNWRITABLE.search(text).group())
                raise ValueError(
                    f"measures: {column} of {measure} has a character that no Excel file may "
                    f"hold, {bad}; remove it"
                )


# ── the workbook ─────────────────────────────────────────────────────────────────────────────


def _fill_book(book, formats, rows, overview, title, say):
    """Add the guide, the overview, the list of units and their sheets to an empty workbook."""

    def add(name, columns, count):
        return add_sheet(book, formats, name, columns, count, title=title, say=say)

    computed = [add(_SHEETS["guide"][say], GUIDE, None)]
    for at, step in enumerate(STEPS if rows["undated"].any() else STEPS[:-1], 1):
        row = {"step": at, "guide": f"{step[say]}\n{step[1 - say]}"}
        write_row(computed[0], at, row, GUIDE, formats)
    computed.append(add(_SHEETS["overview"][say], OVERVIEW, len(overview)))
    for at, row in enumerate(overview.to_dict("records"), 1):
        write_row(computed[1], at, row, OVERVIEW, formats)
    names = _name_sheets(rows["sheet"].unique(), say)
    known = [key for key in UNITS if key not in _OF_UNITS or (rows[key] != "").any()]
    columns = {key: UNITS[key] for key in known}
    computed.append(add(_SHEETS["units"][say], columns, rows["unit"].nunique()))
    _write_units(computed[2], rows, columns, names, formats, say)
    for sheet in computed:  # answers belong on the units' sheets
        sheet.protect("", {"autofilter": True, "sort": True, "format_columns": True})
    form = GIVEN | ANSWERS
    for key, own in rows.groupby("sheet", sort=False):
        sheet = add(names[key], form, len(own))
        for at, row in enumerate(own.to_dict("records"), 1):
            row["role"] = ROLES[row["role"]][say]
            row["unit"] = row["unit"] or NOBODY[say]
            write_row(sheet, at, row, form, formats)
        progress = [*form].index("progress")
        words = [pair[say] for pair in STATUS.values()][:4]
        offer = {"validate": "list", "source": words, "show_error": False}  # other words may stand
        sheet.data_validation(1, progress, len(own), progress, offer)


def _name_sheets(units, say=0):
    """Return unit → sheet name, all different and as Excel allows: short, none of its marks.

    A name that is cut or changed loses nothing: each row has the unit's full name.
    """
    names, taken = {}, {words[say].lower() for words in _SHEETS.values()} | _RESERVED
    shared = {"各部门": _ALL_SHEET[say], "": NOBODY[say]}
    for unit in units:
        base = re.sub(r"[][:*?/\\'\x00-\x1f]", " ", shared.get(unit, unit)).strip() or "unit"
        while len(base.encode("utf-16-le")) > 2 * 27:  # as Excel counts; 31 with a number
            base = base[:-1]
        name, n = base, 1
        while name.lower() in taken:
            n += 1
            name = f"{base} {n}"
        names[unit] = name
        taken.add(name.lower())
    return names


def _write_units(sheet, rows, columns, names, formats, say):
    """Write the list of units: how many rows each has, and where."""
    for at, (unit, own) in enumerate(rows.groupby("unit", sort=False), 1):
        first = own.iloc[0]
        link = f"internal:'{names[first['sheet']]}'!A1"
        sheet.write_url(at, 0, link, formats["link"], unit or NOBODY[say])
        cells = {key: first[key] for key in _OF_UNITS}
        cells |= {"n": len(own), "promising": (own["promises"] != "").sum()}
        cells |= {role: (own["role"] == role).sum() for role in ("lead", "joint", "all")}
        sheet.write_row(at, 1, [cells[key] for key in columns if key in cells], formats["text"])
