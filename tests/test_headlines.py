"""Headline targets of work reports: every rule with a made-up report of a line or three."""

import pandas as pd
import pytest
import xq
from hypothesis import given, settings
from hypothesis import strategies as st
from xq.headlines import INDICATORS, find_headlines

REVIEW = "一、2023年工作回顾\n"
PLAN = "一、2024年工作安排\n"
LIST = "一、2024年工作安排\n主要预期目标是："
COLUMNS = (
    "doc what period indicator group value_low value_high unit bound hedge second name line start "
    "quote others"
).split()


def find(text, year=2024):
    """Return the headlines of one report."""
    return find_headlines(pd.Series({"甲": text}), years=pd.Series({"甲": year}))


def read(text, year=2024):
    """Return them as "what period indicator[:group] bound low [high] [(second)]" each."""
    lines = []
    for row in find(text, year).to_dict("records"):
        about = f"{row['indicator']}:{row['group']}".rstrip(":")
        values = {f"{row[side]:g}": 0 for side in ("value_low", "value_high")}
        values.pop("nan", None)
        second = "" if pd.isna(row["second"]) else f"({row['second']:g})"
        lines.append(" ".join([row["what"], row["period"], about, row["bound"], *values, second]))
    return [line.strip() for line in lines]


def short(text, **year):
    """Return indicator, bound and values only."""
    return [" ".join(line.split()[2:]) for line in read(text, **year)]


# ── what, and when ──


def test_a_review_tells_what_was_reached_and_a_plan_what_is_to_be():
    text = f"{REVIEW}地区生产总值增长5%。\n{PLAN}地区生产总值增长6%。"
    assert read(text) == ["outcome year gdp_growth = 5", "target year gdp_growth = 6"]


def test_what_is_estimated_or_told_of_last_year_in_a_plan_was_reached():
    assert read(f"{PLAN}预计地区生产总值增长6%。") == ["outcome year gdp_growth = 6"]
    assert read(f"{PLAN}去年外贸回暖，进出口总额增长6%。") == [
        "outcome year foreign_trade_growth = 6"
    ]
    assert read(f"{PLAN}2023年外贸回暖，进出口总额增长6%。") == [
        "outcome year foreign_trade_growth = 6"
    ]


def test_what_is_to_be_by_a_later_year_is_a_target_in_a_review_too():
    assert read(f"{REVIEW}到2030年，进出口总额年均增长6%。") == [
        "target five_year foreign_trade_growth = 6"
    ]
    assert read(f"{REVIEW}到2023年，进出口总额年均增长6%。") == [
        "outcome five_year foreign_trade_growth = 6"
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "地区生产总值年均增长6%。",
        "五年地区生产总值增长6%。",
        "“十四五”期间，地区生产总值增长6%。",
        "到2026年，地区生产总值增长6%。",
        "未来五年，地区生产总值增长6%。",
    ],
)
def test_five_years(sentence):
    assert read(PLAN + sentence) == ["target five_year gdp_growth = 6"]
    assert read(f"{PLAN}今年，地区生产总值增长6%。") == ["target year gdp_growth = 6"]


def test_year_and_five_years_stand_side_by_side():
    text = f"{REVIEW}全年进出口总额增长5%；“十三五”期间，进出口总额年均增长7%。"
    assert read(text) == [
        "outcome five_year foreign_trade_growth = 7",
        "outcome year foreign_trade_growth = 5",
    ]


def test_a_rate_of_all_the_years_together_is_left_out():
    assert read(f"{REVIEW}五年来，进出口总额增长60%。") == []
    assert read(f"{REVIEW}五年来，进出口总额年均增长6%。") == [
        "outcome five_year foreign_trade_growth = 6"
    ]


def test_a_section_of_five_years_holds_for_amounts_but_a_rate_would_say_so():
    text = "一、过去五年工作回顾\n城镇新增就业5万人，进出口总额增长6%。"
    assert read(text) == [
        "outcome five_year urban_new_jobs = 50000",
        "outcome year foreign_trade_growth = 6",
    ]
    text = "一、今后五年目标\n城镇新增就业5万人。"  # outside the list of targets: of the year
    assert read(text) == ["target year urban_new_jobs = 50000"]


def test_a_figure_whose_year_is_sure_comes_before_one_whose_section_has_five():
    text = "一、过去五年工作回顾\n进出口总额增长6%。\n一、2023年工作回顾\n进出口总额增长4%。"
    assert read(text) == ["outcome year foreign_trade_growth = 4"]


def test_a_cut_of_energy_that_no_year_has_seen_is_of_five():
    assert read(f"{PLAN}单位GDP能耗下降3%。") == ["target year energy_intensity_cut = 3"]
    assert read(f"{PLAN}单位GDP能耗下降14%。") == ["target five_year energy_intensity_cut = 14"]


def test_part_of_a_year_is_no_year():
    assert read(f"{REVIEW}上半年地区生产总值增长5%。") == []
    assert read(f"{REVIEW}一季度地区生产总值增长5%，全年地区生产总值增长6%。") == [
        "outcome year gdp_growth = 6"
    ]
    assert read(f"{REVIEW}1-9月地区生产总值增长5%。") == []


def test_the_list_of_main_targets_comes_first():
    text = f"{PLAN}外贸进出口总额增长9%。\n今年主要预期目标是：进出口总额增长6%。\n二、任务\n进出口增长8%。"
    assert read(text) == ["target year foreign_trade_growth = 6"]
    assert find(text)["others"].tolist() == [2]  # 9 and 8
    assert find(f"{LIST}进出口总额增长6%。")["others"].tolist() == [0]


def test_a_list_may_have_a_line_an_item():
    text = f"{PLAN}主要预期目标是：\n——居民收入与经济增长同步；\n——进出口总额增长6%。\n此外：居民收入与经济增长同步。"
    assert short(text) == ["resident_income_growth:all words", "foreign_trade_growth = 6"]
    assert find(text)["line"].tolist() == [3, 4]


def test_the_last_period_that_holds_for_a_part_of_a_sentence():
    text = f"{PLAN}“十四五”期间，财政收入增长8%；进出口总额增长9%。"
    assert read(text) == [
        "target five_year fiscal_revenue_growth:revenue = 8",
        "target five_year foreign_trade_growth = 9",
    ]
    aside = "稳住存量、扩大增量、提升质量，推动结构继续优化、主体继续壮大，谋划“十四五”期间的招商"
    text = f"{PLAN}今年，要{aside}；进出口总额增长9%。"  # what is said first holds, not an aside
    assert read(text) == ["target year foreign_trade_growth = 9"]


def test_a_part_of_a_year_together_with_the_whole_is_read():
    assert short(f"{REVIEW}上半年和全年进出口总额增长5%。") == ["foreign_trade_growth = 5"]


# ── values ──


@pytest.mark.parametrize(
    "words, value",
    [
        ("增长8%", "= 8"),
        ("增长8%左右", "~ 8"),
        ("增长8%以上", ">= 8"),
        ("增长8%-9%", "range 8 9"),
        ("增速由7%提高到8%", "= 8"),
        ("下降3%", "= -3"),
        ("增长8%，力争9%", "= 8 (9)"),
        ("增长8%，力争达到9%", "= 8 (9)"),
        ("按8%安排、9%组织", "= 8 (9)"),
        ("增长8%，力争7%", "= 8"),
    ],
)
def test_values(words, value):
    assert short(f"{PLAN}进出口总额{words}。") == [f"foreign_trade_growth {value}"]


def test_hedge_name_and_place():
    row = find(f"{PLAN}要努力。全市外贸进出口总额增长8%左右。").iloc[0]
    assert (row["hedge"], row["name"], row["unit"]) == ("左右", "外贸进出口总额", "%")
    assert (row["line"], row["start"], row["quote"]) == (2, 15, "8%")


@pytest.mark.parametrize(
    "words, value",
    [
        ("指数104", "= 4"),
        ("指数为103.5左右", "~ 3.5"),
        ("指数控制在103以内", "<= 3"),
        ("指数控制在103", "<= 3"),
        ("涨幅2%", "= 2"),
        ("下降0.3个百分点", "= -0.3"),
    ],
)
def test_prices(words, value):
    assert short(f"{REVIEW}居民消费价格{words}。") == [f"cpi {value}"]


def test_energy_falls_by_a_positive_cut():
    assert short(f"{REVIEW}单位GDP能耗下降3%。") == ["energy_intensity_cut = 3"]
    assert short(f"{REVIEW}单位GDP能耗上升2%。") == ["energy_intensity_cut = -2"]
    assert short(f"{PLAN}单位GDP能耗降低3个百分点。") == ["energy_intensity_cut = 3"]
    assert short(f"{REVIEW}进出口总额增长3个百分点。") == []  # of other rates a difference


def test_energy_since_another_year_and_on_the_rise():
    text = f"{REVIEW}比2019年，单位GDP能耗累计下降3%。"
    assert short(text) == ["energy_intensity_cut = 3"]
    assert read(f"{REVIEW}单位GDP能耗上升9%。") == ["outcome year energy_intensity_cut = -9"]


def test_unemployment_has_no_minus():
    assert short(f"{REVIEW}城镇登记失业率下降到3%。") == ["unemployment_registered = 3"]


def test_other_values_below_a_ceiling_are_counted():
    text = f"{PLAN}城镇登记失业率控制在4%以内。\n城镇登记失业率控制在5%以内。"
    assert find(text)["others"].tolist() == [1]


def test_amounts():
    assert short(f"{REVIEW}城镇新增就业5万人。") == ["urban_new_jobs = 50000"]
    assert short(f"{REVIEW}城镇新增就业400人。") == []  # of one firm
    assert short(f"{REVIEW}城镇新增就业600人。") == ["urban_new_jobs = 600"]
    assert short(f"{REVIEW}城镇新增就业增长8%。") == []
    assert short(f"{REVIEW}粮食产量90万吨。") == ["grain_output = 900000"]
    assert short(f"{REVIEW}粮食总产18亿斤。") == ["grain_output = 900000"]  # 18e8 × 0.0005
    assert short(f"{REVIEW}粮食产量稳定在百万吨。") == ["grain_output = 1e+06"]
    assert short(f"{REVIEW}粮食产量90万亩。") == []


def test_a_gain_in_grain_is_no_level():
    assert short(f"{PLAN}粮食产量增加5万吨。") == []
    assert short(f"{PLAN}粮食产量增加到50万吨。") == ["grain_output = 500000"]


def test_grain_before_its_output():
    assert short(f"{REVIEW}粮食喜获丰收，总产量90万吨。") == ["grain_output = 900000"]
    assert short(f"{REVIEW}油料喜获丰收，总产量90万吨，粮食面积稳定。") == []


@pytest.mark.parametrize(
    "words",
    [
        "占全省8%",
        "比2019年增长8%",
        "比五年前增长8%",
        "增速高于全国8%",
        "累计增长8%",
        "对经济增长的贡献率8%",
        "增长2成，税收占8%",
        "增长1.2倍、8%",
    ],
)
def test_no_growth_of_the_year(words):
    assert short(f"{REVIEW}固定资产投资900亿元，{words}。") == []


def test_growth_since_the_last_year():
    text = f"{REVIEW}固定资产投资900亿元，比2023年增长8%。"
    assert short(text) == ["fixed_asset_investment_growth = 8"]


# ── names ──


@pytest.mark.parametrize(
    "name, indicator",
    [
        ("地区生产总值", "gdp_growth"),
        ("GDP", "gdp_growth"),
        ("地区生产总值（GDP）", "gdp_growth"),
        ("国民经济", "gdp_growth"),
        ("固定资产投资", "fixed_asset_investment_growth"),
        ("全社会固定资产投资总额", "fixed_asset_investment_growth"),
        ("社会消费品零售总额", "retail_sales_growth"),
        ("社消零总额", "retail_sales_growth"),
        ("外贸进出口总值", "foreign_trade_growth"),
        ("一般公共预算收入", "fiscal_revenue_growth:general"),
        ("财政总收入", "fiscal_revenue_growth:total"),
        ("财政收入", "fiscal_revenue_growth:revenue"),
        ("城镇居民人均可支配收入", "resident_income_growth:urban"),
        ("农民人均纯收入", "resident_income_growth:rural"),
        ("居民人均可支配收入", "resident_income_growth:all"),
        ("城乡居民收入", "resident_income_growth:all"),
        ("进出 口总额", "foreign_trade_growth"),
        ("进出口总额（不含加工贸易）", "foreign_trade_growth"),
        ("进出口总额2023年", "foreign_trade_growth"),
        ("进出口总额可望", "foreign_trade_growth"),
        ("地区生产总值按可比价格计算", "gdp_growth"),
        ("物价总水平", "cpi"),
        ("城镇登记失业率", "unemployment_registered"),
        ("城镇调查失业率", "unemployment_surveyed"),
    ],
)
def test_names(name, indicator):
    assert short(f"{REVIEW}全市{name}增长8%。") == [f"{indicator} = 8"]


@pytest.mark.parametrize(
    "name",
    [
        "园区生产总值",
        "县域经济",
        "人均地区生产总值",
        "民间固定资产投资",
        "农村消费品零售总额",
        "一般贸易进出口总额",
        "市本级一般公共预算收入",
        "居民工资性收入",
        "药品价格",
        "工业增加值能耗",
        "服务业增加值",
    ],
)
def test_a_part_of_the_place_or_the_whole_is_not_taken(name):
    assert short(f"{REVIEW}{name}增长8%。") == []


def test_unemployment_without_a_word_is_registered_until_2017():
    assert short("一、2018年工作安排\n失业率5%。", year=2018) == ["unemployment_surveyed = 5"]
    assert short("一、2017年工作安排\n失业率5%。", year=2017) == ["unemployment_registered = 5"]


def test_general_revenue_comes_before_total_and_other():
    text = f"{REVIEW}财政总收入增长6%，财政收入增长7%，一般公共预算收入增长5%。"
    assert short(text) == ["fiscal_revenue_growth:general = 5"]
    assert short(f"{REVIEW}财政总收入增长6%，财政收入增长7%。") == [
        "fiscal_revenue_growth:revenue = 7"
    ]


def test_a_rate_without_a_name_is_of_the_amount_before():
    text = f"{REVIEW}进出口总额900亿元，比上年增长8%。"
    assert short(text) == ["foreign_trade_growth = 8"]
    text = f"{REVIEW}地区生产总值（GDP）900亿元，增长8%。"
    assert short(text) == ["gdp_growth = 8"]


def test_a_gap_in_a_name():
    assert short(f"{REVIEW}城镇新增就 业5万人。") == ["urban_new_jobs = 50000"]


def test_a_rate_whose_clause_names_nothing_of_ours():
    text = f"{REVIEW}财政收入90亿元，剔除就业和减税因素增长8%。"
    assert short(text) == ["fiscal_revenue_growth:revenue = 8"]


# ── what numbers share ──


@pytest.mark.parametrize(
    "names",
    ["城镇和农村居民人均可支配收入", "城镇、农村居民人均可支配收入", "城乡居民收入"],
)
def test_a_pair_is_urban_and_rural(names):
    assert short(f"{PLAN}{names}分别增长8%和9%。") == [
        "resident_income_growth:rural = 9",
        "resident_income_growth:urban = 8",
    ]


@pytest.mark.parametrize("word, bound", [("左右", "~"), ("以上", ">="), ("以内", "<=")])
def test_a_pair_shares_the_word_after_it(word, bound):
    assert short(f"{PLAN}城乡居民收入分别增长8%、9%{word}。") == [
        f"resident_income_growth:rural {bound} 9",
        f"resident_income_growth:urban {bound} 8",
    ]
    assert short(f"{PLAN}进出口和财政收入分别增长8%、9%{word}。") == [
        f"fiscal_revenue_growth:revenue {bound} 9",
        f"foreign_trade_growth {bound} 8",
    ]


def test_a_pair_keeps_the_bound_it_has():
    text = f"{PLAN}调查失业率、居民消费价格涨幅分别控制在5%、3%左右。"
    assert short(text) == ["unemployment_surveyed <= 5", "cpi ~ 3"]


def test_one_number_for_all_names():
    text = f"{PLAN}地区生产总值、进出口总额和城乡居民收入、农民收入均增长8%。"
    assert short(text) == [
        "gdp_growth = 8",
        "resident_income_growth:all = 8",
        "foreign_trade_growth = 8",
    ]


def test_rates_after_two_amounts():
    text = f"{REVIEW}财政收入90亿元、进出口总额40亿元，分别增长8%和9%。"
    assert short(text) == ["fiscal_revenue_growth:revenue = 8", "foreign_trade_growth = 9"]
    text = f"{REVIEW}城镇和农村居民收入4万元和2万元，分别增长8%和9%。"
    assert short(text) == ["resident_income_growth:rural = 9", "resident_income_growth:urban = 8"]


def test_of_three_numbers_the_middle_one_is_nobodys():
    assert short(f"{REVIEW}城乡居民收入分别增长8%、9%、10%。") == [
        "resident_income_growth:all = 9",
        "resident_income_growth:rural = 10",
        "resident_income_growth:urban = 8",
    ]


def test_rates_with_names_of_their_own_do_not_take_those_of_amounts():
    text = f"{REVIEW}城乡居民收入4万元和2万元，进出口、财政收入分别增长8%和9%。"
    assert short(text) == ["fiscal_revenue_growth:revenue = 9", "foreign_trade_growth = 8"]
    amounts = "财政收入90亿元、进出口总额40亿元"
    text = f"{REVIEW}{amounts}，全社会固定资产投资和社会消费品零售总额分别增长8%和9%。"
    assert short(text) == ["fixed_asset_investment_growth = 8", "retail_sales_growth = 9"]
    assert short(f"{REVIEW}{amounts}；城乡居民收入增长8%和9%。") == [
        "resident_income_growth:rural = 9",
        "resident_income_growth:urban = 8",
    ]


def test_a_short_name_of_an_amount():
    text = f"{REVIEW}城镇居民4万元、农村居民收入2万元，分别增长8%和9%。"
    assert short(text) == ["resident_income_growth:rural = 9", "resident_income_growth:urban = 8"]


# ── targets without a number ──


@pytest.mark.parametrize(
    "words, indicator",
    [
        ("居民收入与经济增长同步", "resident_income_growth:all"),
        ("城乡居民收入与经济增长同步", "resident_income_growth:all"),
        ("粮食面积和产量保持稳定", "grain_output"),
        ("居民消费价格涨幅控制在省定目标内", "cpi"),
        ("完成上级下达的能耗目标", "energy_intensity_cut"),
        ("确保粮食播种面积和产量稳定", "grain_output"),
    ],
)
def test_words(words, indicator):
    assert read(f"{LIST}{words}，城镇新增就业5万人。") == sorted(
        [f"target year {indicator} words", "target year urban_new_jobs = 50000"],
        key=lambda line: INDICATORS.index(line.split()[2].split(":")[0]),
    )
    row = find(f"{LIST}{words}，城镇新增就业5万人。").set_index("bound").loc["words"]
    assert row[["value_low", "value_high", "second"]].isna().all()
    assert row["others"] == 0


def test_words_count_in_the_list_only_and_only_where_no_number_does():
    sentence = "居民收入与经济增长同步，城镇新增就业5万人。"
    assert short(PLAN + sentence) == ["urban_new_jobs = 50000"]
    assert short(REVIEW + sentence) == ["urban_new_jobs = 50000"]
    text = f"{LIST}{sentence}\n二、工作任务\n居民收入增长8%。"
    assert short(text) == ["urban_new_jobs = 50000", "resident_income_growth:all = 8"]


def test_words_about_an_amount_or_a_field_are_none():
    assert short(f"{LIST}进出口总额达到90亿元，城镇新增就业5万人。") == ["urban_new_jobs = 50000"]
    assert short(f"{PLAN}稳定粮食播种面积和产量在90万亩。") == []


def test_words_are_named_once_a_sentence():
    found = find(f"{LIST}居民收入与经济增长同步，农村居民收入增速高于城镇居民收入增速。")
    assert found["group"].tolist() == ["all", "rural"]
    assert found["quote"].tolist() == ["居民收入与经济增长同步", "高于城镇居民收入增速"]


def test_words_have_a_period():
    text = f"{LIST}城镇新增就业5万人，“十四五”期间，居民消费价格涨幅控制在省定目标内。"
    assert read(text) == ["target five_year cpi words", "target year urban_new_jobs = 50000"]


def test_an_estimate_in_the_list_is_a_target():
    assert read(f"{LIST}进出口总额预计增长8%。") == ["target year foreign_trade_growth = 8"]


def test_grain_is_promised_outside_the_list_too():
    assert short(f"{PLAN}稳定粮食播种面积和产量。") == ["grain_output words"]
    assert short(f"{REVIEW}稳定粮食播种面积和产量。") == []


# ── the table ──


def test_a_report_of_december_plans_the_year_to_come():
    text = pd.Series(
        {"甲": "（2023年12月28日）\n今年进出口总额增长8%。\n2024年，进出口总额增长9%。"}
    )
    years = xq.find_report_years(text).set_index("doc")["year"]
    assert years.to_dict() == {"甲": 2024}
    assert len(find_headlines(text, years=years))


def test_reports_stay_in_order_and_years_are_found_by_name():
    reports = pd.Series(
        {"乙": "一、2023年工作安排\n进出口增长5%。", "甲": "一、2024年工作安排\n进出口增长6%。"}
    )
    found = find_headlines(reports, years=pd.Series({"甲": 2024, "乙": 2023, "丙": 2022}))
    assert found[["doc", "value_low", "what"]].values.tolist() == [
        ["乙", 5.0, "target"],
        ["甲", 6.0, "target"],
    ]
    assert list(find_headlines(reports.iloc[[0]], years=pd.Series({"乙": 2024}))["what"]) == [
        "outcome"
    ]


def test_nothing_found_has_the_same_columns_and_types():
    some = find(f"{PLAN}进出口总额增长8%。")
    none = find("没有目标。")
    empty = find_headlines(pd.Series([], dtype="str"), years=pd.Series([], dtype="int64"))
    assert list(some.columns) == list(none.columns) == list(empty.columns) == COLUMNS
    assert len(none) == len(empty) == 0
    assert some.dtypes.equals(none.dtypes)
    assert some.dtypes.drop("doc").equals(empty.dtypes.drop("doc"))
    assert set(some.dtypes.astype(str)) == {"str", "float64", "int64"}


def test_the_head_of_a_table_is_no_reason_to_refuse_a_report():
    text = f"{PLAN}| 指标 | 2023年 | 粮食产量目标90万吨 |\n进出口总额增长8%。"
    assert "target year foreign_trade_growth = 8" in read(text)


@pytest.mark.parametrize(
    "years, message",
    [
        ({"甲": 2024}, "years is a dict"),
        (pd.Series({"乙": 2024}), "years has no entry for 1 documents, the first '甲'"),
        (pd.Series({"甲": "2024"}), "document '甲' has a str ('2024'); expected a whole year"),
        (pd.Series({"甲": 2024.5}), "document '甲' has 2024.5; expected a whole year"),
        (pd.Series({"甲": 24}), "document '甲' has 24; expected a whole year"),
        (pd.Series({"甲": pd.NA}, dtype="Int64"), "fill it or leave the document out"),
    ],
)
def test_years_are_checked(years, message):
    with pytest.raises((TypeError, ValueError)) as error:
        find_headlines(pd.Series({"甲": PLAN}), years=years)
    assert message in str(error.value)


WORDS = (
    "一、 # （一） ** —— 2024年 2023年 今年 去年 五年 “十四五” 到2025年 工作回顾 工作安排 主要目标是： 地区生产总值 GDP "
    "城镇 农村 居民 收入 新增就业 失业率 居民消费价格指数 财政 固定资产投资 进出口总额 能耗 粮食 产量 增长 下降 由 提高到 "
    "分别 和 、 ， 。 ； ！ 8% 9% 104 5万人 18亿斤 90亿元 3个百分点 左右 以上 力争 控制在 同步 | 指标 目标 \t \r \n \u3000"
).split(" ")


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(WORDS), max_size=40).map("".join) | st.text(max_size=60))
def test_any_text_gives_figures_that_stand_where_they_are_said_to(text):
    found = find(text)
    assert list(found.columns) == COLUMNS
    assert not found.duplicated(["doc", "what", "period", "indicator", "group"]).any()
    lines = text.split("\n")
    for line, start, quote in found[["line", "start", "quote"]].values:
        assert lines[line - 1][start:].startswith(quote)
        assert quote


def test_the_first_number_of_a_list_belongs_to_its_first_name_though_no_indicator():
    text = f"{REVIEW}规上工业增加值、固定资产投资、社会消费品零售总额分别增长6.6%、4.3%、8.6%。"
    assert short(text) == ["fixed_asset_investment_growth = 4.3", "retail_sales_growth = 8.6"]


def test_new_jobs_far_above_the_target_are_a_total_of_years():
    # 22 is 2.2 times 10: no more than that is still a year
    plan = f"{PLAN}城镇新增就业10万人。"
    total = read(f"{REVIEW}城镇新增就业22.1万人。\n{plan}")
    assert "outcome five_year urban_new_jobs = 221000" in total
    assert "outcome year urban_new_jobs = 220000" in read(f"{REVIEW}城镇新增就业22万人。\n{plan}")


def test_wide_characters_are_read_as_narrow_ones():
    assert short(f"{LIST}ＧＤＰ增长６％。") == ["gdp_growth = 6"]


def test_what_is_left_to_the_level_above_is_a_target_in_words():
    assert short(f"{LIST}单位生产总值能耗控制在省下达的指标内。") == ["energy_intensity_cut words"]
