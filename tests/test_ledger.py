"""The ledger holds every responsibility, and no cell starts a formula."""

import openpyxl
import pandas as pd
import pytest
import xq
from xq.ledger import STATUS, TO_FILL, _name_sheets

MEASURES = xq.load_table("measures").merge(xq.load_table("tasks")[["task_id", "title"]])
UNITS = xq.load_table("units")
LIST = """任务序号\t重点工作任务\t措施序号\t落实措施\t责任单位\t完成时限
1\t稳就业\t1\t新增就业2万人。\t市人社局牵头，市财政局等按职责分工负责\t2023年6月底前
\t\t2\t办好招聘会。\t人社局\t
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = tmp_path_factory.mktemp("ledger") / "台账.xlsx"
    xq.write_ledger(path, MEASURES, units=UNITS)
    yield openpyxl.load_workbook(path)


def test_one_sheet_per_unit_after_an_overview(book):
    units = xq.load_table("units")
    assert book.sheetnames == ["总览 Overview", *units["unit"]]
    overview = book["总览 Overview"]
    assert [row[0].value for row in overview.iter_rows(min_row=2)] == list(units["unit"])


def test_every_responsibility_is_on_its_unit_s_sheet(book):
    named = xq.load_table("responsibilities").merge(xq.load_table("units")[["unit_id", "unit"]])
    for unit, rows in named.groupby("unit"):
        ids = [row[0].value for row in book[unit].iter_rows(min_row=2)]
        assert ids == sorted(rows["measure_id"])
    counts = [row[3].value for row in book["总览 Overview"].iter_rows(min_row=2)]
    assert sum(counts) == len(named)


def test_texts_partners_and_deadlines(book):
    texts = xq.load_table("measures").set_index("measure_id")["text"]
    for row in book["区财政局"].iter_rows(min_row=2):
        assert row[2].value == texts[row[0].value]
        assert "区财政局" not in (row[5].value or "")
        assert row[6].value.endswith("2022-12-31")
    first = book["区发展改革委"][2]
    assert first[3].value.startswith("地区生产总值增长6.6%；固定资产投资增长6%；")
    assert first[5].value == "区人社局、区生态环境局、区农业农村委、区商务局等"


def test_columns_to_fill_are_empty_and_status_is_a_list(book):
    for sheet in book.worksheets[1:]:
        headings = [cell.value for cell in sheet[1]]
        assert tuple(headings[-4:]) == TO_FILL
        assert all(cell.value is None for row in sheet.iter_rows(min_row=2) for cell in row[-4:])
        (validation,) = sheet.data_validations.dataValidation
        assert validation.formula1 == f'"{",".join(STATUS)}"'


def test_sheets_are_ready_to_use_and_print(book):
    for sheet in book.worksheets:
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref.startswith("A1:")
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == "$1:$1"


def test_no_cell_is_or_becomes_a_formula(book, tmp_path):
    cells = [c for sheet in book.worksheets for row in sheet.iter_rows() for c in row]
    assert not [c for c in cells if c.data_type == "f"]
    xq.write_ledger(tmp_path / "l.xlsx", MEASURES.assign(text="=1+1"), title="=1+1")
    cell = openpyxl.load_workbook(tmp_path / "l.xlsx")["区财政局"]["C2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def test_same_bytes_every_time(tmp_path):
    for name in ["a.xlsx", "b.xlsx"]:
        xq.write_ledger(tmp_path / name, MEASURES, units=UNITS)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_any_list_gives_a_ledger_and_nothing_is_left_out(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text(LIST + "2\t守底线\t3\t防范风险。\t\t长期\n", encoding="utf-8")
    measures = xq.read_list(path)
    xq.write_ledger(tmp_path / "a.xlsx", measures, title="某市 & 2023")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    units = ["市人社局", "市财政局", "人社局", "未写明单位 none named"]
    assert book.sheetnames == ["总览 Overview", *units]
    rows = {unit: [cell.value for cell in book[unit][2]] for unit in units}
    assert rows["市人社局"][:7] == [
        *["M001", "T01 稳就业", "新增就业2万人。", "新增就业2万人", "牵头 lead", "市财政局等"],
        "2023年6月底前\n2023-06-30",
    ]
    assert rows["人社局"][4] == "未写明 not said" and rows["人社局"][0] == "M002"
    assert rows["未写明单位 none named"][:3] == ["M003", "T02 守底线", "防范风险。"]
    assert book["人社局"].oddHeader.right.text == "某市 && 2023"

    known = pd.DataFrame(
        {"unit": ["市住建局", "市人社局"], "aliases": ["", "人社局；市人力社保局"]}
    )
    xq.write_ledger(tmp_path / "b.xlsx", measures, units=known)
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert book.sheetnames[1:] == ["市人社局", "市财政局", "未写明单位 none named"]
    assert [row[0].value for row in book["市人社局"].iter_rows(min_row=2)] == ["M001", "M002"]


def test_a_list_without_units_or_dates_gives_a_ledger(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("序号\t落实措施\n1\t办好招聘会。\n2\t防范风险。\n", encoding="utf-8")
    xq.write_ledger(tmp_path / "a.xlsx", xq.read_list(path))
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert [row[2].value for row in book.worksheets[1].iter_rows(min_row=2)] == [
        "办好招聘会。",
        "防范风险。",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"measures": None}, "measures is None; expected a DataFrame"),
        ({"measures": MEASURES.drop(columns="title")}, r"measures has no column \['title'\]"),
        ({"measures": MEASURES.head(0)}, "measures has no row"),
        ({"measures": pd.concat([MEASURES] * 2)}, "document named twice"),
        (
            {"measures": MEASURES.assign(deadline_date="soon")},
            "deadline_date is str; expected date",
        ),
        ({"units": [1]}, "units is a list"),
        ({"units": pd.concat([UNITS] * 2)}, "units has two rows for '区政府各部门'; keep one"),
        ({"title": 3}, "title is 3; expected a text"),
    ],
)
def test_tables_of_another_kind_are_named(tmp_path, arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        xq.write_ledger(tmp_path / "a.xlsx", **{"measures": MEASURES} | arguments)


def test_sheet_names_excel_allows():
    long = "区国家文化公园建设指挥部" * 3
    names = list(_name_sheets([long, long + "一", "a/b[c]:*?\\", ""]).values())
    assert len({n.lower() for n in names}) == 4
    assert all(len(n) <= 31 and not set(n) & set("[]:*?/\\") for n in names)


def test_what_cannot_be_written_is_refused_in_words(tmp_path, monkeypatch):
    for path in (None, float("nan"), 3, b"ledger.xlsx", ["ledger.xlsx"]):
        with pytest.raises(TypeError, match=r"^path is .*; expected the name of a file"):
            xq.write_ledger(path, MEASURES)
    for path in ("", tmp_path / "ledger.csv", tmp_path / "ledger.xlsx.zip"):
        with pytest.raises(ValueError, match=r"give a name ending in \.xlsx$"):
            xq.write_ledger(path, MEASURES)
    (tmp_path / "folder.xlsx").mkdir()
    for path in (tmp_path / "nowhere" / "a.xlsx", tmp_path / "folder.xlsx", "a\0b.xlsx"):
        with pytest.raises(ValueError, match=r"cannot be written \(.+\); close it in Excel, or"):
            xq.write_ledger(path, MEASURES)

    def refuse(self, content):  # as Windows does while the file is open in Excel
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.write_bytes", refuse)
    with pytest.raises(ValueError, match=r"cannot be written \(Permission denied\)"):
        xq.write_ledger(tmp_path / "LEDGER.XLSX", MEASURES)
