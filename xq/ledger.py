"""The ledger (台账) the notice asks for: one workbook, one sheet per responsible unit."""

import datetime
import os
import re
from io import BytesIO
from pathlib import Path

import xlsxwriter

from .tables import load_table

# What the notice asks every unit to write down, and the list does not say: left to be filled in.
TO_FILL = ("责任人\nPerson", "时间表\nTimetable", "成果形式\nForm of result", "进展\nStatus")
STATUS = ("未开始 not started", "推进中 under way", "已完成 completed", "有困难 in difficulty")

_ROLES = {"lead": "牵头 lead", "joint": "分工 joint", "all": "各部门 all"}
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


def write_ledger(path):
    """Write the ledger as an Excel workbook: an overview, then one sheet per unit.

    Each unit's sheet has its measures with the promises found in them, role, partners, task and
    deadline, and empty columns for what the notice asks the unit to add: person, timetable, form
    of result, status. Every cell is text or a number, never a formula. The same tables give the
    same bytes.

    Parameters
    ----------
    path : str or Path
        Where to write; the name should end in ``.xlsx``. An existing file is replaced.

    Raises
    ------
    TypeError
        If ``path`` is no path.
    ValueError
        If the name does not end in ``.xlsx`` or the file cannot be written, as when it is open
        in Excel.
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path is {path!r:.60}; expected the name of a file: a str or a Path")
    if not str(path).lower().endswith(".xlsx"):
        raise ValueError(
            f"{path!s:.200}: the ledger is an Excel workbook; give a name ending in .xlsx"
        )
    content = BytesIO()
    options = {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with xlsxwriter.Workbook(content, options) as book:
        _fill_book(book, _collect())
    try:
        Path(path).write_bytes(content.getvalue())
    except (OSError, ValueError) as error:  # ValueError: a character no file name may have
        raise ValueError(
            f"{path!s:.200}: cannot be written ({getattr(error, 'strerror', error)}); close it in "
            "Excel, or check that its folder exists"
        ) from error


def _fill_book(book, rows):
    """Add the overview and the sheets of all units to an empty workbook."""
    book.set_properties(
        {
            "title": "西青区2022年重点工作任务台账 · Ledger of Xiqing District's tasks of 2022",
            "comments": "Built from the published list; the last four columns are for the unit.",
            "created": datetime.datetime(2022, 7, 27),
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
    overview = _add_sheet(book, "总览 Overview", _OVERVIEW, len(names), formats["head"])
    for at, (unit, own) in enumerate(rows.groupby("unit", sort=False), 1):
        roles = own["role"].value_counts().reindex(list(_ROLES), fill_value=0)
        counts = [len(own), (own["promises"] != "").sum(), *roles]
        first = own.iloc[0]
        overview.write_url(at, 0, f"internal:'{names[unit]}'!A1", formats["link"], unit)
        overview.write_row(at, 1, [first["unit_en"], first["kind"], *counts], formats["text"])
        _write_unit(book, names[unit], own, formats)


def _collect():
    """Return one row per unit and measure row: what the unit's sheet says of it."""
    named = load_table("responsibilities").merge(
        load_table("units")[["unit_id", "unit", "unit_en", "kind"]]
    )
    named = named.sort_values(["measure_id", "order"]).astype({"role": "str", "kind": "str"})
    partners = named.groupby("measure_id")["unit"].agg(list)
    open_list = named.groupby("measure_id")["open_list"].any()
    rows = named.merge(load_table("measures").drop(columns="units"), on="measure_id")
    rows = rows.merge(load_table("tasks")[["task_id", "title"]], on="task_id")
    promises = (
        load_table("targets").groupby("measure_id")["span"].agg(lambda s: "；".join(s.unique()))
    )
    rows["promises"] = rows["measure_id"].map(promises).fillna("")
    rows["partners"] = [
        "、".join(u for u in partners[i] if u != own) + ("等" if open_list[i] else "")
        for i, own in zip(rows["measure_id"], rows["unit"], strict=True)
    ]
    return rows.sort_values(["unit_id", "measure_id", "order"], ignore_index=True)


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


def _add_sheet(book, name, columns, rows, head):
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
    sheet.set_header("&L&A&R西青区2022年重点工作任务台账")
    sheet.set_footer("&C&P / &N")
    return sheet


def _find_height(cells):
    """Return the height in points that shows the longest cell of a unit's row whole."""
    lines = [
        sum(-(-sum(1 + (c > "\u2e80") for c in part) // width) or 1 for part in text.split("\n"))
        for text, (_, width) in zip(cells, _COLUMNS, strict=False)
    ]
    return min(12.5 * max(lines) + 4, 409)  # 409 is the most Excel allows


def _write_unit(book, name, rows, formats):
    """Add the sheet of one unit."""
    sheet = _add_sheet(book, name, _COLUMNS, len(rows), formats["head"])
    for at, row in enumerate(rows.to_dict("records"), 1):
        cells = [
            row["measure_id"],
            f"{row['task_id']} {row['title']}",
            row["text"],
            row["promises"],
            _ROLES[row["role"]],
            row["partners"],
            f"{row['deadline']}\n{row['deadline_date']:%Y-%m-%d}",
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
