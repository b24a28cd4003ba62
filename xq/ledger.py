"""The ledger (台账) the notice asks for: one workbook, one sheet per responsible unit."""

import datetime
import os
import re
import tempfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pandas as pd
import xlsxwriter

from .door import check_choice, check_frame, check_texts, describe, shorten
from .followup import (
    ANSWERS,
    GIVEN,
    NOBODY,
    OVERVIEW,
    ROLES,
    STATUS,
    UNITS,
    Ledgers,
    find_first_answer,
    to_measure,
    to_unit,
)
from .targets import find_targets
from .units import find_units

_LANGUAGES = ("zh", "en")
_TITLE = ("重点工作任务台账", "Ledger of key tasks")
_SHEETS = {"overview": ("总览", "Overview"), "units": ("单位一览", "Units")}
_ALL_SHEET = ("各部门", "All departments")
_RESERVED = {"history", "历史记录"}  # Excel keeps these names for itself
_ALL = re.compile(r"(?:各|有关|相关)(?:有关|相关|责任|成员|职能)?(?:部门|单位)$")
_LONGEST = 32_767  # characters of a cell
_UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")  # no XML file may hold these
_CLAUSE = re.compile(r"[^，。；：！？\n]+")


def write_ledger(path, measures, *, units=None, keep=None, title=None, language="zh"):
    """Write the ledger as an Excel workbook: an overview, then one sheet per unit.

    The overview has every measure with its promises, units and deadline. Each unit's sheet has
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
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path is {path!r:.60}; expected the name of a file: a str or a Path")
    if not str(path).lower().endswith(".xlsx"):
        raise ValueError(
            f"{path!s:.200}: the ledger is an Excel workbook; give a name ending in .xlsx"
        )
    check_choice(language, "language", _LANGUAGES)
    say = _LANGUAGES.index(language)
    title = _TITLE[say] if title is None else title
    if not isinstance(title, str):
        raise TypeError(f"title is {describe(title)}; expected a text")
    rows = _collect(measures, units)
    overview = _join_units(rows)
    _fill_in(rows, overview, keep, say)
    _check_cells(rows)
    content = BytesIO()
    options = {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with xlsxwriter.Workbook(content, options) as book:
        _fill_book(book, rows, overview, title, say)
    _save(Path(path), content.getvalue())


def _save(path, content):
    """Write a new file as a whole; leave one that exists."""
    try:
        if path.exists() or path.is_symlink():
            if path.read_bytes() == content:
                return
            first = find_first_answer(path)
        else:
            _replace(path, content)
            return
    except (OSError, ValueError) as error:  # ValueError: a character no file name may have
        raise ValueError(
            f"{path!s:.200}: cannot be written ({getattr(error, 'strerror', error)}); close it in "
            "Excel, or check that its folder exists"
        ) from error
    holds = f" and holds answers, the first in {first:.80}" if first and first != "?" else ""
    raise ValueError(
        f"{path!s:.160} exists{holds}; nothing was written. Give another name for the new file "
        "(or move the old one away); keep=xq.read_ledgers([old]) carries its answers over"
    )


def _replace(path, content):
    """Write beside a file, then put it in its place, so that no half-written one is ever seen."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem[:20]}", suffix=".tmp")
    try:
        with open(handle, "wb") as file:
            file.write(content)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, 0o666 & ~umask)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


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
    for column in ["unit_en", "kind"]:
        duties[column] = [known[column].get(unit, "") for unit in duties["unit"]]
    given = ["number", "title", "text", "promises", "deadline", "due"]
    rows = duties.merge(rows[given], on="measure_id")
    rows["sheet"] = ["各部门" if _ALL.search(unit) else unit for unit in rows["unit"]]
    order = dict.fromkeys([*known["order"], *rows["unit"]])  # first those known, in their order
    order = {unit: place for place, unit in enumerate(order)}
    order |= {"各部门": len(order), "": len(order) + 1}
    rows["place"] = rows["sheet"].map(order)
    rows["line"] = rows["measure_id"].map({i: n for n, i in enumerate(measures["measure_id"])})
    return rows.sort_values(["place", "line"], kind="stable", ignore_index=True)


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
    for column in ["unit_en", "kind"]:
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
    words = status["status"].map({key: pair[say] for key, pair in STATUS.items()})
    percents = [f" {each:g}%" if pd.notna(each) else "" for each in status["percent"]]
    late = [("\n已逾期", "\noverdue")[say] if each else "" for each in status["overdue"]]
    said = (words + percents + late).reindex(overview["measure_id"].map(to_measure)).fillna("")
    overview["status"] = said.to_numpy()


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
            if _UNWRITABLE.search(text):
                bad = shorten(_UNWRITABLE.search(text).group())
                raise ValueError(
                    f"measures: {column} of {measure} has a character that no Excel file may "
                    f"hold, {bad}; remove it"
                )


# ── the workbook ─────────────────────────────────────────────────────────────────────────────


def _fill_book(book, rows, overview, title, say):
    """Add the overview, the list of units and their sheets to an empty workbook."""
    comment = (
        "由印发的清单生成；右边各栏由单位填写。",
        "Built from the list; units fill in the rest.",
    )
    book.set_properties(
        {
            "title": title,
            "comments": comment[say],
            "created": datetime.datetime(1980, 1, 1),  # the same bytes whenever it is written
        }
    )
    text = {"text_wrap": True, "valign": "top", "border": 1, "font_size": 10}
    given = text | {"quote_prefix": True}
    date, free = {"num_format": "yyyy-mm-dd"}, {"locked": False}
    formats = {
        "text": book.add_format(given),
        "date": book.add_format(text | date),
        "blank": book.add_format(text | free),
        "answer": book.add_format(given | free),
        "percent": book.add_format(text | free | {"num_format": "0%"}),
        "updated": book.add_format(text | free | date),
        "head": book.add_format(text | {"bold": True, "bg_color": "#DDE5EE", "valign": "vcenter"}),
        "fill": book.add_format(text | {"bold": True, "bg_color": "#FFF2CC", "valign": "vcenter"}),
        "link": book.add_format(text | {"font_color": "#1F5C99", "underline": 1}),
    }
    add = _add_sheet(book, formats, title, say)
    sheet = add(_SHEETS["overview"][say], OVERVIEW, len(overview))
    for at, row in enumerate(overview.to_dict("records"), 1):
        _write_row(sheet, at, row, OVERVIEW, formats)
    names = _name_sheets(rows["sheet"].unique(), say)
    sheet = add(_SHEETS["units"][say], UNITS, rows["unit"].nunique())
    _write_units(sheet, rows, names, formats, say)
    form = GIVEN | ANSWERS
    for key, own in rows.groupby("sheet", sort=False):
        sheet = add(names[key], form, len(own))
        for at, row in enumerate(own.to_dict("records"), 1):
            row["role"] = ROLES[row["role"]][say]
            row["unit"] = row["unit"] or NOBODY[say]
            _write_row(sheet, at, row, form, formats)
        progress = [*form].index("progress")
        words = [pair[say] for pair in STATUS.values()][:4]
        offer = {"validate": "list", "source": words, "show_error": False}  # other words may stand
        sheet.data_validation(1, progress, len(own), progress, offer)


def _name_sheets(units, say=0):
    """Return unit → sheet name, all different and as Excel allows: short, none of its marks.

    A name that is cut or changed loses nothing: each row has the unit's full name.
    """
    names, taken = {}, {_SHEETS[sheet][say].lower() for sheet in ("overview", "units")} | _RESERVED
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


def _add_sheet(book, formats, title, say):
    """Return a function that adds a sheet with headings, frozen, filtered, for A4 landscape."""

    def add(name, columns, rows):
        sheet = book.add_worksheet(name)
        for at, (key, words) in enumerate(columns.items()):
            sheet.set_column(at, at, words[2])
            kind = "fill" if key in ANSWERS else "head"
            sheet.write_string(0, at, words[say], formats[kind])
        sheet.set_row(0, 30)
        sheet.freeze_panes(1, 2 if "measure_id" in columns else 1)
        sheet.autofilter(0, 0, rows, len(columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_margins(left=0.3, right=0.3, top=0.6, bottom=0.5)
        sheet.set_header(f"&L&A&R{title.replace('&', '&&')[:200]}")  # Excel takes 255 at most
        sheet.set_footer("&C&P / &N")
        if columns in (OVERVIEW, UNITS):  # computed; answers belong on the units' sheets
            sheet.protect("", {"autofilter": True, "sort": True, "format_columns": True})
        return sheet

    return add


def _write_row(sheet, at, row, columns, formats):
    """Write one row of a sheet."""
    sheet.set_row(at, _find_height(row, columns))
    for place, key in enumerate(columns):
        value = row[key]
        if isinstance(value, datetime.date):
            sheet.write_datetime(at, place, value, formats["date" if key == "due" else "updated"])
        elif isinstance(value, float):
            sheet.write_number(at, place, value, formats["percent"])
        elif value:
            sheet.write_string(at, place, value, formats["answer" if key in ANSWERS else "text"])
        else:
            kind = {"percent": "percent", "updated": "updated"}.get(key, "blank")
            sheet.write_blank(at, place, None, formats[kind if key in ANSWERS else "text"])


def _write_units(sheet, rows, names, formats, say):
    """Write the list of units: how many rows each has, and where."""
    for at, (unit, own) in enumerate(rows.groupby("unit", sort=False), 1):
        first = own.iloc[0]
        link = f"internal:'{names[first['sheet']]}'!A1"
        sheet.write_url(at, 0, link, formats["link"], unit or NOBODY[say])
        counts = [len(own), (own["promises"] != "").sum()]
        counts += [(own["role"] == role).sum() for role in ("lead", "joint", "all")]
        sheet.write_row(at, 1, [first["unit_en"], first["kind"], *counts], formats["text"])


def _find_height(row, columns):
    """Return the height in points that shows the longest cell of a row whole."""
    lines = [
        sum(-(-sum(1 + (c > "\u2e80") for c in part) // words[2]) or 1 for part in text.split("\n"))
        for text, words in ((str(row[key] or ""), words) for key, words in columns.items())
    ]
    return min(13.5 * max(lines) + 4, 409)  # 409 is the most Excel allows
