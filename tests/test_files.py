"""Files of every kind are cut into rows of cells whole, or refused in bounded time and memory."""

import base64
import time
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import docx
import matplotlib.pyplot as plt
import openpyxl
import pytest
import xq
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.font_manager import FontProperties
from xq.files import Row, read_file

# A sheet with merged cells and a header of two rows, saved by xlwt 1.3 as Excel 97 does.
XLS = (
    "c-rk)O-NKx6h8O;I5V$t98CiaM2xJ=g=UKobS9x(%^P*HKVFtUvj}CBp%%I*%UnuH3n_vaa8nDbO=W-7u0>(gA_#"
    "=Ba1||rqR5}ux#!-Q)Lb}FlJUOBJ@?#m?)lz%_ulvJd+*g`ZZdJFXd0HG4pdmMJ&?7?#;|x&4L_jYwz-<B-B@e~>"
    "k1w>PGpu253^sm_#E>2o(2VOYtK*uyvJfeFPJ^CXvrF)o^ohoJcnA846dQY2ZfYX9?1@p8%f@xo{vZd$udl`7W*d"
    "IQJ4&v<$L5RKCG0I&j+0M9>u&POBEErbH0ktUSguJ4twJ#+q(ZvN3rIGF~E6ih{mGvw(cb4;{=YuSGxq@OX^O2TH"
    "@H(*3JO!-<R55E7&h98o&V9Cuo5WffwpE?opT?Yl+Okb;!mRFX+G6`YoaXdpR=EJ8LGIQJpzvg>QB|j-t9{c-Cx*"
    "gu<wvj_*Dq)zFCh09SQnH(BLWxXLOrk*d0X)N%v+(dus>wL)P7c0swRRANL;<bhe&7qmQFEgcR-gO&j`5nq3zIcV"
    "u3q`T?UL8X!bOGXX8BhVAXzvKy$O?Q?TWhdm2o=f+aANPp48=qf?+8YDM$udB@hS*!S^5Fm*&hZEg_K`<V%W{g?N"
    "%B0gZYI5mWIp!6x~#E4D*Fei&js?9;d!bFZvxvE>Dy5s`q*^8c<4i52kPSu)BXA5ZvzP^#l5Z*<M}ZN6|90?y}~g"
    "ONYzX}ho(pt{`O3AD}I@~EjQ2{m<NN@T#};2M~9_biX1D^Qn96C{e;Fz!<I(8Y#A^2Gs!D-!76mY$r%|jYLcH3qb"
    "_q*R>)N$&Mac}$(a;~$U|Kgb4D@9CSo{)N-?f<i|67_w|F+5bc<(W$ZWI~m^ETH<TYyY8hNZnyc^OUF>b=cS-t3)"
    "ff~$1C9g^~qp?wFWFf7KITveEfcLFa^58Ca<Nops1~_owz<~n?4jim6FnZ$zdS}z*dp3V_bIJcY^H>&~-z5JnnxO"
    "}eQ}|)J4`Nuyp)aHLvk7#T;$o|eN&PS6ID}`9Ll?AD9$gu)U;F}Ni?3(Zf&M>t3uSu#g-r7N%jf?Iiii7s"
)
GRID = [
    ["序号", "重点任务", "工作措施", "责任单位", ""],
    ["", "", "", "牵头单位", "配合单位"],
    ["一、保就业", "", "", "", ""],
    ["1", "稳岗", "建成岗位\n2个。", "区人社局", "区财政局\n区税务局"],
    ["2", "", "建成公园。", "", "无"],
]
SIGNS = ["....<", "^^^..", ".<<<<", ".....", ".^.^."]
MERGED = [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 1, 2), (0, 3, 0, 4), (2, 0, 2, 4), (3, 1, 4, 1),
          (3, 3, 4, 3)]  # fmt: skip


def write_docx(path):
    document = docx.Document()
    document.add_paragraph("某区2025年重点任务清单")
    table = document.add_table(len(GRID), len(GRID[0]))
    for cells, texts in zip(table.rows, GRID, strict=True):
        for cell, text in zip(cells.cells, texts, strict=True):
            cell.text = text
    for top, left, bottom, right in MERGED:
        merged = table.cell(top, left).merge(table.cell(bottom, right))
        merged.text = GRID[top][left]
    document.save(path)


def write_xlsx(path):
    book = openpyxl.Workbook()
    book.active.append(["填表说明"])
    sheet = book.create_sheet("清单")
    for row in GRID:
        sheet.append([int(text) if text.isdigit() else text or None for text in row])
    for top, left, bottom, right in MERGED:
        sheet.merge_cells(None, top + 1, left + 1, bottom + 1, right + 1)
    book.save(path)


def write_xls(path):
    Path(path).write_bytes(zlib.decompress(base64.b85decode(XLS)))


def write_html(path):
    path.write_text(
        """<!DOCTYPE html><html><head><title>x</title><script>var a = "<td>";</script></head><body>
<table><tr><td><p>某区2025年重点任务清单</p><table>
<tr><th rowspan=2>序号</th><th rowspan=2>重点任务</th><th rowspan=2>工作措施</th>
<th colspan=2>责任单位</th></tr><tr><th>牵头单位</th><th>配合单位</th></tr>
<tr><td colspan=5>一、保就业</td></tr>
<tr><td>1</td><td rowspan="2"><p>稳岗</p></td><td>建成岗位<br>2个。</td><td rowspan=2>区人社局</td>
<td><p>区财政局</p><p>区税务局</p></td></tr>
<tr><td>2</td><td>建成公园。</td><td>无</td></tr></table></td></tr></table></body></html>""",
        encoding="utf-8",
    )


@pytest.mark.parametrize("write", [write_docx, write_xlsx, write_xls, write_html])
def test_documents_give_the_cells_as_they_are(tmp_path, write):
    path = tmp_path / f"list.{write.__name__[6:]}"
    write(path)
    rows = [row for row in read_file(path).rows if len(row.cells) == 5]
    assert [row.cells for row in rows] == GRID
    assert [row.merged for row in rows] == SIGNS
    measures = xq.read_list(path)
    assert list(measures["text"]) == ["建成岗位\n2个。", "建成公园。"]
    assert list(measures["title"]) == ["稳岗", "稳岗"]
    assert list(measures["measure_no"]) == [1, 2]
    assert list(measures["section"]) == ["一、保就业"] * 2
    assert list(measures["units"]) == [
        "牵头单位：区人社局；配合单位：区财政局、区税务局",
        "牵头单位：区人社局",
    ]
    changes = xq.read_changes(path)
    carried = changes.loc[changes["rule"] == "carry_down", ["field", "after"]]
    assert carried.values.tolist() == [["title", "稳岗"], ["牵头单位", "区人社局"]]


def test_an_old_sheet_may_be_named_et(tmp_path):
    write_xls(tmp_path / "list.et")
    assert len(xq.read_list(tmp_path / "list.et")) == 2


def test_word_shows_automatic_numbers_and_what_was_inserted_and_not_what_was_deleted(tmp_path):
    document = docx.Document()
    first = document.add_paragraph("甲", style="List Number")
    style = document.styles["List Number"].element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
    number = style.find(qn("w:numId")).get(qn("w:val"))
    document.element.body.remove(first._p)
    for text in ("建成学校3所。", "建成公园2个。"):
        paragraph = document.add_paragraph()
        pr = OxmlElement("w:numPr")
        for name, value in (("w:ilvl", "0"), ("w:numId", number)):
            pr.append(OxmlElement(name))
            pr[-1].set(qn("w:val"), value)
        paragraph._p.get_or_add_pPr().append(pr)
        for tag, part in (("w:ins", text), ("w:del", "不要")):
            change = OxmlElement(tag)
            change.append(OxmlElement("w:r"))
            change[0].append(OxmlElement("w:t"))
            change[0][0].text = part
            paragraph._p.append(change)
    document.save(tmp_path / "list.docx")
    assert [row.cells[0] for row in read_file(tmp_path / "list.docx").rows] == [
        "1.建成学校3所。",
        "2.建成公园2个。",
    ]


def test_a_title_and_a_note_within_the_table_are_prose(tmp_path):
    book = openpyxl.Workbook()
    rows = [["某区2024年清单"], ["填报：区政府办", None, None, "3月"], ["序号", "任务", "责任单位", "时限"],
            [1, "建公园。", "区城管委", 45657], [2, "修路。", "区住建委", "6月"], ["注：每月报送。"]]  # fmt: skip
    for row in rows:
        book.active.append(row)
    for merged in ("A1:D1", "A6:D6"):
        book.active.merge_cells(merged)
    book.save(tmp_path / "a.xlsx")
    measures = xq.read_list(tmp_path / "a.xlsx")
    assert list(measures["task_no"]) == [1, 2] and list(measures["line"]) == [4, 5]
    assert list(measures["deadline_date"].astype("str")) == ["2024-12-31", "2024-06-30"]
    notice = xq.read_notice(tmp_path / "a.xlsx")
    assert [text.strip() for text in notice["text"]] == [
        "某区2024年清单",
        "填报：区政府办\t\t\t3月",
        "注：每月报送。",
    ]


def test_excel_numbers_are_read_as_shown(tmp_path):
    book = openpyxl.Workbook()
    shown = [(1, "General", "1"), (1.0, "General", "1"), (1.1, "0.00", "1.10"), (0.065, "0.0%", "6.5%"),
             (44926, "General", "44926"), (44926, "yyyy-mm-dd", "2022-12-31"), (True, "General", "TRUE"),
             (44926, 'yyyy"年"m"月"', "2022年12月"), (1.25, "General", "1.25")]  # fmt: skip
    for row, (value, form, _) in enumerate(shown, 1):
        book.active.cell(row, 1, value).number_format = form
    book.save(tmp_path / "a.xlsx")
    rows = read_file(tmp_path / "a.xlsx").rows
    assert [row.cells[0] for row in rows] == [text for _, _, text in shown]


def test_a_list_that_goes_on_in_a_second_table_is_read_to_its_end(tmp_path):
    document = docx.Document()
    for section, rows in (("一、甲类", ["1", "2"]), ("二、乙类", ["3"])):
        document.add_paragraph(section)
        table = document.add_table(len(rows) + 1, 3)
        for cells, texts in zip(
            table.rows,
            [["序号", "目标", "责任单位"], *([n, f"事{n}", "区人社局"] for n in rows)],
            strict=True,
        ):
            for cell, text in zip(cells.cells, texts, strict=True):
                cell.text = text
    document.save(tmp_path / "list.docx")
    measures = xq.read_list(tmp_path / "list.docx")
    assert list(measures["text"]) == ["事1", "事2", "事3"]
    assert list(xq.read_list(tmp_path / "list.docx", table=2)["text"]) == ["事3"]
    with pytest.raises(xq.ListError, match="table 3 is not there, of 2 tables"):
        xq.read_list(tmp_path / "list.docx", table=3)


def draw_pdf(path, pages):
    """Draw pages of lines and of one table each: (lines, rows)."""
    font = FontProperties(fname=next((Path(xq.__file__).parent / "fonts").glob("*.ttf")))
    with plt.rc_context({"pdf.fonttype": 42}), PdfPages(path) as pdf:
        for lines, rows in pages:
            figure, y = plt.figure(figsize=(8, 6)), 0.95
            for line in lines:
                figure.text(0.05, y, line, fontproperties=font, size=9)
                y -= 0.05
            edges = [0.05, 0.12, 0.3, 0.6, 0.8, 0.95]
            for row in rows:
                for at, text in enumerate(row):
                    for n, part in enumerate((text or "").split("\n")):
                        figure.text(
                            edges[at] + 0.005,
                            y - 0.03 - 0.035 * n,
                            part,
                            fontproperties=font,
                            size=8,
                        )
                    if text is not None:
                        figure.add_artist(plt.Line2D(edges[at : at + 2], [y, y], lw=0.7))
                for x in edges:
                    figure.add_artist(plt.Line2D([x, x], [y, y - 0.12], lw=0.7))
                y -= 0.12
            if rows:
                figure.add_artist(plt.Line2D([edges[0], edges[-1]], [y, y], lw=0.7))
            figure.text(0.5, 0.02, "— 1 —", fontproperties=font, size=8)
            pdf.savefig(figure)
            plt.close(figure)


def test_a_pdf_table_over_two_pages_is_one_table(tmp_path):
    pytest.importorskip("pdfplumber")
    header = ["序号", "重点任务", "工作措施", "责任单位", "完成时限"]
    first = [header, ["1", "稳岗", "新增就业1\n2000人，建\n成岗位。", "区人社局牵头", "年底前"],
             ["", None, "建成公园。", None, "12月底前"]]  # fmt: skip
    draw_pdf(tmp_path / "a.pdf", [(["某区重点任务清单", "2025年3月5日"], first),
                                  ([], [["2", "⺠⽣", "⼯程3处。", "区住建委", "⻚底"]])])  # fmt: skip
    measures = xq.read_list(tmp_path / "a.pdf")
    assert list(measures["text"]) == ["新增就业12000人，建成岗位。", "建成公园。", "工程3处。"]
    assert list(measures["title"]) == ["稳岗", "稳岗", "民生"]
    assert list(measures["units"]) == ["区人社局牵头", "区人社局牵头", "区住建委"]
    assert measures["deadline_date"].astype("str").tolist()[:2] == ["2025-12-31", "2025-12-31"]
    rules = set(xq.read_changes(tmp_path / "a.pdf")["rule"])
    assert {"wrap", "radical", "carry_down", "header"} <= rules


def test_paragraphs_of_a_pdf_are_joined(tmp_path):
    pytest.importorskip("pdfplumber")
    lines = ["一、方便群众办事", "1.清理过时的证明材料，公布", "保留清单。（牵头单位：区政务服务办，责任单位：",
             "各街道）", "2.新设社区服务点8个。（区民政局牵头）"]  # fmt: skip
    draw_pdf(tmp_path / "a.pdf", [(lines, [])])
    measures = xq.read_list(tmp_path / "a.pdf")
    assert list(measures["text"]) == ["清理过时的证明材料，公布保留清单。", "新设社区服务点8个。"]
    assert measures["units"][0] == "牵头单位：区政务服务办，责任单位：各街道"


def test_a_scanned_pdf_is_refused_with_a_word_about_ocr(tmp_path):
    pytest.importorskip("pdfplumber")
    plt.figure().savefig(tmp_path / "a.pdf")
    with pytest.raises(xq.ListError, match="scanned PDF without text; expected .* OCR"):
        xq.read_list(tmp_path / "a.pdf")


# ── files that are refused ───────────────────────────────────────────────────────────────────


def pack(path, source, **parts):
    """Write an archive again with other parts: name (with "__" for "/") → bytes."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name.replace("/", "__").split(".")[0] not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name.replace("__", "/") + ".xml", content)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sources")
    write_docx(folder / "a.docx")
    write_xlsx(folder / "a.xlsx")
    return folder


def refuse(path, says, seconds=30):
    """Expect a ListError that names the file and says what to do, soon and with little memory."""
    start = time.process_time()
    tracemalloc.start()
    with pytest.raises(xq.ListError, match=says) as error:
        xq.read_list(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert str(error.value).startswith(str(path)) and "; expected " in str(error.value)
    assert error.value.__cause__ is None and len(str(error.value)) < len(str(path)) + 300
    assert peak < 400e6 and time.process_time() - start < seconds


@pytest.mark.parametrize("form", ["docx", "xlsx"])
def test_damaged_and_dangerous_archives_are_refused(tmp_path, sources, form):
    good, path = sources / f"a.{form}", tmp_path / f"list.{form}"
    main = {"docx": "word__document", "xlsx": "xl__workbook"}[form]
    whole = good.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    refuse(path, "cut off or damaged")
    path.write_bytes(whole[:500] + bytes(200) + whole[700:])
    refuse(path, "cut off or damaged|no header row")
    path.write_bytes(b"not packed")
    refuse(path, rf"is named \.{form} and is no such file")
    pack(path, good, **{main: b"<broken"})
    refuse(path, "cut off or damaged")
    pack(path, good, customXml__bomb=bytes(31_000_000))
    refuse(path, "unpacks to 31,")
    entity = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
    for encoded in (entity, entity.decode().encode("utf-16")):
        pack(path, good, **{main: encoded})
        refuse(path, "declares entities")
    pack(path, good, word__vbaProject=b"macro")
    refuse(path, "holds macros")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", "<x/>")
    refuse(path, "is packed, and neither")
    raw = bytearray(whole)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + at] |= 1
    path.write_bytes(raw)
    refuse(path, "is encrypted")


def test_a_sheet_of_very_many_columns_or_cells_is_refused(tmp_path, sources):
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    )
    for rows, says in [
        (
            b'<row r="1"><c r="XFD1" t="inlineStr"><is><t>x</t></is></c></row>',
            "more than 200 columns",
        ),
        (
            b"".join(b'<row r="%d"><c r="XFD%d"/></row>' % (n, n) for n in range(1, 3000)),
            "200,000 cells or paragraphs",
        ),
    ]:
        content = sheet + rows + b"</sheetData></worksheet>"
        pack(tmp_path / "a.xlsx", sources / "a.xlsx", xl__worksheets__sheet1=content)
        refuse(tmp_path / "a.xlsx", says)
    merged = b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    content = sheet + b'<row r="1"><c r="A1"><v>1</v></c></row></sheetData>' + merged
    pack(tmp_path / "a.xlsx", sources / "a.xlsx", xl__worksheets__sheet1=content)
    assert len(xq.read_list(tmp_path / "a.xlsx")) == 2  # the list is on the other sheet
    for ranges, says in [(2, "merged cells overlap"), (30_000, "30,000 merged ranges; expected")]:
        many = merged.replace(
            b"</mergeCells>", b'<mergeCell ref="A1:XFD1048576"/>' * (ranges - 1) + b"</mergeCells>"
        )
        content = sheet + b'<row r="1"><c r="A1"><v>1</v></c></row></sheetData>' + many
        pack(tmp_path / "a.xlsx", sources / "a.xlsx", xl__worksheets__sheet1=content)
        refuse(tmp_path / "a.xlsx", says)


def test_wide_tables_are_refused(tmp_path):
    path = tmp_path / "a.html"
    path.write_text("<html><table><tr><td colspan=1000000 rowspan=1000000>x</td></tr></table>")
    refuse(path, "more than 200 columns")
    path.write_text("<html><table><tr>" + "<td>x" * 490_000 + "</tr></table>")
    refuse(path, "more than 200 columns")
    document = docx.Document()
    document.add_table(1, 1).cell(0, 0)._tc.get_or_add_tcPr().get_or_add_gridSpan().val = 1_000_000
    document.save(tmp_path / "a.docx")
    refuse(tmp_path / "a.docx", "more than 200 columns")
    (tmp_path / "a.txt").write_text("落实措施\t责任单位\t" + "\t" * 1_000_000, encoding="utf-8")
    refuse(tmp_path / "a.txt", "more than 200 columns")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.txt", "", "an empty file"),
        ("a.docx", "", "an empty file"),
        ("a.csv", "\n \n", "an empty file"),
        (
            "a.txt",
            '落实措施\t责任单位\n"' + "建公园。\n" * 150_000 + '"\t甲局',
            "a cell of 750,002 ch",
        ),
        ("a.txt", "落实措施\t责任单位\n" + "建\t甲局\n" * 110_000, "200,000 cells or paragraphs"),
        ("a.txt", "1.建（甲局牵头）\n" * 201_000, "200,000 cells or paragraphs"),
        ("a.txt", "x" * 5_000_001, "5,000,001 bytes; expected 5,000,000 at most"),
        ("a.txt", "落实措施\t责任单位\n" + "<p " * 1_000_000 + "\t甲局", "a cell of 3,000,000 ch"),
        ("a.txt", "落实措施\t责任单位\n" + '"' * 3_000_000, "3,000,000 ch|no header|1 cells"),
        ("a.csv", "落实措施,责任单位" + "," * 1_000_000, "more than 200 columns"),
        ("a.md", "|落实措施|责任单位" + "|" * 1_000_000, "more than 200 columns"),
        (
            "a.html",
            "<table><tr><td>落实措施<td>甲" + "<br>" * 1_000_001,
            "tags; expected 1,000,000",
        ),
        (
            "a.html",
            "<div>" * 200_000 + "<table><tr><td>落实措施<td>责任单位",
            "no header row|depth",
        ),
        ("a.html", "<table><tr><td>" * 20_000 + "落实措施<td>责任单位", "no header row|depth"),
        ("a.txt", "序号\n任务\n单位\n" * 60_000, "no header row"),
    ],
)
def test_files_that_are_empty_or_without_measure_are_refused(tmp_path, name, content, says):
    (tmp_path / name).write_text(content, encoding="utf-8", newline="\n")
    refuse(tmp_path / name, says)


def test_a_document_of_very_many_paragraphs_or_tags_is_refused(tmp_path, sources):
    with zipfile.ZipFile(sources / "a.docx") as archive:
        main = archive.read("word/document.xml")
    for filling, says in [
        (b"<w:p/>" * 250_000, "more than 200,000 cells or paragraphs"),
        (b"<w:p/>" * 1_000_001, "tags; expected 1,000,000 at most"),
        (b"<w:sdt>" * 300_000 + b"</w:sdt>" * 300_000, "cut off or damaged"),
    ]:
        content = main.replace(b"<w:body>", b"<w:body>" + filling)
        pack(tmp_path / "a.docx", sources / "a.docx", word__document=content)
        refuse(tmp_path / "a.docx", says)


def test_entities_in_a_web_page_are_refused(tmp_path):
    path = tmp_path / "a.html"
    path.write_text('<!DOCTYPE html [<!ENTITY a "aa">]><html><table><tr><td>&a;</table></html>')
    refuse(path, "declares entities")


@pytest.mark.parametrize(
    ("name", "stream", "says"),
    [
        ("a.doc", "WordDocument", r"\.doc, \.wps.*请另存为 docx"),
        ("a.wps", "WordDocument", r"\.doc, \.wps.*请另存为 docx"),
        ("a.xlsx", "EncryptedPackage", "is encrypted"),
        ("a.xls", "Workbook_VBA_PROJECT_CUR", "holds macros"),
        ("a.xls", "Workbook", "cut off or damaged"),
        ("a.ppt", "PowerPoint Document", "without a sheet"),
    ],
)
def test_old_office_files_are_refused_by_what_they_hold(tmp_path, name, stream, says):
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    (tmp_path / name).write_bytes(head + stream.encode("utf-16-le") + bytes(600))
    refuse(tmp_path / name, says)


def test_other_files_are_refused_in_words(tmp_path):
    for name, content, says in [
        ("a.doc", b"text", "请另存为|is named .doc"),
        ("a.rtf", b"{\\rtf1 x}", "RTF"),
        ("a.pdf", b"%PDF-1.4 broken", "cut off or damaged|scanned"),
        ("a.xls", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "neither"),
    ]:
        (tmp_path / name).write_bytes(content)
        refuse(tmp_path / name, says)
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(60_000_000)
    refuse(tmp_path / "big.txt", "60,000,000 bytes; expected 50,000,000 at most")


def test_rows_are_told_apart_from_paragraphs(tmp_path):
    (tmp_path / "a.html").write_text(
        "<html><p>甲<br>乙<!-- x -->。</p><ul><li>丙</li></ul><table><tr><td>1</td><td>2<!-- y -->3</td></tr></table>丁</html>",
        encoding="utf-8",
    )
    assert read_file(tmp_path / "a.html").rows == [
        Row(1, ["甲\n乙。"], 0),
        Row(2, ["丙"], 0),
        Row(3, ["1", "23"], 1, ".."),
        Row(4, ["丁"], 0),
    ]


def test_a_page_named_xls_is_read_as_the_page_it_is(tmp_path):
    write_html(tmp_path / "a.html")
    (tmp_path / "a.xls").write_bytes((tmp_path / "a.html").read_bytes())
    assert len(xq.read_list(tmp_path / "a.xls")) == 2
