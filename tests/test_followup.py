"""A ledger comes back whole, whatever five offices have done to it in Excel."""

import base64
import datetime
import re
import shutil
import warnings
import zipfile
import zlib
from pathlib import Path

import matplotlib.pyplot as plt
import openpyxl
import pandas as pd
import pytest
import xq
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from xq.followup import ANSWERS, GIVEN, OUTCOMES, _read_day, _read_percent, _read_status

FORM = [*GIVEN, *ANSWERS]
LIST = """任务序号\t重点工作任务\t措施序号\t落实措施\t责任单位\t完成时限
（一）\t稳就业\t1\t新增就业2万人。\t市人社局牵头，市财政局、市教育局配合\t2023年6月底前
\t\t2\t办好招聘会。\t市人社局、市教育局按职责分工负责\t2023年12月底前
（二）\t保安全\t3\t检查企业300家。\t市应急局牵头，市住建局配合\t2023年3月底前
\t\t4\t改造老旧小区5个。\t市住建局牵头\t2023年12月底前
（三）\t守底线\t5\t防范风险。\t\t长期坚持
（四）\t自身建设\t6\t节约用电。\t各部门分别负责\t2023年12月底前
"""
# Three sheets filled in, with cells of percentages and dates, two merged; by xlwt 1.3 as Excel 97.
XLS = (
    "c-rk+eQXp(6o0e5-d8{FT3WP+mb0}5N-Ni1A!-6wO_ao>d+imZ(Bq)ju7{}<Z14l3Q29t~0Kq5(3?XTPiTX!H6H%&Si7"
    "_$p0|O=|5)#lf{$XO&pco3A@4ej}ZlTsTLKDos&Cbs6&CYvo-p+4l=W^eiC^*~yPT(9|BMTr4uB1KS%+Luu3rye#Y)_}"
    "DYF<$VX<Ke7@woA+IkVxzyf0n!4C#5F0|gE{j$;Y%1D<hM3+kF~EjWqtAji-yD2DmMiE~fE8F>K9d??|_3c2jyatfDk^"
    "W7hD*}$5eT+YXP&x&PmBBEB^Ys}<UrHtG1u@vw=_xYYRwNMP7(@fs9Tj=*@!vj5!w?FZ}Zzy%-!XdzEuu$vPdI<aAb?^"
    "eLN2yu8x~8-9EEM4sIRt;Cg8=8vcfnB5)=#cp0P6p;>Rtb!cjH4GP4B^DG`)8eJFh4XfL=(i6hxP8_^NmD>%t+F#Gtxh"
    "eM6jdBVJP%jb2RXx>Nb4ZmITeZ$tbNyrevfnt6Dlt*M(XwBTh|;zEl9#8)pLT|1)o$FMqo>%q3SIzHC0aZ~c*cGQ&b98"
    "njyG)7T#vae?|YMyM)U1Vtf)SC8Yfe6K>r-n6bI=yRg{IiwsHD`m^(dJKXeA*fNwhQ&GZ8MkrvS;5u)aR(6YF*?bi~67"
    "6v+6~>!Jj;kO0Mv&$kH7Ss#sanJM!G1ijC(VJFE?B(^FV&iXPwIl-f_eI-VI$`Pz^7VTu|<p;|QUPJ`-6&%t*I_6~2Tj"
    "R#aWh{M{!R;t#43+*Z)*R?9NWu_B{^i)s%QV(g$c1E;@xCogkL}eX>pbo;YE-??>sXd9t7&`iWISo~hqAnwfI-D}%VC?"
    "y&r<1L{fv6Hf<IdRda(1Vi^k$l@#j7;>M#t%0H53^+ss&0e*$=b*9c({LqdXJsYg^Tfp$)AXPKjth4Wqpf9BETR?(3E8"
    "TAw6beKk?B@|uB#jTm%)^%?%^Y2x0e1$T?ypEO_m{+78=rLvprlsH+{M_N2r^GaFN^NBHgQolZWY%fh(eHrvymccw;8g"
    "jAh1RvK6c!BUEqb|Mq+sVdcQ)C5edQoG3AXN}kAPp~25A4j-9}`4UjAs@1n9b#8wmOaL0WOR1U5wYtredS=@D{#jE4Nm"
    "npD@d*$c&8oOssGFx%q?AZ9hh4VSQlXxeY}F-$nYN3{%yK{pr{O)uLLwwx8r^#Jmb)Aw9!o$#sjWTk#vQr;V>bA6y0|y"
    "74inBg&4DNHKDyqbx*O5;+h#B+5pVEs+zEQz924mqczvZizgIJQ8^kc_qq0lp|3tqFjmc5amgfk0@UvA0nSbenftW3iv"
    "QlA=V2enu2JGL`8^-jLZpcwPsHLj4n3r7o54N5>e)ElZY~RyF`?^5{W2t0f{Jc(<GwI-60WW?oLD-6+#}2{OcjbXrs)P"
    "%C;Pg)+tdT9?S4f8i_K>NE9B)bi<F%kf21FBT;xHcS)2PyTY-TNkp-iOGL5XZA7GS>;s=FMjORmA=@bSFJwP@LY1_UQ3"
    "~M*1&W`9SH<SM&H2ga{0s}{XIeNv%fk683+HEBIA3kye3^ywH5Sg_W8r-AlT6N6jKTRt2Iq4}<@_8A=R+3G&$4j7Rw5c"
    "no#hQsZFvJs8yDy4IfqSNgUxH3*OSTXoSV3omyf~g`f;x1MKIThRv9JQ|F&M2kFj0{{)M~8P_J-&UKlnqMc6wAk8QEV7"
    "F%qw#THv^vBef!Y`K9Vc!RJ1sNvu(y#9lUi#O@O+j4yy4!rTs<Bc}()|&qJaT(7m_TMOOS&6|KJk~)F9)fPX_Q3iH&7Y"
    "}|ElgWtoPEsy3y~~A?>*23Nsgmy!t=Kf6p=Zead!;fI0{YF|CNcvd6WJB4Su+5sQ"
)


@pytest.fixture(scope="module")
def measures(tmp_path_factory):
    path = tmp_path_factory.mktemp("list") / "list.txt"
    path.write_text(LIST, encoding="utf-8")
    return xq.read_list(path)


@pytest.fixture(scope="module")
def sent(measures, tmp_path_factory):
    path = tmp_path_factory.mktemp("sent") / "台账.xlsx"
    xq.write_ledger(path, measures)
    return path


def answer(sent, path, *answers, change=None):
    """Save a copy of a ledger with answers: (sheet, measure, {column: value})."""
    book = openpyxl.load_workbook(sent)
    for sheet, measure, cells in answers:
        (row,) = [row for row in book[sheet].iter_rows(min_row=2) if row[0].value == measure]
        for column, value in cells.items():
            row[FORM.index(column)].value = value
    if change:
        change(book)
    book.save(path)
    return path


@pytest.fixture(scope="module")
def returned(sent, tmp_path_factory):
    """Return five copies, filled in as five offices would; the sixth unit returns nothing."""
    folder = tmp_path_factory.mktemp("returned")

    def insert(book):  # rows between and above, and a column that nobody asked for
        sheet = book["市人社局"]
        sheet.insert_rows(3)
        sheet.cell(3, 11, "第二场招聘会定于8月")
        sheet.insert_rows(1, 2)
        sheet.cell(1, 1, "市人社局半年进展")
        sheet.insert_cols(11)
        sheet.cell(3, 11, "经办科室")
        sheet.cell(4, 11, "就业科")

    def rename(book):  # the sheets of the others deleted
        for name in book.sheetnames:
            if name != "市财政局":
                del book[name]
        book["市财政局"].title = "Sheet1"

    def move(book):  # columns the other way round, rows sorted, headings with a bracket
        sheet = book["市住建局"]
        rows = [[cell.value for cell in row][::-1] for row in sheet.iter_rows()]
        rows = [rows[0], *rows[:0:-1]]
        rows[0][FORM[::-1].index("percent")] = "完成 百分比\n（%）"
        for at, row in enumerate(rows, 1):
            for place, value in enumerate(row, 1):
                sheet.cell(at, place).value = value

    def merge(book):  # one answer for two rows
        sheet = book["市教育局"]
        sheet.merge_cells("K2:K3")
        sheet.merge_cells("S2:S3")

    day = datetime.datetime(2023, 6, 20)
    files = [
        answer(
            sent,
            folder / "人社局.xlsx",
            ("市人社局", "M001", {"progress": "已完成", "percent": 1, "updated": "2023-6-1"}),
            ("市人社局", "M002", {"progress": "推进中", "percent": 0.5, "updated": "2023-6-1"}),
            ("各部门", "M006", {"progress": "已换灯", "percent": "80%", "updated": "2023-6-1"}),
            change=insert,
        ),
        answer(
            sent,
            folder / "财政局.xlsx",
            ("市财政局", "M001", {"progress": "资金未到位", "percent": 50, "updated": "6月1日"}),
            change=rename,
        ),
        answer(
            sent,
            folder / "住建局.xlsx",
            ("市住建局", "M003", {"percent": "一半左右", "updated": "2023年6月1日"}),
            ("市住建局", "M004", {"progress": "推进中", "percent": "40％", "updated": day}),
            change=move,
        ),
        answer(
            sent,
            folder / "教育局.xlsx",
            ("市教育局", "M001", {"progress": "有困难", "updated": "上月底"}),
            ("各部门", "M006", {"progress": "已完成", "percent": "100%", "updated": "2023-6-2"}),
            change=merge,
        ),
        answer(
            sent,
            folder / "督查室.xlsx",
            ("市应急局", "M003", {"opinion": "请尽快上报"}),
            ("市人社局", "M001", {"opinion": "核实人数"}),
        ),
    ]
    return files


@pytest.fixture(scope="module")
def read(sent, returned):
    return xq.read_ledgers(returned, sent=sent, today="2023-07-01")


def test_every_cell_filled_in_comes_back(read):
    found = read.answers.set_index(["measure_id", "unit", "column"])["value"].sort_index()
    assert found["M001", "市人社局"].to_dict() == {
        **{"progress": "已完成", "percent": "100", "updated": "2023-06-01", "opinion": "核实人数"}
    }
    assert found["M002", "市人社局"].to_dict() == {
        **{"progress": "推进中", "percent": "50", "updated": "2023-06-01"}
    }
    assert found["M001", "市财政局"].to_dict() == {
        **{"progress": "资金未到位", "percent": "50", "updated": "2023-06-01"}
    }
    assert found["M003", "市住建局"].to_dict() == {"percent": "", "updated": "2023-06-01"}
    assert found["M004", "市住建局"].to_dict() == {
        **{"progress": "推进中", "percent": "40", "updated": "2023-06-20"}
    }
    assert found["M001", "市教育局"].to_dict() == {"progress": "有困难", "updated": ""}
    assert found["M002", "市教育局"].to_dict() == {"progress": "有困难", "updated": ""}
    assert found["M003", "市应急局"].to_dict() == {"opinion": "请尽快上报"}
    assert len(found) == 4 + 3 + 3 + 2 + 3 + 2 + 2 + 1 + 6  # the last: two offices of M006
    where = read.answers[read.answers["unit"] == "市人社局"].iloc[0]
    assert (where["sheet"], where["row"], where["cell"]) == ("市人社局", 4, "L4")


def test_what_is_not_understood_is_listed_with_its_place(read):
    listed = {(Path(row.file).stem, row.sheet, row.cell): row for row in read.unread.itertuples()}
    assert {key: row.written for key, row in listed.items()} == {
        ("人社局", "市人社局", "A1"): "市人社局半年进展",
        ("人社局", "市人社局", "K4"): "就业科",
        ("人社局", "市人社局", "L5"): "第二场招聘会定于8月",
        ("住建局", "市住建局", "J3"): "一半左右",
        ("教育局", "市教育局", "S2"): "上月底",
        ("教育局", "市教育局", "S3"): "上月底",
    }
    reasons = [listed[key].reason for key in sorted(listed, key=lambda key: (key[2], key[0]))]
    assert reasons == [
        "above the headings, or on a sheet without them",
        "is no percentage (1 may be 1% or 100%)",
        "no column is headed '经办科室'",
        "this row names no measure (编号); the row above is M001",
        *["is no date, or has no year"] * 2,
    ]


def test_the_guide_is_no_answer_and_a_ledger_without_it_is_read_alike(sent, tmp_path):
    said = ("市人社局", "M001", {"progress": "推进中"})

    def drop(book):
        del book["填写说明"]

    files = [answer(sent, tmp_path / "a.xlsx", said)]
    files.append(answer(sent, tmp_path / "b.xlsx", said, change=drop))
    for file in files:
        read = xq.read_ledgers([file], sent=sent, today="2023-07-01")
        assert read.answers["written"].tolist() == ["推进中"] and len(read.unread) == 0
        assert len(read.duties) == 10

    def note(book):
        book["填写说明"]["C3"] = "联系电话"

    read = xq.read_ledgers([answer(sent, tmp_path / "c.xlsx", change=note)])
    assert read.unread["written"].tolist() == ["联系电话"]  # as of any sheet


def test_doubts_are_marked(read):
    doubts = read.answers[read.answers["doubt"] != ""]
    found = {*doubts[["measure_id", "unit", "column", "doubt"]].itertuples(index=False, name=None)}
    assert found == {
        ("M001", "市财政局", "updated", "year_from_due"),
        ("M002", "市教育局", "progress", "merged"),
        ("M002", "市教育局", "updated", "merged"),
    }


def test_one_row_per_measure_with_conflicts_and_overdue_rows_named(read):
    rows = read.measures.set_index("measure_id")
    assert rows.index.tolist() == [f"M00{n}" for n in range(1, 7)]
    assert rows["status"].to_dict() == {
        **{"M001": "done", "M002": "in_difficulty", "M003": "silent", "M004": "under_way"},
        **{"M005": "silent", "M006": "under_way"},
    }
    assert rows["lead"].tolist() == ["市人社局", "", "市应急局", "市住建局", "", ""]
    assert rows["overdue"].tolist() == [False, False, True, False, False, False]
    assert rows.at["M001", "number"] == "（一）/1" and rows.at["M001", "percent"] == 100
    assert rows.at["M001", "views"] == "市财政局：资金未到位 50%；市教育局：有困难"
    assert (
        rows.at["M001", "conflict"] == "市人社局 done、市财政局 under_way、市教育局 in_difficulty"
    )
    assert rows.at["M002", "views"] == "市人社局：推进中 50%" and rows.at["M002", "conflict"] == ""
    assert rows["missing"].tolist() == ["", "", "市应急局", "", "未写明单位", ""]
    assert rows.at["M006", "views"].endswith("教育局.xlsx：已完成 100%")
    assert rows.at["M006", "progress"] == "已换灯"


def test_duties_are_counted_by_unit(read):
    outcomes = read.duties.set_index(["measure_id", "unit"])["outcome"]
    assert outcomes.to_dict() == {
        **{("M001", "市人社局"): "done", ("M002", "市人社局"): "on_time"},
        **{("M001", "市财政局"): "late", ("M001", "市教育局"): "late"},
        **{("M002", "市教育局"): "on_time", ("M003", "市应急局"): "silent"},
        **{("M003", "市住建局"): "late", ("M004", "市住建局"): "on_time"},
        **{("M005", "未写明单位"): "silent", ("M006", "各部门"): "on_time"},
    }
    counts = xq.count_answers(read.duties)
    assert counts.columns.tolist() == ["unit", "n", *OUTCOMES, "overdue"]
    assert counts["unit"].tolist()[0] == "市应急局"  # overdue and silent
    assert counts.set_index("unit").loc["市教育局"].tolist() == [2, 0, 1, 1, 0, 0, 1]
    assert (counts[[*OUTCOMES]].sum(axis=1) == counts["n"]).all()
    assert counts["n"].sum() == len(read.duties) == 10


def test_units_with_most_overdue_come_first_then_most_silent_then_most_rows():
    rows = [("a", "done", False), ("b", "silent", False), ("b", "silent", False)]
    rows += [("c", "late", True), ("d", "done", False), ("d", "done", False)]
    rows += [("e", "done", False)]
    counts = xq.count_answers(pd.DataFrame(rows, columns=["unit", "outcome", "overdue"]))
    assert "".join(counts["unit"]) == "cbdae"


def test_measures_stand_in_the_order_of_their_numbers(measures, tmp_path):
    numbered = measures.assign(measure_id=["M9", "M10", "M11", "M100", "M2", "M1"])
    xq.write_ledger(tmp_path / "a.xlsx", numbered)
    read = xq.read_ledgers([tmp_path / "a.xlsx"])
    assert [*read.measures["measure_id"]] == ["M1", "M2", "M9", "M10", "M11", "M100"]


def test_who_returned_nothing_is_silent_only_if_the_ledger_sent_is_given(sent, returned):
    alone = xq.read_ledgers(returned[1:2], today="2023-07-01")
    assert alone.duties["unit"].tolist() == ["市财政局"]
    both = xq.read_ledgers(returned[1:2], sent=sent, today="2023-07-01")
    assert len(both.duties) == 10 and (both.duties["outcome"] == "silent").sum() == 9


def test_the_day_decides_what_is_late(sent, returned):
    early = xq.read_ledgers(returned, sent=sent, today=datetime.date(2023, 3, 31))
    early_rows = pd.concat([early.measures["overdue"], early.duties["overdue"]])
    assert not early_rows.any()  # on the last day of M003 itself
    assert "is after 2023-03-31" in early.unread["reason"].tolist()  # answers from June
    same = xq.read_ledgers(returned, sent=sent, today="2023-06-20")  # the date of an answer
    assert not same.unread["reason"].str.startswith("is after").any()
    before = xq.read_ledgers(returned, sent=sent, today="2023-06-19")
    assert before.unread["reason"].str.startswith("is after 2023-06-19").sum() == 1
    late = xq.read_ledgers(returned, sent=sent, today=pd.Timestamp("2024-01-01"))
    assert late.measures["overdue"].tolist() == [False, True, True, True, False, True]


def test_a_later_report_counts_and_the_earlier_is_kept(sent, tmp_path):
    one = {"progress": "未开始", "problem": "缺人", "person": "张三", "updated": "2023-4-1"}
    two = {"progress": "推进中", "percent": "30%", "updated": "2023.05.01"}
    files = [
        answer(sent, tmp_path / "5.xlsx", ("市住建局", "M004", two)),
        answer(sent, tmp_path / "4.xlsx", ("市住建局", "M004", one)),
    ]
    for order in (files, files[::-1]):
        read = xq.read_ledgers(order, sent=sent, today="2023-06-01")
        (duty,) = read.duties[read.duties["measure_id"] == "M004"].to_dict("records")
        assert (duty["status"], duty["problem"], duty["person"]) == ("under_way", "", "张三")
        assert duty["conflict"] == ""
        kept = read.answers[~read.answers["current"]].set_index("column")["written"]
        assert kept.to_dict() == {"progress": "未开始", "problem": "缺人", "updated": "2023-4-1"}
        assert len(read.answers) == 7


@pytest.mark.parametrize(
    "days, word",
    [
        (("2023-4-1", "2023年4月1日"), "same date as"),
        (("", "2023-4-1"), "no date, and"),
        (("", ""), "no date, and"),
        (("", "上周"), "no date, and"),
    ],
)
def test_two_answers_of_one_day_are_a_conflict(sent, tmp_path, days, word):
    words = [{"progress": "未开始"}, {"progress": "推进中"}]
    files = [
        answer(sent, tmp_path / f"{n}.xlsx", ("市住建局", "M004", cells | {"updated": day or None}))
        for n, (cells, day) in enumerate(zip(words, days, strict=True))
    ]
    read = xq.read_ledgers(files, today="2023-06-01")
    row = read.measures.set_index("measure_id").loc["M004"]
    assert row["status"] == "under_way" and word in row["conflict"]
    assert "0.xlsx 市住建局!A3" in row["conflict"] and "1.xlsx 市住建局!A3" in row["conflict"]
    same = xq.read_ledgers([files[0], answer(files[0], tmp_path / "copy.xlsx")])
    assert same.measures["conflict"].eq("").all()  # a copy is no other answer


def test_what_was_sent_cannot_be_changed_unseen(sent, tmp_path):
    def change(book):
        book["市住建局"]["J3"] = "2024年6月1日"
        book["市住建局"]["D3"] = "改造老旧小区3个。"
        book["市住建局"]["J2"] = "2023/3/31"  # the same day in other words
        book["市应急局"]["F2"] = "应急局"
        book["市应急局"]["K2"] = "已完成"
        book["市教育局"]["A2"] = "M099"
        book["市教育局"]["K2"] = "推进中"
        book["市财政局"]["A2"] = " Ｍ００１ "
        book["市财政局"]["K2"] = "推进中"

    path = answer(sent, tmp_path / "a.xlsx", change=change)
    read = xq.read_ledgers([path], sent=sent, today="2023-06-01")
    row = read.measures.set_index("measure_id").loc["M004"]
    assert row["text"] == "改造老旧小区5个。" and row["due"] == pd.Timestamp("2023-12-31")
    assert (
        row["conflict"]
        == f"落实措施 changed in {path} 市住建局!D3；到期日 changed in {path} 市住建局!J3"
    )
    assert read.measures["conflict"].ne("").sum() == 1
    listed = read.unread.set_index("cell")
    assert listed.loc["K2", "written"].tolist() == ["推进中", "已完成"]
    assert listed.loc["A2", "reason"].tolist() == [
        "the ledger sent out has no row M099 of 市教育局",
        "the ledger sent out has no row M003 of 应急局",
    ]
    assert read.answers[["measure_id", "unit"]].to_numpy().tolist() == [["M001", "市财政局"]]


def test_a_row_without_a_unit_is_of_its_sheet(sent, tmp_path):
    def clear(book):
        book["市住建局"]["F3"] = None
        book["市人社局"].delete_cols(6)

    words = {"progress": "推进中"}
    answers = [("市住建局", "M004", words), ("市人社局", "M002", words)]
    path = answer(sent, tmp_path / "a.xlsx", *answers, change=clear)
    read = xq.read_ledgers([path], sent=sent)
    found = read.answers[["measure_id", "unit", "doubt"]].to_numpy().tolist()
    assert sorted(found) == [
        ["M002", "市人社局", "unit_from_sheet"],
        ["M004", "市住建局", "unit_from_sheet"],
    ]


def test_files_that_are_no_ledger_stop_nothing(sent, returned, tmp_path):
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"PK no workbook")
    text = tmp_path / "a.txt"
    text.write_text("没有台账", encoding="utf-8")
    read = xq.read_ledgers([bad, text, tmp_path / "gone.xlsx", returned[1]], sent=sent)
    assert read.unread["file"].tolist() == [str(bad), str(text), str(tmp_path / "gone.xlsx")]
    assert read.unread["reason"].str.contains("expected").all()
    assert len(read.answers) == 3
    with pytest.raises(xq.ListError, match="is no ledger; expected a workbook that write_ledger"):
        other = tmp_path / "other.xlsx"
        openpyxl.Workbook().save(other)
        xq.read_ledgers([], sent=other)


def test_comments_and_pictures_are_named_though_not_read(sent, tmp_path):
    def comment(book):
        book["市住建局"]["K3"].comment = openpyxl.comments.Comment("请核实", "督查室")

    read = xq.read_ledgers([answer(sent, tmp_path / "a.xlsx", change=comment)])
    assert read.unread["reason"].tolist() == ["the file has comments; they are not read"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"files": "a.xlsx"}, "files is a str"),
        ({"files": [3]}, "files: '3' is 3; expected a path"),
        ({"files": [], "sent": 3}, "files: '3' is 3; expected a path"),
        ({"files": [], "today": 3}, "today is 3; expected a date"),
        ({"files": [], "today": "soon"}, "today is 'soon'; expected a date"),
        ({"files": [], "today": pd.NaT}, "today is NaT; expected a date"),
    ],
)
def test_wrong_input_is_named(arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        xq.read_ledgers(**arguments)


def test_no_file_gives_empty_tables_of_the_same_columns(read):
    empty = xq.read_ledgers([])
    for one, two in zip(empty, read, strict=True):
        assert len(one) == 0 and one.dtypes.equals(two.dtypes)
    assert len(xq.count_answers(empty.duties)) == 0


# ── other kinds of files ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["a.xls", "a.et"])
def test_old_sheets_of_excel_and_wps_are_read(sent, tmp_path, name):
    (tmp_path / name).write_bytes(zlib.decompress(base64.b85decode(XLS)))
    read = xq.read_ledgers([tmp_path / name], sent=sent, today="2023-07-01")
    columns = ["measure_id", "unit", "cell", "value", "doubt"]
    assert read.answers[columns].to_numpy().tolist() == [
        ["M001", "市人社局", "K2", "已完成", ""],
        ["M001", "市人社局", "L2", "100", "percent_from_one"],
        ["M001", "市人社局", "S2", "2023-06-01", ""],
        ["M002", "市人社局", "K3", "推进中", ""],
        ["M002", "市人社局", "L3", "50", ""],
        ["M002", "市人社局", "S3", "2023-06-01", "year_from_due"],
        ["M001", "市教育局", "K2", "有困难", ""],
        ["M002", "市教育局", "K3", "有困难", "merged"],
        ["M003", "市住建局", "K2", "推进中", ""],
        ["M003", "市住建局", "L2", "100", "percent_from_one"],
        ["M003", "市住建局", "S2", "2023-06-02", ""],
        ["M004", "市住建局", "L3", "", ""],
    ]
    assert read.unread[["cell", "written"]].to_numpy().tolist() == [["L3", "一半"]]
    conflict = read.measures.set_index("measure_id").at["M003", "conflict"]
    assert "“推进中” beside 100% in" in conflict  # so a 1 that was no 100% is seen


def test_a_new_sheet_may_be_named_et(sent, returned, tmp_path):
    shutil.copy(returned[0], tmp_path / "a.et")
    found, expected = [
        xq.read_ledgers({"a": path}, sent=sent, today="2023-07-01")
        for path in (tmp_path / "a.et", returned[0])
    ]
    assert found.answers.equals(expected.answers) and len(found.answers) > 8


@pytest.mark.parametrize(
    ("name", "reason"),
    [("a.xls", "old Office file without a sheet"), ("a.et", "without a"), ("a.xlsx", "is cut off")],
)
def test_half_a_file_is_listed_with_a_remedy(sent, tmp_path, name, reason):
    whole = zlib.decompress(base64.b85decode(XLS))
    raw = sent.read_bytes() if name == "a.xlsx" else whole
    (tmp_path / name).write_bytes(raw[: len(raw) // 2])
    read = xq.read_ledgers([tmp_path / name], today="2023-07-01")
    (row,) = read.unread.to_dict("records")
    assert reason in row["reason"] and re.search("Save it as|Get the file again", row["reason"])
    assert row["reason_zh"] == "文件无法读取：" + row["reason"] and len(read.answers) == 0


def rewrite(path, sheet, change):
    """Change the XML of a sheet of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[sheet] = change(parts[sheet].decode()).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)


def test_texts_inside_cells_are_read_as_those_that_are_shared(measures, sent, tmp_path):
    inside, shared = tmp_path / "inside.xlsx", tmp_path / "shared.xlsx"
    answer(sent, inside, ("市人社局", "M001", {"progress": "推进中", "problem": "缺人"}))
    xq.write_ledger(shared, measures, keep=xq.read_ledgers([inside], sent=sent))
    for path, sign in ((inside, b't="inlineStr"'), (shared, b't="s"')):
        with zipfile.ZipFile(path) as archive:
            assert sign in archive.read("xl/worksheets/sheet4.xml")
    one, two = [to_answers(xq.read_ledgers([path], sent=sent)) for path in (inside, shared)]
    assert one == two and [*one.values()] == ["推进中", "缺人"]


def test_a_formula_without_its_result_is_listed(sent, tmp_path):
    def fill(book):  # openpyxl writes formulas, and no result
        sheet = book["市人社局"]
        sheet["K2"], sheet["L2"], sheet["S2"] = "已完成", "=1/2", "=TODAY()"
        sheet["K3"] = openpyxl.worksheet.formula.ArrayFormula("K3", "=K2")
        book["总览"]["M2"] = "=A2"

    path = answer(sent, tmp_path / "a.xlsx", change=fill)
    assert openpyxl.load_workbook(path).sheetnames[3] == "市人社局"
    read = xq.read_ledgers([path], sent=sent, today="2023-07-01")
    assert read.answers[["cell", "written"]].to_numpy().tolist() == [["K2", "已完成"]]
    assert read.unread[["sheet", "cell", "written"]].to_numpy().tolist() == [
        ["总览", "M2", "=A2"],
        ["市人社局", "L2", "=1/2"],
        ["市人社局", "S2", "=TODAY()"],
        ["市人社局", "K3", "=K2"],
    ]
    assert read.unread["reason"].str.startswith("is a formula without its result; open the").all()
    with pytest.raises(ValueError, match="was filled in, first in sheet 市人社局, cell K2"):
        xq.write_summary(read, path, today="2023-07-01")


def test_of_shared_formulas_those_with_a_result_are_read(sent, tmp_path):
    path = answer(
        sent, tmp_path / "a.xlsx", ("市人社局", "M001", {"progress": "=1", "problem": "=2"})
    )

    def share(xml):
        for old, new in [
            (r"<f>1</f><v ?(/>|></v>)", '<f t="shared" ref="K2:K3" si="0">M2</f>'),
            (r"<f>2</f><v ?(/>|></v>)", "<f>2</f><v>2</v>"),
            (r'<c r="K3"[^>]*></c>', '<c r="K3"><f t="shared" si="0"/></c>'),
            (r'<c r="L3"[^>]*></c>', '<c r="L3" t="str"><f>""</f><v></v></c>'),  # "" is a result
        ]:
            xml, count = re.subn(old, new, xml)
            assert count == 1
        return xml

    rewrite(path, "xl/worksheets/sheet4.xml", share)
    read = xq.read_ledgers([path], sent=sent, today="2023-07-01")
    assert read.answers[["cell", "written"]].to_numpy().tolist() == [["M2", "2"]]
    assert read.unread[["cell", "written"]].to_numpy().tolist() == [["K2", "=M2"], ["K3", "=M3"]]


# ── the cells ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *[("50%", 50), ("50％", 50), ("50", 50), ("0.5", 50), ("5000%", 50), (" 50 % ", 50)],
        *[
            ("200%", 200),
            ("201%", 2.01),
            ("300%", 3),
            ("0", 0),
            ("1%", 1),
            ("100", 100),
            ("100%", 100),
            ("120%", 120),
            ("0.5%", 0.5),
        ],
        *[
            ("1", None),
            ("一半左右", None),
            ("", None),
            ("-5", None),
            ("500", None),
            ("50-60%", None),
        ],
    ],
)
def test_percentages(written, value):
    assert _read_percent(written) == value


@pytest.mark.parametrize(
    ("written", "day"),
    [
        *[("2023-6-1", "2023-06-01"), ("2023年6月1日", "2023-06-01"), ("2023/06/01", "2023-06-01")],
        *[("6月1日", "2022-06-01"), ("6.1", "2022-06-01"), ("20230601", "2023-06-01")],
        *[
            ("45078", "2023-06-01"),
            ("２０２３．６．１", "2023-06-01"),
            ("2023年 6月 1号", "2023-06-01"),
        ],
        *[
            ("2023年6月", None),
            ("6月底", None),
            ("2023-2-30", None),
            ("上周", None),
            ("23.6.1", None),
        ],
    ],
)
def test_days(written, day):
    assert _read_day(written, 2022) == (pd.Timestamp(day) if day else None)
    if day and day.startswith("2022"):
        assert _read_day(written, None) is None


@pytest.mark.parametrize(
    ("progress", "percent", "status", "agrees"),
    [
        ("已完成", None, "done", True),
        ("已完成。", 100.0, "done", True),
        ("completed", None, "done", True),
        ("under way", None, "under_way", True),
        ("已完成", 80.0, "under_way", False),
        ("推进中", 100.0, "under_way", False),
        ("已完成，正在验收", None, "unclear", True),
        ("已完成招标", None, "unclear", True),
        ("已完成招标", 30.0, "under_way", True),
        ("未开始：缺资金", None, "not_started", True),
        ("有困难", 20.0, "in_difficulty", True),
        ("", 0.0, "not_started", True),
        ("", 100.0, "done", True),
        ("", None, "unclear", True),
    ],
)
def test_status(progress, percent, status, agrees):
    assert _read_status(progress, percent) == (status, agrees)


# ── round trip ───────────────────────────────────────────────────────────────────────────────

PLACES = [("市人社局", "M001"), ("市教育局", "M002"), ("各部门", "M006"), ("未写明单位", "M005")]
WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"], exclude_characters="_=#"))
WORDS = WORDS.filter(str.strip) | st.sampled_from(["推进中\n（二）", "007", "1"])
CELLS = {column: WORDS for column in ANSWERS}
CELLS["percent"] = st.integers(3, 100) | st.sampled_from(["一半", "33.3%", 0.25])
CELLS["updated"] = st.dates(datetime.date(2001, 1, 1), datetime.date(2023, 1, 1)) | WORDS
FILLED = st.dictionaries(
    st.sampled_from(PLACES), st.fixed_dictionaries({}, optional=CELLS), min_size=1
)


def to_answers(read):
    """Return (unit, measure, column) → what is written."""
    current = read.answers[read.answers["current"]]
    keys = current[["unit", "measure_id", "column"]].itertuples(index=False, name=None)
    said = current["value"].where(current["value"] != "", current["written"])
    return dict(zip(keys, said, strict=True))


@settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(filled=FILLED)
def test_write_fill_read_gives_what_was_filled_in(measures, sent, tmp_path, filled):
    path, again = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    again.unlink(missing_ok=True)
    answers = [(sheet, measure, cells) for (sheet, measure), cells in filled.items()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answer(sent, path, *answers)
    expected = {}
    for (sheet, measure), cells in filled.items():
        for column, value in cells.items():
            if column == "percent":
                percent = value if isinstance(value, str) or value > 1 else value * 100
                value = f"{percent}".removesuffix("%").removesuffix(".0")
            expected[sheet, measure, column] = str(value)
    read = xq.read_ledgers([path], sent=sent, today="2023-07-01")
    found = to_answers(read)
    dates = {key for key in found if key[2] == "updated"}  # words may be read as a date
    assert found.keys() == expected.keys()
    for key in expected.keys() - dates:
        assert found[key] == expected[key]
    written = read.answers.set_index(["unit", "measure_id", "column"])["written"]
    assert all(written[key] == expected[key] for key in dates)
    # … and carried over into a new ledger nothing changes
    xq.write_ledger(again, measures, keep=read)
    assert to_answers(xq.read_ledgers([again], sent=sent, today="2023-07-01")) == found


def test_answers_of_five_files_are_carried_into_one(measures, sent, read, tmp_path):
    path = tmp_path / "汇总.xlsx"
    xq.write_ledger(path, measures, keep=read)
    book = openpyxl.load_workbook(path)
    status = [row[9].value for row in book["总览"].iter_rows(min_row=2)]
    assert status[:3] == ["已完成 100%", "有困难", "未反馈\n已逾期"]
    again = xq.read_ledgers([path], sent=sent, today="2023-07-01")
    one, two = to_answers(read), to_answers(again)
    assert one.keys() == two.keys()
    shared = {key for key in one if key[1] == "M006"}
    assert {key: one[key] for key in one.keys() - shared} == {
        key: two[key] for key in one.keys() - shared
    }
    for key in shared:  # two offices in one row: both stand there
        assert two[key].startswith("人社局：") and "\n教育局：" in two[key]
    assert again.measures["status"][:5].tolist() == read.measures["status"][:5].tolist()


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_lines_of_the_readme_run(returned, tmp_path, monkeypatch, name):
    text = (Path(__file__).parent.parent / name).read_text(encoding="utf-8")
    (code,) = [code for code in re.findall(r"```python\n(.*?)```", text, re.S) if "sent=" in code]
    (tmp_path / "list.txt").write_text(LIST, encoding="utf-8")
    for path, copy in zip(returned, "ab", strict=False):
        shutil.copy(path, tmp_path / f"{copy}.xlsx")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XQ_FIGURES", str(tmp_path))
    with plt.rc_context():
        exec(code.replace("list.docx", "list.txt"), names := {})
        ax = names["draw"](lambda zh, en: en)
    assert [text.get_text() for text in ax.get_yticklabels()] == names["counts"]["unit"].tolist()
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["done", "on time", "no deadline", "late", "silent"]
    drawn = [[bar.get_width() for bar in bars] for bars in ax.containers]
    outcomes = ["done", "on_time", "no_date", "late", "silent"]
    assert drawn == [names["counts"][outcome].tolist() for outcome in outcomes]
    assert sum(drawn[4]) == 6  # of 10 duties the two files answer four
    colors = [to_hex(bars[0].get_facecolor()) for bars in ax.containers]
    assert len({*colors}) == 5 and colors[3] == "#c8431b"  # late is red
    plt.close("all")
    assert {path.name for path in tmp_path.glob("99-follow-up.*.png")} == {
        "99-follow-up.zh.png",
        "99-follow-up.en.png",
    }
    assert len(xq.read_ledgers(["2023-07.xlsx"]).answers) == len(names["read"].answers) > 9
    assert openpyxl.load_workbook("2023-07-summary.xlsx").sheetnames[0] == "督办汇总"


def test_odd_names_of_measures_and_units_are_found_again(measures, tmp_path):
    odd = measures.assign(measure_id=["①", "m 1", "１", "x", "X", "M6"])
    units = pd.DataFrame({"unit": ["人社局 (甲)"], "aliases": ["市人社局"]})
    xq.write_ledger(tmp_path / "a.xlsx", odd.iloc[1:], units=units)
    for path in (tmp_path / "a.xlsx", tmp_path / "b.xlsx"):
        (tmp_path / "filled.xlsx").unlink(missing_ok=True)
        answer(path, tmp_path / "filled.xlsx", ("人社局 (甲)", "m 1", {"progress": "已完成"}))
        read = xq.read_ledgers([tmp_path / "filled.xlsx"], sent=tmp_path / "a.xlsx")
        assert len(read.measures) == 5 and len(read.unread) == 0
        assert read.answers[["measure_id", "written"]].to_numpy().tolist() == [["m 1", "已完成"]]
        if path.name == "a.xlsx":
            xq.write_ledger(tmp_path / "b.xlsx", odd.iloc[1:], units=units, keep=read)
    status = [row[9].value for row in openpyxl.load_workbook(tmp_path / "b.xlsx")["总览"]]
    assert status[:2] == ["状态", "已完成"] and all(
        cell.startswith("未反馈") for cell in status[2:]
    )
    with pytest.raises(ValueError, match="two measures are named alike: '1'"):
        xq.write_ledger(tmp_path / "c.xlsx", odd)  # "①" and "１" are one key


def test_answers_without_a_place_in_the_list_are_refused(measures, read, tmp_path):
    with pytest.raises(ValueError, match="answers M004 of 市住建局, which this list has not"):
        xq.write_ledger(tmp_path / "a.xlsx", measures[measures["measure_id"] != "M004"], keep=read)
    other = measures.assign(text=measures["text"].replace("办好招聘会。", "办好运动会。"))
    with pytest.raises(ValueError, match="answers M002, which has another text in this list"):
        xq.write_ledger(tmp_path / "a.xlsx", other, keep=read)
    assert not (tmp_path / "a.xlsx").exists()
