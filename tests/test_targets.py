"""Commitments are found as written: literal sentences, the committed gold, and made-up input."""

import math
import random
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import xq
from hypothesis import given, settings
from hypothesis import strategies as st
from xq.targets import _FIRST, _LAST, _RULES, _find
from xq.words import SIGNS

ROOT = Path(__file__).parent.parent
COLUMNS = [
    *["doc", "start", "end", "span", "indicator", "value", "value_from"],
    *["unit", "bound", "direction", "form", "kind", "hedge", "scope", "tense"],
]
TYPES = {name: "str" for name in COLUMNS[1:]}
TYPES |= {"start": "int64", "end": "int64", "value": "float64", "value_from": "float64"}
GAPS = "*\u200b\u200c\u200d\ufeff"


def find(text, **options):
    """Return the records of one text, each with its quote."""
    rows = xq.find_targets(pd.Series([text]), **options).to_dict("records")
    return [row | {"quote": text[row["start"] : row["end"]]} for row in rows]


def quotes(text, tense="plan"):
    return [row["quote"] for row in find(text) if row["tense"] == tense]


def close(text):
    """Return a text without what the finder looks past."""
    return "".join(c for c in text if not (c in GAPS or (c.isspace() and c != "\n")))


# ── numbers ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text, quote, value, unit",
    [
        ("新增就业2.3万人。", "2.3万人", 23000, "人"),
        ("新增就业２．３万人。", "２．３万人", 23000, "人"),
        ("地区生产总值增长６．６％。", "６．６％", 6.6, "%"),
        ("粮食产量提高百分之五。", "百分之五", 5, "%"),
        ("粮食产量提高百分之五点五。", "百分之五点五", 5.5, "%"),
        ("粮食产量提高百分之5.5。", "百分之5.5", 5.5, "%"),
        ("举办招聘会一百场。", "一百场", 100, "场"),
        ("举办百场招聘会。", "百场", 100, "场"),
        ("建设三千套住房。", "三千套", 3000, "套"),
        ("确保存有半个月退税所需资金。", "半个月", 0.5, "月"),
        ("社会消费品零售总额突破1,200亿元。", "1,200亿元", 120e9, "元"),
        ("粮食总产量稳定在1.5万亿斤。", "1.5万亿斤", 1.5e12, "斤"),
        ("能耗强度下降3个百分点。", "3个百分点", 3, "个百分点"),
        ("能耗强度下降3百分点。", "3百分点", 3, "个百分点"),
        ("减免三成租金。", "三成", 30, "%"),
        ("企业数量提高2倍。", "2倍", 2, "倍"),
        ("减免6个月租金。", "6个月", 6, "月"),
        ("住房补贴300元/人。", "300元/人", 300, "元/人"),
        ("排放浓度不高于50毫克/立方米。", "50毫克/立方米", 50, "毫克/立方米"),
    ],
)
def test_a_number_and_its_unit(text, quote, value, unit):
    (row,) = find(text)
    assert (row["quote"], row["value"], row["unit"]) == (quote, value, unit)
    assert math.isnan(row["value_from"])
    assert (row["form"], row["scope"]) == ("numeric", "")


@pytest.mark.parametrize(
    "text, quote, value_from, value",
    [
        ("地区生产总值增长5%-6%。", "5%-6%", 5, 6),
        ("地区生产总值增长5%－6%。", "5%－6%", 5, 6),
        ("地区生产总值增长5%—6%。", "5%—6%", 5, 6),
        ("地区生产总值增长5%——6%。", "5%——6%", 5, 6),
        ("地区生产总值增长5%～6%。", "5%～6%", 5, 6),
        ("地区生产总值增长5%~6%。", "5%~6%", 5, 6),
        ("地区生产总值增长5%至6%。", "5%至6%", 5, 6),
        ("地区生产总值增长5%到6%。", "5%到6%", 5, 6),
        ("地区生产总值增长5％至6%。", "5％至6%", 5, 6),
        ("地区生产总值增长5-6%。", "5-6%", 5, 6),
        ("地区生产总值增长5－6%。", "5－6%", 5, 6),
        ("地区生产总值增长百分之五至百分之六。", "百分之五至百分之六", 5, 6),
        ("新增就业2-3万人。", "2-3万人", 20000, 30000),
        ("新增就业2万至3万人。", "2万至3万人", 20000, 30000),
        ("新增就业2万人至3万人。", "2万人至3万人", 20000, 30000),
        ("新增就业8000人至1.2万人。", "8000人至1.2万人", 8000, 12000),
        ("举办招聘会100～200场。", "100～200场", 100, 200),
        ("举办招聘会1,000-2,000场。", "1,000-2,000场", 1000, 2000),
        ("增值税税率从20%降到16%。", "20%降到16%", 20, 16),
        ("增值税税率从20%降至16%。", "20%降至16%", 20, 16),
        ("加计扣除比例从75%提高到100%。", "75%提高到100%", 75, 100),
    ],
)
def test_ranges(text, quote, value_from, value):
    (row,) = find(text)
    assert (row["quote"], row["value_from"], row["value"]) == (quote, value_from, value)
    assert row["bound"] == "from_to"
    assert row["indicator"] and not any(map(str.isdigit, row["indicator"]))
    assert row["span"] == text[text.index(row["indicator"]) : text.index(quote) + len(quote)]


@pytest.mark.parametrize(
    "text, bound, direction",
    [
        ("粮食播种面积7.5万亩。", "=", "level"),
        ("地区生产总值增长6.6%。", "=", "increase"),
        ("能耗强度下降3%。", "=", "decrease"),
        ("新增就业2万人。", "=", "increase"),
        ("粮食播种面积不低于7.5万亩。", ">=", "level"),
        ("就业率90%以上。", ">=", "level"),
        ("固定资产投资增长6%以上。", ">=", "increase"),
        ("城镇调查失业率控制在5.5%以内。", "<=", "level"),
        ("固定资产投资增长6%左右。", "~", "increase"),
        ("新增就业约2万人。", "~", "increase"),
        ("生产用水节约2万吨。", "=", "level"),
        ("失业保险缴费费率降低至1%。", "=", "decrease"),
        ("增值税税率从20%降到16%。", "from_to", "decrease"),
        ("加计扣除比例从75%提高到100%。", "from_to", "increase"),
    ],
)
def test_bound_and_direction(text, bound, direction):
    (row,) = find(text)
    assert (row["bound"], row["direction"]) == (bound, direction)


@pytest.mark.parametrize(
    "text, indicator, span",
    [
        ("地区生产总值增长6.6%。", "地区生产总值", "地区生产总值增长6.6%"),
        ("新增就业2.3万人。", "新增就业", "新增就业2.3万人"),
        ("城镇调查失业率控制在5.5%以内。", "城镇调查失业率", "城镇调查失业率控制在5.5%以内"),
        ("建成3家实验室。", "实验室", "3家实验室"),
        ("培育科技型企业2000个以上。", "科技型企业", "科技型企业2000个以上"),
        ("办好2场以上招聘会。", "招聘会", "2场以上招聘会"),
        ("确保存有半个月退税所需资金。", "退税所需资金", "半个月退税所需资金"),
    ],
)
def test_indicator_and_span(text, indicator, span):
    (row,) = find(text)
    assert (row["indicator"], row["span"]) == (indicator, span)


@pytest.mark.parametrize(
    "text, kind",
    [
        ("排放浓度不高于50毫克/立方米。", "standard"),
        ("减免6个月租金。", "standard"),
        ("加计扣除比例从75%提高到100%。", "standard"),
        ("建成3家实验室。", "target"),
        ("固定资产投资增长6%。", "target"),
        ("完成投资100亿元。", "target"),
    ],
)
def test_standards_are_told_from_targets(text, kind):
    assert [row["kind"] for row in find(text)] == [kind]


@pytest.mark.parametrize(
    "text, hedge",
    [
        ("力争固定资产投资增长6%。", "力争"),
        ("固定资产投资增长6%左右。", "左右"),
        ("物价总体稳定。", "总体"),
        ("国际收支基本平衡。", "基本"),
        ("力争实现垃圾分类全覆盖。", "力争"),
        ("固定资产投资增长6%。", ""),
        ("节约标准煤2万吨。", ""),
    ],
)
def test_hedges(text, hedge):
    assert [row["hedge"] for row in find(text)] == [hedge]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("生猪存栏量4000头、出栏量3000头。", [("生猪存栏量", 4000, ""), ("出栏量", 3000, "")]),
        ("生猪存栏量4000头和出栏量3000头。", [("生猪存栏量", 4000, ""), ("出栏量", 3000, "")]),
        ("鸡蛋产量1900吨，牛奶产量5000吨。", [("鸡蛋产量", 1900, ""), ("牛奶产量", 5000, "")]),
        ("建设10个社区以及3家医院。", [("社区", 10, ""), ("医院", 3, "")]),
        ("培育企业100家和50家。", [("企业", 100, ""), ("企业", 50, "inherited")]),
        ("补助标准分别再提高 30 元和 5 元。", [("补助标准", 30, ""), ("补助标准", 5, "inherited")]),
        ("改造小区30个，其中示范小区5个。", [("小区", 30, ""), ("示范小区", 5, "subtotal")]),
        (
            "种植大豆2000亩，其中良种大豆不少于900亩。",
            [("大豆", 2000, ""), ("良种大豆", 900, "subtotal")],
        ),
    ],
)
def test_enumerations(text, expected):
    assert [(row["indicator"], row["value"], row["scope"]) for row in find(text)] == expected


@pytest.mark.parametrize(
    "text, bound, direction",
    [
        ("粮食面积不低于5万亩和3万亩。", ">=", "level"),
        ("城镇失业率控制在5%和6%。", "<=", "level"),
        ("补助标准分别再提高 30 元和 5 元。", "=", "increase"),
        ("能耗强度分别下降3%、2%。", "=", "decrease"),
    ],
)
def test_one_bound_over_two_numbers(text, bound, direction):
    rows = find(text)
    assert [(row["bound"], row["direction"]) for row in rows] == [(bound, direction)] * 2
    assert rows[1]["scope"] == "inherited"


@pytest.mark.parametrize(
    "text, things",
    [
        ("单位生产总值能耗、用水量分别下降1%。", ["单位生产总值能耗", "用水量"]),
        ("生猪存栏量、生猪出栏量各4000头。", ["生猪存栏量", "生猪出栏量"]),
        (
            "城镇居民收入、农村居民收入、财政收入分别增长6%。",
            ["城镇居民收入", "农村居民收入", "财政收入"],
        ),
    ],
)
def test_one_number_for_several_things(text, things):
    rows = find(text)
    assert sorted(row["indicator"] for row in rows) == sorted(things)
    assert len({(row["start"], row["end"], row["value"], row["direction"]) for row in rows}) == 1
    assert all(row["indicator"] in row["span"] for row in rows)


@pytest.mark.parametrize(
    "text, expected",
    [
        (
            "甲镇、乙镇、丙镇新增床位分别达到300张、200张、100张。",
            [("甲镇", None, 300), ("乙镇", None, 200), ("丙镇新增床位", None, 100)],
        ),
        (
            "力争城市和农村消费品零售额分别增长5%和6%左右。",
            [("城市", None, 5), ("农村消费品零售额", None, 6)],
        ),
        (
            "林地以及草地面积分别增加10.6万、3.8万亩。",
            [("林地", None, 106000), ("草地面积", None, 38000)],
        ),
        (
            "甲、乙补助标准分别由800元、900元提高到850元、960元。",
            [("甲", 800, 850), ("乙补助标准", 900, 960)],
        ),
        ("甲、乙扣除比例分别从50%、75%提高至100%。", [("甲", 50, 100), ("乙扣除比例", 75, 100)]),
        ("甲、乙产量分别增长5%—6%和7%—8%。", [("甲", 5, 6), ("乙产量", 7, 8)]),
        (
            "护理补贴由每人每月80元提高到90元，伙食补助由12元提高到15元。",
            [("护理补贴", 80, 90), ("伙食补助", 12, 15)],
        ),
        ("补助标准分别再提高30元和5元。", [("补助标准", None, 30), ("补助标准", None, 5)]),
        ("甲、乙、丙产量分别增长5%和6%。", [("丙产量", None, 5), ("丙产量", None, 6)]),
    ],
)
def test_names_and_numbers_are_paired_by_position(text, expected):
    rows = find(text)
    values = [None if math.isnan(row["value_from"]) else row["value_from"] for row in rows]
    found = [row["indicator"] for row in rows], values, [row["value"] for row in rows]
    assert list(zip(*found, strict=True)) == expected
    assert len({row["unit"] for row in rows}) == 1
    assert all(
        (row["bound"] == "from_to") == (v is not None) for row, v in zip(rows, values, strict=True)
    )


@pytest.mark.parametrize(
    "text, bound, kind",
    [
        ("给予最高90万元补贴。", "<=", "target"),
        ("补贴不超过购置价的30%。", "<=", "target"),
        ("公用经费不低于预算的8%。", ">=", "target"),
        ("每年培训护理员900名以上。", ">=", "target"),
        ("每年补贴90元。", "=", "standard"),
        ("新建高标准农田6万亩。", "=", "target"),
        ("节约标准煤6万吨。", "=", "target"),
        ("窑炉粉尘排放执行30毫克/立方米限值。", "<=", "standard"),
    ],
)
def test_ceilings_floors_and_norms(text, bound, kind):
    (row,) = find(text)
    assert (row["bound"], row["kind"]) == (bound, kind)


def test_half_width_marks_part_clauses():
    text = "完成厂房改造8处,年内交付3处,其中南区2处、北区1处;新增岗位1,600个."
    rows = find(text)
    assert [row["value"] for row in rows] == [8, 3, 2, 1, 1600]
    wide = find(text.replace(",", "，").replace("1，", "1,").replace(";", "；")[:-1] + "。")
    assert [row["indicator"] for row in rows] == [row["indicator"] for row in wide]


def test_traditional_characters_are_read_as_simplified():
    plain = "明年预期：工业产值增长6%左右；物价上涨3%以内；新增岗位2万个以上；蔬菜产量30万吨。"
    written = "明年預期：工業產值增長6%左右；物價上漲3%以內；新增崗位2萬個以上；蔬菜產量30萬噸。"
    fields = ["start", "end", "value", "unit", "bound", "direction", "form", "hedge"]
    read = [[row[field] for field in fields] for row in find(written)]
    assert read == [[row[field] for field in fields] for row in find(plain)]
    assert [row["indicator"] for row in find(written)] == [
        "工業產值",
        "物價",
        "新增崗位",
        "蔬菜產量",
    ]


@pytest.mark.parametrize("mark", ["\t", "|"])
def test_a_table_of_indicators_is_refused(mark):
    rows = [["主要指标", "2024年", "2030年", "属性"], ["绿化率（%）", "30", "35", "预期性"]]
    text = "规划如下。\n" + "\n".join(mark.join(row) for row in rows)
    with pytest.raises(ValueError, match="document 'a', line 2: a table of indicators .*sentence"):
        xq.find_targets(pd.Series({"a": text}))
    assert find("\t2030年主要指标：绿化率达到35%。\t")[0]["value"] == 35


def test_things_named_together_stay_in_their_sentence():
    things = [f"{name}镇居民收入" for name in "甲乙丙丁戊己庚辛壬癸"]
    rows = find("推进乡村振兴、城市更新。" + "、".join(things) + "分别增长6%。")
    assert sorted(row["indicator"] for row in rows) == sorted(things)


@pytest.mark.parametrize(
    "text, quote, indicator",
    [
        ("新增就业 2.3 万人。", "2.3 万人", "新增就业"),
        ("新增就业2. 3 万 人。", "2. 3 万 人", "新增就业"),
        ("新增就业2\u200b.3\u200d万人。", "2\u200b.3\u200d万人", "新增就业"),
        ("\ufeff新增\u200b就业2.3万人\u200b。", "2.3万人", "新增\u200b就业"),
        ("\u3000\u3000新增就业２ ．３\u00a0万人。", "２ ．３\u00a0万人", "新增就业"),
        ("**新增就业**2.3万人。", "2.3万人", "新增就业"),
    ],
)
def test_gaps_are_looked_past_and_kept_in_place(text, quote, indicator):
    (row,) = find(text)
    assert (row["quote"], row["value"], row["indicator"]) == (quote, 23000, indicator)


# ── promises without a number ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text, form, decides, indicator, bound, direction",
    [
        ("实现重大安全隐患清零。", "zero", "清零", "重大安全隐患", "=", "level"),
        ("不发生重大生产安全事故。", "zero", "不发生", "重大生产安全事故", "=", "level"),
        ("实现企业办事“零跑动”。", "zero", "零跑动", "企业办事", "=", "level"),
        ("实现垃圾分类全覆盖。", "all", "全覆盖", "垃圾分类", "", "level"),
        ("实现困难群众应保尽保。", "all", "应保尽保", "困难群众", "", "level"),
        ("违规收费全部收回。", "all", "全部收回", "违规收费", "", "level"),
        ("全面完成棚户区改造任务。", "all", "全面完成", "棚户区改造任务", "", "level"),
        (
            "教师工资水平不低于当地公务员平均工资水平。",
            "relational",
            "不低于当地公务员平均工资水平",
            "教师工资水平",
            ">=",
            "level",
        ),
        (
            "研发投入增速快于地区生产总值增速。",
            "relational",
            "快于地区生产总值增速",
            "研发投入增速",
            ">=",
            "level",
        ),
        (
            "价格涨幅不高于全国平均水平。",
            "relational",
            "不高于全国平均水平",
            "价格涨幅",
            "<=",
            "level",
        ),
        (
            "居民收入与经济增长基本同步。",
            "relational",
            "与经济增长基本同步",
            "居民收入",
            "~",
            "increase",
        ),
        ("教育支出与财政收入相匹配。", "relational", "与财政收入相匹配", "教育支出", "~", "level"),
        ("节能减排完成市级下达目标。", "deferred", "完成市级下达目标", "节能减排", "", "level"),
        ("完成市级下达的减排任务。", "deferred", "完成市级下达的减排任务", "减排", "", "level"),
        ("居民收入稳定增长。", "directional", "增长", "居民收入", "", "increase"),
        ("稳步提高职工工资水平。", "directional", "提高", "职工工资水平", "", "increase"),
        ("提升新能源汽车占比。", "directional", "提升", "新能源汽车占比", "", "increase"),
        ("扩大社会保险覆盖面。", "directional", "扩大", "社会保险覆盖面", "", "increase"),
        ("主要污染物排放量持续下降。", "directional", "下降", "主要污染物排放量", "", "decrease"),
        ("降低政府融资成本。", "directional", "降低", "政府融资成本", "", "decrease"),
        ("推动进出口促稳提质。", "directional", "促稳提质", "进出口", "", "level"),
        ("国际收支基本平衡。", "directional", "平衡", "国际收支", "", "level"),
        ("物价总体稳定。", "directional", "稳定", "物价", "", "level"),
        (
            "提高城市低保、孤儿供养补助标准。",
            "directional",
            "提高",
            "城市低保、孤儿供养补助标准",
            "",
            "increase",
        ),
        ("降低用电、仓储等成本。", "directional", "降低", "用电、仓储等成本", "", "decrease"),
        ("引导银行增加农户贷款。", "directional", "增加", "农户贷款", "", "increase"),
        ("民生支出只增不减。", "directional", "只增不减", "民生支出", "", "level"),
        ("农田面积不减少。", "directional", "不减少", "农田面积", "", "level"),
        ("汇率在合理均衡水平上的基本稳定。", "directional", "稳定", "汇率", "", "level"),
        ("旅游收入占比较上年有新的提升。", "directional", "提升", "旅游收入占比", "", "increase"),
        ("提高工业增加值的比重。", "directional", "提高", "工业增加值的比重", "", "increase"),
        ("稳定和扩大消费。", "directional", "稳定", "消费", "", "level"),
    ],
)
def test_promises_without_a_number(text, form, decides, indicator, bound, direction):
    (row,) = find(text)
    assert (row["form"], row["quote"], row["indicator"]) == (form, decides, indicator)
    assert (row["bound"], row["direction"], row["kind"]) == (bound, direction, "target")
    assert (row["unit"], math.isnan(row["value_from"])) == ("", True)
    assert row["value"] == 0 if form == "zero" else math.isnan(row["value"])


LOOKALIKES = [
    *["对违法行为零容忍。", "严防重大事故。", "杜绝弄虚作假。", "坚决遏制违法建设。"],
    *["全面推进乡村振兴。", "全面加强党的建设。", "全力做好疫情防控。", "加强全程监管。"],
    *["同步建设配套设施。", "同步验收相关设施。", "与主体工程同步建设。"],
    *["落实政策。", "落实减税降费政策。", "按照上级要求做好工作。"],
    *[
        "提升能力。",
        "提升公共服务能力。",
        "提高质量。",
        "扩大影响力。",
        "加大宣传力度。",
        "增强市场信心。",
    ],
    *["提高质量、优化投资。", "提高教师待遇。", "任务和压力相当大。", "做好新增劳动力的就业。"],
]
NAMES = [
    *["学习贯彻十九届六中全会精神。", "迎接党的二十大。", "编制“十四五”规划。", "编制十四五规划。"],
    *["落实“三个着力”重要要求。", "开展“双万双服”活动。", "做好“六稳”“六保”工作。"],
    *["落实六税两费减免政策。", "落实《通知》（国发〔2022〕9号）要求。", "双随机抽查。"],
    *["2022年6月30日前报送。", "2022年12月底前报送。", "一是加强领导。", "引入第三方评估。"],
    *["推进5G网络建设。", "推进T3航站楼建设。", "治理VOCs排放。", "控制PM2.5浓度。"],
    *["为60周岁以上老年人提供服务。", "加强3岁以下婴幼儿照护。", "举办第25届运动会。"],
    *["实施国企改革三年行动。", "开展19项专项行动。", "建立三项机制。", "四位一体推进。"],
    *[
        "建设一批重点项目。",
        "推进京津冀一体化发展。",
        "一次性办结。",
        "推进一网通办。",
        "进一步加强管理。",
    ],
]


@pytest.mark.parametrize("text", LOOKALIKES + NAMES)
def test_no_commitment(text):
    assert find(text) == []
    assert quotes(text.replace("。", "，新增就业2.3万人。")) == ["2.3万人"]


@pytest.mark.parametrize(
    "text",
    [
        "去年地区生产总值增长8.1%。",
        "去年，地区生产总值增长8.1%。",
        "上年完成投资100亿元。",
        "已完成改造老旧小区30个。",
        "已建成30个社区食堂。",
        "过去五年，居民收入稳定增长。",
        "去年实现重大事故归零。",
    ],
)
def test_what_has_been_achieved_is_past(text):
    (row,) = find(text)
    assert row["tense"] == "past"
    assert quotes(text + "今年新增就业2.3万人。") == ["2.3万人"]
    assert [row["tense"] for row in find(text, plan=True)] == ["plan"]


@pytest.mark.parametrize(
    "text, plan, past",
    [
        ("已建成食堂30个，新增车位50个。", ["50个"], ["30个"]),
        ("改造管网20公里，惠及居民2万户。", ["20公里", "2万户"], []),
        ("单位产值水耗累计下降9%以上。", ["9%"], []),
        ("单位产值水耗累计下降9%。", [], ["9%"]),
        ("规模以上工业产值同比增长7%左右。", ["7%"], []),
        ("规模以上工业产值同比增长7%。", [], ["7%"]),
        ("加快已开工项目建设，完成投资9亿元。", ["9亿元"], []),
        ("建成全市首个体育公园，新增绿地6公顷。", ["6公顷"], []),
        ("投资比上年增长7%左右，出口较上年增长5%以上。", ["7%", "5%"], []),
        ("去年，粮食产量5万吨，鸡蛋3吨；今年蔬菜6吨。", ["6吨"], ["5万吨", "3吨"]),
        ("稻谷产量稳定在6万吨以上（去年为5万吨）。", ["6万吨"], ["5万吨"]),
        ("过去五年，投资增长7%，今年力争增长8%。", ["8%"], ["7%"]),
        ("过去五年，投资增长7%。\n新建学校3所。", [], ["7%", "3所"]),
        ("# 报告\n## 今年任务\n过去五年，投资增长7%。\n新建学校3所。", ["3所"], ["7%"]),
    ],
)
def test_a_word_makes_its_own_clause_past(text, plan, past):
    assert quotes(text) == plan
    assert quotes(text, "past") == past
    assert all(row["tense"] == "plan" for row in find(text, plan=True))


def test_a_report_counts_from_its_plan_on():
    review = "## 一、2021年工作回顾\n地区生产总值增长8.1%，新增就业3万人。\n### （一）农业\n粮食产量5万吨。\n"
    plan = "## 二、2022年工作目标\n地区生产总值增长6%，新增就业2万人。\n### （一）农业\n粮食产量6万吨。\n"
    text = "# 政府工作报告\n" + review + plan
    assert quotes(text) == ["6%", "2万人", "6万吨"]
    assert quotes(text, "past") == ["8.1%", "3万人", "5万吨"]
    assert quotes(plan) == quotes(text)
    assert quotes(text.replace("#", "").replace(" ", "")) == quotes(text)


# ── the vocabulary: each word decides, so none may be lost ───────────────────────────────────


@pytest.mark.parametrize(
    "sentence, expected, words",
    [
        ("产量3{}。", {"unit": "{}"}, "个百分点 % ‰ 千瓦时 千瓦 兆瓦 标准煤 平方公里 平方千米 平方米 立方米 公里 公顷 公斤 千克 毫克 微克 人次 人 户次 户 家 名 位 场次 场 项 所 座 条 处 套 亩 米 吨 斤 升 度 头 只 羽 件 辆 台 张 倍 番 次 间 栋 幢 部 期 对 支 门 片 艘 架 株 棵 种 册 村 镇 美元 欧元 港元 日元 元 吉比特 标箱 个"),
        ("延长3{}。", {"unit": "{}"}, "个工作日 工作日 小时 分钟 天 年"),
        ("投资{}3%。", {"indicator": "投资", "direction": "increase"}, "增长 增加 提高 提升 扩大 上升 上涨 新增 加大 增 升"),
        ("投资{}3%。", {"indicator": "投资", "direction": "decrease"}, "下降 降低 减少 压减 核减 削减 缩减 压缩 缩短 减免 下浮 下调 收窄 只减不增 降 减"),
        ("投资{}3亿元。", {"indicator": "投资", "bound": ">="}, "不低于 不少于 不小于 不得低于 不得少于 超过 突破 高于 大于 多于 至少 >= ≥"),
        ("投资{}3亿元。", {"indicator": "投资", "bound": "<="}, "不超过 不高于 不大于 不多于 不得超过 低于 少于 小于 控制在 最多 最高 <= ≤"),
        ("投资{}3亿元。", {"indicator": "投资", "bound": "~"}, "大约 约为 约 将近 近"),
        ("投资3亿元{}。", {"indicator": "投资", "bound": ">="}, "以上 及以上"),
        ("投资3亿元{}。", {"indicator": "投资", "bound": "<="}, "以内 之内 以下 及以下 限值 的上限"),
        ("{}投资3亿元。", {"hedge": "{}"}, "力争 争取 努力 大约 约 将近 基本 总体 原则上"),
        ("就业率{}3%。", {"indicator": "就业率"}, "保持 稳定 维持 达到 达 为 是 至 到 在 从 由 再 分别 各 均 都 总计 共计 共 有 继续 力争 争取 实现 完成 拟 安排 将 要 年度 年均 平均 实际 基本 总体 全年 左右 按 : 执行 每人 每户 每亩 每月 每年"),
        ("{}实验室3家。", {"indicator": "实验室"}, "提出 设立 吸纳 提供 举办 开展 承接 种植 建立 建成 建设 新建 共建 改建 扩建 创建 打造 培育 确定 引进 引育 推动 推进 加快 确保 实现 完成 达到 帮助 改造 筹集 开工 治理 安排 发放 发行 落实 执行 严格 实施 启动 组织 支持 围绕 推出 加强 加大 做好 持续 稳定 增加 减少 降低 提高 提升 扩大 新创建 培训 认定 保持 保障 积极 努力 力争 争取 全年 今年 明年 年内 全区 全市 全省 全国 其中 凡 以及 同时 并且 进一步 不断 稳步 着力 切实 促进 引导 鼓励 深入 有序 控制 给予 每年 累计 分别 再 将 使 把 对标 对 并 要 拟 约 年 的"),
        ("某市企业{}实验室3家。", {"indicator": "实验室"}, "共建 新建 建成 建立 创建 吸纳 提供 举办 承接 培育 引进 筹集 发放 位于 用于"),
        ("建成3家实验室{}。", {"indicator": "实验室"}, "建设 改造 设置 综合治理 治理 按期 实现 完成 验收 参加 参与 投入 用于 支持 以上 以下 以内 左右"),
        ("推进3项重点{}。", None, "行动 机制 制度 意识 方面 环节 维护 确立 自信 原则 关系 要求"),
        ("{}租金6个月。", {"unit": "月"}, "减免 缓缴 缓交 延长 缩短 压缩 压减 存有 保有 不少于 不低于 不超过 控制在 降至 减至"),
        ("{}补贴3元。", {"kind": "standard"}, "每人 每户 每亩 每月 每年 每生 费率 税率 利率 标准 扣除比例 租金 票价 电价"),
        ("推进三{}实验室。", None, "个 位 大 对 方 期 条 次 种 类 级 部 门 项"),
        ("甲{}增长。", {"indicator": "甲{}", "direction": "increase"}, "收入 工资 工资水平 收入水平 待遇水平 物价水平 总水平 价格 物价 成本 占比 比重 比例 面积 产量 总量 存量 总值 规模 数量 人数 岗位 就业 贸易 进出口 外贸 出口 进口 投资 消费 投入 排放 能耗 消耗 强度 用量 覆盖面 率 额 化程度 国际收支 赤字 库存 份额 供给 支出 降幅 税负 财力 外资 融资 贷款 投放 利润 养老金 寿命 贫困人口 工资标准 补助标准 补贴标准 补偿标准 救助标准 保障标准 抚恤标准 筹资标准"),
        ("甲产量{}增长。", {"indicator": "甲产量", "direction": "increase"}, "稳步 稳定 持续 平稳 较快 明显 合理 适度 同步 不断 进一步 总体 基本 保持 继续 显著 有所 适当 逐步 大幅 大力 着力 稳中 实现 推动 促进 协调 健康 快速 较大幅度 更大 年均 和 确保 有新的 比上年 较上年 在合理均衡水平上的"),
        ("甲产量{}。", {"indicator": "甲产量", "direction": "level"}, "不变 只增不减 不减少 不降低 持平略增 略增 稳中有升 稳中提质 量稳质升 稳量提质 稳定 平衡 平稳 保稳提质 促稳提质 保稳促优 保供稳价 稳价"),
        ("重大隐患{}。", {"indicator": "重大隐患", "form": "zero"}, "清零 归零 零事故 零发生 零死亡 零增长 零新增 零排放"),
        ("重大隐患{}清零。", {"indicator": "重大隐患", "form": "zero"}, "实现 确保 做到 保持 动态 要 力争 基本 达到 全面 、 “"),
        ("{}重大事故。", {"indicator": "重大事故", "form": "zero"}, "不发生 不再发生"),
        ("甲收入{}全国水平。", {"indicator": "甲收入", "bound": ">="}, "不低于 高于 快于 优于 好于 超过"),
        ("甲收入{}全国水平。", {"indicator": "甲收入", "bound": "<="}, "不高于 低于 不超过"),
        ("甲产量高于本市{}数字。", {"form": "relational"}, "水平 平均 增速 增长 增幅 收入 同期 全国 当地"),
        ("甲收入与经济{}。", {"indicator": "甲收入", "bound": "~"}, "同步 相适应 相匹配 相当 持平"),
        ("甲工作{}市级下达目标。", {"form": "deferred"}, "完成 达到 落实 实现"),
        ("甲工作达到市级下达{}。", {"form": "deferred"}, "目标 任务 指标 计划"),
        ("{}甲产量稳定增长。", {"tense": "past"}, "去年 上年 过去 以来 年来 已 圆满 超额 荣获 新高 位居 居世界 同比 首次 累计 取得成效 取得了进展 取得成绩 顺利完成 顺利实现 顺利召开 顺利举行 连续三年 五年间"),
        ("{}甲产量稳定增长。", {"tense": "plan"}, "首个 增加到 上升到 惠及 分别达到 除了 上年度 较上年 比上年 比去年"),
        ("甲区累计{}乙产量3吨。", {"tense": "plan"}, "今年 明年 力争 目标 确保 争取 计划 拟 预期 安排 要 将 到2030年 不低于 不超过 至少"),
        ("甲区累计乙产量3吨{}。", {"tense": "plan"}, "以上 以内 左右"),
        ("一年来，甲好，{}乙产量3吨。", {"tense": "plan"}, "今年 明年 力争 争取 拟 预期目标是 预期目标为 要 将 到2030年 不低于 不少于 不超过"),
        ("税率5%{}6%。", {"bound": "from_to", "indicator": "税率"}, "- – — ~ ～ － 至 到 增至 增长至 提高到 降到 下降至 减为 调整为 恢复到 左右至 以上至"),
        ("推进3{}。", None, "人口 人均 人才 人民 人大 人工 人类"),
        ("接入{}3台。", None, "第 . + - 〔 A"),
        ("培育企业3家{}5家。", {"indicator": "企业"}, "、 和 及 与 、分别 以上、 左右和 以内和各"),
        ("{}建成实验室3家。", {"indicator": "实验室"}, "2025年 到2025年 2025年底前 2025年末 6月底前 到12月底 2025年6月30日以前 年底前 今年底前 年内 “十四五”时期 十四五期间"),
        ("{}投资3亿元。", {"tense": "past"}, "去年 上年 去年完成"),
        ("{}投资3亿元。", {"tense": "plan"}, "比去年 较上年 从去年 于去年 与上年"),
        ("今年投资比{}增长3%。", {"indicator": "投资", "direction": "increase"}, "去年 上年 预算 同期"),
        ("今年投资比{}下降3%。", {"indicator": "投资", "direction": "decrease"}, "去年 上年 预算 同期"),
        ("补贴3{}。", {"unit": "{}", "kind": "standard"}, "元/人 元/月 元/日 元/kg 毫克/升"),
        ("稳定{}和甲收入。", {"direction": "level"}, "出口 进口 就业 收入 消费 投资 价格 能耗 强度"),
        ("一、{}\n乙产量3吨。", {"tense": "past"}, "回顾 总结过去"),
        ("## {}\n乙产量3吨。", {"tense": "past"}, "回顾 总结 成就 过去五年 五年来 一年来 刚刚过去 去年以来"),
        ("## 回顾{}\n乙产量3吨。", {"tense": "plan"}, "目标 任务 部署 安排 要求 建议 重点工作 今年 下一步 今后"),
    ],
)  # fmt: skip
def test_each_word_decides(sentence, expected, words):
    """Each record has these fields, {} standing for the word itself; None: there is no record."""
    for word in words.split():
        rows = find(sentence.format(word))
        assert bool(rows) == (expected is not None), word
        for row in rows:
            fields = {name: value.format(word) for name, value in expected.items()}
            assert {name: row[name] for name in fields} == fields


@pytest.mark.parametrize(
    "text, value",
    [
        ("投资3千元。", 3e3), ("投资3万元。", 3e4), ("投资3十万元。", 3e5), ("投资3百万元。", 3e6),
        ("投资3千万元。", 3e7), ("投资3亿元。", 3e8), ("投资3万亿元。", 3e12), ("投资2万3千元。", 23000),
        ("投资2万3百元。", 20300), ("投资1亿2000万元。", 1.2e8), ("投资百分之十二。", 12),
        ("建设二十一座。", 21), ("建设两百座。", 200), ("建设十座公园。", None), ("建设万座。", None),
        ("利润负3亿元。", -3e8), ("投资3成。", 30), ("投资3亿以上。", 3e8), ("投资3多万元。", 3e4),
        ("投资12,345元。", 12345), ("减免2022年。", None), ("减免3年。", 3), ("建设第3座。", None),
    ],
)  # fmt: skip
def test_values(text, value):
    assert [row["value"] for row in find(text)] == ([] if value is None else [value])


@pytest.mark.parametrize(
    "text, indicators",
    [
        ("工资、奖金收入、养老金待遇水平稳定增长。", ["工资", "奖金收入", "养老金待遇水平"]),
        ("推进，工资、奖金收入稳定增长。", ["工资", "奖金收入"]),
        ("稳定出口和就业。", ["出口", "就业"]),
        ("甲收入、乙产量与经济同步增长。", ["甲收入", "乙产量"]),
        ("甲工程、乙工程各3项。", ["甲工程", "乙工程"]),
        ("稳定就业和甲收入。", ["就业", "甲收入"]),
        ("提高甲就业率、乙覆盖率。", ["甲就业率", "乙覆盖率"]),
        ("提高效率、扩大甲产品出口。", ["甲产品出口"]),
        ("推进工、农3家。", ["工、农"]),
        ("建成3家店。", [""]),
        ("建成甲所3家店。", ["甲所"]),
        ("今年建成3家医院。去年建成4家学校；建成5家公园。", ["医院", "学校", "公园"]),
        ("补贴不超过购置价的30%。", ["补贴"]),
        ("建成“云+”服务点40个。", ["“云+”服务点"]),
        ("给予最高90万元补贴。", ["补贴"]),
        ("增加3元补贴。", ["补贴"]),
        ("建成50%的示范社区。", ["示范社区"]),
        ("扶持企业、学校的优秀青年3人。", ["学校的优秀青年"]),
        ("发放补贴3元。", ["补贴"]),
        ("加强管理，实现清零。", ["管理"]),
        ("建成食堂。推进甲隐患排查，确保实现清零。", ["甲隐患排查"]),
        ("新增企业3家医院。", ["新增企业"]),
        ("推进甲隐患排查，确保实现清零。", ["甲隐患排查"]),
    ],
)
def test_what_it_is_about(text, indicators):
    assert sorted(row["indicator"] for row in find(text)) == sorted(indicators)


# ── tables in, tables out ────────────────────────────────────────────────────────────────────


def check_types(table):
    assert list(table.columns) == COLUMNS
    assert {name: str(table[name].dtype) for name in TYPES} == TYPES
    assert list(table.index) == list(range(len(table)))


@pytest.mark.parametrize("labels", [["M001", "M002"], [7, 3], ["a", 1.5]])
def test_documents_keep_their_names(labels):
    texts = pd.Series(["增长6%。", "建成3家实验室、5家医院。"], index=labels)
    before = texts.copy(deep=True)
    found = xq.find_targets(texts)
    check_types(found)
    assert found["doc"].tolist() == [labels[0], labels[1], labels[1]]
    pd.testing.assert_series_equal(texts, before)


def test_a_table_with_a_text_column():
    table = pd.DataFrame({"text": ["增长6%。", "建成3家实验室。"], "n": [1, 2]}, index=["a", "b"])
    found = xq.find_targets(table)
    check_types(found)
    pd.testing.assert_frame_equal(found, xq.find_targets(table["text"]))


@pytest.mark.parametrize("texts", [[], [""], ["", "\n", " \u200b"], ["加强领导。"]])
def test_nothing_found_has_the_same_columns(texts):
    found = xq.find_targets(pd.Series(texts, dtype="str"))
    check_types(found)
    assert found.empty


@pytest.mark.parametrize(
    ("texts", "error", "message"),
    [
        ("增长6%。", TypeError, "texts is a str .*expected a Series"),
        (pd.Series([6.0], index=["a"]), TypeError, "document 'a' is 6.0, not a text"),
        (pd.DataFrame({"words": ["增长6%。"]}), ValueError, "no column \\['text'\\]"),
        (pd.Series(["增长6%。"] * 2, index=["a", "a"]), ValueError, "named twice: 'a'"),
    ],
)
def test_what_is_no_text_is_refused(texts, error, message):
    with pytest.raises(error, match=message):
        xq.find_targets(texts)


def test_texts_are_read_one_by_one():
    texts = xq.load_table("measures").set_index("measure_id")["text"]
    found = xq.find_targets(texts)
    check_types(found)
    alone = [xq.find_targets(texts.loc[[name]]) for name in texts.index]
    pd.testing.assert_frame_equal(
        found, pd.concat([one for one in alone if len(one)], ignore_index=True)
    )


def test_gaps_and_wide_digits_change_no_field():
    texts = xq.load_table("measures").set_index("measure_id")["text"]
    plain = xq.find_targets(texts)
    wide = xq.find_targets(
        texts.str.translate(str.maketrans("0123456789%.", "０１２３４５６７８９％．"))
    )
    loose = xq.find_targets(texts.map(lambda text: "\u200b ".join(text)))
    fields = [name for name in COLUMNS if name not in ("start", "end", "span", "indicator")]
    pd.testing.assert_frame_equal(wide[[*fields, "start", "end"]], plain[[*fields, "start", "end"]])
    pd.testing.assert_frame_equal(loose[fields], plain[fields])
    for name in ("span", "indicator"):
        assert list(loose[name].map(close)) == list(plain[name].map(close))


# ── work paragraphs: one sentence per rule ───────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "expected"),
    [  # numbers and what is counted
        ("平均受教育年限达到15年以上。", ["15年 平均受教育年限"]),
        ("人均预期寿命达到80岁。", ["80岁 人均预期寿命"]),
        ("优良天数达到290天。", ["290天 优良天数"]),
        ("解决20万农村人口饮水。", ["20万 农村人口饮水"]),
        ("帮助3万人口脱贫。", ["3万 人口脱贫"]),
        ("集装箱运量达到900万标准箱。", ["900万标准箱 集装箱运量"]),
        ("确保困难家庭至少有一人稳定就业。", ["一人 困难家庭", "稳定 就业"]),
        ("近万户居民迁入新居。", ["万户 居民迁入新居"]),
        ("为企业减负80亿元。", ["80亿元 为企业减负"]),
        ("将14%的税率降至11%。", ["14%的税率降至11% 税率"]),
        ("港区面积从20平方公里逐步扩大到50平方公里。", ["20平方公里逐步扩大到50平方公里 港区面积"]),
        # numbers that promise nothing
        ("建设15万吨级航道。", []),
        ("认真抓好10项工作。", []),
        ("实施10项居民增收措施。", []),
        ("以16个产业规划为引导。", []),
        ("收入8万元以上的村占比达到70%。", ["70% 收入8万元以上的村占比"]),
        # the indicator
        ("耕地不少于6亿亩这条红线。", ["6亿亩 耕地"]),
        ("建设9个建设项目。", ["9个 建设项目"]),
        ("校舍新建改建项目700个。", ["700个 校舍新建改建项目"]),
        ("整修提升600公里乡村公路。", ["600公里 乡村公路"]),
        ("新建和改造提升30万亩高标准农田。", ["30万亩 高标准农田"]),
        ("高标准建设泵站30座。", ["30座 泵站"]),
        ("提升旧楼区900个片区、700万平方米。", ["900个 旧楼区", "700万平方米 旧楼区"]),
        ("对新认定企业给予30万元奖励。", ["30万元 奖励"]),
        ("给予最高50万元和30万元补助。", ["50万元 补助", "30万元 补助"]),
        # promises in words
        ("城乡居民收入年年有新的提高。", ["提高 城乡居民收入"]),
        ("保证科技支出法定增长。", ["增长 科技支出"]),
        ("提高行政效率。", []),
        ("补上因减税而减少的财政收入。", []),
        ("缩小城乡收入差距。", ["缩小 城乡收入差距"]),
        ("企业用工成本只降不升。", ["只降不升 企业用工成本"]),
        ("粮食产量稳中有增。", ["稳中有增 粮食产量"]),
        ("扩大重要零部件等进口。", ["扩大 重要零部件等进口"]),
        ("提高入学率和巩固率。", ["提高 入学率", "提高 巩固率"]),
        ("增加公用经费。", ["增加 公用经费"]),
        ("全部免征牧业税。", ["全部免征 免征牧业税"]),
        ("明年将在全国全部免征农业税。", ["全部免征 免征农业税"]),
        ("惠企政策应知尽知、应享尽享。", ["应知尽知 惠企政策", "应享尽享 惠企政策"]),
        ("推动旧账限时清零。", ["清零 旧账"]),
        ("能耗强度控制在国家下达目标以内。", ["控制在国家下达目标 能耗强度"]),
    ],
)
def test_work_is_read_with_its_subject(text, expected):
    assert [f"{row['quote']} {row['indicator']}" for row in find(text)] == expected


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("基本公共卫生服务补助90元。", "hedge", [""]),
        ("基本建成5座泵站。", "hedge", ["基本"]),
        ("支出90亿元，其中教育30亿元、卫生20亿元。", "scope", ["", "subtotal", "subtotal"]),
        ("支出90亿元，其中教育30亿元，推广新品种20个。", "scope", ["", "subtotal", ""]),
        ("规模超300亿元。", "bound", [">="]),
        ("甲、乙面积分别达到3万亩、2万亩以上。", "bound", [">=", ">="]),
        ("推动90个卫生院达到国家标准。", "kind", ["target"]),
        ("每年安排专项资金3亿元。", "kind", ["target"]),
        ("研发费用加计扣除75%。", "kind", ["standard"]),
        ("住院报销比例提高5个百分点。", "kind", ["standard"]),
        ("增值税起征点提高到15万元。", "kind", ["standard"]),
        ("对新认定企业给予30万元奖励。", "kind", ["standard"]),
        (
            "去年以来，一些地方和行业发生多起事故，造成严重损失。今年安排30亿元资金。",
            "tense",
            ["plan"],
        ),
        ("生产总值增长按9%安排、10%组织。", "direction", ["increase"] * 2),
    ],
)
def test_work_has_bounds_kinds_and_scopes(text, field, expected):
    assert [row[field] for row in find(text)] == expected


# ── matching ─────────────────────────────────────────────────────────────────────────────────

NAN = float("nan")
BASE = dict(doc="M1", start=6, end=10, indicator="地区生产总值", value=6.6, value_from=NAN)
BASE |= dict(unit="%", bound="=", direction="increase", form="numeric", kind="target")
FIELDS = [
    "value",
    "unit",
    "bound",
    "direction",
    "form_agrees",
    "kind",
    "indicator",
    "indicator_exact",
]


def table(*changes):
    return pd.DataFrame([BASE | change for change in changes], columns=list(BASE))


@pytest.mark.parametrize(
    "change, differs, whole",
    [
        ({}, [], True),
        ({"value": 6.6000000001}, [], True),
        ({"value": 6.5}, ["value"], False),
        ({"value": NAN}, ["value"], False),
        ({"value_from": 5.0}, ["value"], False),
        ({"unit": "个百分点"}, ["unit"], False),
        ({"bound": ">="}, ["bound"], False),
        ({"direction": "level"}, ["direction"], True),
        ({"form": "zero"}, ["form_agrees"], False),
        ({"kind": "standard"}, ["kind"], False),
        ({"indicator": "全市地区生产总值"}, ["indicator_exact"], True),
        ({"indicator": "生产总值"}, ["indicator_exact"], True),
        ({"indicator": "地区的、生产总值"}, [], True),
        ({"indicator": "投资"}, ["indicator", "indicator_exact"], False),
        ({"indicator": ""}, ["indicator", "indicator_exact"], False),
    ],
)
def test_agreement_on_each_field(change, differs, whole):
    for found, gold in [(table(change), table({})), (table({}), table(change))]:
        (row,) = xq.match_targets(found, gold).to_dict("records")
        assert (row["found"], row["gold"], row["whole"]) == (True, True, whole)
        assert [name for name in FIELDS if not row[name]] == differs
        assert (row["form"], row["about"]) == (gold["form"][0], gold["indicator"][0])


@pytest.mark.parametrize(
    "start, end, pairs",
    [(6, 10, 1), (4, 7, 1), (9, 12, 1), (7, 8, 1), (10, 12, 0), (2, 6, 0)],
)
def test_records_match_where_they_overlap(start, end, pairs):
    match = xq.match_targets(table({"start": start, "end": end}), table({}))
    assert (match["found"] & match["gold"]).sum() == pairs
    assert len(match) == 2 - pairs


def test_records_of_two_texts_never_match():
    match = xq.match_targets(table({"doc": "M2"}), table({}))
    assert list(match["doc"]) == ["M1", "M2"]
    assert list(match["found"]) == [False, True]
    assert list(match["gold"]) == [True, False]


def test_each_record_is_matched_once_the_best_overlap_first():
    found = table({"start": 0, "end": 12}, {"start": 6, "end": 10, "unit": "元"})
    match = xq.match_targets(found, table({"start": 5, "end": 10}))
    assert list(match["start"]) == [5, 6]
    assert match["gold"].tolist() == [True, False]
    assert match["found"].tolist() == [True, True]
    assert match["unit"].tolist() == [True, False]  # the wider one, which overlaps more


def test_of_equal_overlaps_the_same_indicator_goes_first():
    things = [{"indicator": "能耗"}, {"indicator": "用水量"}]
    match = xq.match_targets(table(*things), table(*things[::-1]))
    assert match["whole"].tolist() == [True, True]


def test_a_table_without_a_field_is_refused():
    with pytest.raises(ValueError, match="gold has no column \\['value_from'\\]"):
        xq.match_targets(table({}), table({}).drop(columns="value_from"))


def test_found_alone_and_gold_alone():
    found = table({"start": 20, "end": 22, "form": "zero"}, {})
    match = xq.match_targets(found, table({}, {"start": 30, "end": 33, "form": "all"}))
    assert match["start"].tolist() == [6, 20, 30]
    assert match["form"].tolist() == ["numeric", "zero", "all"]
    assert match["found"].tolist() == [True, True, False]
    assert match["gold"].tolist() == [True, False, True]
    assert not match.loc[1:, [*FIELDS, "whole"]].to_numpy().any()


@pytest.mark.parametrize("found, gold", [(0, 0), (1, 0), (0, 1)])
def test_matching_with_an_empty_table(found, gold):
    match = xq.match_targets(table({})[:found], table({})[:gold])
    assert list(match.columns) == [
        "doc",
        "start",
        "found",
        "gold",
        "form",
        "about",
        *FIELDS,
        "whole",
    ]
    assert (match["found"].sum(), match["gold"].sum()) == (found, gold)


# ── the committed gold ───────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def gold():
    table = pd.read_csv(ROOT / "data" / "gold" / "targets.csv", keep_default_na=False)
    numbers = {name: pd.to_numeric(table[name]) for name in ("value", "value_from")}
    return table.assign(**numbers)[table["coder"] == "adjudicated"]


@pytest.fixture(scope="module")
def texts():
    path = ROOT / "data" / "measures.csv"
    return pd.read_csv(path, keep_default_na=False).set_index("measure_id")["text"]


def test_gold_is_copied_from_the_text(gold, texts):
    assert len(gold)
    for row in gold.itertuples():
        text = texts[row.doc]
        assert text[row.start : row.end] == row.quote
        assert row.quote in row.span
        assert row.indicator in text


def test_scores_on_the_list(gold, texts):
    match = xq.match_targets(xq.find_targets(texts), gold)
    both = (match["found"] & match["gold"]).sum()
    assert match["gold"].sum() == len(gold)
    assert 2 * both / (match["found"].sum() + match["gold"].sum()) >= 0.98  # F1
    assert match["whole"].sum() / match["gold"].sum() >= 0.92


def test_gold_matches_itself(gold):
    match = xq.match_targets(gold, gold)
    assert len(match) == len(gold)
    assert match["whole"].all()


# ── made-up input ────────────────────────────────────────────────────────────────────────────

PARTS = [
    part
    for text in xq.load_table("measures")["text"]
    for part in text.replace("、", "，").split("，")
]
SMALL = (
    "5% 6 2.3 1,000 1,0 ２ ３．５ ％ 百分之 百分之五 一 半 百 千 万 亿 万亿 零 点 人 元 元/人 /月 毫克/立方米 个 个月 家 场 项 成 番 倍 年 天 "
    "个百分点 - － — ～ ~ 至 到 从 由 降到 提高到 不低于 不超过 控制在 以内 以上 左右 力争 约 分别 各 再 和 与 以及 、 ， 。 ； ： ！ （ ） “ ” 《 》 〔 〕 "
    "# ## 清零 全覆盖 应享尽享 应 尽 不发生 零跑动 全面完成 全部 增长 下降 稳定 持续 收入 工资水平 进出口 出口 进口 就业 占比 扩大 提升 降低 保障 同步 "
    "不低于当地水平 下达 任务 目标 完成 其中 新增 去年 上年 比上年 已 要 将 2022年 第 5G 的 等 等4个 每人 减免 企业 居民 粮食 回顾 * \\"
).split(" ")
SMALL += [
    "\n",
    "\n## 一、去年工作回顾\n",
    "\n## 二、今年目标\n",
    "\u200b",
    "\u200d",
    "\ufeff",
    "\u3000",
    " ",
    "\t",
    "\r\n",
    "\u2028",
]
TEXTS = st.lists(
    st.one_of(st.sampled_from(SMALL), st.sampled_from(PARTS), st.text(max_size=5)), max_size=40
).map("".join)


@given(TEXTS)
@settings(derandomize=True, deadline=None, max_examples=400)
def test_made_up_text(text):
    texts = pd.Series({"a": text})
    found = xq.find_targets(texts)
    check_types(found)
    assert texts.to_dict() == {"a": text}
    pd.testing.assert_frame_equal(found, xq.find_targets(texts))
    for row in found.itertuples():
        assert 0 <= row.start < row.end <= len(text)
        assert text[row.start : row.end] in row.span
        assert row.span in text
        assert row.indicator in text
        assert row.scope == "inherited" or row.indicator in row.span
        assert "\n" not in row.span
        assert not math.isinf(row.value) and not math.isinf(row.value_from)
        assert not (math.isnan(row.value) and row.form in ("numeric", "zero"))
        assert row.form in ("numeric", "zero", "all", "relational", "directional", "deferred")
        assert row.bound in ("", "=", ">=", "<=", "~", "from_to")
        assert row.direction in ("level", "increase", "decrease")
        assert row.tense in ("plan", "past")
    places = list(zip(found["start"], found["end"], strict=True))
    assert places == sorted(places)
    places = sorted(set(places))
    assert all(one[1] <= two[0] for one, two in zip(places, places[1:], strict=False))


@given(st.text(alphabet="一二两三五十百千万亿〇零半点", min_size=1, max_size=12))
@settings(derandomize=True, deadline=None, max_examples=600)
def test_made_up_numerals(numeral):
    for text in (f"产量{numeral}吨", f"产量增长百分之{numeral}", f"产量5吨至{numeral}吨"):
        for row in _find(text):
            assert row["span"] in text
            assert 0 <= row["value"] < math.inf


# ── cost ─────────────────────────────────────────────────────────────────────────────────────

LONG = (
    "一 1 半 百分之 1, 1. 1- 5%至 1人 1人、 1人和 “ 《 要 # 清零 清零、 动态清零 全面完成 应享尽享、 收入、 收入增长、 稳定 持续 稳定持续 提高收入、 扩大出口和 不低于 "
    "不低于收入水平 与收入同步 完成下达目标 分别增长1%、 等4个万人 去年1人 去年 其中 的"
).split()
LONG += ["\n", "\u200b", "# 回顾\n1人"]
LISTED = "进出口、" * 20 + "提高工资，"  # each 进出口 can be read in two ways


@pytest.mark.parametrize("part", LONG)
def test_twice_the_text_takes_twice_the_calls(part):
    def count(n):
        calls = 0

        def note(frame, event, argument):
            nonlocal calls
            calls += event in ("call", "c_call")

        text = part * n
        before = sys.getprofile()
        sys.setprofile(note)
        try:
            _find(text)
        finally:
            sys.setprofile(before)
        return calls

    _find(part * 2)  # what is loaded once
    assert count(400) <= 2.1 * count(200) + 200


def test_long_repetitions_do_not_hang():
    """Guard against hangs only: each text of 20,000 characters takes about a second, or less."""
    code = "import sys; from xq.targets import _find\nfor part in sys.argv[1:]: _find((part * 20_000)[:20_000])"
    subprocess.run([sys.executable, "-c", code, *LONG, LISTED], cwd=ROOT, check=True, timeout=60)


WORDS = "保障 就业 稳定 增长 收入 价格 投资 下降 提高 和 、 ， 。 ： ） 工作 目标 完成 下达 任务 零 发生 不 再 超过".split()
WORDS += "去年 高于 全国 水平 同步 与 全覆盖 应 尽 全部 分解 平稳 全面完成 库存 5% ！ \n \u3000 ２".split()


def test_what_is_looked_for_first_hides_nothing(monkeypatch):
    """The quick looks (_SIGN, _DIGIT, a fold that has nothing to fold) only save time."""
    lot = random.Random(0)
    texts = ["".join(lot.choices(WORDS, k=lot.randint(2, 14))) for _ in range(6000)]
    texts = pd.Series([*xq.load_table("measures")["text"], *texts])
    found = xq.find_targets(texts)
    assert found["form"].value_counts().min() > 10

    def find_every_clause(cuts, hits):
        first = 0
        for last in (at for at, character in enumerate(cuts) if character == "\n"):
            yield (first, last), dict.fromkeys(_RULES)
            first = last + 1

    anything = re.compile(r"[\s\S]")
    monkeypatch.setattr("xq.targets._find_clauses", find_every_clause)
    monkeypatch.setattr("xq.targets._DIGIT", anything)
    monkeypatch.setattr("xq.targets._GAP", re.compile(""))
    pd.testing.assert_frame_equal(xq.find_targets(texts), found)


def test_a_sign_is_told_by_its_first_character():
    assert len(_FIRST) == len({part[0] for sign in SIGNS.values() for part in sign.split("|")})
    assert not set(_FIRST) & set(_LAST)


# ── the list's own test ──────────────────────────────────────────────────────────────────────

DIRECTIVES = pd.DataFrame(
    {"term": ["确保", "推进", "鼓励"], "strength": ["binding", "plain", "soft"]}
)
RESULTS = pd.DataFrame({"term": ["招聘会"]})


def test_each_criterion_is_a_column_and_the_words_are_the_caller_s():
    rows = {
        "A": ["鼓励企业，确保完成目标。", "市人社局牵头，市财政局配合", "", "ongoing"],
        "B": ["办好3场招聘会。", "市人社局、市财政局等按职责分工负责", "6月底前", "ongoing"],
        "C": ["推进改革。", "市人社局牵头", "", "by"],
    }
    columns = ["text", "units", "text_dates", "deadline_kind"]
    measures = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    measures = measures.rename_axis("measure_id").reset_index()
    scores = xq.score_specificity(measures, directives=DIRECTIVES, results=RESULTS)
    assert scores.set_index("measure_id").T.to_dict() == {
        "A": {
            "verb": True, "strength": "binding", "number": False, "promise": True, "date": False,
            "single_lead": True, "closed_list": True, "result": False,
        },
        "B": {
            "verb": False, "strength": "none", "number": True, "promise": True, "date": True,
            "single_lead": False, "closed_list": False, "result": True,
        },
        "C": {
            "verb": True, "strength": "plain", "number": False, "promise": False, "date": True,
            "single_lead": True, "closed_list": True, "result": False,
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"directives": DIRECTIVES.drop(columns="strength")}, r"directives has no column"),
        ({"directives": DIRECTIVES.replace("soft", "mild")}, r"unknown strength \['mild'\]"),
        ({"results": pd.concat([RESULTS] * 2)}, "results: expected some words in the column"),
        ({"results": RESULTS.replace("招聘会", "")}, "results: expected some words in the column"),
        ({"results": ["招聘会"]}, "results is a list"),
    ],
)
def test_odd_tables_of_words_are_named(words, message):
    given = {"directives": DIRECTIVES, "results": RESULTS} | words
    with pytest.raises((TypeError, ValueError), match=message):
        xq.score_specificity(xq.load_table("measures"), **given)
