"""A file cut into rows of cells: the first step of reading a list, whatever the file is.

Nothing here knows what a column means. A row is a paragraph (one cell, table 0) or a row of a
table, with the merged cells marked; a text file stays one text, to be cut by `cut_text`.
"""

import contextlib
import datetime
import io
import os
import re
import warnings
import zipfile
from bisect import bisect_left, bisect_right
from collections import namedtuple
from pathlib import Path

import cn2an
import docx
import lxml.etree
import lxml.html
import openpyxl
import python_calamine
from docx.oxml.ns import qn
from openpyxl.utils import range_boundaries

# table: 0 for a paragraph, −1 for a page number, else the table's number in the file.
# merged: one sign per cell, "." its own, "^" covered by the cell above, "<" by the one before.
Row = namedtuple("Row", "line cells table merged", defaults=[""])
# form: "text" (its whole text in `text`), "docx", "xlsx", "xls", "html" or "pdf" (`rows`); sheets:
# the names of the sheets of an Excel file, table 1 first; extras: what it holds besides cells;
# formulas: (table, line, column from 0) → a formula without its result, whose cell is empty here;
# title: that of an .xlsx, by its properties.
Source = namedtuple(
    "Source", "form text rows sheets extras formulas title", defaults=[(), (), {}, ""]
)
# ends: how each line of a text ends; separator "\n" is one cell a line.
Cut = namedtuple("Cut", "rows ends separator")

MOST_BYTES = 50_000_000  # of a file
MOST_TEXT = 5_000_000  # of a text or a web page
MOST_XML = 30_000_000  # of the unpacked XML in a .docx or .xlsx
MOST_UNPACKED = 200_000_000  # of all it holds
MOST_TAGS = 1_000_000  # in the XML, or in a web page
MOST_COLUMNS = 200
MOST_CELLS = 200_000  # and paragraphs
MOST_CHARACTERS = 100_000  # in a cell
MOST_PAGES = 500

_FORMS = "a list as text, .docx, .xlsx, .xls, .et, .html or .pdf"
_SAVE_TEXT = "Open it in an editor that shows the Chinese correctly, and save it as UTF-8."
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|table)", re.I)


class ListError(ValueError):
    """A list that cannot be read. The message says file, line, what was expected, what to do.

    The same in parts: `line` (0 for the whole file), `reason`, `remedy`.
    """

    line, reason, remedy = 0, "", ""


def fail(path, line, found, expected, remedy):
    """Raise a ListError."""
    where = f"{path!s:.200}" + (f", line {line}" if line else "")
    error = ListError(f"{where}: {found}; expected {expected}. {remedy}")
    error.line, error.reason, error.remedy = line, f"{found}; expected {expected}", remedy
    raise error


def read_file(path):
    """Return the Source a file is, told by its content; refuse what cannot be read in safety."""
    raw = _read_bytes(path)
    suffix = Path(path).suffix.lower()
    if not raw.strip():
        fail(path, 1, "an empty file", _FORMS, "Get the file again.")
    if raw.startswith(_OLE):
        return _read_ole(path, raw)
    if raw.startswith(b"PK"):
        return _read_zip(path, raw)
    if b"%PDF-" in raw[:1024]:
        return Source("pdf", None, _read_pdf(path, raw))
    if raw.startswith(b"{\\rtf"):
        fail(path, 0, "is an RTF file", _FORMS, "Save it as .docx (请另存为 docx).")
    if suffix in (".docx", ".xlsx", ".pdf", ".doc", ".wps") or (suffix == ".et" and b"\0" in raw):
        remedy = "Get the file again, or save it anew in the program that made it."
        fail(path, 0, f"is named {suffix} and is no such file", _FORMS, remedy)
    _check_size(path, len(raw), MOST_TEXT)
    text = decode(path, raw)
    if suffix in (".html", ".htm") or _HTML.match(text):
        return Source("html", None, _read_html(path, text))
    check_cells(path, 0, max(text.count("\n"), text.count("\r")))
    return Source("text", text, None)


def _read_bytes(path):
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path is {path!r:.60}; expected the name of a file: a str or a Path")
    if not os.path.isfile(path):  # a pipe or a device might never end
        found = "is no file to read" if os.path.exists(path) else "cannot be opened (nothing there)"
        fail(path, 0, found, "a file with a task list", "Check the path.")
    try:
        _check_size(path, os.path.getsize(path), MOST_BYTES)
        return Path(path).read_bytes()
    except OSError as error:
        fail(
            path,
            0,
            f"cannot be opened ({error.strerror})",
            "a file with a task list",
            "Check the path.",
        )


def _check_size(path, size, most, what="bytes"):
    if size > most:
        remedy = "Copy the list alone into a new file."
        fail(path, 0, f"has {size:,} {what}", f"{most:,} at most", remedy)


# ── text ─────────────────────────────────────────────────────────────────────────────────────


def decode(path, raw):
    """Return the text in UTF-8, GB18030 or marked UTF-16; refuse what might be misread."""
    if raw.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        fail(path, 1, "UTF-32 text", "UTF-8, GB18030 or UTF-16", _SAVE_TEXT)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = raw.decode("utf-16")
        except UnicodeDecodeError:
            fail(path, 1, "UTF-16 that is cut off or damaged", "whole UTF-16", _SAVE_TEXT)
    else:
        text = _decode_bytes(path, raw)
    if "\ufffd" in text:
        line = text.count("\n", 0, text.index("\ufffd")) + 1
        remedy = "A character was lost before this file was saved: get the original."
        fail(path, line, "the replacement character U+FFFD", "the character itself", remedy)
    return text


def _decode_bytes(path, raw):
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
    try:
        text = raw.decode("gb18030").removeprefix("\ufeff")
    except UnicodeDecodeError:
        fail(path, line, "bytes that are neither", "UTF-8 or GB18030", _SAVE_TEXT)
    # GB18030 decodes almost anything: a line that is also good UTF-8 was meant as UTF-8.
    for number, part in enumerate(raw.split(b"\n"), 1):
        is_utf8 = part.decode("utf-8", "ignore").encode() == part
        if is_utf8 and sum(byte > 127 for byte in part) > 8:
            fail(path, number, f"UTF-8 here but not in line {line}", "one encoding", _SAVE_TEXT)
    return text


def cut_lines(text):
    r"""Return the lines of a text and how each ends; "\r" alone ends lines only on old Macs."""
    pieces = re.split(r"(\r?\n)" if "\n" in text else r"(\r)", text)
    return pieces[::2], pieces[1::2]


def cut_text(text, separator):
    """Return a text cut at a separator, with quoted cells whole, over several lines if need be.

    Cells keep their quotes, so that a row joined by the separator is the row as published.
    """
    lines, ends = cut_lines(text)
    if separator == "|":
        rows = [Row(n, re.split(r"(?<!\\)\|", line), 1) for n, line in enumerate(lines, 1)]
        return Cut(rows, ends, separator)
    if '"' not in text:
        return Cut([Row(n, s.split(separator), 1) for n, s in enumerate(lines, 1)], ends, separator)
    end_of_line = r"\r?\n" if "\n" in text else r"\r"
    quoted = re.compile(rf'"(?:[^"]|"")*+"(?={separator}|{end_of_line}|\Z)')
    plain = re.compile(f"[^{separator}]*")
    rows, at, number = [], 0, 1
    while number <= len(lines):
        line, first = lines[number - 1], number
        end = at + len(line)
        if '"' not in line:
            rows.append(Row(number, line.split(separator), 1))
        else:
            cells = []
            while True:
                hit = quoted.match(text, at) or plain.match(text, at, end)
                cells.append(hit.group())
                at = hit.end()
                while at > end:  # the cell went on over the end of the line
                    number += 1
                    end += len(ends[number - 2]) + len(lines[number - 1])
                if at == end:
                    break
                at += 1
            rows.append(Row(first, cells, 1))
        at = end + (len(ends[number - 1]) if number <= len(ends) else 0)
        number += 1
    return Cut(rows, ends, separator)


# ── .html ────────────────────────────────────────────────────────────────────────────────────

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd div dl dt footer form h1 h2 h3 h4 h5 "
    "h6 header hr html li main nav ol p pre section table tbody td tfoot th thead tr ul".split()
)
_SILENT = frozenset("script style head noscript template select button textarea".split())


def _read_html(path, text):
    if re.search(r"<!ENTITY|<!DOCTYPE[^>\[]*\[", text[:100_000], re.I):
        _refuse_entities(path)
    _check_size(path, text.count("<"), MOST_TAGS, "tags")
    text = re.sub(r"\A\s*<\?xml[^>]*>", "", text).replace("\0", "")
    try:
        root = lxml.html.document_fromstring(text or "<p></p>")
    except (lxml.etree.LxmlError, ValueError) as error:
        _refuse_damaged(path, "HTML", error)
    rows, tables = [], 0
    for block in _walk_html(root):
        line = len(rows) + 1
        if isinstance(block, str):
            if block.strip():
                rows.append(Row(line, [block], 0))
            continue
        tables += 1
        spans = []
        for tr in block.iter("tr"):
            check_width(path, line + len(spans), len(tr))
            cells = tr.iterchildren("td", "th")
            spans.append([(_text_of_html(cell), *_spans_of(cell)) for cell in cells])
        rows += _lay_out(path, spans, line, tables)
    return rows


def _walk_html(root):
    """Yield the paragraphs, as texts, and the innermost tables, in document order."""
    words = []
    walk = lxml.etree.iterwalk(root, events=("start", "end", "comment"))
    for event, node in walk:
        if node.tag in _BLOCKS:
            yield "".join(words)
            words = []
        if event in ("end", "comment"):
            words.append(_join(node.tail))
        elif node.tag == "table" and _is_grid(node):
            yield node
            walk.skip_subtree()
        elif node.tag in _SILENT:
            walk.skip_subtree()
        else:
            words.append("\n" if node.tag == "br" else _join(node.text))
    yield "".join(words)


def _join(text):
    """Return a text of a page without the breaks of its source."""
    return re.sub(r"\s*\n\s*", "", text or "")


def _is_grid(table):
    """Tell a table of cells from one that only lays out others."""
    nested = next(table.iterdescendants("table"), None) is not None
    return not nested and next(table.iterdescendants("tr"), None) is not None


def _text_of_html(cell):
    """Return the text of a cell, its paragraphs and breaks on lines of their own."""
    parts, silent = [], 0
    for event, node in lxml.etree.iterwalk(cell, events=("start", "end", "comment")):
        if node.tag in _SILENT:
            silent += 1 if event == "start" else -1
        if node is not cell and (node.tag in _BLOCKS or (node.tag == "br" and event == "start")):
            parts.append("\n")
        text = node.text if event == "start" else node.tail if node is not cell else ""
        if text and not silent:
            parts.append(_join(text))
    return re.sub(r"\n{2,}", "\n", "".join(parts)).strip("\n")


def _spans_of(cell):
    found = [re.match(r"\s*\d{1,6}", cell.get(name) or "") for name in ("colspan", "rowspan")]
    return [max(int(hit.group()), 1) if hit else 1 for hit in found]


def _lay_out(path, spans, line, table):
    """Return rows from cells given as (text, columns, rows) they cover."""
    rows, open_cells = [], {}  # column → how many more rows it is covered from above
    for number, cells in enumerate(spans):
        texts, signs, waiting = [], [], [*cells]
        while waiting or len(texts) in open_cells:
            at = len(texts)
            if at in open_cells:
                sign, left = open_cells.pop(at)
                if left > 1:
                    open_cells[at] = sign, left - 1
                texts.append("")
                signs.append(sign)
                continue
            text, wide, high = waiting.pop(0)
            wide = min(wide, MOST_COLUMNS + 1)
            check_width(path, line + number, at + wide)
            for place in range(at, at + wide):
                first = place == at
                if high > 1:
                    open_cells[place] = ("^" if first else "<"), min(high, len(spans)) - 1
                texts.append(text if first else "")
                signs.append("." if first else "<")
        open_cells = {at: cell for at, cell in open_cells.items() if cell[1] > 0}
        rows.append((line + number, texts, signs))
    return _pad(rows, table)


def _pad(rows, table):
    """Return rows of one width; given as (line, texts, signs)."""
    wide = max((len(texts) for _, texts, _ in rows), default=0)
    return [
        Row(line, texts + [""] * (wide - len(texts)), table, "".join(signs).ljust(wide, "."))
        for line, texts, signs in rows
    ]


def check_width(path, line, columns):
    """Refuse a row of too many cells."""
    if columns > MOST_COLUMNS:
        found = f"more than {MOST_COLUMNS} columns"
        fail(path, line, found, "a table of tasks", "Keep only the columns of the list.")


def check_cells(path, line, cells):
    """Refuse a file of too many cells."""
    if cells > MOST_CELLS:
        found = f"more than {MOST_CELLS:,} cells or paragraphs"
        fail(path, line, found, "a table of tasks", "Keep only the list in the file.")


# ── .docx and .xlsx ──────────────────────────────────────────────────────────────────────────


def _refuse_damaged(path, form, error):
    found = f"is cut off or damaged ({form}: {' '.join(str(error).split()):.60})"
    fail(path, 0, found, "a whole file", "Get the file again, or open it and save it anew.")


def _refuse_entities(path):
    remedy = "Open it in Word, Excel or a browser and save it anew."
    fail(path, 0, "declares entities, as no list does", "plain XML or HTML", remedy)


def _read_zip(path, raw):
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            names = _check_archive(path, archive)
            if "word/document.xml" in names:
                return Source("docx", None, _read_docx(path, raw))
            if "xl/workbook.xml" in names:
                return _read_xlsx(path, raw, archive)
    except ListError:
        raise
    except Exception as error:  # the libraries raise KeyError, ValueError … of damaged files
        _refuse_damaged(path, "Word or Excel file", error)
    remedy = "Unpack it, or save it as .docx or .xlsx (请另存为 docx 或 xlsx)."
    fail(path, 0, "is packed, and neither .docx nor .xlsx", _FORMS, remedy)


def _check_archive(path, archive):
    """Return the names in an archive; refuse bombs, macros, passwords and entities."""
    parts = archive.infolist()
    xml = [part for part in parts if part.filename.lower().endswith((".xml", ".rels", ".vml"))]
    unpacked = [sum(part.file_size for part in some) for some in (xml, parts)]
    if unpacked[0] > MOST_XML or unpacked[1] > MOST_UNPACKED or len(parts) > 10_000:
        found = f"unpacks to {max(unpacked):,} bytes"
        expected = f"{MOST_XML:,} of text and tables at most"
        fail(path, 0, found, expected, "Copy the list alone into a new file.")
    if any(part.flag_bits & 1 for part in parts):
        fail(path, 0, "is encrypted", "a file without a password", "Save it without one.")
    if any("vbaproject" in part.filename.lower() for part in parts):
        remedy = "Save it as .docx or .xlsx, without macros."
        fail(path, 0, "holds macros", "a file without macros", remedy)
    tags = 0
    for part in xml:
        content = archive.read(part)
        if re.search(rb"<!(?:DOCTYPE|ENTITY)", content.replace(b"\0", b"")):
            _refuse_entities(path)
        tags += content.count(b"<")
    _check_size(path, tags, MOST_TAGS, "tags")
    return {part.filename for part in parts}


_SKIP = {
    qn(name) for name in ("w:del", "w:moveFrom", "w:pPr", "w:rPr", "w:instrText", "w:delText")
} | {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
_MARKS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_TEXT, _PARAGRAPH, _TABLE = qn("w:t"), qn("w:p"), qn("w:tbl")
_CHINESE_COUNTS = ("chinese", "ideograph", "japanese", "taiwanese")


def _read_docx(path, raw):
    document = docx.Document(io.BytesIO(raw))
    count = _count_paragraphs(document)
    rows, tables, cells = [], 0, 0
    for block in _walk_docx(document.element.body):
        line = len(rows) + 1
        cells += 1
        check_cells(path, line, cells)
        if block.tag == _PARAGRAPH:
            if (text := _text_of_docx(block, count)).strip():
                rows.append(Row(line, [text], 0))
            continue
        tables += 1
        found = []
        for tr in block.tr_lst:
            texts, signs = [""] * tr.grid_before, ["."] * tr.grid_before
            for tc in tr.tc_lst:
                wide, above = min(tc.grid_span, MOST_COLUMNS + 1), tc.vMerge == "continue"
                check_width(path, line + len(found), len(texts) + wide)
                inside = "\n".join(_text_of_docx(p, count) for p in tc.iter(_PARAGRAPH))
                texts += [inside.strip("\n"), *[""] * (wide - 1)]
                signs += ["^" if above and not inside.strip() else ".", *"<" * (wide - 1)]
            cells += len(texts)
            check_cells(path, line + len(found), cells)
            found.append((line + len(found), texts, signs))
        rows += _pad(found, tables)
    return rows


def _walk_docx(body):
    """Yield the paragraphs and tables of a document, also those in content controls."""
    for node in body:
        if node.tag in (_PARAGRAPH, _TABLE):
            yield node
        elif node.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")):
            yield from _walk_docx(node)


def _text_of_docx(paragraph, count):
    """Return a paragraph as shown: with its automatic number, without what is struck out."""
    parts, waiting = [count(paragraph)], [*reversed(paragraph)]
    while waiting:
        node = waiting.pop()
        if node.tag == _TEXT:
            parts.append(node.text or "")
        elif node.tag in _MARKS:
            parts.append(_MARKS[node.tag])
        elif node.tag not in _SKIP and node.tag != _PARAGRAPH:
            waiting += reversed(node)
    return "".join(parts)


def _count_paragraphs(document):
    """Return a function that gives each paragraph the number Word shows before it."""
    try:
        numbering = document.part.numbering_part.element
    except (KeyError, NotImplementedError):
        return lambda paragraph: ""
    levels, lists, counts = {}, {}, {}

    def value(node, name):
        found = node.find(qn(name))
        return None if found is None else found.get(qn("w:val"))

    for abstract in numbering.iterchildren(qn("w:abstractNum")):
        levels[abstract.get(qn("w:abstractNumId"))] = {
            level.get(qn("w:ilvl")): [
                value(level, "w:" + name) for name in ("start", "numFmt", "lvlText")
            ]
            for level in abstract.iterchildren(qn("w:lvl"))
        }
    for num in numbering.iterchildren(qn("w:num")):
        lists[num.get(qn("w:numId"))] = value(num, "w:abstractNumId")

    def count(paragraph):
        pr = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        if pr is None:
            return ""
        name, at = lists.get(value(pr, "w:numId")), value(pr, "w:ilvl") or "0"
        start, form, text = levels.get(name, {}).get(at, (None, "none", None))
        if form in ("none", "bullet") or not text:
            return ""
        seen = counts.setdefault(name, {})
        seen[at] = seen.get(at, int(start or 1) - 1) + 1
        for deeper in [level for level in seen if level > at]:
            del seen[deeper]

        def show(hit):
            level = str(int(hit[1]) - 1)
            number = seen.get(level, int(levels[name].get(level, ["1"])[0] or 1))
            kind = levels[name].get(level, ["", "decimal"])[1] or "decimal"
            return cn2an.an2cn(number) if kind.startswith(_CHINESE_COUNTS) else str(number)

        return re.sub(r"%(\d)", show, text)

    return count


_EXTRAS = {"comments": r"xl/(?:threadedC|c)omments", "pictures": r"xl/(?:media|embeddings)/"}


def _read_xlsx(path, raw, archive):
    rows, cells, formulas = [], 0, []
    with warnings.catch_warnings(action="ignore"):  # of styles it does not know
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    for table, sheet in enumerate(book.worksheets, 1):
        sheet.reset_dimensions()
        found = {}
        for line, row in enumerate(sheet.iter_rows(), 1):
            cells += len(row) + 1
            texts = [_show(cell.value, cell.number_format) if row else "" for cell in row]
            while texts and not texts[-1]:
                texts.pop()
            check_width(path, line, len(texts))
            check_cells(path, line, cells)
            if texts:
                found[line] = texts
        part = archive.read(sheet._worksheet_path.lstrip("/"))
        ranges = re.findall(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]+\d+:[A-Z]+\d+)"', part)
        _check_size(path, len(ranges), MOST_CELLS // 10, "merged ranges")
        ranges = [range_boundaries(each.decode()) for each in ranges]
        spans = [(top, left - 1, bottom, right - 1) for left, top, right, bottom in ranges]
        rows += _mark_merged(path, found, spans, table)
        if re.search(rb"<(?:\w+:)?f[\s/>]", part):
            formulas.append(table)
    names = archive.namelist()
    extras = [word for word, part in _EXTRAS.items() if any(re.match(part, each) for each in names)]
    sheets = [sheet.title for sheet in book.worksheets]
    formulas = _find_formulas(raw, book, formulas) if formulas else {}
    title = book.properties.title or ""
    return Source("xlsx", None, rows, sheets, extras, formulas, title)


def _find_formulas(raw, book, tables):
    """Return (table, line, column) → formula, of the cells of which the file has no result."""
    found = {}
    with warnings.catch_warnings(action="ignore"):
        written = openpyxl.load_workbook(io.BytesIO(raw), read_only=True)
    for table in tables:
        sheets = book.worksheets[table - 1], written.worksheets[table - 1]
        sheets[1].reset_dimensions()
        for line, row in enumerate(zip(*(sheet.iter_rows() for sheet in sheets), strict=True), 1):
            for at, (result, cell) in enumerate(zip(*row, strict=True)):
                empty = result.value is None and result.data_type != "str"  # "" is a result
                if empty and cell.data_type == "f":
                    found[table, line, at] = str(getattr(cell.value, "text", cell.value))
    return found


def _mark_merged(path, found, spans, table):
    """Return rows from {line: texts} and merged ranges (top, left, bottom, right) of cells."""
    wide = max(map(len, found.values()), default=0)
    lines = sorted(found)
    signs = {line: ["."] * wide for line in lines}
    free = wide * len(lines)  # cells not merged so far
    for top, left, bottom, right in spans:
        covered = lines[bisect_left(lines, top) : bisect_right(lines, bottom)]
        columns = range(left, min(right + 1, wide))
        free -= len(covered) * len(columns)
        if free < 0:
            _refuse_damaged(path, "sheet", "merged cells overlap")
        for line in covered:
            for at in columns:
                if at > left:
                    signs[line][at] = "<"
                elif line > top:
                    signs[line][at] = "^"
    return _pad([(line, found[line], signs[line]) for line in lines], table)


def _show(value, form="General"):
    """Return the value of a cell of a spreadsheet as the program shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.datetime | datetime.date):
        if re.search("[dD]", form) or form == "General":
            return f"{value.year}-{value.month:02d}-{value.day:02d}"
        return f"{value.year}年{value.month}月"
    if isinstance(value, int | float):
        percent = form.endswith("%")
        decimals = re.search(r"\.(0+)", form)
        value = value * 100 if percent else value
        if decimals:
            shown = f"{value:.{len(decimals[1])}f}"
        else:
            shown = str(int(value)) if value == int(value) else f"{value:.10g}"
        return shown + "%" * percent
    return str(value)


# ── .xls and .et ─────────────────────────────────────────────────────────────────────────────


def _read_ole(path, raw):
    """Return the sheets of an old Excel or WPS file; refuse the other files of that kind."""

    def holds(name):
        return name.encode("utf-16-le") in raw

    if holds("EncryptedPackage") or holds("EncryptionInfo"):
        fail(path, 0, "is encrypted", "a file without a password", "Save it without one.")
    if holds("WordDocument"):
        remedy = "Save it as .docx (请另存为 docx)."
        fail(path, 0, "is an old Word or WPS text (.doc, .wps)", _FORMS, remedy)
    if not holds("Workbook") and not holds("Book"):
        remedy = "Save it as .docx or .xlsx (请另存为 docx 或 xlsx)."
        fail(path, 0, "is an old Office file without a sheet", _FORMS, remedy)
    if holds("_VBA_PROJECT"):
        fail(path, 0, "holds macros", "a file without macros", "Save it as .xlsx.")
    rows = []
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        for table, name in enumerate(book.sheet_names, 1):
            sheet = book.get_sheet_by_name(name)
            top, left = sheet.start or (0, 0)
            found = {}
            for line, values in enumerate(sheet.iter_rows(), top + 1):
                texts = [""] * left + [_show(value) for value in values]
                while texts and not texts[-1]:
                    texts.pop()
                check_width(path, line, len(texts))
                if texts:
                    found[line] = texts
            ranges = sheet.merged_cell_ranges or []
            _check_size(path, len(ranges), MOST_CELLS // 10, "merged ranges")
            spans = [(a[0] + 1, a[1], b[0] + 1, b[1]) for a, b in ranges]
            rows += _mark_merged(path, found, spans, table)
    except ListError:
        raise
    except Exception as error:
        if "password" in str(error).lower() or "encrypt" in str(error).lower():
            fail(path, 0, "is encrypted", "a file without a password", "Save it without one.")
        _refuse_damaged(path, "old Excel file", error)
    return Source("xls", None, rows, book.sheet_names)


# ── .pdf ─────────────────────────────────────────────────────────────────────────────────────

_PAGE_NUMBER = re.compile(r"\s*[-—–－·]*\s*(?:第\s*)?\d{1,4}\s*(?:页)?\s*[-—–－·]*\s*")


def _read_pdf(path, raw):
    try:
        import pdfplumber  # an extra: most lists are no PDF
    except ImportError:
        remedy = "Install it (pip install pdfplumber), or save the list as .docx."
        fail(path, 0, "is a PDF, which needs pdfplumber", "pdfplumber", remedy)
    rows, tables, seen = [], 0, 0
    try:
        with pdfplumber.open(io.BytesIO(raw)) as pdf:
            if len(pdf.pages) > MOST_PAGES:
                found = f"has {len(pdf.pages)} pages"
                fail(path, 0, found, f"{MOST_PAGES} at most", "Keep only the pages of the list.")
            wide = 0  # columns of the table at the end of the page before
            for page in pdf.pages:
                seen += len(page.chars)
                _check_size(path, seen, MOST_CELLS, "characters")
                blocks = _cut_page(page)
                body = [block for block in blocks if block[1] >= 0]
                for at, (_, kind, texts) in enumerate(blocks):
                    if kind <= 0:
                        rows.append(Row(len(rows) + 1, texts, kind))
                        continue
                    goes_on = wide == kind and body and body[0] is blocks[at]
                    tables += not goes_on
                    for cells in texts:
                        signs = "".join("^" if cell is None else "." for cell in cells)
                        cells = [cell or "" for cell in cells]
                        check_width(path, len(rows) + 1, len(cells))
                        rows.append(Row(len(rows) + 1, cells, tables, signs))
                wide = max(body[-1][1], 0) if body else wide
                page.close()
    except ListError:
        raise
    except Exception as error:
        if "Password" in repr(error):
            fail(path, 0, "is encrypted", "a file without a password", "Save it without one.")
        _refuse_damaged(path, "PDF", error)
    if not seen:
        remedy = "Run it through OCR (文字识别) first, and compare with the pages."
        fail(path, 0, "is a scanned PDF without text", "a PDF with a text layer", remedy)
    return rows


def _cut_page(page):
    """Return (top, number of columns or 0 or −1, cells) of each table and line, from the top."""
    tables = [table for table in page.find_tables() if len(table.rows) and len(table.cells) > 1]
    blocks = []
    for table in tables:
        texts = table.extract()
        blocks.append((table.bbox[1], max(map(len, texts)), texts))

    def is_outside(thing):
        x, y = (thing["x0"] + thing["x1"]) / 2, (thing["top"] + thing["bottom"]) / 2
        return not any(a <= x <= c and b <= y <= d for a, b, c, d in (t.bbox for t in tables))

    rest = page.filter(lambda thing: thing.get("object_type") != "char" or is_outside(thing))
    with contextlib.suppress(IndexError):  # of a page without text
        for line in rest.extract_text_lines(return_chars=False):
            number = _PAGE_NUMBER.fullmatch(line["text"]) is not None
            blocks.append((line["top"], -1 if number else 0, [line["text"]]))
    return sorted(blocks, key=lambda block: block[0])
