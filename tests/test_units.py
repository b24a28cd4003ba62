"""Unit cells are taken apart into names and roles, and go together again."""

import re
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import xq
from hypothesis import given, settings
from hypothesis import strategies as st
from xq.units import _cut, _score_betweenness, doubt_units

LINES = (Path(__file__).parent / "unit_cells.txt").read_text(encoding="utf-8").split("\n")
CELLS = [[*map(str.strip, line.split("|"))] for line in LINES if line and line[0] != "#"]


def read_one(cell, **role):
    """Return the units of one cell, as "name role" each."""
    found = xq.find_units(pd.Series([cell]), **role).fillna({"role": "-"})
    return [" ".join(pair) for pair in found[["unit_written", "role"]].values]


def doubt_one(cell):
    """Return the doubts about one cell, as "problem words" each."""
    return [" ".join(pair) for pair in doubt_units(pd.Series([cell]))[["problem", "found"]].values]


def test_roles_of_each_clause():
    cell = "区发展改革委、区财政局牵头，区住建委、市规划资源局西青分局等按职责分工负责"
    found = xq.find_units(pd.Series({"M001": cell}))
    assert list(found["role"]) == ["lead", "lead", "joint", "joint"]
    assert list(found["clause"]) == [1, 1, 2, 2]
    assert list(found["open_list"]) == [False, False, True, True]
    assert list(found["role_written"]) == ["牵头", "牵头", "等按职责分工负责", "等按职责分工负责"]
    assert [cell[s:e] for s, e in zip(found["start"], found["end"], strict=True)] == list(
        found["unit_written"]
    )


def test_all_and_unstated_roles():
    found = xq.find_units(pd.Series(["区政府各部门分别负责", "区财政局", ""]))
    assert list(found["measure_id"]) == [0, 1]
    assert found["role"][0] == "all"
    assert found["role"].isna()[1]


@pytest.mark.parametrize(
    "words, role",
    [
        ("牵头负责", "lead"),
        ("负责牵头", "lead"),
        ("牵头", "lead"),
        ("主责", "lead"),
        ("按职责分工负责", "joint"),
        ("按职责负责", "joint"),
        ("协同配合", "joint"),
        ("配合", "joint"),
        ("参与", "joint"),
        ("分别负责", "all"),
        ("各负其责", "all"),
    ],
)
def test_every_role_is_read(words, role):
    for opened in ["", "等", "等单位", "等部门"]:
        (found,) = xq.find_units(pd.Series([f"区财政局{opened}{words}"])).to_dict("records")
        assert (found["unit_written"], found["role"]) == ("区财政局", role)
        assert (found["role_written"], found["open_list"]) == (opened + words, opened != "")


@pytest.mark.parametrize("cell, lead, joint, each, unsaid, left", CELLS, ids=range(len(CELLS)))
def test_cells_as_coded_by_reading(cell, lead, joint, each, unsaid, left):
    found = xq.find_units(pd.Series([cell]))
    roles = found["role"].fillna("unsaid")
    names = {role: found.loc[roles == role, "unit_written"].tolist() for role in set(roles)}
    coded = {"lead": lead, "joint": joint, "all": each, "unsaid": unsaid}
    assert names == {role: text.split() for role, text in coded.items() if text}
    doubts = doubt_units(pd.Series([cell]))
    doubts = doubts[doubts["problem"].isin(["leftover", "no_unit"])].sort_values("start")
    assert doubts["found"].tolist() == left.split()


def test_there_are_many_coded_cells():
    assert len({cell for cell, *_ in CELLS}) >= 60


# How a phrase of each word is read after a name: 牵头 leads, words of helpers are joint even with
# 分别, words of separate duty are all, words of guidance say nothing, all other verbs are joint.
VERBS = {
    "lead": "牵头 牵头负责 主责 主办 主抓 总负责 负总责 为主 总牵头 牵头抓总 牵头落实 牵头推进 牵头组织实施",
    "joint": "负责 配合 参与 参加 协助 协办 协同 支持 落实 落实到位 实施 组织实施 推进 推动 承担 承办 完成 "
    "执行 办理 抓总 分工 分工负责 分别配合 分别参与 配合做好工作 配合做好相关工作 配合做好有关工作 按职责 "
    "按照职责 依职责分工 依据职责负责 依照职责负责 根据职责分工负责 按职能分工负责 按分工负责 按各自职责负责 "
    "按照各自职责分工负责 按职责分工抓好落实 按职责统筹推进",
    "all": "分别负责 分头负责 分头落实 各负其责 分别组织实施",
    "-": "指导 监督 督导 督办 统筹 协调 主管 统筹协调 监督指导 分别指导 按职责指导",
}
ADVERBS = "共同 联合 各自 具体 积极 协同 密切 统一 主动 认真 切实 全力 协调 组织 统筹 贯彻 抓好 做好 予以 给予 总 抓 推动 推进 直接 主要 全面"


@pytest.mark.parametrize("role, words", VERBS.items(), ids=[*VERBS])
def test_verbs_and_their_roles(role, words):
    for verb in words.split():
        assert read_one(f"市水务局{verb}，市财政局") == [f"市水务局 {role}", "市财政局 -"], verb
        assert read_one(f"市城投{verb}") == [f"市城投 {role}"], verb  # also after a name unknown


def test_adverbs_belong_to_the_verb():
    for adverb in ADVERBS.split():
        found = xq.find_units(pd.Series([f"市水务局、市财政局{adverb}配合"]))
        assert list(found["unit_written"]) == ["市水务局", "市财政局"], adverb
        assert list(found["role_written"]) == [f"{adverb}配合"] * 2


def test_words_of_verbs_within_names_are_no_verbs():
    names = "区协同办 市委统筹办 市督办室 市政策落实办 市项目推进中心 市委组织部 各牵头单位 市主管部门 市残联 市参与处"
    assert read_one("、".join(names.split())) == [f"{name} -" for name in names.split()]


LABELS = {
    "lead": "牵头 牵头单位 牵头部门 主责单位 主办单位 主抓单位 总牵头单位 牵头责任单位 第一责任单位 首要责任单位 "
    "主要责任单位 牵头科室 牵头处室 牵头机构 区级牵头单位 省直牵头单位 国家级牵头单位 各牵头单位 牵头（责任）单位 "
    "牵头单位（责任单位） 牵头（主办）单位",
    "joint": "责任 责任单位 责任部门 责任主体 责任地区 配合单位 协办单位 协助单位 协作单位 协同单位 参与单位 参加单位 "
    "落实单位 实施单位 承办单位 会办单位 成员单位 支持单位 共同责任单位 具体责任单位 相关单位 有关部门 "
    "责任（配合）单位 责任单位和责任人 责任单位及配合单位",
    "-": "督办单位 监督单位 指导单位 主管部门 牵头及配合单位 牵头和责任单位 牵头单位、责任单位 牵头/配合单位 牵头与配合单位",
}


@pytest.mark.parametrize("role, labels", LABELS.items(), ids=[*LABELS])
def test_labels_and_their_roles(role, labels):
    for label in labels.split():
        for colon in "：:":
            cell = f"{label}{colon}市水务局；市财政局，"
            found = [f"市水务局 {role}", f"市财政局 {role}"]
            assert read_one(cell) == found, cell
            assert read_one(f"（{cell}）") == found
            assert read_one(f"市教育局牵头，{cell}") == ["市教育局 lead", *found]
            written = xq.find_units(pd.Series([cell]))["role_written"]
            assert list(written) == [label, label]
            assert doubt_one(cell) == []


def test_other_labels_are_left_over_with_what_they_label():
    for label in "完成时限 时间 期限 时点 节点 日期 牵头领导 责任人 联系人 主任人 联络员 电话 目标 措施 备注 进度 要求 内容 任务".split():
        cell = f"责任单位：市水务局；{label}：王某、李某\n市财政局"
        assert read_one(cell) == ["市水务局 joint", "市财政局 joint"]
        assert doubt_one(cell) == [f"leftover {label}：王某、李某"]
        assert read_one(f"{label}：王某、李某，牵头单位：市水务局") == ["市水务局 lead"]
    assert read_one("市级：市水务局；区级：区水务局") == ["市水务局 -", "区水务局 -"]
    assert doubt_one("市级：市水务局；区级：区水务局") == ["leftover 市级", "leftover 区级"]


@pytest.mark.parametrize("gap", [" ", "\n", "\t", ""])
def test_labels_without_a_colon(gap):
    for label, role in [("牵头", "lead"), ("主责", "lead"), ("主办", "lead"), ("牵头责任", "lead")]:
        for kind in ("单位", "部门"):
            assert read_one(f"{label}{kind}{gap}市水务局") == [f"市水务局 {role}"]
    for label in ("责任", "配合", "协办", "协助"):
        for name in ("市水务局", "各街道", "有关部门", "相关部门", "国家税务局", "自治区教育厅"):
            assert read_one(f"{label}单位{gap}{name}") == [f"{name} joint"]
        assert read_one(f"【{label}单位】市水务局") == ["市水务局 joint"]
    assert read_one("市水务局牵头，责任单位、街道配合")[1:] == ["责任单位 joint", "街道 joint"]


def test_brackets_that_give_a_role():
    for bracket in ("（{}）", "({})", "〔{}〕", "[{}]"):
        for words, role in [("牵头", "lead"), ("牵头单位", "lead"), ("主", "lead"), ("牵", "lead")]:
            cell = f"市水务局、市财政局{bracket.format(words)}、市教育局"
            assert read_one(cell) == ["市水务局 -", f"市财政局 {role}", "市教育局 -"]
        for words in ("配合", "配合部门", "配", "协", "负责"):
            assert read_one(f"市水务局{bracket.format(words)}牵头") == ["市水务局 joint"]
        for words, role in [("按职责分工负责", "joint"), ("共同牵头", "lead"), ("分别负责", "all")]:
            cell = f"市教育局；市水务局、市财政局{bracket.format(words)}"
            assert read_one(cell) == ["市教育局 -", f"市水务局 {role}", f"市财政局 {role}"]
        cell = f"市水务局{bracket.format('市防汛办、牵头协调市级事务的部门')}牵头"
        assert read_one(cell) == [f"{cell[:-2]} lead"]


def test_quotes_belong_to_names():
    for quotes in ("“{}”", "《{}》", "「{}」", "『{}』"):
        name = quotes.format("河长、湖长") + "专班"
        assert read_one(f"{name}、市{name}牵头") == [f"{name} lead", f"市{name} lead"]
    # quotes that hold words of roles too, and they are no brackets around clauses
    assert read_one("“牵头”专班配合") == ["“牵头”专班 joint"]


def test_brackets_that_never_close_are_marks():
    for cell in (
        "（市水务局牵头，市财政局配合",
        "市水务局牵头，市财政局配合）",
        "（［市水务局牵头］，【（市财政局配合）",
    ):
        names = [
            name.strip("［］") for name in read_one(cell.replace("［", "[").replace("］", "]"))
        ]
        assert names == ["市水务局 lead", "市财政局 joint"], cell
    assert read_one("各县（市、区（含开发区）、管委会）负责") == [
        "各县（市、区（含开发区）、管委会） joint"
    ]


def test_the_end_of_a_list_that_goes_on():
    ends = "等 等部门 等单位 等有关部门 等相关单位 等市有关部门 等市直部门 等各成员单位 等3家单位 等十二个部门 等部门和单位 等其他部门 等其它单位 等责任单位 等职能部门 等行业主管部门 等地区 等地方 等机构 等企业 等方面 等科室 等处室 等配合单位 等区级部门 等县属企业 等部门及有关单位"
    for end in ends.split():
        (one, two, three) = xq.find_units(
            pd.Series([f"市水务局、市财政局{end}负责，市教育局配合"])
        ).to_dict("records")
        assert (one["unit_written"], two["unit_written"]) == ("市水务局", "市财政局"), end
        assert [row["open_list"] for row in (one, two, three)] == [True, True, False]
        assert one["role_written"] == f"{end}负责"
    for name in (
        "市高等部门",
        "市平等部门",
        "市同等部门",
        "市初等部门",
        "市中等部门",
        "市优等部门",
        "市上等部门",
    ):
        assert read_one(f"{name}负责") == [f"{name} joint"]
    found = xq.find_units(pd.Series(["牵头单位：市水务局等；配合单位：市财政局"]))
    assert list(found["open_list"]) == [True, False]
    found = xq.find_units(pd.Series(["市水务局等，市财政局、市教育局配合"]))
    assert list(found["open_list"]) == [True, True, True]
    assert list(found["role_written"]) == ["配合"] * 3
    assert list(xq.find_units(pd.Series(["市水务局、市财政局等"]))["role_written"]) == ["等", "等"]


WHOLE = "国家发展和改革委员会 文化和旅游部 退役军人事务部 市人力资源和社会保障局 市住房和城乡建设局 市规划和自然资源局 市工业和信息化局 市民族和宗教事务局 市粮食和物资储备局 市林业和草原局 市教育和体育局 市商务和投资促进局 市总部和楼宇局 市园区和企业服务局 市离退休干部和人才局 市人力资源与社会保障局 市住房及城乡建设局 市社会和经济调查局 和平区人民政府 天津市和平区政府 和田县人民政府 市中小企业和民营经济局 各有关部门和单位 各级党委和政府 市妇女联合会 市文学艺术界联合会 会同县人民政府 市联合征信中心"


def test_words_between_names_and_in_names():
    for name in WHOLE.split():
        assert read_one(f"{name}负责") == [f"{name} joint"]
        for word in ("和", "及", "以及", "与", "暨"):
            for other in ("市水务局", "市文化和旅游局"):
                assert read_one(f"{other}{word}{name}负责") == [f"{other} joint", f"{name} joint"]
    pairs = "各区和水务局 各镇和各街道 市级部门和水务局 东河区和西河区 青山镇和绿水乡 市教育局和体育局 各部门和水务局 区直单位和水务局 市水务局联合各区 市水务局联合市财政局 市水务局联合有关部门"
    for pair in pairs.split():
        left, right = re.split("和|联合", pair)
        assert [name.split()[0] for name in read_one(pair)] == [left, right]


def test_words_before_names():
    for word in ("由", "请", "其中", "并由", "和", "及", "以及", "与"):
        assert read_one(f"{word}市水务局负责") == ["市水务局 joint"]
    for word in ("会同", "联合", "并会同", "并联合"):
        found = xq.find_units(pd.Series([f"市水务局牵头，{word}市财政局、市教育局牵头"]))
        assert list(found["role"]) == ["lead", "joint", "joint"]
        assert list(found["role_written"]) == ["牵头", word, word]


ONE = "各县（市、区） 各县（市、区）人民政府 各市（州）、县（市、区） 各市、县人民政府 各镇、街道 各镇、街 各区、县、自治县人民政府 各旗、盟 各省、自治区、直辖市人民政府 各乡镇、街道党委 各镇街、园区 各街镇、开发区管委会 各乡、镇、功能区 各区、新区 各州、市 各地级以上市、县人民政府 各设区市、县 各设区的市、县 各县和区人民政府 各有关部门、单位 各有关单位、机构 各部门、机构 有关地区、单位 相关部门、企业"


def test_several_levels_can_be_one_name():
    for name in ONE.split():
        assert read_one(f"市水务局、{name}、市财政局") == ["市水务局 -", f"{name} -", "市财政局 -"]
        for verb in (
            "等按职责分工负责",
            "分别负责",
            "共同负责",
            "负责",
            "牵头",
            "配合",
            "落实",
            "组织实施",
        ):
            assert [row.split()[0] for row in read_one(name + verb)] == [name]
    for several in (
        "各镇、各街道",
        "各区、县财政局",
        "各部门、市水务局",
        "市水务局、市区",
        "各镇、区管委",
    ):
        assert [row.split()[0] for row in read_one(several)] == several.split("、")


ENDS = "市教育局 省教育厅 市教委 市网信办 区法院 市研究所 国家审计署 市管理处 市供销社 市残联 市科协 市支队 市研究室 市档案馆 市水文站 市电视台 市领导小组 市专班 市委宣传部 市总工会 某某集团 某某兵团 某某公司 市服务中心 市供电 某某银行 某某分行 某某支行 市人行 某某总行 市农发行 某某海关 市委机关 区政府 省政府 市政府 县政府 州政府 某某人民政府 市委党组 某某大学 三大运营商 各单位 各部门 各机构 各企业 各级政府 群团组织 社会团体 各地区 各地方 市党校 某某街道 某某产业园 教育科 教育股 某某基地 某某联盟 某某省 某某市 某某区 某某县 某某镇 某某乡 某某村 某某州 某某盟 某某旗 某某团 市工行 市农行 市建行 市中行 市交行"


def test_how_names_of_units_end():
    for name in ENDS.split():
        assert read_one(f"{name}，{name}（甲、乙）") == [f"{name} -", f"{name}（甲、乙） -"]
        assert doubt_one(name) == []
    for name in "市城投 移动 天津港".split():
        assert read_one(name) == [f"{name} -"]
        assert doubt_one(name) == [f"unclear_name {name}"]
    found = xq.find_units(pd.Series(["市城投、市水务局"]))
    assert list(found["doubt"]) == ["unclear_name", ""]


def test_what_is_no_name_is_left_over():
    rest = "持续 长期推行 年度 9月底 2025 河道的整治 有关工作 任务书 完善情况 存在问题 要求 同上 区 长 结合实际 加强领导 做好衔接 抓好统一 高度重视 按期 除外 完成率 推进会了 落实细 负责同志 配合度 职责 分工表 实际上"
    for words in rest.split():
        cell = f"市水务局；{words}；市财政局"
        assert read_one(cell) == ["市水务局 -", "市财政局 -"], words
        assert doubt_one(cell) == [f"leftover {words}"]
    for tail in "结合实际 根据情况 依据规定 按照要求 依照规定 围绕中心任务 聚焦重点 立足实际 按要求 按期 按时 认真 切实 积极 严格".split():
        for verb in ("落实", "配合", ""):
            (unit,) = read_one(f"各市人民政府{tail}{verb}")
            assert unit == f"各市人民政府 {'joint' if verb else '-'}"
    assert doubt_one("各市人民政府结合实际落实") == ["leftover 结合实际"]
    assert doubt_one("结合实际落实") == ["leftover 结合实际"]
    long = "市" + "水" * 28 + "局"  # 30 characters
    assert read_one(long) == [f"{long} -"] and read_one(f"市{long}") == []
    assert read_one("甲" * 12) == [f"{'甲' * 12} -"] and read_one("甲" * 13) == []
    assert doubt_one("市水务局负责河道清理、水质监测，市城投") == [
        "leftover 河道清理",
        "leftover 水质监测",
        "unclear_name 市城投",
    ]


def test_others_meant_in_the_middle_and_phrases_after_several_units():
    cell = "区发改局牵头，区工信局、交通局等部门和各乡镇（街道）共同落实"
    names = ["区发改局 lead", "区工信局 joint", "交通局 joint", "各乡镇（街道） joint"]
    assert read_one(cell) == names
    assert list(xq.find_units(pd.Series([cell]))["open_list"]) == [False, True, True, True]
    cell = "区城管局负责，各街道结合实际抓好落实"
    assert read_one(cell) == ["区城管局 joint", "各街道 joint"]
    assert doubt_one(cell) == ["leftover 结合实际"]
    assert read_one("市基地结合中心") == ["市基地结合中心 -"]  # one name, for all we know
    assert doubt_one("第一责任单位：区商务局 配合单位：各镇街") == []


def test_cells_that_name_nobody():
    for words in "无 暂无 没有 待定 暂缺 略 不涉及 无单位 - -- — —— – － ─ ― _ *".split():
        assert read_one(words) == [] and doubt_one(words) == [f"no_unit {words}"]
        assert doubt_one(f"牵头单位：市水务局；配合单位：{words}") == [f"no_unit {words}"]
    assert doubt_one("按职责分工负责") == ["no_unit 按职责分工负责"]
    assert doubt_one("") == doubt_one(" ") == []


SHORT = {
    "省教育厅、科技厅": "省科技厅",
    "省教育厅；牵头单位：科技厅": "省科技厅",
    "市教育局、市场监管局": "市市场监管局",
    "市教育局、市政管理局": "市市政管理局",
    "市教育局、区域合作局": "市区域合作局",
    "市教育局、城市管理委": "市城市管理委",
    "市教育局、社区服务办": "市社区服务办" * 0,  # a community's office may be anybody's
    "市教育局、国资委": "市国资委",
    "市委宣传部、教育局": "市教育局",
    "市委宣传部、组织部": "市委组织部",
    "市教育局、组织部": "市委组织部",
    "市教育局、政法委": "市委政法委",
    "市委组织部、网信办": "市委网信办",
    "市教育局、网信办": "市网信办",
    "市委组织部、妇联": "市妇联",
    "县教育局、总工会": "县总工会",
    "区教育局、红十字会": "区红十字会",
    "区教育局、供销社": "区供销社",
    "区教育局、科协": "区科协",
    "区教育局、工商联": "区工商联",
    "区法院、检察院": "区检察院",
    "州教育局、政府办公室": "州政府办公室",
    "盟教育局、水利局": "盟水利局",
    "旗教育局、水利局": "旗水利局",
    "自治区教育厅、水利厅": "自治区水利厅",
    "自治州教育局、水利局": "自治州水利局",
    "内蒙古自治区教育厅、水利厅": "内蒙古自治区水利厅",
    "浙江省教育厅、水利厅": "浙江省水利厅",
    "石家庄市教育局、水利局": "石家庄市水利局",
    "滨海新区教育局、水务局": "滨海新区水务局",
    "市教育局、水务局（市河长办）": "市水务局（市河长办）",
    "区教育局、市水务局、财政局": "市财政局",
    # nothing to add
    "市教育局、区水务局": "",
    "市教育局、东河区水务局": "",
    "市教育局、乌鲁木齐市水务局": "",
    "市教育局、公安某区分局": "",
    "市教育局、公安东河分局": "",
    "市教育局、消防救援支队": "",
    "市教育局、海关": "",
    "市教育局、各街道办": "",
    "市教育局、有关街道办": "",
    "市教育局、相关街道办": "",
    "市教育局、其他委办局": "",
    "市教育局、国家能源局": "",
    "市教育局、国务院国资委": "",
    "市教育局、国网供电局": "",
    "市教育局、中央网信办": "",
    "市教育局、中国气象局": "",
    "市教育局、中共党史办": "",
    "市教育局、全国总工会": "",
    "市教育局、团市委": "",
    "市教育局、驻京办": "",
    "市教育局、街道办": "",
    "市教育局、乡镇办": "",
    "市教育局、党委办": "",
    "市教育局、省级主管局": "",
    "市教育局、省直机关工委": "",
    "教育局、水务局": "",
    "开发区管委会、水务局": "",
    "园区办、水务局": "",
    "社区办、水务局": "",
    "市场监管局、水务局": "",
    "区域办、水务局": "",
    "县域办、水务局": "",
    "城市管理委、水务局": "",
    "市级部门、水务局": "",
    "市直机关工委、水务局": "",
    "市、水务局": "",
}


@pytest.mark.parametrize("cell, unit", SHORT.items())
def test_names_without_their_level(cell, unit):
    last = xq.find_units(pd.Series([cell])).iloc[-1]
    assert last["unit"] == (unit or last["unit_written"])
    assert last["doubt"] == ("elided_prefix" if unit else "")
    assert last["unit"].endswith(last["unit_written"])
    doubts = doubt_units(pd.Series([cell]))
    assert doubts["problem"].tolist()[:1] == (
        ["elided_prefix"] if unit else doubts["problem"].tolist()[:1]
    )


def test_the_role_of_a_column():
    cells = pd.Series(
        {"M1": "市水务局、市财政局", "M2": "市水务局牵头，市财政局", "M3": "督办单位：市水务局"}
    )
    for role in ("lead", "joint", "all"):
        found = xq.find_units(cells, role=role).fillna({"role": "-"})
        assert list(found["role"]) == [role, role, "lead", role, "-"]  # words in the cell win
        assert list(found["role_written"]) == ["", "", "牵头", "", "督办单位"]
    roles = pd.Series({"M2": "joint", "M1": None, "M9": "lead", "M3": "lead"})
    found = xq.find_units(cells, role=roles).fillna({"role": "-"})
    assert list(found["role"]) == ["-", "-", "lead", "joint", "-"]
    for wrong, error, says in [
        ("leader", ValueError, "role is 'leader'; expected one of"),
        (3, ValueError, "role is 3; expected one of"),
        (pd.Series({"M1": "lead"}), ValueError, "role has no value for cell 'M2'"),
        (pd.Series("leader", index=cells.index), ValueError, "role is 'leader'; expected one of"),
        (pd.Series("lead", index=["M1", "M1"]), ValueError, "named twice: 'M1'"),
    ]:
        with pytest.raises(error, match=says):
            xq.find_units(cells, role=wrong)


def test_doubts_are_in_order_and_none_about_the_list():
    cells = pd.Series(
        ["无", "省教育厅、科技厅，市城投", "区", "省教育厅、民政厅、财政厅"], index=[*"dbca"]
    )
    doubts = doubt_units(cells)
    assert doubts.values.tolist() == [
        ["elided_prefix", "b", 5, 8, "科技厅"],
        ["elided_prefix", "a", 5, 8, "民政厅"],
        ["elided_prefix", "a", 9, 12, "财政厅"],
        ["leftover", "c", 0, 1, "区"],
        ["no_unit", "d", 0, 1, "无"],
        ["unclear_name", "b", 9, 12, "市城投"],
    ]
    none = doubt_units(xq.load_table("measures").set_index("measure_id")["units"])
    assert none.empty and list(none.dtypes[["start", "end"]]) == ["int64", "int64"]


# A cell of anything: its names and what is left over are all that is not of the grammar.
PARTS = "市水务局 区财政局 各县 市城投 科技厅 某某人民政府 牵头 负责 按职责分工 配合 分别 等 等部门 会同 由 和 以及 牵头单位： 配合单位: 责任单位 完成时限： 无 — 结合实际 统筹 （ ） ( ) 〔 〕 【 】 “ ” 《 》 、 ， , ； ; 。 . / \n 1 12 a Ⅳ \ue000 \ue001 \ue002 😀 街道 县 省 的".split(
    " "
)
ANYTHING = st.lists(st.sampled_from(PARTS) | st.text(max_size=3), max_size=25).map("".join)
WORDS = {
    "mark": r"[\W_]|[★☆※]|\d{1,2}",
    "strong": r"[\W_]+",
    "word": "由|并由|请|其中|和|及|以及|与|暨",
    "share": "并?(会同|联合)",
    "open": "等.{0,17}",
    "label": r"(?s).{2,60}",
    "role": r"(?s)[（(〔\[〈<].{1,60}[）)〕\]〉>]",
}


def check_pieces(cell):
    """Check the pieces of a cell against the cell, the units and the doubts."""
    pieces = _cut(cell)
    assert "".join(cell[start:end] for _, start, end in pieces) == cell
    assert all(start < end for _, start, end in pieces)
    assert [start for _, start, _ in pieces[1:]] == [end for *_, end in pieces[:-1]]
    found, doubts = xq.find_units(pd.Series([cell])), doubt_units(pd.Series([cell]))
    spans = found[["start", "end"]].values.tolist()
    assert spans == [[a, b] for kind, a, b in pieces if kind in ("name", "unclear")]
    assert [cell[a:b] for a, b in spans] == list(found["unit_written"])
    assert list(found["order"]) == [*range(1, len(found) + 1)]
    assert found["clause"].diff().fillna(found["clause"]).isin([0, 1]).all()
    assert all(map(str.endswith, found["unit"], found["unit_written"]))
    left = [[a, b] for kind, a, b in pieces if kind in ("rest", "none")]
    said = doubts[doubts["problem"].isin(["leftover", "no_unit"])].sort_values("start")
    if left or spans:
        assert said[["start", "end"]].values.tolist() == left
    else:
        assert list(said["found"]) == [cell][: bool(cell.strip())]
    assert [cell[a:b] for a, b in doubts[["start", "end"]].values] == list(doubts["found"])
    for kind, start, end in pieces:
        if kind in WORDS:
            assert re.fullmatch(WORDS[kind], cell[start:end]), (kind, cell[start:end])


@given(ANYTHING | st.text(max_size=60))
@settings(max_examples=500, deadline=None, derandomize=True)
def test_nothing_is_lost_from_any_cell(cell):
    check_pieces(cell)


def test_nothing_is_lost_from_the_coded_cells():
    for cell, *_ in CELLS:
        check_pieces(cell)


LONG = "区财政局 区财政局、 （ ） （区 （（）） 牵头 负责按职责 各县、 各县和 区和 区和（区） 等 等部门 牵头单位 牵头单位： 责任（ 结合 区会同区 1. “ 《 （牵头） 统筹 分工 省 【牵头单位】 和 一".split()


@pytest.mark.parametrize("part", LONG)
def test_a_cell_of_100_000_characters_is_read(part):
    cell = (part * 100_000)[:100_000]
    assert "".join(cell[start:end] for _, start, end in _cut(cell)) == cell
    assert len(xq.find_units(pd.Series([cell]))) <= 50_000


@pytest.mark.parametrize("mark", ["，", "；", "。"])
def test_clauses_end_at_a_mark(mark):
    found = xq.find_units(pd.Series([f"区财政局牵头{mark}区住建委、区商务局"]))
    assert found[["order", "clause", "start", "end"]].values.tolist() == [
        [1, 1, 0, 4],
        [2, 2, 7, 11],  # 4 + 2 for 牵头 + 1 for the mark
        [3, 2, 12, 16],
    ]


def test_find_units_refuses_what_is_no_series_of_texts():
    for cells in (None, float("nan"), 3, "区财政局", ["区财政局"], pd.DataFrame({"units": ["甲"]})):
        with pytest.raises(TypeError, match="^cells is .*; expected a Series of texts"):
            xq.find_units(cells)
    for value in (None, float("nan"), 3):
        with pytest.raises(TypeError, match="cells: document 1 is .*, not a text"):
            xq.find_units(pd.Series(["区财政局", value], dtype="object"))
    with pytest.raises(ValueError, match="named twice: 'M001'"):
        xq.find_units(pd.Series(["区财政局", "区住建委"], index=["M001", "M001"]))
    with pytest.raises(TypeError, match="2 levels"):
        xq.find_units(pd.Series({("a", 1): "区财政局"}))
    none = xq.find_units(pd.Series(dtype="str"))
    assert none.empty and none.dtypes[1:].equals(xq.find_units(pd.Series(["甲"])).dtypes[1:])


def test_every_unit_cell_reassembles_from_responsibilities():
    rows = xq.load_table("responsibilities")
    clauses = rows.groupby(["measure_id", "clause"])
    text = clauses["unit_written"].agg("、".join) + clauses["role_written"].first()
    cells = text.groupby("measure_id").agg("，".join)
    measures = xq.load_table("measures").set_index("measure_id")
    assert cells.to_dict() == measures["units"].to_dict()


def test_every_unit_cell_reassembles_from_its_pieces():
    for cell in xq.load_table("measures")["units"]:
        check_pieces(cell)


def test_doubled_names_are_one_unit_each():
    rows = xq.load_table("responsibilities")
    names = rows.groupby("unit_id", observed=True)["unit_written"].agg(lambda s: set(s))
    doubled = [group for group in names if len(group) > 1]
    assert sorted(map(sorted, doubled)) == [
        ["区农业农村委", "区农业农村局"],
        ["区规划局西青分局", "市规划资源局西青分局"],
        ["各有关部门", "有关部门"],
    ]


LINKS = pd.DataFrame(
    [  # one unit in all three tasks, two in one each; the last list is open
        ("M001", "T01", 1, "U01", False),
        ("M001", "T01", 1, "U02", False),
        ("M002", "T02", 1, "U01", False),
        ("M003", "T03", 1, "U01", True),
        ("M003", "T03", 1, "U03", True),
    ],
    columns=["measure_id", "task_id", "clause", "unit_id", "open_list"],
)


def test_centrality_of_a_star():
    scores = xq.score_centrality(LINKS, draws=20)
    assert list(scores["unit_id"]) == ["U01", "U02", "U03"]
    assert list(scores["n_tasks"]) == [3, 1, 1]
    assert list(scores["rank"]) == [1, 2, 2]
    assert scores["degree"].round(2).tolist() == [1.0, 0.33, 0.33]  # 3/3, 1/3, 1/3
    # U01 joins the other 5 nodes, 5 * 4 / 2 pairs, but T01 with U02 and T03 with U03: 8. With 3
    # units and 3 tasks s, t = divmod(2, 3), at most (9 * 1 + 3 * 1 * (4 - 0 - 1) - 2 * 1) / 2 = 8.
    assert scores["betweenness"].tolist() == [1, 0, 0]
    assert list(scores["betweenness_rank"]) == [1, 2, 2]


def test_betweenness_is_networkx_s():
    rng = np.random.default_rng(0)
    for n, m in [(2, 2), (3, 7), (7, 3), (9, 9), (12, 5)]:
        for share in (0.1, 0.3, 0.6):
            links = rng.random((n, m)) < share
            graph = nx.Graph()
            graph.add_nodes_from(range(n + m))
            graph.add_edges_from((int(i), int(n + j)) for i, j in np.argwhere(links))
            expected = nx.bipartite.betweenness_centrality(graph, range(n))
            assert _score_betweenness(links) == pytest.approx([expected[i] for i in range(n)])


def test_one_unit_alone_lies_between_nothing():
    assert xq.score_centrality(LINKS.iloc[:1], draws=2)["betweenness"].tolist() == [0]


def test_open_lists_widen_ranks_and_closed_ones_do_not():
    closed = xq.score_centrality(LINKS.assign(open_list=False), draws=20)
    assert (closed["rank_low"] == closed["rank"]).all()
    assert (closed["rank_high"] == closed["rank"]).all()
    opened = xq.score_centrality(LINKS, extra=(0, 1), draws=50, random_state=1)
    # only U02 is not named in M003: with it, U02 has two tasks and U03 falls to rank 3
    assert opened.set_index("unit_id").loc["U03", ["rank_low", "rank_high"]].tolist() == [2, 3]


def test_centrality_is_repeatable_whatever_the_row_order():
    again = xq.score_centrality(LINKS.iloc[::-1], draws=20)
    assert again.equals(xq.score_centrality(LINKS, draws=20))


def list_links(*rows):
    """Return responsibilities from (measure, task, units, open list)."""
    links = [(m, t, 1, unit, opened) for m, t, units, opened in rows for unit in units]
    return pd.DataFrame(links, columns=LINKS.columns)


@pytest.mark.parametrize("others, low, high", [(13, 1, 2), (27, 3, 1)])
def test_intervals_hold_95_percent_of_the_draws(others, low, high):
    # U02 and U03 have two tasks, all others one. The open list gains one unit in half of the
    # draws: each of the 14 (28) it does not name in 3.6 (1.8) % of them, more (less) than 2.5 %.
    units = [f"U{i:02d}" for i in range(2, 4 + others)]
    table = list_links(
        ("M1", "T1", units, False), ("M2", "T2", ["U03"], False), ("M3", "T3", ["U02"], True)
    )
    scores = xq.score_centrality(table, extra=(0, 1), weights="uniform", draws=1000)
    scores = scores.set_index("unit_id")
    assert scores.loc["U04", "rank_low"] == low  # with the open list it draws level with U02
    assert scores.loc["U02", "rank_high"] == high  # U03 with the open list has three tasks


def test_units_named_more_often_are_more_likely_unnamed():
    # U02 has 1 + 99 rows and U03 1: of the half of the draws that gain a unit, U03 gets 1 in 101.
    table = list_links(
        ("M00", "T1", ["U01", "U02", "U03"], False),
        *[(f"M{i:02d}", "T2", ["U02"], False) for i in range(1, 100)],
        ("M100", "T3", ["U01"], True),
    )
    for weights, low in [("observed", 3), ("uniform", 1)]:
        scores = xq.score_centrality(table, extra=(0, 1), weights=weights, draws=300)
        assert scores["unit_id"][2] == "U03"
        assert scores["rank_low"][2] == low


def test_open_lists_gain_as_many_as_said():
    table = list_links(("M1", "T1", ["U1"], True), ("M2", "T2", ["U2", "U3", "U4"], False))
    scores = xq.score_centrality(table, extra=(3, 3), draws=3)  # all three that are not named
    assert scores.set_index("unit_id").loc["U1", ["rank", "rank_low", "rank_high"]].tolist() == [
        1,
        4,  # the others have two tasks
        4,
    ]
    assert scores.equals(xq.score_centrality(table, extra=(9, 9), draws=3))  # there are no more


def test_centrality_refuses_other_input_in_words():
    for table in (None, float("nan"), 3, "U01", [LINKS], LINKS["unit_id"]):
        with pytest.raises(TypeError, match="^responsibilities is .*; expected a DataFrame"):
            xq.score_centrality(table)
    for table, says in [
        (pd.DataFrame(), "responsibilities has no column"),
        (LINKS.iloc[:0], "responsibilities has no rows"),
        (pd.concat([LINKS, LINKS["clause"]], axis=1), "two columns"),
        (LINKS.assign(unit_id=LINKS["unit_id"].where(LINKS["clause"] > 1)), "5 missing values"),
    ]:
        with pytest.raises(ValueError, match=says):
            xq.score_centrality(table)
    with pytest.raises(TypeError, match="open_list has the type str; expected bool"):
        xq.score_centrality(LINKS.astype({"open_list": "str"}))
    for wrong, error, says in [
        ({"weights": "equal"}, ValueError, "weights is 'equal'; expected one of"),
        ({"draws": 0}, ValueError, "draws is 0; expected 1 or more"),
        ({"random_state": None}, TypeError, "random_state is None; expected a whole number"),
        ({"extra": 3}, TypeError, "extra is 3; expected two whole numbers"),
        ({"extra": (0, 1, 2)}, TypeError, "expected two whole numbers"),
        ({"extra": (0.5, 2)}, TypeError, "extra is 0.5; expected a whole number"),
        ({"extra": (-1, 2)}, ValueError, "extra is -1; expected 0 or more"),
        ({"extra": (3, 2)}, ValueError, "extra is 2; expected 3 or more"),
    ]:
        with pytest.raises(error, match=says):
            xq.score_centrality(LINKS, **wrong)


def test_centrality_takes_any_index():
    expected = xq.score_centrality(LINKS, draws=5)
    assert xq.score_centrality(LINKS.set_axis([7] * 5), draws=5).equals(expected)
    levels = LINKS.set_index(["measure_id", "unit_id"], drop=False).rename_axis([None, None])
    assert xq.score_centrality(levels, draws=5).equals(expected)
