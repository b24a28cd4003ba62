"""What a list's headings and paragraphs mean: the second step of reading a list.

`find_table` picks the table that looks like a task list and names its columns; `cut_paragraphs`
cuts a list without a table into numbered items, their units and their deadlines.
"""

import re
from collections import Counter, namedtuple
from functools import lru_cache

import cn2an

from .dates import read_deadline
from .files import MOST_COLUMNS, Cut, Row, check_cells, check_width, cut_lines, cut_text, fail
from .normal import fold, normalise

# The fields of a list and the headings they may carry, the usual first; others that hold the
# same words are understood too (`_LIKE`). A heading that fits none is kept as a column of its own.
HEADINGS = {
    "task_no": ("任务序号", "序号", "编号", "项目编号", "任务编号"),
    "title": ("重点工作任务", "重点任务", "工作任务", "任务名称", "项目名称", "事项名称"),
    "measure_no": ("措施序号", "措施编号", "举措序号"),
    "text": ("落实措施", "工作措施", "具体措施", "工作举措", "主要任务", "工作内容", "目标"),
    "units": ("责任单位", "责任部门", "承办单位", "落实单位", "实施单位", "主管部门", "责任主体"),
    "deadline": ("完成时限", "完成时间", "办结时限", "完成期限", "时间节点", "时限", "时限要求"),
    "note": ("备注", "说明"),
}
# Where one column names those who lead, another names those who share.
UNIT_HEADINGS = {
    "lead": ("牵头单位", "主责单位", "牵头部门", "主办单位", "牵头责任单位", "第一责任单位"),
    "joint": ("配合单位", "参与单位", "协办单位", "配合部门", "协同单位", "参加单位"),
}
FIELDS = [*HEADINGS, *UNIT_HEADINGS]
_NAMES = {name: field for field, names in (HEADINGS | UNIT_HEADINGS).items() for name in names}
_LIKE = [
    ("joint", "(?:配合|协办|协同|协助|参与|参加|会同)(?:责任)?(?:单位|部门|机构)?"),
    ("lead", ".{0,4}(?:牵头|主责|主办)(?:责任)?(?:单位|部门|机构|处室)?"),
    ("units", ".{0,4}(?:责任|承办|落实|实施|承担|主管|负责)(?:单位|部门|机构|处室|科室|地区)"),
    ("deadline", ".{0,4}(?:时限|期限|完成时间|办结时间|完成日期|时间节点|时间要求|时间安排)"),
    ("deadline", "时间"),
    ("task_no", "(?:序|编)?号|No[.．]?"),
    ("note", "备注.{0,2}"),
]
# What a column of prose is headed by, from what is done down to what it is called: the first of
# these is the text, and of the others the first that can be a title is the title.
_PROSE = [
    ".*(?:措施|举措|做法)",
    "(?:具体|细化).*",
    ".*内容",
    ".*目标",
    ".*任务",
    ".*(?:事项|实事)",
    ".*(?:项目|工程|名称|工作|要点)",
]
_TITLES = 4  # from here on in _PROSE
_YEAR = re.compile(
    r"^(?:[0-9]{4}|二[〇零○][一二三四五六七八九〇零○]{2})年度?|^(?:本|全|年)?年度?(?=目标|任务)"
)
_BRACKET = re.compile(r"[（(〔【\[].*?[）)〕】\]]")

_CHINESE_NUMBER = re.compile("[零〇一二三四五六七八九十百]{1,9}")
_LEVELS = re.compile("[0-9]{1,6}(?:[.．][0-9]{1,6}){1,3}")
# key: the column's name in the measures, or None (blank throughout); role: its field, or None.
Column = namedtuple("Column", "key role heading")
# rows: of the list, from the header on; the header's rows; all other rows; the separator.
Table = namedtuple("Table", "rows header columns others cut")

NUMBER = {
    "一、": r"[一二三四五六七八九十百]{1,5}、",
    "（一）": r"[（(][一二三四五六七八九十百]{1,5}[）)]",
    "第": r"第[一二三四五六七八九十百0-9０-９]{1,5}[条项]",
    "1.1": r"[0-9０-９]{1,3}(?:[.．][0-9０-９]{1,3}){1,2}[.．、]?(?![0-9０-９%％万亿个])",
    "1.": r"[0-9０-９]{1,3}(?:[.．](?![0-9０-９])|、)",
    "（1）": r"[（(][0-9０-９]{1,3}[）)]",
}
_NUMBER = re.compile(
    r"\s*(?:#{1,6}\s*)?(?:" + "|".join(f"({form})" for form in NUMBER.values()) + r")[\s\u3000]*"
)
_STYLES = [*NUMBER]
# What stands below a list, rather than in it.
NOTE = re.compile(
    r"\s*[（(【\[*※]?(?:注|备注|说明|附件|附注|抄送|抄报|主送|联系|咨询|来源|此件|分享|责任编辑|打印)"
    r"(?:[0-9]|人|电话|至|到|公开|件)*[：:）)】\]公]|\s*(?:打印本页|关闭窗口|上一篇|下一篇)"
)
_ROLE = "(?:牵头|责任|配合|主责|主办|协办|承办|落实|参与|参加|协同|实施|主管|负责)"
_LABEL = re.compile(rf"\s*{_ROLE}(?:责任)?(?:单\s?位|部\s?门|主体|处室)?(?:及.{{1,6}})?[：:]")
_LIMIT = re.compile(
    r"[；;，,。、\s]*(?:完成|办结|推进|时间)?(?:时限|时间|期限|节点|进度)(?:要求)?[：:]\s*"
    r"(?P<deadline>[^；;\n]*[^；;\n\s。])[。\s]*"
)
_END = " \t\r\n\u3000。；;."  # after the bracket of an item
_CLOSING = re.compile(rf"(?:{_ROLE}|各负其责)(?:单位|部门)?$")
_UNIT = re.compile(
    r"\w*?(?:[局委办部厅院会团室处社站所]|中心|街道|公司|集团|银行|政府|[各有]关?(?:单位|部门)"
    r"|各[镇乡区县市街].{0,4})(?:等|等单位|等部门)?"
)


# ── columns ──────────────────────────────────────────────────────────────────────────────────


def clean_heading(cell):
    """Return a heading as it is looked up and shown."""
    if len(cell) > 200:  # a text, not a heading
        return cell
    return normalise(cell.replace('"', ""), kind="label")[0]


@lru_cache(4096)  # the first cell of most rows is blank
def _name_heading(cell):
    """Return the field of a heading, its place among those of prose (an int), or None."""
    if not cell or len(cell) > 60:
        return None
    name = fold(clean_heading(cell))
    name = _YEAR.sub("", _BRACKET.sub("", name)).strip(" *:：")
    if not name or len(name) > 14:
        return None
    field = _NAMES.get(name)
    if field in ("title", "text"):
        plain = next((n for n, like in enumerate(_PROSE) if re.fullmatch(like, name)), _TITLES)
        return max(plain, _TITLES) if field == "title" else plain
    if field:
        return field
    for field, like in _LIKE:
        if re.fullmatch(like, name):
            return field
    return next((n for n, like in enumerate(_PROSE) if re.fullmatch(like, name)), None)


def name_cells(cells, given):
    """Return the field of each heading, or None; `given` are the caller's own names."""
    found = [(given and given.get(clean_heading(cell))) or _name_heading(cell) for cell in cells]
    prose = sorted((rank, -at) for at, rank in enumerate(found) if isinstance(rank, int))
    if "text" not in found and prose:
        found[-prose.pop(0)[1]] = "text"
    titles = sorted((-at, rank) for rank, at in prose if rank >= _TITLES)
    if "title" not in found and titles:
        found[titles[0][0]] = "title"
    if found.count("task_no") == 2 and "measure_no" not in found:
        found[len(found) - 1 - found[::-1].index("task_no")] = "measure_no"
    return [None if isinstance(field, int) else field for field in found]


def _count_named(fields, given):
    """Return how many fields a row of headings names; 0 if it cannot be the header."""
    named = {*fields} - {None}
    return len(named) if "text" in named and (len(named) > 1 or given) else 0


def _find_header(rows, given):
    """Return (fields named, place of the header), or the nearest to one as (−count, place)."""
    best = (0, -1)
    for at, row in enumerate(rows):
        cells = row.cells[: MOST_COLUMNS + 1]
        if not given and not any(map(_name_heading, cells)):
            continue
        fields = name_cells(cells, given)
        count = _count_named(fields, given)
        if not count and best[0] <= 0:
            count = -sum(field is not None for field in fields)
            best = min(best, (count, at), key=lambda each: each[0])
        elif count > max(best[0], 0):
            best = (count, at)
    return best


def find_table(path, source, number, given):
    """Return the table that looks like a task list, or None and the row nearest to a header.

    Parameters
    ----------
    path : str or Path
        For messages.
    source : Source
        As returned by `read_file`.
    number : int, optional
        Which table to read, from 1; the one that looks most like a list if not given.
    given : dict
        Heading → field, as the caller has it.
    """
    if source.form == "text":
        ways = ((cut.rows, cut) for cut in _cut_ways(source.text, given))
    else:
        tables = {}
        for row in source.rows:
            if row.table > 0:
                tables.setdefault(row.table, []).append(row)
        if number is not None and number not in tables:
            found = f"table {number} is not there, of {len(tables)} tables"
            fail(path, 0, found, "the number of a table, from 1", "Leave out table=.")
        wanted = [*tables] if number is None else [number]
        ways = ((tables[each], None) for each in wanted)
    best = (0, -1, [], None)
    for rows, cut in ways:
        count, at = _find_header(rows, given)
        better = count > 0 and (count, len(rows)) > (best[0], len(best[2]))
        if better or count < best[0] <= 0:
            best = (count, at, rows, cut)
        if cut and count > 2:
            break  # cut right: no need to try another way
    count, at, rows, cut = best
    if count <= 0:
        return None, rows[at] if rows else None
    header = [rows[at]]
    if len(rows) > at + 1 and "<" in rows[at].merged and "^" in rows[at + 1].merged:
        header.append(rows[at + 1])
    columns = _name_columns(path, header, given)
    body = rows[at:]
    check_cells(path, rows[at].line, sum(len(row.cells) for row in body))
    if cut:
        return Table(body, header, columns, rows[:at], cut), None
    if number is None and source.form not in ("xlsx", "xls"):
        body = _join_tables(source.rows, rows, at, columns)
    inside, used = {row.line for row in body}, {row.table for row in body} | {0}
    others = [r for r in source.rows if r.line not in inside or r.table not in used]
    return Table(body, header, columns, others, None), None


def _cut_ways(text, given):
    """Yield the ways to cut a text that may be right, the likeliest first."""
    for separator in "\t,|":
        if separator in text:
            yield cut_text(text, separator)
    if one_a_line := _cut_one_a_line(text, given):
        yield one_a_line


def _cut_one_a_line(text, given):
    """Return a table whose cells stand on a line each, or None."""
    lines, ends = cut_lines(text)
    filled = [(n, line) for n, line in enumerate(lines, 1) if line.strip()]
    run = _find_run_of_headings([line for _, line in filled], given)
    if not run or run[-1] == len(filled) - 1:
        return None
    fields = name_cells([filled[each][1] for each in run], given)
    first, last = filled[run[0]][0], filled[run[-1]][0]
    spaced = last - first + 1 != len(run)  # a blank line below each cell
    wide = len(run)
    body = filled[run[-1] + 1 :] if spaced else [*enumerate(lines[last:], last + 1)]
    body = _drop_notes(body, wide)
    if not _fits(body, fields):
        body = _drop_notes([(n, line) for n, line in body if line.strip()], 1)
    cut = _cut_evenly(body, wide) if _fits(body, fields) else _cut_unevenly(body, fields)
    head = Row(first, [filled[each][1] for each in run], 1)
    used = {n for n, _ in body} | {filled[each][0] for each in run}
    rest = [Row(n, [line], 1) for n, line in enumerate(lines, 1) if n not in used]
    above = [row for row in rest if row.line < first]
    return Cut([*above, head, *cut, *rest[len(above) :]], ends, "\n")


def _find_run_of_headings(lines, given):
    """Return the places of lines that follow each other and head the columns of a table."""
    run = []
    for at, line in enumerate(lines):
        named = ((given and given.get(clean_heading(line))) or _name_heading(line)) is not None
        if named or (run and len(line.strip()) < 9 and not _NUMBER.match(line.strip() + "、")):
            run.append(at)
            continue
        while run and _name_heading(lines[run[-1]]) is None:
            run.pop()
        fields = name_cells([lines[each] for each in run], given)
        if len({*fields} - {None}) > 2 and "text" in fields:
            break
        run = []
    return run


def _drop_notes(body, wide):
    """Return the lines of a table without blank lines and notes below it."""
    end = 0
    for at in range(0, len(body), wide):
        said = next((line for _, line in body[at : at + wide] if line.strip()), "")
        if NOTE.match(said):
            break
        if said:
            end = at + wide
    return body[:end]


def _fits(body, fields):
    """Tell whether lines fall into rows whose numbers are numbers and whose texts are filled."""
    if len(body) % len(fields):
        return False
    for at, (_, line) in enumerate(body):
        field = fields[at % len(fields)]
        if field in ("task_no", "measure_no") and line.strip() and not is_number(line):
            return False
        if field == "text" and not line.strip():
            return False
    return True


def _cut_evenly(body, wide):
    """Return rows of so many lines each."""
    return [
        Row(body[at][0], [line for _, line in body[at : at + wide]], 1)
        for at in range(0, len(body), wide)
    ]


def _cut_unevenly(body, fields):
    """Return rows of lines whose cells have several, or are missing where they are merged.

    What a line is, is told by its form; a line that cannot follow the one above begins a row.
    """
    kinds = ["units" if field in UNIT_HEADINGS else field for field in fields]
    told = {*kinds} <= {*HEADINGS} - {"title"} and len({*kinds}) == len(kinds)
    if not told or kinds[0] not in ("task_no", "measure_no") or not is_number(body[0][1]):
        return _cut_evenly(body, len(fields))
    rows, last = [], 0
    for n, line in body:
        cell = normalise(line, kind="label")[0]
        if is_number(line):
            place = 0
        elif last == 0:
            place = 1
        elif "deadline" in kinds and is_deadline(line):
            place = kinds.index("deadline")
        elif "units" in kinds and not cell.endswith("。") and _are_units(cell):
            place = kinds.index("units")
        else:
            place = kinds.index("text")
        if place < last or place == 0:
            rows.append((n, [[] for _ in kinds]))
        last = place
        rows[-1][1][place].append(line)
    return [
        Row(n, ["\n".join(cell) for cell in cells], 1, "".join(".^"[not cell] for cell in cells))
        for n, cells in rows
    ]


def _name_columns(path, header, given):
    """Return the columns of a table; refuse headings that name one field twice."""
    cells = header[0].cells
    if len(header) > 1:
        upper = [""]
        for cell, sign in zip(cells, header[0].merged, strict=True):
            upper.append(upper[-1] if sign == "<" else cell)
        cells = [low or up for low, up in zip(header[1].cells, upper[1:], strict=True)]
    check_width(path, header[0].line, len(cells))
    names = [clean_heading(cell) for cell in cells]
    if strange := [name for name in given if name not in names]:
        found = f"no column headed {strange[0][:20]}; the headings are {' '.join(names):.80}"
        fail(path, header[0].line, found, "the names in columns=", "Write it as in the file.")
    fields = name_cells(cells, given)
    count = Counter(field for field in fields if field)
    if twice := [field for field, n in count.items() if n > 1]:
        same = [name for name, field in zip(names, fields, strict=True) if field == twice[0]]
        name = (HEADINGS | UNIT_HEADINGS)[twice[0]][0]
        remedy = f"Say which: columns={{{same[0][:20]!r}: {twice[0]!r}}}, and rename the other."
        found = f"two columns {name} ({' '.join(same):.60})"
        fail(path, header[0].line, found, "one", remedy)
    taken = {*FIELDS, "measure_id", "task_id", "line", "text_dates", "section", "year_from"}
    taken |= {"deadline_kind", "deadline_date", *(f"{field}_written" for field in HEADINGS)}
    several = any(field in UNIT_HEADINGS for field in fields)  # columns of units, to be joined
    columns = []
    for at, (name, field) in enumerate(zip(names, fields, strict=True), 1):
        key = field
        if field is None or field in UNIT_HEADINGS or (several and field == "units"):
            key, n = name or f"column_{at}", 2
            while key in taken:
                key, n = f"{name or 'column'}_{n}", n + 1
            taken.add(key)
        columns.append(Column(key, field, name))
    return columns


def _join_tables(source, rows, at, columns):
    """Return the rows of a list that goes on in later tables with the same headings."""
    headings = [column.heading for column in columns]
    body, waiting = rows[at:], []
    later = [row for row in source if row.line > rows[-1].line]
    same, tried = set(), set()
    for row in later:
        if row.table > 0 and row.table not in tried:
            tried.add(row.table)
            if [clean_heading(cell) for cell in row.cells] != headings:
                break
            same.add(row.table)
        if row.table in same:
            body += [*waiting, row]
            waiting = []
        elif row.table == 0:
            waiting.append(row)
    if not same:
        return rows[at:]
    above = [row for row in source if row.line == rows[0].line - 1 and row.table == 0]
    return body[:1] + [row for row in above if split_number(row.cells[0])] + body[1:]


def refuse_headings(path, near, lines):
    """Raise the error of a file in which no header was found, naming what comes nearest."""
    wanted = "headings like 序号, 落实措施 (or 主要任务, 目标 …) and 责任单位"
    if near:
        cells = near.cells[:MOST_COLUMNS]
        fields = name_cells(cells, {})
        names = [clean_heading(cell) for cell in cells]
        known = [name for name, field in zip(names, fields, strict=True) if field]
        odd = [name or "(blank)" for name, field in zip(names, fields, strict=True) if not field]
        found = f"no header row in the file; the nearest has {' '.join(known):.40} understood"
        found += f", {' '.join(odd):.60} not" * bool(odd)
        remedy = f"Say what holds the tasks: columns={{{(odd or known)[0][:20]!r}: 'text'}}."
        fail(path, near.line, found, wanted, remedy)
    if drawn := next((n for n, text in lines if "│" in text or "┌" in text), None):
        found = "a table drawn with lines (│), which cut its cells"
        remedy = "Copy the table from the page or file it was made of."
        fail(path, drawn, found, "cells parted by tabs, or a .docx", remedy)
    found = "no header row in the file, nor items that name units"
    remedy = (
        "Copy the table with its header row and keep the tabs, or read the .docx, .xlsx or .html "
        "itself; if the Chinese looks wrong in an editor, save it as UTF-8."
    )
    fail(path, len(lines), found, wanted, remedy)


# ── paragraphs ───────────────────────────────────────────────────────────────────────────────

# raw: the block's lines as published; cuts: (start, end, rule) of what is not text.
Item = namedtuple("Item", "line raw number units deadline cuts headings")


def is_number(cell):
    """Tell whether a cell is a number of a task or measure."""
    return read_number(normalise(cell, kind="number")[0]) is not None


@lru_cache(4096)
def read_number(label):
    """Return the levels of a number: (38,) for "(三十八)", "38" or "第38项", (1, 2) for "1.2"."""
    core = re.sub(r"^[（(〔\[第#\s]+|[）)〕\]、.．。项条号\s]+$", "", label)
    if core.isdecimal() and len(core) < 7:
        return (int(core),)
    if _LEVELS.fullmatch(core):
        return tuple(int(part) for part in re.split("[.．]", core))
    try:
        return (int(cn2an.cn2an(core, "strict")),) if _CHINESE_NUMBER.fullmatch(core) else None
    except ValueError:
        return None


def is_deadline(cell):
    """Tell whether a cell is a deadline."""
    return read_deadline(normalise(cell, kind="label")[0], None)[0] is not None


def split_number(line):
    """Return (style, number, rest) of a line that begins with a number, or None."""
    hit = _NUMBER.match(line)
    if not hit:
        return None
    return _STYLES[hit.lastindex - 1], hit[hit.lastindex], line[hit.end() :]


def cut_paragraphs(lines):
    """Return the items of a list without a table, and the lines that are neither.

    Parameters
    ----------
    lines : list of (int, str)
        The paragraphs and their lines in the file.

    Returns
    -------
    list of Item
        ``headings`` are the lines (line, text) of the headings above, the outermost first.
    list of (int, str)
        All other lines that are no heading of an item.
    """
    blocks, loose = [], []
    for line, text in lines:
        if text.strip() and split_number(text):
            blocks.append([(line, text)])
        elif blocks:
            blocks[-1].append((line, text))
        else:
            loose.append((line, text))
    pieces = [_cut_block(block) for block in blocks]
    styles = {split_number(found[0].raw)[0] for found, _ in pieces if found}
    if not styles:
        return [], lines
    stack, used, items = [], set(), []
    for block, (found, rest) in zip(blocks, pieces, strict=True):
        style, number, _ = split_number(block[0][1])
        if style in styles or found:
            first = block[0]
            if not found:  # an item without units
                end = len(first[1]) - len(split_number(first[1])[2])
                found = [Item(*first, number, "", "", [(0, end, "number")], ())]
            items += [item._replace(headings=tuple(stack)) for item in found]
            used |= {*stack}
        else:
            while any(split_number(text)[0] == style for _, text in stack):
                stack.pop()
            stack.append(block[0])
            loose.append(block[0])
        loose += rest
    return items, sorted(each for each in loose if each not in used)


def _cut_block(block):
    """Return the items in a numbered paragraph and the lines below it, and the lines left over."""
    items, start, at = [], 0, 0
    while at < len(block):
        end = at + 1
        if _LABEL.match(block[at][1]) and at > start:
            while end < len(block) and _is_label(block[end][1]):
                end += 1
            while end < len(block) and not block[end - 1][1].strip():
                end -= 1
            while not block[end - 1][1].strip():
                end -= 1
            item = _cut_labels(block[start:end], at - start)
        elif end - start > 40:  # lines, as no item has
            item = None
        else:
            item = _cut_bracket(block[start:end])
        if item:
            items.append(item)
            start = end
        at = end
    if not items:
        return [], block[1:]
    return items, block[start:]


def _is_label(text):
    return not text.strip() or _LABEL.match(text) or _LIMIT.match(text)


def _start_item(lines):
    """Return the raw text of an item's lines, its number, and where its text begins."""
    raw = "\n".join(text for _, text in lines)
    first = split_number(lines[0][1])
    return raw, first[1] if first else "", len(lines[0][1]) - len(first[2]) if first else 0


def _cut_labels(lines, at):
    """Return an item whose units stand on lines of their own, from one line on."""
    raw, number, begin = _start_item(lines)
    cuts = [(0, begin, "number")] if begin else []
    units, deadline = [], ""
    place = len("\n".join(text for _, text in lines[:at]))
    cuts.append((place, len(raw), "units"))
    for _, text in lines[at:]:
        limit = _LIMIT.fullmatch(text) if not _LABEL.match(text) else None
        if limit:
            deadline = limit["deadline"]
        elif text.strip():
            units.append(text)
    return Item(lines[0][0], raw, number, "\n".join(units), deadline, cuts, ())


def _cut_bracket(lines):
    """Return an item whose last line ends in a bracket with units, or None."""
    last = lines[-1][1].rstrip(_END)
    if not last or last[-1] not in "）)〕]】":
        return None
    raw, number, first = _start_item(lines)
    close = len(raw.rstrip(_END))
    depth, begin = 0, close
    for begin in range(close - 1, max(close - 1000, first) - 1, -1):
        depth += (raw[begin] in "）)〕]】") - (raw[begin] in "（(〔[【")
        if not depth:
            break
    units, deadline = raw[begin + 1 : close - 1], ""
    if limit := _LIMIT.search(units):
        deadline = limit["deadline"]
        units = "\n".join(filter(None, [units[: limit.start()], units[limit.end() :]]))
    elif (tail := re.search(r"[，,；;]([^，,；;]{2,24})$", units)) and is_deadline(tail[1]):
        units, deadline = units[: tail.start()], tail[1]
    if depth or not _are_units(units.replace("\n", "")):
        return None
    cuts = [(0, first, "number")] if first else []
    cuts.append((begin, close, "units"))
    return Item(lines[0][0], raw, number, units, deadline, cuts, ())


def _are_units(inner):
    """Tell whether what stands in a bracket names units."""
    if not 2 <= len(inner) <= 600:
        return False
    inner = fold(inner)
    if _LABEL.match(inner) or re.search(r"牵头|按职责|分工负责", inner):
        return True
    names = [name for name in re.split("[、，；,;]", inner.rstrip("。")) if name]
    return bool(names) and (
        (_CLOSING.search(names[-1]) is not None and len(names[-1]) > 3)
        or all(_UNIT.fullmatch(name.strip()) for name in names)
    )
