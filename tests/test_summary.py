"""The summary to print says of every unit and measure what the ledgers say, and loses nothing."""

import datetime

import openpyxl
import pandas as pd
import pytest
import xq
from test_followup import LIST, answer
from xq.forms import CONFLICTS, OVERDUE, SILENT, SUMMARY, UNREAD
from xq.summary import _fit

DAY = datetime.datetime(2023, 7, 1)
SHEETS = {"督办汇总": SUMMARY, "逾期": OVERDUE, "未报": SILENT, "分歧": CONFLICTS, "未识别": UNREAD}


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    folder = tmp_path_factory.mktemp("summary")
    (folder / "list.txt").write_text(LIST, encoding="utf-8")
    xq.write_ledger(folder / "sent.xlsx", xq.read_list(folder / "list.txt"))
    return folder / "sent.xlsx"


@pytest.fixture(scope="module")
def ledgers(sent):
    half = {"percent": "一半", "progress": "推进中", "updated": "2023-06-02", "problem": "缺资金"}
    files = {
        "人社局": answer(
            sent,
            sent.parent / "a.xlsx",
            (
                "市人社局",
                "M001",
                {"progress": "已完成", "percent": "100%", "updated": "2023-06-01"},
            ),
            ("市人社局", "M002", {"progress": "推进中"}),
        ),
        "其他": answer(
            sent,
            sent.parent / "b.xlsx",
            ("市财政局", "M001", half),
            ("市教育局", "M002", {"progress": "有困难", "percent": "20%"}),
            ("市住建局", "M003", {"percent": "40%"}),
            ("市应急局", "M003", {"opinion": "请上报"}),  # of the inspectors: no report
            ("未写明单位", "M005", {"progress": "已落实"}),
        ),
    }
    return xq.read_ledgers(files, sent=sent, today=DAY)


@pytest.fixture(scope="module")
def book(ledgers, sent):
    xq.write_summary(ledgers, sent.parent / "汇总.xlsx", today=DAY)
    return openpyxl.load_workbook(sent.parent / "汇总.xlsx")


def read_rows(sheet):
    return [list(row) for row in sheet.iter_rows(min_row=3, values_only=True)]


def test_counts_by_unit_and_the_total(book, ledgers):
    assert [cell.value for cell in book["督办汇总"][2]] == [words[0] for words in SUMMARY.values()]
    *rows, total, note = read_rows(book["督办汇总"])
    assert rows == xq.count_answers(ledgers.duties)[[*SUMMARY]].to_numpy().tolist()
    assert ["市应急局", 1, 0, 0, 0, 0, 1, 1] in rows and ["市财政局", 1, 0, 0, 1, 0, 0, 1] in rows
    assert total == ["合计", 10, 1, 2, 2, 1, 4, 4] and total[1] == sum(total[2:7])
    assert total[1:] == [sum(column) for column in [*zip(*rows, strict=True)][1:]]
    assert note[0].startswith("承担＝完成＋按期＋逾期＋未定时限＋未报。") and not any(note[1:])
    assert book["督办汇总"]["A10"].font.b and book["督办汇总"]["H10"].font.b
    assert not book["督办汇总"]["H9"].font.b


def test_what_is_overdue_the_longest_first_and_leads_before_others(book, ledgers):
    march, june = datetime.datetime(2023, 3, 31), datetime.datetime(2023, 6, 30)
    first = ["M003", "（二）/3", "保安全", "检查企业300家。"]
    second = ["M001", "（一）/1", "稳就业", "新增就业2万人。"]
    assert read_rows(book["逾期"]) == [
        [*first, "市应急局", "牵头", "市应急局", march, 92, "未反馈"],
        [*first, "市住建局", "分工", "市应急局", march, 92, "推进中 40%"],
        [
            *second,
            "市财政局",
            "分工",
            "市人社局",
            june,
            1,
            "推进中（2023-06-02）\n存在问题：缺资金",
        ],
        [*second, "市教育局", "分工", "市人社局", june, 1, "未反馈"],
    ]
    assert len(read_rows(book["逾期"])) == ledgers.duties["overdue"].sum()


def test_who_is_silent_in_the_order_of_the_first_sheet(book):
    rows = read_rows(book["未报"])
    expected = [
        ["市住建局", "M004"],
        ["市教育局", "M001"],
        ["市应急局", "M003"],
        ["各部门", "M006"],
    ]
    assert [row[:2] for row in rows] == expected
    units = [row[0] for row in read_rows(book["督办汇总"])[:-2]]
    assert [row[0] for row in rows] == sorted([row[0] for row in rows], key=units.index)
    found = {row[1]: row for row in rows}
    assert found["M003"][5:] == [
        *["牵头", "市应急局", "2023年3月底前", datetime.datetime(2023, 3, 31), 92]
    ]
    assert found["M004"][7:] == ["2023年12月底前", datetime.datetime(2023, 12, 31), None]


def test_differences_conflicts_first(book):
    assert [[row[0], *row[4:]] for row in read_rows(book["分歧"])] == [
        [
            "M001",
            "市人社局",
            "已完成 100%（2023-06-01）",
            "市财政局：推进中",
            "市人社局已完成、市财政局推进中",
        ],
        ["M002", None, "有困难 20%", "市人社局：推进中", "市人社局推进中、市教育局有困难"],
    ]


def test_an_answer_that_says_no_status_differs_from_none(sent, tmp_path):
    said = (
        ("市人社局", "M002", {"progress": "开过会"}),
        ("市教育局", "M002", {"progress": "推进中"}),
    )
    read = xq.read_ledgers([answer(sent, tmp_path / "a.xlsx", *said)], sent=sent, today=DAY)
    xq.write_summary(read, tmp_path / "b.xlsx", today=DAY)
    assert read_rows(openpyxl.load_workbook(tmp_path / "b.xlsx")["分歧"])[0][0] == "（无）"


def test_what_was_not_understood_with_its_place(book):
    assert read_rows(book["未识别"]) == [
        ["其他", "市财政局", "L2", "一半", "不是百分比（1可能是1%，也可能是100%）"]
    ]


def test_english_on_request(ledgers, tmp_path):
    xq.write_summary(ledgers, tmp_path / "a.xlsx", today="2023-07-01", language="en")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["Summary", "Overdue", "Silent", "Differences", "Not understood"]
    for sheet, columns in zip(book, SHEETS.values(), strict=True):
        assert [cell.value for cell in sheet[2]] == [words[1] for words in columns.values()]
    assert read_rows(book["Summary"])[-2][0] == "Total"
    assert "none named" in [row[0] for row in read_rows(book["Summary"])]
    late = read_rows(book["Overdue"])
    assert late[0][5] == "lead" and late[0][9] == "no answer"
    assert late[2][9] == "推进中 (2023-06-02)\nProblems: 缺资金"
    assert read_rows(book["Differences"])[0][7] == "市人社局 done、市财政局 under_way"
    assert read_rows(book["Not understood"])[0][4] == "is no percentage (1 may be 1% or 100%)"
    assert [sheet["A1"].value for sheet in book][:2] == [
        "Follow-up of key tasks, as of 2023-07-01",
        "Follow-up of key tasks: Overdue, as of 2023-07-01",
    ]
    read = xq.read_ledgers([tmp_path / "a.xlsx"])
    assert len(read.answers) == len(read.unread) == 0


def test_every_sheet_is_ready_to_print(book):
    assert book.sheetnames == [*SHEETS]
    for sheet, columns in SHEETS.items():
        page = book[sheet]
        assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert page.page_setup.fitToHeight == 0  # as many pages down as it takes, one across
        assert page.print_title_rows == "$1:$2"
        last = page.cell(page.max_row, len(columns)).coordinate.strip("0123456789")
        assert page.print_area == f"'{sheet}'!$A$1:${last}${page.max_row}"
        part = "" if sheet == "督办汇总" else f"：{sheet}"
        assert page["A1"].value == f"重点工作督办汇总{part}（截至2023年7月1日）"
        assert page["A1"].font.b and page["A1"].font.sz == 14
        assert f"A1:{last}1" in [str(each) for each in page.merged_cells.ranges]
        assert not page.oddHeader.right.text and page.oddFooter.center.text == "&P / &N"
        margins = page.page_margins
        assert (margins.left, margins.right, margins.top, margins.bottom) == (0.3, 0.3, 0.6, 0.5)
        widths = [words[2] for words in columns.values()]
        spans = [*page.column_dimensions.values()]  # columns of one width share one
        found = [dim.width for dim in spans for _ in range(dim.min, dim.max + 1)]
        assert [round(width - 0.71) for width in found] == widths
        assert sum(widths) <= 190  # or fitting them to one page makes the type too small
        assert page.freeze_panes == ("C3" if "measure_id" in columns else "B3")
        assert [page.row_dimensions[at].height for at in (1, 2)] == [
            30,
            30,
        ] and not page.protection.sheet
        assert not [cell for row in page.iter_rows() for cell in row if cell.data_type == "f"]
    filters = [book[sheet].auto_filter.ref for sheet in SHEETS]
    assert book["督办汇总"].row_dimensions[11].height == 60  # three lines of notes
    assert filters == ["A2:H9", "A2:J6", "A2:J6", "A2:H4", "A2:E3"]


def test_a_formula_written_by_a_unit_stays_a_text(sent, tmp_path):
    path = answer(sent, tmp_path / "a.xlsx", ("市住建局", "M003", {"progress": "x"}))
    book = openpyxl.load_workbook(path)
    book["市住建局"]["K2"].value, book["市住建局"]["K2"].data_type = "=1+1", "s"
    book.save(path)
    read = xq.read_ledgers([path], sent=sent, today=DAY)
    xq.write_summary(read, tmp_path / "b.xlsx", today=DAY)
    (cell,) = [
        row[9]
        for row in openpyxl.load_workbook(tmp_path / "b.xlsx")["逾期"]
        if row[4].value == "市住建局"
    ]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def test_nothing_to_say_is_said(tmp_path):
    xq.write_summary(xq.read_ledgers([]), tmp_path / "a.xlsx", today=DAY)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    for sheet in book:
        assert sheet["A3"].value == "（无）" and sheet["B3"].value is None
    assert read_rows(book["督办汇总"])[1] == ["合计", *[0] * 7]


def test_only_the_title_of_a_summary_is_passed_over(ledgers, tmp_path):
    xq.write_summary(ledgers, tmp_path / "a.xlsx", today=DAY)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book["逾期"]["A1"] = "重点工作督办汇总：逾期（截至2023年7月1日），请各单位抓紧"
    book.save(tmp_path / "a.xlsx")
    unread = xq.read_ledgers([tmp_path / "a.xlsx"]).unread
    assert unread[["sheet", "cell"]].to_numpy().tolist() == [["逾期", "A1"]]


@pytest.mark.usefixtures("book")
def test_a_summary_among_the_files_is_no_answer(ledgers, sent):
    read = xq.read_ledgers([sent.parent / "汇总.xlsx"], sent=sent, today=DAY)
    assert len(read.answers) == len(read.unread) == 0
    path = sent.parent / "noted.xlsx"
    book = openpyxl.load_workbook(sent.parent / "汇总.xlsx")
    book["分歧"]["I3"] = "已核实"
    book.save(path)
    assert xq.read_ledgers([path]).unread["written"].tolist() == ["已核实"]
    with pytest.raises(
        ValueError, match="was filled in, first in sheet 分歧, cell I3; nothing was changed"
    ):
        xq.write_summary(ledgers, path, today=DAY)


def test_same_bytes_and_never_over_another(ledgers, tmp_path):
    for name in ["a.xlsx", "b.xlsx", "a.xlsx"]:
        xq.write_summary(ledgers, tmp_path / name, today=DAY)
    before = (tmp_path / "a.xlsx").read_bytes()
    assert before == (tmp_path / "b.xlsx").read_bytes()
    with pytest.raises(ValueError, match=r"a.xlsx exists; nothing was changed\. .*again\.$"):
        xq.write_summary(ledgers, tmp_path / "a.xlsx", today=DAY, language="en")
    assert (tmp_path / "a.xlsx").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"a.xlsx", "b.xlsx"}


def test_what_no_cell_can_hold_is_cut_or_replaced():
    assert _fit("好" * 16_000) == "好" * 16_000
    assert _fit("好" * 16_001) == "好" * 15_999 + "…"
    assert _fit("a\ud800b\uffff") == "a\ufffdb\ufffd" and _fit(3) == 3


def test_duties_left_out_and_measures_left_out(ledgers, tmp_path):
    some = ledgers._replace(duties=ledgers.duties[ledgers.duties["unit"] == "市人社局"])
    xq.write_summary(some, tmp_path / "a.xlsx", today=DAY)
    assert read_rows(openpyxl.load_workbook(tmp_path / "a.xlsx")["督办汇总"])[0][:2] == [
        "市人社局",
        2,
    ]
    some = ledgers._replace(measures=ledgers.measures[1:])
    xq.write_summary(some, tmp_path / "b.xlsx", today=DAY)
    rows = read_rows(openpyxl.load_workbook(tmp_path / "b.xlsx")["逾期"])
    assert [row[:4] for row in rows if row[0] == "M001"] == [["M001", None, None, None]] * 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ledgers": None}, "ledgers is None; expected what xq.read_ledgers returns"),
        ({"path": None}, "path is None; expected the name of a file"),
        ({"path": "a.xls"}, "path is 'a.xls'; the summary is an Excel workbook: give a name"),
        ({"path": "nowhere/a.xlsx"}, "cannot be written"),
        ({"language": "fr"}, "language is 'fr'; expected one of"),
        ({"today": 3}, "today is 3; expected a date"),
        (
            {"today": "2023-06-30"},
            "today is 2023-06-30, and what is overdue in the ledgers is so on",
        ),
    ],
)
def test_wrong_input_is_named(ledgers, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((TypeError, ValueError), match=message):
        xq.write_summary(**{"ledgers": ledgers, "path": "a.xlsx", "today": DAY} | arguments)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("table", ["measures", "duties", "unread"])
def test_a_column_that_is_missing_is_named(ledgers, tmp_path, table):
    given = getattr(ledgers, table)
    used = {"measures": "conflict_zh", "duties": "due", "unread": "reason_zh"}[table]
    with pytest.raises(ValueError, match=rf"ledgers.{table} has no column \['{used}'\]"):
        some = ledgers._replace(**{table: given.drop(columns=used)})
        xq.write_summary(some, tmp_path / "a.xlsx", today=DAY)


def test_no_argument_is_changed(ledgers, tmp_path):
    before = [table.copy() for table in ledgers]
    xq.write_summary(ledgers, tmp_path / "a.xlsx", today=DAY, language="en")
    for one, two in zip(before, ledgers, strict=True):
        pd.testing.assert_frame_equal(one, two)
