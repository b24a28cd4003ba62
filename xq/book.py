"""A workbook that an office can fill in and print, written whole and never over another."""

import datetime
import os
import re
import tempfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import xlsxwriter

from .door import check_choice
from .followup import find_first_answer
from .forms import ANSWERS

_LANGUAGES = ("zh", "en")
_TEXT = {"text_wrap": True, "valign": "top", "border": 1, "font_size": 10}
_HEAD = _TEXT | {"bold": True, "valign": "vcenter"}
_GIVEN, _FREE, _DATE = {"quote_prefix": True}, {"locked": False}, {"num_format": "yyyy-mm-dd"}
_FORMATS = {
    "text": _TEXT | _GIVEN,
    "number": _TEXT,
    "date": _TEXT | _DATE,
    "undated": _TEXT | {"bg_color": "#F8CBAD"},
    "blank": _TEXT | _FREE,
    "answer": _TEXT | _GIVEN | _FREE,
    "percent": _TEXT | _FREE | {"num_format": "0%"},
    "updated": _TEXT | _FREE | _DATE,
    "head": _HEAD | {"bg_color": "#DDE5EE"},
    "fill": _HEAD | {"bg_color": "#FFF2CC"},
    "total": _HEAD,
    "banner": {"bold": True, "align": "center", "valign": "vcenter", "font_size": 14},
    "note": {"text_wrap": True, "valign": "top", "font_size": 9},
    "link": _TEXT | {"font_color": "#1F5C99", "underline": 1},
}
UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")  # no XML file may hold these


def check_book(path, what, language):
    """Return 0 for Chinese, 1 for English; raise unless a workbook may have this name."""
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path is {path!r:.60}; expected the name of a file: a str or a Path")
    if not str(path).lower().endswith(".xlsx"):
        raise ValueError(
            f"path is {str(path)!r:.200}; the {what} is an Excel workbook: "
            "give a name ending in .xlsx"
        )
    check_choice(language, "language", _LANGUAGES)
    return _LANGUAGES.index(language)


def write_book(path, fill, *, title, comment, hint=""):
    """Write what ``fill(book, formats)`` puts into an empty workbook.

    If there is another file of that name, `hint` says what else one may do in Python.
    """
    content = BytesIO()
    # the same bytes whenever and wherever it is written: no temporary files, whose dates it keeps
    options = {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    created = datetime.datetime(1980, 1, 1)
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"title": title, "comments": comment, "created": created})
        fill(book, {name: book.add_format(form) for name, form in _FORMATS.items()})
    _save(Path(path), _forget_system(content), hint)


def _forget_system(file):
    """Return the bytes of a zip archive; on Windows too it says it is from Unix."""
    content = file.getvalue()
    with ZipFile(file) as archive:
        start = archive.start_dir
    return content[:start] + content[start:].replace(b"PK\1\2\x14\0", b"PK\1\2\x14\3")


def _save(path, content, hint):
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
        why = getattr(error, "strerror", error)
        chinese, english = _find_remedy(path, error)
        raise ValueError(
            f"{path!s:.140}：写不进去，{chinese}。\n"
            f"{path.name:.40} cannot be written ({why!s:.60}); {english}."
        ) from error
    holds = ("", "")
    if first:
        holds = f"，里面填有内容，第一处在{first[0]}", f" and was filled in, first in {first[1]}"
    raise ValueError(
        f"{path!s:.100}已经有了{holds[0]}；没有作任何改动。请给那个文件改名，或把它移到别处，再执行一次。\n"
        f"{path.name:.40} exists{holds[1]}; nothing was changed. Rename or move that file, then "
        f"run the command again.{hint}"
    )


def _find_remedy(path, error):
    """Return what to do about a file that cannot be written, in Chinese and in English."""
    if isinstance(error, PermissionError) and path.is_file():
        return "请先在Excel或WPS里把它关掉", "close it in Excel or whatever else has it open"
    if isinstance(error, PermissionError):
        return (
            "它的文件夹不让写入，请换一个文件夹",
            "its folder may not be written to; give another",
        )
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "它的文件夹不存在，请先建好", "its folder does not exist; make it first"
    return "请换一个名字或文件夹", "give another name or folder"


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


def add_sheet(book, formats, name, columns, rows, *, title, say, banner=None):
    """Return a new sheet with headings, frozen, filtered unless `rows` is None, for A4 across.

    The title stands above every printed page; or `banner`, in the first line of the sheet.
    """
    sheet = book.add_worksheet(name)
    top = 0
    if banner is not None:
        top = 1
        sheet.merge_range(0, 0, 0, len(columns) - 1, banner, formats["banner"])
        sheet.set_row(0, 30)
    for at, (key, words) in enumerate(columns.items()):
        sheet.set_column(at, at, words[2])
        sheet.write_string(top, at, words[say], formats["fill" if key in ANSWERS else "head"])
    sheet.set_row(top, 30)
    sheet.freeze_panes(top + 1, 2 if "measure_id" in columns else 1)
    if rows is not None:
        sheet.autofilter(top, 0, top + rows, len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, top)
    sheet.set_margins(left=0.3, right=0.3, top=0.6, bottom=0.5)
    if banner is None:
        sheet.set_header(f"&L&A&R{title.replace('&', '&&')[:200]}")  # Excel takes 255 at most
    sheet.set_footer("&C&P / &N")
    return sheet


def write_row(sheet, at, row, columns, formats):
    """Write one row of a sheet, of texts, dates, whole numbers, and shares as percentages."""
    sheet.set_row(at, _find_height(row, columns))
    for place, key in enumerate(columns):
        value = row[key]
        if isinstance(value, datetime.date):
            sheet.write_datetime(at, place, value, formats["date" if key == "due" else "updated"])
        elif isinstance(value, float):
            sheet.write_number(at, place, value, formats["percent"])
        elif isinstance(value, int):
            sheet.write_number(at, place, value, formats["number"])
        elif value:
            sheet.write_string(at, place, value, formats["answer" if key in ANSWERS else "text"])
        elif key == "due" and row.get("undated"):
            sheet.write_blank(at, place, None, formats["undated"])
        else:
            kind = {"percent": "percent", "updated": "updated"}.get(key, "blank")
            sheet.write_blank(at, place, None, formats[kind if key in ANSWERS else "text"])


def _find_height(row, columns):
    """Return the height in points that shows the longest cell of a row whole."""
    lines = [
        sum(-(-sum(1 + (c > "\u2e80") for c in part) // words[2]) or 1 for part in text.split("\n"))
        for text, words in ((str(row[key] or ""), words) for key, words in columns.items())
    ]
    return min(13.5 * max(lines) + 4, 409)  # 409 is the most Excel allows
