"""The ledger holds every responsibility, no cell starts a formula, and no answer is lost."""

import datetime
import os
import re
import runpy
import shutil
import sys
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xq
from xq.followup import ANSWERS, GIVEN
from xq.ledger import _name_sheets

ROOT = Path(__file__).parent.parent
MEASURES = xq.load_table("measures").merge(xq.load_table("tasks")[["task_id", "title"]])
LONG = MEASURES.iloc[[1]]
UNITS = xq.load_table("units")
FORM = [*GIVEN, *ANSWERS]
LIST = """任务序号\t重点工作任务\t措施序号\t落实措施\t责任单位\t完成时限
（一）\t稳就业\t1\t今年力争新增就业2万人。\t市人社局牵头，市财政局等按职责分工负责\t2023年6月底前
\t\t2\t办好招聘会。\t人社局\t
（二）\t守底线\t3\t防范风险。\t\t长期
\t\t4\t节约用电。\t各部门分别负责\t2023年12月底前
"""


def read_column(sheet, column):
    """Return the cells of a column of the form, below its heading."""
    at = FORM.index(column)
    return [row[at].value for row in sheet.iter_rows(min_row=2)]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = tmp_path_factory.mktemp("ledger") / "台账.xlsx"
    xq.write_ledger(path, MEASURES, units=UNITS)
    yield openpyxl.load_workbook(path)


@pytest.fixture
def measures(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text(LIST, encoding="utf-8")
    return xq.read_list(path)


def test_an_overview_then_one_sheet_per_unit_then_one_for_all_departments(book):
    alone = [unit for unit in UNITS["unit"] if unit not in ("区政府各部门", "有关部门")]
    assert book.sheetnames == ["填写说明", "总览", "单位一览", *alone, "各部门"]
    assert {*read_column(book["各部门"], "unit")} == {"区政府各部门", "有关部门"}
    listed = [row[0].value for row in book["单位一览"].iter_rows(min_row=2)]
    assert listed[:2] == alone[:2] and sorted(listed) == sorted(UNITS["unit"])


def test_the_overview_has_every_measure(book):
    rows = [*book["总览"].iter_rows(min_row=2, values_only=True)]
    assert [row[0] for row in rows] == [*MEASURES["measure_id"]]
    assert [row[3] for row in rows] == [*MEASURES["text"]]
    named = xq.find_units(MEASURES.set_index("measure_id")["units"])
    leads = named[named["role"] == "lead"].groupby("measure_id")["unit"].agg("、".join)
    known = leads.reindex(MEASURES["measure_id"]).notna()
    assert [row[5] is not None for row in rows] == [*known] and known.sum() > 70


def test_every_responsibility_is_on_its_unit_s_sheet(book):
    named = xq.load_table("responsibilities").merge(UNITS[["unit_id", "unit"]])
    found = set()
    for sheet in book.worksheets[3:]:
        ids, units = read_column(sheet, "measure_id"), read_column(sheet, "unit")
        assert ids == sorted(ids)
        found |= {*zip(ids, units, strict=True)}
    assert found == {*zip(named["measure_id"], named["unit"], strict=True)}
    counts = [row[3].value for row in book["单位一览"].iter_rows(min_row=2)]
    assert sum(counts) == len(named)


def test_texts_partners_deadlines_and_promises(book):
    texts = MEASURES.set_index("measure_id")["text"]
    for row in book["区财政局"].iter_rows(min_row=2, values_only=True):
        cells = dict(zip(FORM, row, strict=True))
        assert cells["text"] == texts[cells["measure_id"]]
        assert "区财政局" not in (cells["partners"] or "")
        assert cells["due"] == datetime.datetime(2022, 12, 31)
    first = dict(zip(FORM, [cell.value for cell in book["区发展改革委"][2]], strict=True))
    assert first["promises"].split("\n")[:2] == ["地区生产总值增长6.6%", "固定资产投资增长6%"]
    assert first["partners"] == "区人社局、区生态环境局、区农业农村委、区商务局等"


def test_columns_to_fill_are_empty_and_progress_offers_words(book):
    headings = "进展情况 完成百分比 存在问题 下一步措施 时间表 成果形式 责任人 联系人 更新日期 佐证材料 督查意见"
    for sheet in book.worksheets[3:]:
        assert [cell.value for cell in sheet[1]][-11:] == headings.split()
        rows = sheet.iter_rows(min_row=2)
        assert all(cell.value is None for row in rows for cell in row[-11:])
        (validation,) = sheet.data_validations.dataValidation
        assert validation.formula1 == '"未开始,有困难,推进中,已完成"'
        assert not validation.showErrorMessage and not sheet.protection.sheet
    for name in ("填写说明", "总览", "单位一览"):  # sorted and filtered by anyone, changed by none
        locked = book[name].protection
        assert not (locked.autoFilter or locked.sort or locked.formatColumns)
    assert book["总览"].protection.sheet and book["单位一览"].protection.sheet


def test_sheets_are_ready_to_use_and_print(book):
    for sheet in book.worksheets:
        assert sheet.freeze_panes in ("B2", "C2")
        if sheet.title != "填写说明":
            assert sheet.auto_filter.ref.startswith("A1:")
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == "$1:$1"


def test_no_cell_is_or_becomes_a_formula(book, tmp_path):
    cells = [c for sheet in book.worksheets for row in sheet.iter_rows() for c in row]
    assert not [c for c in cells if c.data_type == "f"]
    xq.write_ledger(tmp_path / "l.xlsx", MEASURES.assign(text="=1+1"), title="=1+1")
    cell = openpyxl.load_workbook(tmp_path / "l.xlsx")["区财政局"]["D2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def test_names_of_units_are_no_formulas_and_no_links(measures, tmp_path):
    odd = {"unit_en": ["=1+1", "http://a.b"], "kind": ["http://a.b", "=1+1"]}
    known = pd.DataFrame({"unit": ["市人社局", "市财政局"], "aliases": ["", ""]} | odd)
    xq.write_ledger(tmp_path / "a.xlsx", measures, units=known)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["单位一览"]
    cells = [cell for row in sheet["B2:C3"] for cell in row]
    assert [cell.value for cell in cells] == ["=1+1", "http://a.b", "http://a.b", "=1+1"]
    assert {cell.data_type for cell in cells} == {"s"} and not any(c.hyperlink for c in cells)


def test_rows_are_as_high_as_their_longest_cell(measures, tmp_path):
    measures["text"] = ["好" * 14, "好" * 15, "a" * 28, "好" * 14 * 31]
    xq.write_ledger(tmp_path / "a.xlsx", measures)
    rows = openpyxl.load_workbook(tmp_path / "a.xlsx")["总览"].row_dimensions
    # a Chinese character is two wide, the column 28; no row is lower than its deadline of two
    assert [rows[at].height for at in (3, 5)] == pytest.approx([13.5 * 2 + 4, 409], abs=0.3)
    measures["text"] = ["好" * 14 * 4, "好" * (14 * 4 + 1), "a" * 28 * 4, "a\nb\nc\nd\ne"]
    xq.write_ledger(tmp_path / "b.xlsx", measures)
    rows = openpyxl.load_workbook(tmp_path / "b.xlsx")["总览"].row_dimensions
    high = [13.5 * n + 4 for n in (4, 5, 4, 5)]
    assert [rows[at].height for at in (2, 3, 4, 5)] == pytest.approx(high, abs=0.3)


def test_sheets_of_one_name_are_numbered_from_two():
    assert [*_name_sheets(["a", "A", "a ", "b"]).values()] == ["a", "A 2", "a 3", "b"]


def test_a_long_title_is_cut_where_excel_would_refuse_it(measures, tmp_path):
    xq.write_ledger(tmp_path / "a.xlsx", measures, title="好" * 300)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book["总览"].oddHeader.right.text == "好" * 200 and book.properties.title == "好" * 300


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_others_may_read_the_file_as_any_other(measures, tmp_path):
    xq.write_ledger(tmp_path / "a.xlsx", measures)
    assert (tmp_path / "a.xlsx").stat().st_mode == (tmp_path / "list.txt").stat().st_mode


def test_same_bytes_every_time(tmp_path):
    for name in ["a.xlsx", "b.xlsx"]:
        xq.write_ledger(tmp_path / name, MEASURES, units=UNITS)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_same_bytes_on_windows(tmp_path, monkeypatch):
    xq.write_ledger(tmp_path / "a.xlsx", MEASURES, units=UNITS)
    monkeypatch.setattr(sys, "platform", "win32" if sys.platform != "win32" else "linux")
    xq.write_ledger(tmp_path / "b.xlsx", MEASURES, units=UNITS)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "b.xlsx") as archive:
        assert archive.testzip() is None
        assert {part.create_system for part in archive.infolist()} == {3}


def test_any_list_gives_a_ledger_and_nothing_is_left_out(measures, tmp_path):
    xq.write_ledger(tmp_path / "a.xlsx", measures, title="某市 & 2023")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    units = ["市人社局", "市财政局", "人社局", "各部门", "未写明单位"]
    assert book.sheetnames == ["填写说明", "总览", "单位一览", *units]
    rows = {unit: dict(zip(FORM, [c.value for c in book[unit][2]], strict=True)) for unit in units}
    assert [*rows["市人社局"].values()][:9] == [
        *["M001", "（一）/1", "稳就业", "今年力争新增就业2万人。", "今年力争新增就业2万人"],
        *["市人社局", "牵头", "市财政局等", "2023年6月底前"],
    ]
    assert rows["市人社局"]["due"] == datetime.datetime(2023, 6, 30)
    assert rows["人社局"]["role"] == "未写明" and rows["人社局"]["number"] == "（一）/2"
    assert rows["各部门"]["measure_id"] == "M004" and rows["各部门"]["role"] == "分别负责"
    assert rows["未写明单位"]["number"] == "（二）/3" and rows["未写明单位"]["due"] is None
    assert book["人社局"].oddHeader.right.text == "某市 && 2023"

    known = pd.DataFrame(
        {"unit": ["市住建局", "市人社局"], "aliases": ["", "人社局；市人力社保局"]}
    )
    xq.write_ledger(tmp_path / "b.xlsx", measures, units=known)
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert book.sheetnames[3:] == ["市人社局", "市财政局", "各部门", "未写明单位"]
    assert read_column(book["市人社局"], "measure_id") == ["M001", "M002"]


def test_the_first_sheet_says_how_to_fill_in_in_both_languages(measures, tmp_path):
    for language, at in (("zh", 0), ("en", 1)):
        path = tmp_path / f"{language}.xlsx"
        xq.write_ledger(path, measures, language=language)
        sheet = openpyxl.load_workbook(path).worksheets[0]
        rows = [*sheet.values]
        assert rows[0] == (("步骤", "填写说明"), ("Step", "How to fill in"))[at]
        assert [row[0] for row in rows[1:]] == [1, 2, 3, 4, 5, 6]  # every deadline is understood
        lines = [row[1].split("\n") for row in rows[1:]]
        assert {len(pair) for pair in lines} == {2}
        chinese, english = [pair[at] for pair in lines], [pair[1 - at] for pair in lines]
        for number, words in enumerate(["黄色表头", "50%", "2024-12-01", "编号", "插入行", "交回"]):
            assert words in chinese[number]
        for number, words in enumerate(["yellow", "50%", "2024-12-01", "ID", "rows", "send it b"]):
            assert words in english[number]
        assert sheet.protection.sheet and sheet.column_dimensions["B"].width > 100


def test_a_last_day_that_stays_empty_is_tinted_and_the_guide_says_why(measures, tmp_path):
    measures["deadline"] = ["尽快", "长期坚持", "", "6月底前"]
    measures["deadline_date"] = pd.to_datetime([None] * 4)
    xq.write_ledger(tmp_path / "a.xlsx", measures)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    tinted = [row[8].fill.start_color.rgb == "FFF8CBAD" for row in book["总览"]["A2:J5"]]
    assert tinted == [True, False, False, True]
    due = FORM.index("due") + 1
    cells = [book[unit].cell(2, due) for unit in ("市人社局", "人社局", "各部门")]
    assert [cell.fill.start_color.rgb == "FFF8CBAD" for cell in cells] == [True, False, True]
    assert "底色为橙色的：时限读不成日期" in book["填写说明"]["B8"].value
    assert len(xq.read_ledgers([tmp_path / "a.xlsx"]).unread) == 0


def test_columns_of_the_units_that_would_be_empty_are_left_out(measures, tmp_path):
    xq.write_ledger(tmp_path / "a.xlsx", measures)
    rows = [*openpyxl.load_workbook(tmp_path / "a.xlsx")["单位一览"].values]
    assert rows[0] == ("责任单位", "措施行", "有承诺的", "牵头", "分工", "分别负责")
    assert rows[1] == ("市人社局", 1, 1, 1, 0, 0)
    known = pd.DataFrame({"unit": ["市人社局"], "aliases": [""], "kind": ["政府"]})
    xq.write_ledger(tmp_path / "b.xlsx", measures, units=known)
    rows = [*openpyxl.load_workbook(tmp_path / "b.xlsx")["单位一览"].values]
    assert rows[0][:3] == ("责任单位", "类别", "措施行") and rows[1][:3] == ("市人社局", "政府", 1)


def test_english_headings_on_request(measures, tmp_path):
    xq.write_ledger(tmp_path / "a.xlsx", measures, language="en")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames[:3] == ["How to fill in", "Overview", "Units"]
    assert book.sheetnames[-2:] == ["All departments", "none named"]
    headings = [cell.value for cell in book["市人社局"][1]]
    assert headings == [words[1] for words in (GIVEN | ANSWERS).values()]
    assert read_column(book["市人社局"], "role") == ["lead"]
    assert len(xq.read_ledgers([tmp_path / "a.xlsx"]).duties) == 5


def test_only_what_is_promised_is_listed_as_a_promise(measures, tmp_path):
    measures.loc[0, "text"] = "加强管理，新建学校2所，提高质量。"
    xq.write_ledger(tmp_path / "a.xlsx", measures)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["市人社局"]
    assert read_column(sheet, "promises") == ["新建学校2所"]
    measures.loc[0, "text"] = "加强管理，提高质量。"
    xq.write_ledger(tmp_path / "b.xlsx", measures)
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx")["市人社局"]
    assert read_column(sheet, "promises") == [None]


def test_a_unit_named_twice_in_a_row_has_one_row(measures, tmp_path):
    measures.loc[0, "units"] = "市财政局配合，市财政局牵头，市人社局参与"
    xq.write_ledger(tmp_path / "a.xlsx", measures)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["市财政局"]
    assert read_column(sheet, "role") == ["牵头"]
    measures.loc[0, "units"] = "市财政局、市教育局分别负责；市财政局、市人社局按职责分工负责"
    xq.write_ledger(tmp_path / "b.xlsx", measures)
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx")["市财政局"]
    assert read_column(sheet, "role") == ["分工"]


def test_a_list_without_units_or_dates_gives_a_ledger(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("序号\t落实措施\n1\t办好招聘会。\n2\t防范风险。\n", encoding="utf-8")
    xq.write_ledger(tmp_path / "a.xlsx", xq.read_list(path))
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["填写说明", "总览", "单位一览", "未写明单位"]
    assert read_column(book.worksheets[3], "text") == ["办好招聘会。", "防范风险。"]


# ── nothing is overwritten ───────────────────────────────────────────────────────────────────


def fill(path, sheet, cell, value):
    book = openpyxl.load_workbook(path)
    book[sheet][cell] = value
    book.save(path)


def test_a_second_run_changes_nothing_and_a_filled_in_file_is_left_alone(measures, tmp_path):
    path = tmp_path / "台账.xlsx"
    xq.write_ledger(path, measures)
    before = path.read_bytes()
    xq.write_ledger(path, measures)
    assert path.read_bytes() == before
    fill(path, "市人社局", "K2", "已办结")
    before = path.read_bytes()
    for changed in (measures, measures.head(1), measures.assign(text="别的。")):
        with pytest.raises(ValueError) as refused:
            xq.write_ledger(path, changed)
        assert str(refused.value) == (
            f"{path}已经有了，里面填有内容，第一处在“市人社局”表K2格：已办结；没有作任何改动。"
            "请给那个文件改名，或把它移到别处，再执行一次。\n"
            "台账.xlsx exists and was filled in, first in sheet 市人社局, cell K2; nothing was "
            "changed. Rename or move that file, then run the command again. In Python "
            "keep=xq.read_ledgers([that]) carries its answers over into a new one."
        )
    assert path.read_bytes() == before and [*tmp_path.glob("*.tmp")] == []


def test_whatever_else_stands_there_is_left_alone(measures, tmp_path):
    path = tmp_path / "a.xlsx"
    xq.write_ledger(path, measures)
    fill(path, "总览", "M2", "催办")  # a note of the supervision office, on no unit's sheet
    before = path.read_bytes()
    with pytest.raises(
        ValueError, match="表M2格：催办；没有作.*\n.*was filled in, first in sheet 总览, cell M2;"
    ):
        xq.write_ledger(path, measures)
    path.write_bytes(b"no workbook")
    with pytest.raises(
        ValueError, match=r"已经有了；没有作任何改动.*\na\.xlsx exists; nothing was changed"
    ):
        xq.write_ledger(path, measures)
    assert path.read_bytes() == b"no workbook" != before


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return a function that does what `make.py ledger` does, in a repository of our own."""
    for part in ("ledger.py", "raw/xiqing_2022.txt"):
        (tmp_path / "data" / part).parent.mkdir(exist_ok=True, parents=True)
        shutil.copy(ROOT / "data" / part, tmp_path / "data" / part)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)

    def run(*words):
        monkeypatch.setattr("sys.argv", ["ledger.py", *words])
        runpy.run_path(str(tmp_path / "data" / "ledger.py"), run_name="__main__")
        return capsys.readouterr().out.splitlines()

    return run


def test_make_ledger_never_loses_an_answer(run, tmp_path):
    run()
    run()
    path = tmp_path / "ledger.xlsx"
    fill(path, "区财政局", "K3", "推进中")
    before = path.read_bytes()
    with pytest.raises(SystemExit, match="sheet 区财政局, cell K3; nothing was changed"):
        run()
    assert path.read_bytes() == before
    assert xq.read_ledgers([path]).answers["written"].tolist() == ["推进中"]


def test_make_ledger_says_what_to_check_in_both_languages(run, tmp_path):
    lines = [
        *["任务序号\t重点工作任务\t措施序号\t落实措施\t责任单位\t完成时限"],
        *["（一）\t稳就业\t1\t新增就业2万人。\t市人社局牵头，市财政局、教育局配合\t2023年6月底前"],
        *["\t\t2\t办好招聘会。\t结合实际，市人社局、市教育局\t尽快"],
        *["（二）\t守底线\t3\t防范风险，2023年12月1日前完成。\t\t2023年6月底前"],
        *[f"\t\t{n}\t节约用电。\t各部门分别负责\t6月底前" for n in range(4, 10)],
        "",
    ]
    (tmp_path / "我的 清单.txt").write_text("\n".join(lines), "utf-8")
    assert run("我的 清单.txt") == [
        "请核对12处：",
        "  M002 时限“尽快”读不成日期，到期日留空",
        "  M004、M005、M006、M007、M008等6行 时限“6月底前”没有年份，到期日按其他时限的年份推定",
        "  M003 措施里写有“2023年12月1日”，与时限不一致，到期日以时限为准",
        "  M003 没有写责任单位，列在“未写明单位”表",
        "  M002 没有写明谁牵头、谁配合，角色写作“未写明”",
        "  M002 责任单位一栏里的“结合实际”不是单位，没有采用",
        "  M001 单位“教育局”的名称照前面的单位补全",
        "Please check 12:",
        "  M002 the deadline “尽快” cannot be read as a date, and Due stays empty",
        "  M004, M005, M006, M007, M008 … (6 rows) the deadline “6月底前” names no year; Due takes "
        "that of most others",
        "  M003 the measure says “2023年12月1日” and the deadline another; Due follows the deadline",
        "  M003 no unit; it stands on the sheet 未写明单位",
        "  M002 who leads and who shares is not said; the role is 未写明",
        "  M002 “结合实际” among the units is no unit, and was left out",
        "  M001 the name of the unit “教育局” was completed by the one before it",
    ]


def test_make_ledger_says_nothing_to_check_of_a_sound_list(run, tmp_path):
    lines = ["落实措施\t责任单位\t完成时限", "办好招聘会。\t市人社局牵头\t2023年6月底前", ""]
    (tmp_path / "a.txt").write_text("\n".join(lines), "utf-8")
    assert run("a.txt") == [] and (tmp_path / "ledger.xlsx").exists()


def test_make_ledger_takes_one_file_and_knows_a_name_with_spaces(run, tmp_path):
    (tmp_path / "我的 清单.txt").write_text(LIST, "utf-8")
    with pytest.raises(SystemExit, match='请加引号.*ledger "我的 清单.txt"\nA name with spaces w'):
        run("我的", "清单.txt")
    with pytest.raises(
        SystemExit, match="一次只能一个文件，这里有2个：a、b。\nOne file at a time;"
    ):
        run("a", "b")
    assert not (tmp_path / "ledger.xlsx").exists()


def test_make_ledger_knows_what_to_say_of_every_doubt_about_deadlines_and_units(run):
    said = runpy.run_path("data/ledger.py")["DOUBTS"]
    known = xq.check_list.__doc__.split("``problem`` : str")[1].split("``measure_id``")[0]
    about = "deadline|guessed|unit|role|leftover|prefix|unclear"
    found = {word for word in re.findall(r'"(\w+)"', known) if re.search(about, word)}
    given = {"unknown_unit", "unit_alias"}  # doubted only if the units known are given
    assert found - given == {*said} - {"empty_deadline", "empty_units"}


@pytest.mark.parametrize(
    "name, content, said",
    [
        ("a.txt", "", "a.txt第1行：文件是空的；应当是"),
        ("a.txt", "{\\rtf1 x}", "a.txt：是RTF文件；应当是文本、.docx"),
        ("a.xlsx", "x", "a.xlsx：扩展名是.xlsx，内容却不是；"),
        ("a.docx", "PK12", "a.docx：不完整或已损坏（"),
        ("a.txt", "通知\n明天九点开会", "没有表头，也没有写明单位的条目；应当是写明序号、落实措施"),
        ("a.txt", "甲\t乙\n工作\t单位\n", "请把写措施的那一栏改名为“落实措施”。"),
        (None, "", "a.txt：找不到这个文件；应当是任务清单文件。请核对文件名和所在文件夹。"),
    ],
)
def test_make_ledger_says_in_chinese_why_a_list_cannot_be_read(run, tmp_path, name, content, said):
    if name:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit) as caught:
        run(name or "a.txt")
    chinese, english = str(caught.value).split("\n")
    assert said in chinese and not re.search("[a-z]{2,} [a-z]{2,}", chinese.split("（")[0])
    assert "; expected " in english and english.startswith(name or "a.txt")


def test_a_file_that_cannot_be_put_in_place_leaves_nothing_behind(measures, tmp_path, monkeypatch):
    def refuse(old, new):  # as Windows does while the file is open in Excel
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("xq.book.os.replace", refuse)
    words = r"cannot be written \(Permission denied\); its folder may not be written to"
    with pytest.raises(ValueError, match=words):
        xq.write_ledger(tmp_path / "LEDGER.XLSX", measures)
    assert [path.name for path in tmp_path.iterdir()] == ["list.txt"]


# ── what is refused ──────────────────────────────────────────────────────────────────────────


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
        ({"language": "fr"}, "language is 'fr'; expected one of"),
        ({"keep": MEASURES}, "keep is a DataFrame .*; expected what xq.read_ledgers returns"),
        ({"measures": LONG.assign(text="好" * 32_768)}, "text of M002 has 32,768 characters"),
        ({"measures": LONG.assign(title="好\uffff")}, "title of M002 has a character that no"),
    ],
)
def test_tables_of_another_kind_are_named(tmp_path, arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        xq.write_ledger(tmp_path / "a.xlsx", **{"measures": MEASURES} | arguments)


def test_the_longest_text_of_a_cell_is_written_whole(measures, tmp_path):
    measures.loc[1, "text"] = "好" * 32_767
    xq.write_ledger(tmp_path / "a.xlsx", measures)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["人社局"]
    assert read_column(sheet, "text") == ["好" * 32_767]


def test_sheet_names_excel_allows():
    long = "区国家文化公园建设指挥部" * 3
    units = [long, long + "一", "a/b[c]:*?\\", "", "History", "总览", "'x'", "\U00020000" * 31]
    assert [*_name_sheets(["填写说明", "how to fill in"]).values()] == [
        "填写说明 2",
        "how to fill in",
    ]
    assert [*_name_sheets(["how to fill in"], 1).values()] == ["how to fill in 2"]
    names = [*_name_sheets(units).values()]
    assert len({n.lower() for n in names}) == len(units)
    assert all(len(n.encode("utf-16-le")) <= 62 and not set(n) & set("[]:*?/\\") for n in names)
    assert names[3:7] == ["未写明单位", "History 2", "总览 2", "x"]


def test_a_unit_named_like_a_reserved_sheet_keeps_its_rows(measures, tmp_path):
    known = pd.DataFrame({"unit": ["History", "单位一览"], "aliases": ["市人社局", "市财政局"]})
    xq.write_ledger(tmp_path / "a.xlsx", measures, units=known)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames[3:5] == ["History 2", "单位一览 2"]
    assert read_column(book["History 2"], "unit") == ["History"]


def test_what_cannot_be_written_is_refused_in_words(tmp_path):
    for path in (None, float("nan"), 3, b"ledger.xlsx", ["ledger.xlsx"]):
        with pytest.raises(TypeError, match=r"^path is .*; expected the name of a file"):
            xq.write_ledger(path, MEASURES)
    for path in ("", tmp_path / "ledger.csv", tmp_path / "ledger.xlsx.zip"):
        with pytest.raises(ValueError, match=r"give a name ending in \.xlsx$"):
            xq.write_ledger(path, MEASURES)
    (tmp_path / "folder.xlsx").mkdir()
    for path, chinese, english in [
        (tmp_path / "nowhere" / "a.xlsx", "它的文件夹不存在", "its folder does not exist; make it"),
        (tmp_path / "folder.xlsx", "请换一个名字或文件夹", "give another name or folder"),
        ("a\0b.xlsx", "请换一个名字或文件夹", "give another name or folder"),
    ]:
        words = rf"写不进去，{chinese}.*\n.* cannot be written \(.+\); {english}"
        if os.name != "nt" or path != tmp_path / "folder.xlsx":  # there it is one not permitted
            with pytest.raises(ValueError, match=words):
                xq.write_ledger(path, MEASURES)


def test_only_a_file_that_is_there_is_to_be_closed(measures, tmp_path, monkeypatch):
    path = tmp_path / "a.xlsx"
    xq.write_ledger(path, measures)

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("xq.book.Path.read_bytes", refuse)
    with pytest.raises(ValueError, match=r"请先在Excel或WPS里把它关掉。\na.xlsx .*; close it in E"):
        xq.write_ledger(path, measures)
