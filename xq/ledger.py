"""The ledger (台账) the notice asks for: one workbook, one sheet per responsible unit."""

import datetime
import os
import re
from io import BytesIO
from pathlib import Path

import pandas as pd
import xlsxwriter

from .door import check_frame, check_texts, describe
from .targets import find_targets
from .units import find_units

# What the notice asks every unit to write down, and the list does not say: left to be filled in.
TO_FILL = ("责任人\nPerson", "时间表\nTimetable", "成果形式\nForm of result", "进展\nStatus")
STATUS = ("未开始 not started", "推进中 under way", "已完成 completed", "有困难 in difficulty")

_ROLES = {"lead": "牵头 lead", "joint": "分工 joint", "all": "各部门 all", "": "未写明 not said"}
_NOBODY = "未写明单位 none named"
_COLUMNS = (  # heading, width in characters
    ("编号\nID", 7),
    ("任务\nTask", 22),
    ("落实措施\nMeasure", 50),
    ("承诺\nPromises", 24),
    ("角色\nRole", 8),
    ("共同单位\nPartners", 24),
    ("时限\nDeadline", 13),
    *zip(TO_FILL, (10, 14, 14, 13), strict=True),
)
_OVERVIEW = (
    ("单位\nUnit", 24),
    ("英文名\nEnglish name", 44),
    ("类别\nKind", 18),
    ("措施行\nMeasure rows", 13),
    ("有承诺的\nWith promises", 14),
    ("牵头\nLead", 8),
    ("分工\nJoint", 8),
    ("各部门\nAll", 8),
)


def write_ledger(path, measures, *, units=None, title="重点工作任务台账"):
    """Write the ledger as an Excel workbook: an overview, then one sheet per unit.

    Each unit's sheet has its measures with the promises found in them, role, partners, task and
    deadline, and empty columns for what the unit is to add: person, timetable, form of result,
    status. Measures that name no unit have a sheet of their own, the last. Every cell is text or
    a number, never a formula. The same tables give the same bytes.

    Parameters
    ----------
    path : str or Path
        Where to write; the name should end in ``.xlsx``. An existing file is replaced.
    measures : DataFrame
        As returned by `read_list`: columns ``measure_id``, ``task_id``, ``title``, ``text``,
        ``units``, ``deadline`` and ``deadline_date``.
    units : DataFrame, optional
        Units known, whose sheets come first in their order: columns ``unit`` and ``aliases``
        (other names, joined by "；"), perhaps ``unit_en`` and ``kind``, as ``load_table("units")``.
        A unit that is not among them keeps its name.
    title : str, default "重点工作任务台账"
        Title of the workbook, and line above every printed page.

    Raises
    ------
    TypeError
        If ``path`` is no path, a table no DataFrame, ``title`` no text, or a cell of the list is
        of another kind than `read_list` returns.
    ValueError
        If the name does not end in ``.xlsx``, a column or value is missing, a ``measure_id``
        or a unit stands twice, or the file cannot be written, as when it is open in Excel.
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path is {path!r:.60}; expected the name of a file: a str or a Path")
    if not str(path).lower().endswith(".xlsx"):
        raise ValueError(
            f"{path!s:.200}: the ledger is an Excel workbook; give a name ending in .xlsx"
        )
    if not isinstance(title, str):
        raise TypeError(f"title is {describe(title)}; expected a text")
    rows = _collect(measures, units)
    content = BytesIO()
    options = {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with xlsxwriter.Workbook(content, options) as book:
        _fill_book(book, rows, title)
    try:
        Path(path).write_bytes(content.getvalue())
    except (OSError, ValueError) as error:  # ValueError: a character no file name may have
        raise ValueError(
            f"{path!s:.200}: cannot be written ({getattr(error, 'strerror', error)}); close it in "
            "Excel, or check that its folder exists"
        ) from error


def _fill_book(book, rows, title):
    """Add the overview and the sheets of all units to an empty workbook."""
    book.set_properties(
        {
            "title": title,
            "comments": "Built from the published list; the last four columns are for the unit.",
            "created": datetime.datetime(1980, 1, 1),  # the same bytes whenever it is written
        }
    )
    text = {"text_wrap": True, "valign": "top", "border": 1, "quote_prefix": True, "font_size": 9}
    formats = {
        "text": book.add_format(text),
        "blank": book.add_format(text | {"quote_prefix": False, "locked": False}),
        "head": book.add_format(text | {"bold": True, "bg_color": "#DDE5EE", "valign": "vcenter"}),
        "link": book.add_format(text | {"font_color": "#1F5C99", "underline": 1}),
    }
    names = _name_sheets(rows["unit"].unique())
    overview = _add_sheet(book, "总览 Overview", _OVERVIEW, len(names), formats["head"], title)
    for at, (unit, own) in enumerate(rows.groupby("unit", sort=False), 1):
        roles = own["role"].value_counts().reindex([*_ROLES][:3], fill_value=0)
        counts = [len(own), (own["promises"] != "").sum(), *roles]
        first = own.iloc[0]
        overview.write_url(at, 0, f"internal:'{names[unit]}'!A1", formats["link"], unit)
        overview.write_row(at, 1, [first["unit_en"], first["kind"], *counts], formats["text"])
        _write_unit(book, names[unit], own, formats, title)


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
    rows = measures.set_index("measure_id")
    for field in texts:
        check_texts(rows[field], f"measures[{field!r}]")
    known = _read_units(units)
    dates = rows["deadline_date"].dt.strftime("%Y-%m-%d").fillna("")
    rows["due"] = (rows["deadline"] + "\n" + dates).str.strip()
    promises = find_targets(rows["text"], plan=True).groupby("doc")["span"]
    rows["promises"] = promises.agg(lambda spans: "；".join(spans.unique()))
    rows["promises"] = rows["promises"].fillna("")

    named = find_units(rows["units"]).fillna({"role": ""})
    written = zip(named["unit_written"], named["unit"], strict=True)
    named["unit"] = [known["unit"].get(name, unit) for name, unit in written]
    partners = named.groupby("measure_id")["unit"].agg(list)
    open_list = named.groupby("measure_id")["open_list"].any()
    named["partners"] = [
        "、".join(other for other in partners[i] if other != own) + ("等" if open_list[i] else "")
        for i, own in zip(named["measure_id"], named["unit"], strict=True)
    ]
    nobody = rows.index[~rows.index.isin(named["measure_id"])]
    nobody = pd.DataFrame({"measure_id": nobody, "unit": _NOBODY, "role": "", "partners": ""})
    duties = pd.concat([named[["measure_id", "unit", "role", "partners"]], nobody])
    for column in ["unit_en", "kind"]:
        duties[column] = [known[column].get(unit, "") for unit in duties["unit"]]
    rows = duties.merge(rows[["task_id", "title", "text", "promises", "due"]], on="measure_id")
    order = dict.fromkeys([*known["order"], *duties["unit"]])  # first those known, nobody last
    places = {unit: place for place, unit in enumerate(order)}
    rows["place"] = rows["unit"].map(places)
    return rows.sort_values("place", kind="stable", ignore_index=True)


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


def _name_sheets(units):
    """Return unit → sheet name, all different and as Excel allows: short, none of its marks."""
    names = {}
    for unit in units:
        base = re.sub(r"[][:*?/\\']", " ", unit)[:28].strip() or "unit"
        taken = {name.lower() for name in names.values()}
        name, n = base, 1
        while name.lower() in taken:
            n += 1
            name = f"{base} {n}"
        names[unit] = name
    return names


def _add_sheet(book, name, columns, rows, head, title):
    """Return a new sheet with its headings, frozen, filtered and set up for A4 landscape."""
    sheet = book.add_worksheet(name)
    for column, (heading, width) in enumerate(columns):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, head)
    sheet.set_row(0, 30)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, rows, len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.set_header(f"&L&A&R{title.replace('&', '&&')[:200]}")  # Excel takes 255 at most
    sheet.set_footer("&C&P / &N")
    return sheet


def _find_height(cells):
    """Return the height in points that shows the longest cell of a unit's row whole."""
    lines = [
        sum(-(-sum(1 + (c > "\u2e80") for c in part) // width) or 1 for part in text.split("\n"))
        for text, (_, width) in zip(cells, _COLUMNS, strict=False)
    ]
    return min(12.5 * max(lines) + 4, 409)  # 409 is the most Excel allows


def _write_unit(book, name, rows, formats, title):
    """Add the sheet of one unit."""
    sheet = _add_sheet(book, name, _COLUMNS, len(rows), formats["head"], title)
    for at, row in enumerate(rows.to_dict("records"), 1):
        cells = [
            row["measure_id"],
            f"{row['task_id']} {row['title']}".strip(),
            row["text"],
            row["promises"],
            _ROLES[row["role"]],
            row["partners"],
            row["due"],
        ]
        sheet.set_row(at, _find_height(cells))
        sheet.write_row(at, 0, cells, formats["text"])
        sheet.write_row(at, len(cells), [""] * len(TO_FILL), formats["blank"])
    status = len(_COLUMNS) - 1
    sheet.data_validation(
        1,
        status,
        len(rows),
        status,
        {
            "validate": "list",
            "source": list(STATUS),
            "error_title": "进展 Status",
            "error_message": "请从列表中选择。Please choose from the list.",
        },
    )
