"""`python make.py followup FOLDER`: what came back becomes two workbooks, and nothing is lost."""

import runpy
import shutil
from pathlib import Path

import openpyxl
import pytest
import xq
from test_followup import LIST, answer

ROOT = Path(__file__).parent.parent
DONE = {"progress": "已完成", "percent": 1, "updated": "2023-6-1"}
HALF = {"progress": "推进中", "percent": "一半", "updated": "2023-6-1"}


@pytest.fixture
def office(tmp_path, monkeypatch, capsys):
    """Return a function that runs a script of an empty repository, and what it prints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "data").mkdir()

    def run(script, *words):
        shutil.copy(ROOT / "data" / script, tmp_path / "data")
        monkeypatch.setattr("sys.argv", [script, *words])
        runpy.run_path(str(tmp_path / "data" / script), run_name="__main__")
        return capsys.readouterr().out.splitlines()

    return run


@pytest.fixture
def back(office, tmp_path):
    """Return a folder of two workbooks that came back; the ledger sent out is above it."""
    (tmp_path / "list.txt").write_text(LIST, encoding="utf-8")
    office("ledger.py", "list.txt")
    folder = tmp_path / "交回"
    (folder / "教育").mkdir(parents=True)
    sent = tmp_path / "ledger.xlsx"
    answer(sent, folder / "人社局.xlsx", ("市人社局", "M001", DONE))
    answer(sent, folder / "教育" / "教育局.xlsx", ("市教育局", "M001", HALF))
    (folder / "~$人社局.xlsx").write_bytes(b"open in Excel")
    return folder


def test_from_the_list_to_the_summary(office, back, tmp_path):
    said = office("followup.py", "交回", "--today", "2023-07-01")
    summary, together = (tmp_path / f"{name}-2023-07-01.xlsx" for name in ("followup", "ledger"))
    gap = said.index("")
    assert said[:3] == [
        f"督办汇总：{summary}",
        f"全部填报：{together}",
        "读了2个文件，截至2023年7月1日，各单位办理情况（条）：",
    ]
    assert "  市人社局：承担2，完成1，按期0，逾期0，未定时限0，未报1，逾期合计0" in said[3:gap]
    assert "  市教育局：承担2，完成0，按期0，逾期1，未定时限0，未报1，逾期合计1" in said[3:gap]
    assert said[gap - 2 : gap] == [
        "没有读懂的有1处：",
        "  教育/教育局.xlsx 工作表市教育局 单元格L2 “一半”：不是百分比（1可能是1%，也可能是100%）",
    ]
    assert said[gap + 1 :] == [
        f"Summary: {summary}",
        f"All answers: {together}",
        "2 files read, as of 2023-07-01. The numbers of each unit above: asked, done, on time, "
        "late, no deadline, silent; overdue in all.",
        "Not understood, 1:",
        "  教育/教育局.xlsx sheet 市教育局 cell L2 “一半”: is no percentage (1 may be 1% or 100%)",
    ]
    assert openpyxl.load_workbook(summary).sheetnames[0] == "督办汇总"
    found = xq.read_ledgers([together], today="2023-07-01").answers
    found = found.set_index(["unit", "column"])["written"]
    assert found["市人社局", "progress"] == "已完成" and found["市教育局", "percent"] == "一半"
    assert len(found) == 6


def test_nothing_is_written_over(office, back, tmp_path):
    office("followup.py", "交回", "--today", "2023-07-01")
    before = {path: path.read_bytes() for path in tmp_path.glob("*.xlsx")}
    assert len(before) == 3
    office("followup.py", "交回", "--today", "2023-07-01")  # the same once more
    answer(tmp_path / "ledger.xlsx", back / "住建局.xlsx", ("市住建局", "M004", DONE))
    with pytest.raises(SystemExit, match="followup-2023-07-01.xlsx"):
        office("followup.py", "交回", "--today", "2023-07-01")
    assert {path: path.read_bytes() for path in tmp_path.glob("*.xlsx")} == before


def test_all_answers_stand_in_the_ledger_as_write_ledger_writes_it(office, back, tmp_path):
    office("followup.py", "交回", "--today", "2023-07-01")
    sent = tmp_path / "ledger.xlsx"
    files = {path.name: path for path in sorted(back.rglob("[!~]*.xlsx"))}
    read = xq.read_ledgers(files, sent=sent, today="2023-07-01")
    xq.write_ledger(tmp_path / "same.xlsx", xq.read_list(tmp_path / "list.txt"), keep=read)
    same = (tmp_path / "same.xlsx").read_bytes()
    assert (tmp_path / "ledger-2023-07-01.xlsx").read_bytes() == same


def test_a_ledger_with_units_and_a_title_keeps_them(office, tmp_path):
    (tmp_path / "data" / "raw").mkdir()
    shutil.copy(ROOT / "data" / "raw" / "xiqing_2022.txt", tmp_path / "data" / "raw")
    office("ledger.py")
    (tmp_path / "交回").mkdir()
    shutil.copy(tmp_path / "ledger.xlsx", tmp_path / "交回" / "空.xlsx")
    said = office("followup.py", "交回", "--today", "2022-07-01")
    books = [openpyxl.load_workbook(tmp_path / f"ledger{day}.xlsx") for day in ("", "-2022-07-01")]
    assert books[0].properties.title == books[1].properties.title
    assert books[0].sheetnames == books[1].sheetnames
    for one, two in zip(*books, strict=True):
        rows = [[*sheet.values] for sheet in (one, two)]
        if one.title == "总览":  # which now says how each measure stands
            rows = [[row[:-1] for row in sheet] for sheet in rows]
        assert rows[0] == rows[1]
    assert "全部读懂。" in said and "Everything was understood." in said


def test_the_ledger_sent_out_may_be_elsewhere_and_today_is_the_day(office, back, tmp_path):
    (tmp_path / "下发").mkdir()
    (tmp_path / "ledger.xlsx").rename(tmp_path / "下发" / "台账.xlsx")
    said = office("followup.py", "交回", "--sent", "下发/台账.xlsx")
    day = said[0].removesuffix(".xlsx")[-10:]
    assert said[0] == f"督办汇总：{tmp_path / '下发' / f'followup-{day}.xlsx'}"
    assert {path.name for path in (tmp_path / "下发").iterdir()} == {
        *["台账.xlsx", f"followup-{day}.xlsx", f"ledger-{day}.xlsx"]
    }
    assert day == f"{xq.followup.read_today(None):%Y-%m-%d}"


@pytest.mark.parametrize(
    ("words", "chinese", "english"),
    [
        ([], "命令的写法是：python make.py followup 文件夹", "followup FOLDER"),
        (["交回", "--sant", "a"], "命令的写法是：", "unrecognized arguments: --sant"),
        (["不在"], "找不到文件夹不在", "There is no folder 不在"),
        (["空"], "文件夹空里没有Excel文件", "The folder 空 has no workbook"),
        (["交", "回"], '请加引号：python make.py followup "交 回"', "wants quotes"),
        (["交回", "空"], "一次只能一个文件夹", "One folder at a time"),
        (["交回", "--today", "明天"], "这里是“明天”", "takes a date, as 2024-12-01"),
        (["交回", "--today", "2024-13-01"], "这里是“2024-13-01”", "this is “2024-13-01”"),
        (["交回", "--sent", "无.xlsx"], "找不到下发的台账无.xlsx", "There is no 无.xlsx"),
        (["."], "请把交回的文件单独放一个文件夹", "a folder of its own"),
    ],
)
def test_what_is_wrong_is_said_in_both_languages(office, back, words, chinese, english):
    for folder in ("空", "交 回"):
        (back.parent / folder).mkdir()
    (back.parent / "空" / "a.txt").write_text("", "utf-8")
    before = {*back.parent.rglob("*.xlsx")}
    with pytest.raises(SystemExit) as stopped:
        office("followup.py", *words)
    first, second = str(stopped.value).split("\n")
    assert chinese in first and english in second
    assert {*back.parent.rglob("*.xlsx")} == before


def test_a_ledger_that_is_gone_is_named(office, back, tmp_path):
    (tmp_path / "ledger.xlsx").unlink()
    with pytest.raises(SystemExit, match="找不到下发的台账.*ledger.xlsx.*--sent"):
        office("followup.py", "交回")
