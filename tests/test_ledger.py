"""The ledger holds every responsibility, and no cell starts a formula."""

import openpyxl
import pytest
import xq
from xq.ledger import STATUS, TO_FILL, _name_sheets


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = tmp_path_factory.mktemp("ledger") / "台账.xlsx"
    xq.write_ledger(path)
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


def test_no_cell_is_or_becomes_a_formula(book, tmp_path, monkeypatch):
    cells = [c for sheet in book.worksheets for row in sheet.iter_rows() for c in row]
    assert not [c for c in cells if c.data_type == "f"]
    measures = xq.load_table("measures")
    measures["text"] = "=1+1"
    tables = {"measures": measures}
    monkeypatch.setattr("xq.ledger.load_table", lambda name: tables.get(name, xq.load_table(name)))
    xq.write_ledger(tmp_path / "l.xlsx")
    cell = openpyxl.load_workbook(tmp_path / "l.xlsx")["区财政局"]["C2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def test_same_bytes_every_time(tmp_path):
    for name in ["a.xlsx", "b.xlsx"]:
        xq.write_ledger(tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_sheet_names_excel_allows():
    long = "区国家文化公园建设指挥部" * 3
    names = list(_name_sheets([long, long + "一", "a/b[c]:*?\\", ""]).values())
    assert len({n.lower() for n in names}) == 4
    assert all(len(n) <= 31 and not set(n) & set("[]:*?/\\") for n in names)


def test_what_cannot_be_written_is_refused_in_words(tmp_path, monkeypatch):
    for path in (None, float("nan"), 3, b"ledger.xlsx", ["ledger.xlsx"]):
        with pytest.raises(TypeError, match=r"^path is .*; expected the name of a file"):
            xq.write_ledger(path)
    for path in ("", tmp_path / "ledger.csv", tmp_path / "ledger.xlsx.zip"):
        with pytest.raises(ValueError, match=r"give a name ending in \.xlsx$"):
            xq.write_ledger(path)
    (tmp_path / "folder.xlsx").mkdir()
    for path in (tmp_path / "nowhere" / "a.xlsx", tmp_path / "folder.xlsx", "a\0b.xlsx"):
        with pytest.raises(ValueError, match=r"cannot be written \(.+\); close it in Excel, or"):
            xq.write_ledger(path)

    def refuse(self, content):  # as Windows does while the file is open in Excel
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.write_bytes", refuse)
    with pytest.raises(ValueError, match=r"cannot be written \(Permission denied\)"):
        xq.write_ledger(tmp_path / "LEDGER.XLSX")
