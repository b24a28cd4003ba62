"""Nothing is lost from a list in any layout and source: each is rebuilt from the three tables.

`XQ_FUZZ=5000` tries as many lists of each kind instead of 150.
"""

import csv
import io
import os
import random
import re

import pytest
import xq
from test_lists import LINES, STARTS, find_keys, name_keys, restore, restore_lines
from xq.files import Row, Source
from xq.headings import HEADINGS, UNIT_HEADINGS, find_table
from xq.lists import _parse

TRIES = int(os.environ.get("XQ_FUZZ", 150))
CELLS = [line.split("\t") for line in LINES[STARTS[0] :] if line.count("\t") == 6]
NOISE = ["<p>", "</p>", " ", "\u3000", "\u200b", ",", ";", "１２", "⼯", "責任", "<br/>", "and", "(区)",
         "“", "|", '"', "\\|", "％", "．", "2.3", "1", "\x0b"]  # fmt: skip
DEADLINES = "2022/12/31 2022.12 2023年 三季度 全年 6月底前启动 即时 44926 年内持续推进".split()
SECTIONS = ["一、稳增长", "（二）保民生", "三、其他（5项）"]
REFUSAL = re.compile(r"[^;]*: .+; expected .+\. .+\.", re.S)


def draw_grid(draw):
    """Return a header and rows of cells, damaged in several ways, and the kinds of columns."""
    kinds = ["text", *draw.sample(["task_no", "title", "measure_no", "units", "deadline", "note",
                                   "lead", "joint", "类别", ""], draw.randint(1, 7))]  # fmt: skip
    draw.shuffle(kinds)
    names = HEADINGS | UNIT_HEADINGS
    header = [draw.choice(names[kind][:3]) if kind in names else kind for kind in kinds]
    if draw.random() < 0.2:
        at = draw.randrange(len(header))
        header[at] = header[at][:1] + draw.choice([" ", "<p>", "\u200b", "（个）"]) + header[at][1:]
    rows, number = [], 0
    for _ in range(draw.randint(1, 8)):
        number += draw.random() < 0.8
        published = draw.choice(CELLS)
        cells = {
            "task_no": draw.choice([f"({number})", str(number), f"{number}.", ""]),
            "title": draw.choice([published[1], published[1], ""]),
            "measure_no": draw.choice([str(number), f"1.{number}", f"第{number}项", ""]),
            "text": published[3],
            "units": draw.choice([published[4], published[4], "无", ""]),
            "lead": draw.choice(["区财政局", "区人社局 区财政局", "", "无"]),
            "joint": draw.choice(["各镇、各街道", "", "/"]),
            "deadline": draw.choice([*DEADLINES, published[5], ""]),
            "note": draw.choice(["", "续建"]),
        }
        rows.append([cells.get(kind, draw.choice(["甲 类", "乙", ""])) for kind in kinds])
    for _ in range(draw.randint(0, 4)):
        row = draw.choice(rows)
        at = draw.randrange(len(row))
        place = draw.randint(0, len(row[at]))
        row[at] = row[at][:place] + draw.choice(NOISE) + row[at][place:]
    if draw.random() < 0.2:
        rows.insert(draw.randint(0, len(rows)), [*header])
    return header, rows


def damage(draw, text):
    """Return a text with a few characters lost or strewn in."""
    for _ in range(draw.choice([0, 0, 1, 2])):
        at = draw.randint(0, len(text))
        text = text[:at] + draw.choice([*NOISE, "\n", "\t", ""]) + text[at + draw.randint(0, 1) :]
    return text


def write_tabs(draw, header, rows):
    return "\n".join("\t".join(row) for row in [header, *rows])


def write_commas(draw, header, rows):
    file = io.StringIO()
    rows = [[cell.replace("。", "。\n", 1) for cell in row] for row in rows]
    csv.writer(file, lineterminator=draw.choice(["\n", "\r\n"])).writerows([header, *rows])
    return file.getvalue()


def write_quoted(draw, header, rows):
    rows = [[cell.replace("。", "。\n", 1) for cell in row] for row in rows]
    return "\n".join(
        "\t".join('"' + cell.replace('"', '""') + '"' if "\n" in cell else cell for cell in row)
        for row in [header, *rows]
    )


def write_pipes(draw, header, rows):
    lines = [header, ["---"] * len(header), *([c.replace("|", "\\|") for c in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def write_one_a_line(draw, header, rows):
    gap = draw.choice(["\n", "\n\n"])
    return gap.join(cell for row in [header, *rows] for cell in row)


def write_unevenly(draw, header, rows):
    """One cell a line, cells of several lines, none where they are merged."""
    lines, number = ["序号", "民生实事", "责任单位", "完成时限"], 0
    for _ in range(draw.randint(2, 6)):
        number += 1
        units = draw.sample(["县水务局", "县住建局", "各镇", "县代建中心"], draw.randint(1, 3))
        lines += [str(number), draw.choice(CELLS)[3].split("，")[0] + "。", *units, "12月底前"]
        lines += ["建成公园2个。", "9月底前"] * (draw.random() < 0.3)
    return draw.choice(["\n", "\n\n"]).join(lines + ["分享到："] * draw.randint(0, 1))


def write_paragraphs(draw, header, rows):
    lines, number = [], 0
    for _ in range(draw.randint(1, 6)):
        published = draw.choice(CELLS)
        units = published[4].replace("<p>", "").replace("</p>", "")
        number += 1
        lines += [draw.choice(SECTIONS)] * (draw.random() < 0.4)
        form = draw.choice(["{n}.{t}（{u}）", "{n}.{t}〔责任单位：{u}；完成时限：10月底前〕。",
                            "{n}、{t}\n牵头单位：{u}\n责任单位：各镇\n完成时限：年底前", "{n}.{t}",
                            "（{n}）{t}\n\n要加快。（{u}，12月底前完成）", "以下同。"])  # fmt: skip
        lines.append(form.format(n=number, t=published[3], u=units))
    return "\n".join(lines) + "\n" * draw.randint(0, 2)


WRITERS = [write_tabs, write_commas, write_quoted, write_pipes, write_one_a_line, write_unevenly,
           write_paragraphs]  # fmt: skip


def try_text(write, seed, path):
    """Rebuild one list from its three tables; return whether it was read."""
    draw = random.Random(f"{write.__name__} {seed}")
    text = damage(draw, write(draw, *draw_grid(draw)))
    text = draw.choice(["", "某区清单\n\n二〇二二年三月五日\n", "通知\n"]) + text
    text = text.replace("\n", draw.choice(["\n", "\n", "\r\n"]))
    path.write_bytes(text.encode(draw.choice(["utf-8", "gb18030", "utf-16"])))
    try:
        measures, changes, notice = _parse(path)
    except xq.ListError as error:
        assert REFUSAL.fullmatch(str(error)), str(error)
        assert len(str(error)) < len(str(path)) + 320
        return False
    assert restore(measures, changes, notice, *find_keys(path, measures)) == text, seed
    return True


@pytest.mark.parametrize("write", WRITERS)
def test_nothing_is_lost_from_texts(tmp_path, write):
    read = sum(try_text(write, seed, tmp_path / "list.txt") for seed in range(TRIES))
    assert read > TRIES / (20 if write is write_one_a_line else 3)  # it needs three headings


def draw_document(draw):
    """Return rows as a document gives them: paragraphs, tables, merged cells, headings."""
    header, body = draw_grid(draw)
    rows = [Row(1, ["某区2025年重点任务清单"], 0), Row(2, ["联系人", "电话"], 1)]
    rows = rows[: draw.randint(0, 2)]
    width = len(header)
    table = [(header, "." * width)]
    for number, cells in enumerate(body):
        if draw.random() < 0.15:
            table.append(([draw.choice(SECTIONS)] + [""] * (width - 1), "." + "<" * (width - 1)))
        signs = "".join("^" if number and draw.random() < 0.2 else "." for _ in cells)
        cells = ["" if s == "^" else c for c, s in zip(cells, signs, strict=True)]
        table.append((cells, signs))
    for cells, signs in table:
        rows.append(Row(len(rows) + 1, cells, 2, signs))
    if draw.random() < 0.3:
        rows.append(Row(len(rows) + 1, ["二〇二五年三月五日印发"], 0))
    return rows


def try_document(form, seed, monkeypatch):
    """Rebuild one document from its three tables; return whether it was read."""
    rows = draw_document(random.Random(f"{form} {seed}"))
    source = Source(form, None, rows)
    monkeypatch.setattr("xq.lists.read_file", lambda path: source)
    try:
        measures, changes, notice = _parse("list")
    except xq.ListError as error:
        assert REFUSAL.fullmatch(str(error)), str(error)
        return False
    found = find_table("list", source, None, {})[0]
    lines = restore_lines(measures, changes, notice, name_keys(found, measures), "\t")
    published = {row.line: "\t".join(row.cells) for row in rows}
    assert {n: t for n, t in lines.items() if t.strip()} == {
        n: t for n, t in published.items() if t.strip()
    }, seed
    return True


@pytest.mark.parametrize("form", ["docx", "xlsx", "xls", "html", "pdf"])
def test_nothing_is_lost_from_documents(monkeypatch, form):
    assert sum(try_document(form, seed, monkeypatch) for seed in range(TRIES)) > TRIES / 3
