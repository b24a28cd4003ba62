"""Lists with other headings, other cells and no table at all are read; what is not is named."""

import pandas as pd
import pytest
import xq
from xq.dates import read_deadline, read_issue_date
from xq.headings import name_cells
from xq.normal import normalise, restore

SIX = "任务序号\t重点工作任务\t措施序号\t落实措施\t责任单位\t完成时限\n"


def read(tmp_path, text, name="list.txt", encoding="utf-8", **choices):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return xq.read_list(path, **choices), xq.read_changes(path, **choices)


def test_own_headings_and_columns_of_units(tmp_path):
    measures, changes = read(
        tmp_path,
        "序号\t类别\t重点任务\t工作举措\t牵头单位\t配合单位\t完成时间\n"
        "1\t优化营商环境\t压减审批时间\t新增套餐5个。\t市政务服务局\t市市场监管局、市税务局\t2025年9月\n"
        "2\t优化营商环境\t压减审批时间\t建设窗口30个。\t市政务服务局\t各区政府\t2025年12月\n"
        "3\t改善出行\t治理拥堵点\t改造12处。\t市交通运输局\t无\t2025年6月底前",
    )
    assert list(measures["units"]) == [
        "牵头单位：市政务服务局；配合单位：市市场监管局、市税务局",
        "牵头单位：市政务服务局；配合单位：各区政府",
        "牵头单位：市交通运输局",
    ]
    assert list(measures["类别"]) == ["优化营商环境"] * 2 + ["改善出行"]
    assert list(measures["配合单位"]) == ["市市场监管局、市税务局", "各区政府", ""]
    dates = ["2025-09-30", "2025-12-31", "2025-06-30"]
    assert list(measures["deadline_date"].astype("str")) == dates
    assert list(measures["task_no"]) == [1, 1, 2] and list(measures["measure_no"]) == [1, 2, 3]
    assert changes.query("rule == 'nobody'")["before"].tolist() == ["无"]


def test_three_columns_leave_the_others_empty(tmp_path):
    measures, _ = read(
        tmp_path,
        "序号\t2025年目标\t责任单位\n1\t新增就业1.2万人以上\t区人社局\n2\t公园6个\t区城管局",
    )
    assert list(measures["text"]) == ["新增就业1.2万人以上", "公园6个"]
    assert set(measures["title"]) == set(measures["deadline"]) == {""}
    assert not set(xq.check_list(measures)["problem"]) & {"empty_cell", "task_gap"}


def test_headings_between_the_rows_are_the_tasks(tmp_path):
    rows = "一,办学,,\n1,新建学校2所,县教育局,8月底\n2,改造食堂5个,县教育局,\n二,就医,,\n1,新建卫生院,县卫健局,12月"
    measures, changes = read(tmp_path, "序号,实事内容,牵头单位,完成时限\n" + rows)
    assert list(measures["title"]) == ["办学", "办学", "就医"]
    assert list(measures["task_no"]) == [1, 1, 2] and list(measures["measure_no"]) == [1, 2, 1]
    assert changes.query("rule == 'section'")["before"].tolist() == ["一,办学,,", "二,就医,,"]
    assert "measure_in_two_tasks" not in set(xq.check_list(measures)["problem"])


def test_numbers_of_two_levels_are_kept_apart(tmp_path):
    rows = "1\t甲\t1.1\t甲。\t区教育局牵头\t年底前\n\t\t1.2\t乙。\t区城管委牵头\t年底前\n"
    rows += "\t\t1.12\t丙。\t区住建委牵头\t年底前\n2\t乙\t11.2\t丁。\t区工信局牵头\t年底前"
    measures, _ = read(tmp_path, SIX + rows)
    assert list(measures["measure_no"]) == ["1.1", "1.2", "1.12", "11.2"]
    assert list(measures["task_no"]) == [1, 1, 1, 2]
    gaps = xq.check_list(measures).query("problem == 'measure_gap'")["found"]
    assert list(gaps) == ["1.12", "11.2"]


def test_breaks_and_blanks_between_units_separate_them(tmp_path):
    rows = "1\t甲\t1\t甲。\t区教育局<br/>区财政局牵头\t年底前\n"
    measures, changes = read(tmp_path, SIX + rows + "2\t乙\t2\t乙。\t区城管委 区财政局\t年底前")
    assert list(measures["units"]) == ["区教育局、区财政局牵头", "区城管委、区财政局"]
    assert changes.query("rule == 'separator'")["before"].tolist() == ["<br/>", " "]


@pytest.mark.parametrize(
    ("cell", "read_as"),
    [
        ("区 人社局", "区人社局"),  # within a name
        ("市规划资源局 西青分局", "市规划资源局西青分局"),
        ("天津市 西青区人社局", "天津市西青区人社局"),
        ("区政府\n办公室", "区政府办公室"),
        ("区教育局牵头\n区财政局配合", "区教育局牵头，区财政局配合"),
        ("牵头单位：甲局\n责任单位：乙局", "牵头单位：甲局；责任单位：乙局"),
        ("区财政局(牵头)、各镇", "区财政局（牵头）、各镇"),
    ],
)
def test_a_blank_in_a_cell_of_units_is_read_with_care(cell, read_as):
    text, edits = normalise(cell, kind="units")
    assert text == read_as
    assert restore(text, [edit[1:] for edit in edits]) == cell


def test_cells_quoted_as_excel_quotes_them(tmp_path):
    rows = '1\t甲\t1\t"推进""双一流""建设，新增5000个。"\t"区教育局牵头,区财政局配合"\t年底前\n'
    rows += '2\t乙\t2\t"1.新建公园2个。\n2.改造道路3条。"\t区住建委牵头\t年底前'
    measures, _ = read(tmp_path, SIX + rows)
    assert list(measures["text"]) == [
        '推进"双一流"建设，新增5000个。',
        "1.新建公园2个。\n2.改造道路3条。",
    ]
    assert measures["units"][0] == "区教育局牵头，区财政局配合"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SIX.replace("\t", ",") + "1,甲,1,建成学校3所。,区教育局牵头,年底前\r\n", "gb18030"),
        (SIX + "1\t甲\t1\t建成学校3所。\t区教育局牵头\t年底前\r\n", "utf-16"),
        (SIX.replace("\t", "\n") + "1\n甲\n1\n建成学校3所。\n区教育局牵头\n年底前\n", "utf-8"),
        (
            SIX.replace("\t", "\n\n") + "\n1\n\n甲\n\n1\n\n建成学校3所。\n\n区教育局牵头\n\n年底前",
            "utf-8",
        ),
    ],
)
def test_other_texts_read_alike(tmp_path, text, encoding):
    row = read(tmp_path, text, encoding=encoding)[0].iloc[0]
    assert row[["title", "text", "units", "deadline"]].tolist() == [
        "甲",
        "建成学校3所。",
        "区教育局牵头",
        "年底前",
    ]


SPACED = """某县2024年民生实事分解表

序号

民生实事

责任单位

完成时限

1

整治河道。

县水务局

县住建局

12月底前

2

开工建设敬老院。

县民政局

5月底前动工

建成食堂2个。

12月底前

分享到："""


def test_one_cell_a_line_with_cells_of_several_lines_and_merged_cells(tmp_path):
    measures, changes = read(tmp_path, SPACED)
    assert measures[["task_no", "text", "units", "deadline"]].values.tolist() == [
        [1, "整治河道。", "县水务局、县住建局", "12月底前"],
        [2, "开工建设敬老院。", "县民政局", "5月底前动工"],
        [2, "建成食堂2个。", "县民政局", "12月底前"],
    ]
    missing = changes.loc[changes["rule"] == "padded_row", ["measure_id", "field"]]
    assert missing.values.tolist() == [["M003", "task_no"], ["M003", "units"]]
    assert xq.read_notice(tmp_path / "list.txt")["text"].tolist()[-1] == "分享到："
    with pytest.raises(xq.ListError, match="line 13: '整治河道。' in 任务序号; expected a number"):
        read(
            tmp_path,
            SPACED.replace("民生实事\n\n责任", "任务名称\n\n任务内容\n\n责任").replace(
                "1\n\n", "", 1
            ),
        )


def test_what_stands_below_a_table_is_prose(tmp_path):
    row = "1\t甲\t1\t建成学校3所。\t区教育局牵头\t2024年底前\n"
    for below in [
        "注：由办公室负责解释。\n抄送：区委办",
        "\n联系人：某某\n2024年3月5日印发",
        "\n某区人民政府\n2024年3月5日",
    ]:
        measures, _ = read(tmp_path, SIX + row + below)
        assert len(measures) == 1
        notice = xq.read_notice(tmp_path / "list.txt")
        assert "\n".join(notice["text"]).startswith(below.strip())
    for below in ["后半句。", "\n后半句。\n" + row]:
        with pytest.raises(xq.ListError, match="1 cells; expected 6 as in the header"):
            read(tmp_path, SIX + row + below)
    lines = (SIX + row).strip().replace("\t", "\n") + "\n\n注：解释。\n抄送：区委\n印发\n"
    assert list(read(tmp_path, lines)[0]["text"]) == ["建成学校3所。"]


DRESSES = {
    "old_windows": lambda text: text.replace("\n", "\r\n"),
    "title_above": lambda text: "某区办公室关于印发清单的通知\n\n2024年3月5日\n\n" + text,
    "note_below": lambda text: text + "\n\n注：本清单由区政府办公室负责解释。\n2024年3月5日印发",
    "blank_lines": lambda text: "\n\n" + text + "\n\n\n",
    "spaces_at_ends": lambda text: text.replace("\n", "  \n"),
    "spaces_in_words": lambda text: text.replace("单位", "单 位"),
    "radicals": lambda text: text.translate(str.maketrans("工民长人", "⼯⺠⻓⼈")),
    "full_width": lambda text: text.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
}
LISTS = {
    "tabs": "序号\t领域\t工作举措\t牵头单位\t配合单位\t完成时间\n1\t营商\t新增人工窗口6个。\t市数据局\t市公安局、"
    "市税务局\t2025年9月\n2\t出行\t完成12处。\t市交通局\t无\t2025年6月底前",
    "commas": '序号,任务,责任单位,时限\n1,建成学校3所。,区教育局,2024/12/31\n2,"公园,道路",区住建委,2024.12',
    "pipes": "| 编号 | 重点工程 | 承办单位 | 时限 |\n|---|---|---|---|\n| 1 | 学校3所。 | 区教育局 | 2024年 |",
    "one_a_line": "序号\n任务\n责任单位\n时限\n1\n学校3所。\n区教育局\n2024年底前\n2\n公园。\n区住建委\n全年",
    "brackets": "一、便民\n1.清理材料。〔牵头单位：区数据局，责任单位：各街道〕\n2.设点8个。（区民政局负责，"
    "2024年10月底前完成）\n二、助企\n3.补贴6万元。（区人社局牵头，区财政局等按职责分工负责）",
    "lines_below": "一、便民\n1.清理材料。\n牵头单位：区数据局\n责任单位：区政府各部门，各街道\n2.设点8个。\n"
    "责任单位：区民政局\n完成时限：2024年10月底前\n二、助企\n3.发放补贴。\n牵头单位：区人社局",
}


@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize("layout", LISTS)
def test_a_list_reads_alike_however_it_is_dressed(tmp_path, layout, dress):
    columns = ["task_no", "title", "measure_no", "text", "units", "deadline", "deadline_date"]
    plain, _ = read(tmp_path, LISTS[layout])
    assert plain["deadline_date"].notna().any() and len(plain) == len(plain["units"].unique())
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        dressed, _ = read(tmp_path, DRESSES[dress](LISTS[layout]), encoding=encoding)
        pd.testing.assert_frame_equal(dressed[columns], plain[columns])


def test_the_order_of_the_columns_does_not_matter(tmp_path):
    rows = [line.split("\t") for line in LISTS["tabs"].split("\n")]
    plain = read(tmp_path, LISTS["tabs"])[0]
    for order in ([5, 4, 3, 2, 1, 0], [2, 5, 0, 3, 1, 4]):
        text = "\n".join("\t".join(row[at] for at in order) for row in rows)
        found = read(tmp_path, text)[0]
        assert found["text"].equals(plain["text"]) and found["领域"].equals(plain["领域"])
        roles = [xq.find_units(each["units"]).sort_values(["measure_id", "unit"], ignore_index=True)
                 [["measure_id", "unit", "role"]] for each in (found, plain)]  # fmt: skip
        pd.testing.assert_frame_equal(*roles)


def test_columns_of_units_give_their_roles_whatever_their_headings(tmp_path):
    text = "事\t谁来抓\t谁来帮\t责任部门\n建公园。\t区城管委\t各街道\t区财政局"
    given = {"事": "text", "谁来抓": "lead", "谁来帮": "joint"}
    measures, _ = read(tmp_path, text, columns=given)
    assert list(measures["units"]) == ["牵头单位：区城管委；配合单位：各街道；责任单位：区财政局"]
    assert list(xq.find_units(measures["units"])["role"]) == ["lead", "joint", "joint"]
    assert measures[["谁来抓", "谁来帮", "责任部门"]].values.tolist() == [
        ["区城管委", "各街道", "区财政局"]
    ]


def test_a_table_drawn_with_pipes(tmp_path):
    header = "| " + SIX.strip().replace("\t", " | ") + " |\n| --- | --- | --- | --- | --- | --- |\n"
    rows = "| 1 | 甲 | 1 | 建成学校3所。 | 区教育局牵头 | 年底前 |\n| | | 2 | 建成\\|公园。 | | |"
    measures, changes = read(tmp_path, header + rows, "list.md")
    assert list(measures["text"]) == ["建成学校3所。", "建成|公园。"]
    assert list(measures["units"]) == ["区教育局牵头"] * 2
    assert {"header_line", "escape", "carry_down"} <= set(changes["rule"])


def test_blank_units_go_on_and_say_so(tmp_path):
    rows = "5\t新建养老院\t5\t完成选址。\t县民政局\t5月底前动工\n\t\t\t完成主体工程。\t\t12月底前"
    measures, changes = read(tmp_path, "2024年3月1日\n" + SIX + rows)
    assert list(measures["units"]) == ["县民政局", "县民政局"]
    assert list(measures["units_written"]) == ["县民政局", ""]
    assert list(measures["deadline_date"].astype("str")) == ["2024-05-31", "2024-12-31"]
    carried = changes.query("rule == 'carry_down' and field == 'units'")
    assert carried[["line", "before", "after"]].values.tolist() == [[4, "", "县民政局"]]


def test_paragraphs_with_units_in_brackets(tmp_path):
    measures, _ = read(
        tmp_path,
        "一、方便群众办事\n"
        "1.清理证明材料，公布清单。〔牵头单位：区政务服务办，责任单位：区政府各部门，各街道〕\n"
        "2.新设社区服务点8个。（牵头单位：区民政局、区财政局；责任单位：各街道；完成时限：10月底前）\n"
        "二、扶持小微企业\n3.发放补贴600万元以上。（区人社局牵头，区财政局等按职责分工负责）",
    )
    assert list(measures["title"]) == ["方便群众办事", "方便群众办事", "扶持小微企业"]
    assert list(measures["text"]) == [
        "清理证明材料，公布清单。",
        "新设社区服务点8个。",
        "发放补贴600万元以上。",
    ]
    assert list(measures["units"]) == [
        "牵头单位：区政务服务办，责任单位：区政府各部门，各街道",
        "牵头单位：区民政局、区财政局；责任单位：各街道",
        "区人社局牵头，区财政局等按职责分工负责",
    ]
    assert list(measures["deadline"]) == ["", "10月底前", ""]


def test_paragraphs_with_units_on_lines_below(tmp_path):
    measures, _ = read(
        tmp_path,
        "关于印发清单的通知\n为做好工作，现通知如下。\n一、总体要求\n全面落实。\n二、重点任务\n"
        "（一）降低成本。\n支持企业（含小微企业）融资。\n牵头单位：区财政局\n责任单位：各镇\n完成时限：年底前\n"
        "（二）便民。加快办理。\n责任单位：区民政局\n（三）其他。\n附件：略\n2024年3月1日",
    )
    assert list(measures["measure_no"]) == [1, 2, 3]
    assert measures["text"][0] == "降低成本。\n支持企业（含小微企业）融资。"
    assert list(measures["units"]) == [
        "牵头单位：区财政局；责任单位：各镇",
        "责任单位：区民政局",
        "",
    ]
    assert set(measures["title"]) == {"重点任务"}
    assert str(measures["deadline_date"][0].date()) == "2024-12-31"
    notice = xq.read_notice(tmp_path / "list.txt")
    assert {"为做好工作，现通知如下。", "一、总体要求", "附件：略"} <= set(notice["text"])


def test_the_caller_may_say_what_a_column_is(tmp_path):
    text = "打算\t谁来办\n建公园。\t区城管委"
    with pytest.raises(xq.ListError, match="no header row"):
        read(tmp_path, text)
    measures, _ = read(tmp_path, text, columns={"打算": "text", "谁来办": "units"})
    assert measures[["text", "units"]].values.tolist() == [["建公园。", "区城管委"]]
    with pytest.raises(xq.ListError, match="no column headed 无此; the headings are 打算 谁来办"):
        read(tmp_path, text, columns={"打算": "text", "无此": "units"})
    with pytest.raises(ValueError, match="columns\\['打算'\\] is 'what'; expected one of"):
        read(tmp_path, text, columns={"打算": "what"})
    with pytest.raises(TypeError, match="columns is .*; expected a dict of heading to field"):
        read(tmp_path, text, columns=["打算"])
    with pytest.raises(ValueError, match="table is 0; expected 1 or more"):
        read(tmp_path, text, table=0)


def test_the_longest_texts_are_not_passed_over(tmp_path):
    text = "重点任务\t怎么办\t责任单位\n稳岗\t" + "做好就业工作。" * 9 + "\t区人社局"
    with pytest.raises(xq.ListError, match="columns={'怎么办': 'text'}"):
        read(tmp_path, text)
    assert read(tmp_path, text, columns={"怎么办": "text"})[0]["title"][0] == "稳岗"


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        ("序号 主要任务 年度目标 牵头部门 协办单位 进度", "task_no title text lead joint -"),
        ("项目编号 项目名称 建设内容 实施单位 时间节点", "task_no title text units deadline"),
        ("序号 任务类别 目标值 具体任务 责任人", "task_no - - text -"),
        (
            "任務序號 重點任務 工作舉措 責任單位 完成時限 備註",
            "task_no title text units deadline note",
        ),
        ("序号 事项 序号 措施（40项） 责任单位及联系人", "task_no title measure_no text -"),
    ],
)
def test_headings_are_understood(headings, fields):
    assert name_cells(headings.split(), {}) == [f if f != "-" else None for f in fields.split()]


@pytest.mark.parametrize(
    ("cell", "kind", "date"),
    [
        ("2022/12/31", "by", "2022-12-31"),
        ("2022.12", "by", "2022-12-31"),
        ("2023年", "by", "2023-12-31"),
        ("2022年三季度", "by", "2022-09-30"),
        ("2022年全年", "ongoing", "2022-12-31"),
        ("2024年6月底前启动", "by", "2024-06-30"),
        ("2025年12月底前，并持续推进", "ongoing", "2025-12-31"),
        ("9月投入使用", "by", "2021-09-30"),
        ("贯穿全年", "ongoing", "2021-12-31"),
        ("44926", "by", "2022-12-31"),
        ("即时", None, None),
        ("2月30日", None, None),
        ("9月中旬", "by", "2021-09-20"),
        ("上半年", "by", "2021-06-30"),
        ("2024—2025年", "by", "2025-12-31"),
        ("二〇二五年十二月底", "by", "2025-12-31"),
        ("2024年6月底前启动，12月底前完成", "by", "2024-12-31"),
    ],
)
def test_deadlines(cell, kind, date):
    assert read_deadline(cell, "2021")[:2] == (kind, date)


def test_a_year_that_nobody_says_is_doubted(tmp_path):
    rows = [
        f"{n}\t题{n}\t{n}\t事。\t甲局牵头\t{by}"
        for n, by in enumerate(["2022.12", "9月", "即时"], 1)
    ]
    measures, _ = read(tmp_path, SIX + "\n".join(rows))
    assert list(measures["year_from"].fillna("")) == ["cell", "list", ""]
    doubts = xq.check_list(measures).set_index("problem")["measure_id"]
    assert (doubts["guessed_year"], doubts["unread_deadline"]) == ("M002", "M003")
    measures, _ = read(tmp_path, SIX + rows[1].replace("2", "1"))
    assert "deadline_without_year" in set(xq.check_list(measures)["problem"])
    measures, _ = read(tmp_path, "某区2023年工作清单\n" + SIX + rows[1])
    assert list(measures["year_from"]) == ["title"]


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("2022年7月27日", ("2022-07-27", True)),
        ("二〇二三年五月三日", ("2023-05-03", True)),
        ("（2023年5月3日印发）", ("2023-05-03", True)),
        ("某市人民政府办公室 2023 年 5 月 3 日印发", ("2023-05-03", True)),
        ("发布日期：2023-05-03 来源：网", ("2023-05-03", False)),
        ("切实做好2022年工作", None),
        ("2022年2月30日", None),
        ("时间：2023-05-03 10:01", ("2023-05-03", False)),
        ("完成时间：2023-05-03", None),
    ],
)
def test_dates_of_notices(line, date):
    assert read_issue_date(line) == date


def test_traditional_characters_are_read_with_one_doubt(tmp_path):
    header = "任務序號\t重點任務\t措施序號\t工作舉措\t責任單位\t完成時限\n"
    rows = "1\t穩就業\t1\t發放補貼3萬元。\t區人社局牽頭\t2022年內\n2\t便民\t2\t設點2個。\t區民政局\t年內持續推進"
    measures, _ = read(tmp_path, header + rows)
    assert list(measures["text"]) == ["發放補貼3萬元。", "設點2個。"]  # as written
    assert list(measures["deadline_kind"]) == ["by", "ongoing"]
    problems = list(xq.check_list(measures)["problem"])
    assert problems.count("traditional_character") == 1 and "rare_character" not in problems


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("⼯业１２．５％,增长2\n3万", "工业12.5%，增长23万"),
        ("⺠⽣", "民生"),
        ("建成3处。\n2.改造", "建成3处。\n2.改造"),
        ("投资1.\n5亿", "投资1.5亿"),
        ("完成.", "完成。"),
        ("1.2", "1.2"),
    ],
)
def test_one_normaliser_keeps_positions(text, read_as):
    found, edits = normalise(text)
    assert found == read_as
    assert restore(found, [edit[1:] for edit in edits]) == text
    assert all(text[start : start + len(before)] == before for _, start, before, _ in edits)


def test_doubts_about_units_are_listed(tmp_path):
    cells = ["省教育厅、科技厅负责", "各市人民政府结合实际落实", "市城投牵头", "按职责分工负责"]
    rows = "\n".join(f"{n}\t事。\t{cell}" for n, cell in enumerate(cells, 1))
    doubts = xq.check_list(read(tmp_path, "序号\t任务\t责任单位\n" + rows)[0])
    assert doubts[["problem", "measure_id", "found"]].values.tolist() == [
        ["elided_prefix", "M001", "科技厅"],
        ["leftover", "M002", "结合实际"],
        ["no_unit", "M004", "按职责分工负责"],
        ["unclear_name", "M003", "市城投"],
    ]


def test_every_doubt_and_rule_is_described():
    said = xq.read_changes.__doc__
    for rule in ("separator", "wrap", "radical", "nobody", "quote", "escape", "counted", "section"):
        assert f'"{rule}"' in said
    for problem in ("guessed_year", "leftover", "no_unit", "elided_prefix", "unclear_name"):
        assert f'"{problem}"' in xq.check_list.__doc__


# ── lists as other governments lay them out; every word of them made up ──


def test_units_on_lines_below_each_item_of_a_notice(tmp_path):
    measures, _ = read(
        tmp_path,
        "当前位置：首页 >> 公开\n某区关于分解2023年重点工作的通知\n时间：2023-04-06 10:01 浏览次数：9\n\n"
        "各街道：\n\n一、高度重视。各单位要抓紧。\n\n二、按时报送。\n\n附件\n\n一、预期目标\n\n1.总产值增长6.1%左右。\n\n"
        "牵头单位:区发改局\n\n责任单位:经开区,各专班(除标注“分别牵头”外,第一位为牵头,下同)\n\n2.收入快于产值。\n\n"
        "责任单位:区人社局、区农业局分别牵头\n\n二、重点工作\n\n(一)稳住工业\n\n3.技改15个。\n\n牵头单位:区工信局\n\n"
        "责任单位:各县(市、区)政府\n\n完成时限:11月底前\n\n(二)便民\n\n4.食堂3个。\n\n责任单位:区民政局\n\n分享到：",
    )
    assert measures[["title", "section", "text"]].values.tolist() == [
        ["预期目标", "", "总产值增长6.1%左右。"],
        ["预期目标", "", "收入快于产值。"],
        ["稳住工业", "二、重点工作", "技改15个。"],
        ["便民", "二、重点工作", "食堂3个。"],
    ]
    found = xq.find_units(measures["units"]).fillna("-")
    assert list(found["measure_id"] + 1) == [1, 1, 1, 2, 2, 3, 3, 4]
    assert list(found["role"]) == ["lead", "joint", "joint", *["lead"] * 3, "joint", "joint"]
    assert found["unit_written"][6] == "各县（市、区）政府"
    assert str(measures["deadline_date"][2].date()) == "2023-11-30"
    assert {"各街道：", "二、按时报送。", "分享到："} <= set(
        xq.read_notice(tmp_path / "list.txt")["text"]
    )


def test_labels_in_brackets_below_chinese_numbers(tmp_path):
    measures, _ = read(
        tmp_path,
        "关于2006年重点工作的通知\n某市办公厅\n二○○六年五月九日\n一、产业\n（一）建设两个基地。(牵头单位:市经贸委;配合单位:"
        "市发改委、外经贸局)\n（二）改造码头。（牵头单位：市港务局）\n二、环境\n（三）污水厂4座。（牵头单位：市水务局；配合单位：各区政府）",
    )
    assert list(measures["title"]) == ["产业", "产业", "环境"]
    assert list(measures["measure_no"]) == [1, 2, 3]
    units = xq.find_units(measures["units"])
    assert list(units["role"]) == ["lead", "joint", "joint", "lead", "lead", "joint"]
    assert units["unit"][2] == "市外经贸局" and units["doubt"][2] == "elided_prefix"
    assert xq.read_notice(tmp_path / "list.txt")["text"].tolist()[-1] == "2006-05-09"


def test_verbs_in_brackets_and_a_deadline(tmp_path):
    measures, _ = read(
        tmp_path,
        "某市2022年營商要點\n一、審批\n1.公布清單。2022年8月底前完成清單。（市政府辦公室、市數據局牽頭，市級各有關部門及各縣市區政府按職責分工負責）\n"
        "2.簡化程序。（市委編辦牽頭，各縣區政府配合，2022年年底前完成）\n二、監管\n3.抽查。(市市場監管局負責)",
    )
    assert list(measures["text"]) == ["公布清單。2022年8月底前完成清單。", "簡化程序。", "抽查。"]
    assert list(measures["deadline_date"].astype("str").fillna("")) == ["", "2022-12-31", ""]
    assert measures["units"][0].startswith("市政府辦公室")


def test_columns_for_leaders_are_kept_and_a_repeated_header_is_none(tmp_path):
    header = "序号\t项目名称\t主要内容\t区政府分管领导\t牵头单位\t配合单位\n"
    measures, changes = read(
        tmp_path,
        "2021年民生实事责任分解表\n"
        + header
        + "1\t学位\t建学校4个。\t何某\t教育局\t经开区、各街道\n"
        "2\t古城\t修缮名人故居。\t芮某\t文旅局\t某某公司\n\t\t整治道路。\t王某\t住建局\t东街街道\n"
        + header
        + "3\t文体\t建书房2家。\t王某\t文旅局\t",
    )
    assert list(measures["title"]) == ["学位", "古城", "古城", "文体"]
    assert list(measures["区政府分管领导"]) == ["何某", "芮某", "王某", "王某"]
    assert list(xq.find_units(measures["units"])["role"]) == ["lead", "joint", "joint"] + [
        "lead", "joint"] * 2 + ["lead"]  # fmt: skip
    assert "repeated_header" in set(changes["rule"])


def test_four_columns_with_a_class_and_a_leader(tmp_path):
    measures, _ = read(
        tmp_path,
        "类别\t任务内容\t牵头领导\t责任单位\n农业\t建农田2万亩。\t李某\t县农业局、县水利局\n\t修沟渠9公里。\t李某\t县水利局",
    )
    assert list(measures["text"]) == ["建农田2万亩。", "修沟渠9公里。"]
    assert list(measures["类别"]) == ["农业", ""] and list(measures["牵头领导"]) == ["李某"] * 2


def test_a_table_drawn_with_lines_is_refused_by_its_name(tmp_path):
    with pytest.raises(xq.ListError, match="line 2: a table drawn with lines .*; expected .*docx"):
        read(
            tmp_path,
            "分解表\n┌──┬──┐\n│工作任务│责任单位│\n├──┼──┤\n│建公│区城管│\n│园。│委│\n└──┴──┘",
        )


def test_units_named_only_in_sentences_are_refused(tmp_path):
    text = "一、分工\n（一）关于“保产能”的问题，由农业部会同财政部负责落实。\n（二）关于耕地的问题，由国土部牵头。"
    with pytest.raises(xq.ListError, match="nor items that name units"):
        read(tmp_path, text)
