"""Where a sentence of a work report stands, and which year's work the report plans."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xq.outline import cut_report, find_period, find_report_years


def place(text, year=2024):
    """Return side, period and whether it is listed of the last sentence of a report."""
    last = [*cut_report(text, year)][-1]
    return f"{last['side']} {last['period']}" + " listed" * last["listed"]


# ── periods ──


@pytest.mark.parametrize(
    "words, period",
    [
        ("今年", "year"),
        ("去年", "year"),
        ("2024年", "year"),
        ("2023年", "year"),
        ("2022年", None),
        ("到2024年", "year"),
        ("到2028年", "five_year"),
        ("“十四五”时期", "five_year"),
        ("“十四五”", None),
        ("过去五年", "five_year"),
        ("五年来", "five_year"),
        ("本届政府", "five_year"),
        ("“十四五”收官之年", None),
        ("今年是“十四五”规划的关键一年", "year"),
        ("过去五年，特别是去年", "year"),
        ("去年和今后五年", "five_year"),
        ("好消息", None),
    ],
)
def test_the_last_period_that_is_said(words, period):
    assert find_period(words, 2024) == period


def test_a_year_in_which_plans_begin_and_end():
    assert find_period("由2015年的90亿元", 2021) == "five_year"
    assert find_period("由2014年的90亿元", 2021) is None
    assert find_period("2015年的90亿元", 2016) == "five_year"  # the end of a plan
    assert find_period("2015年，90亿元", 2016) == "year"
    assert find_period("2015年的目标", 2015) == "year"


# ── sections ──


@pytest.mark.parametrize(
    "heading, where",
    [
        ("一、2023年工作回顾", "past year"),
        ("# 2023年工作", "past year"),
        ("一、2024年工作", "plan year"),
        ("一、主要任务", "plan year"),
        ("第一部分 主要任务", "plan year"),
        ("**一、下一阶段重点工作**", "plan year"),
        ("一、过去五年工作回顾", "past five_year"),
        ("一、今后五年目标", "plan five_year"),
        ("一、回顾过去、明确目标任务", "plan year"),  # not back alone
        ("一、二次会议确定任务的完成情况", "past year"),
        ("一、确保目标任务圆满完成", "plan year"),
        ("主要任务", "past year"),  # no heading
        ("一、主要任务" + "要" * 60, "past year"),  # too long for one
    ],
)
def test_headings_of_the_first_order(heading, where):
    assert place(f"{heading}\n外贸增长。") == where


def test_headings_of_the_second_order_turn_less():
    plan = "一、2024年工作\n"
    assert place(f"{plan}（一）做好外贸工作回顾\n外贸增长。") == "past year"
    assert place("一、2023年工作回顾\n（一）重点工作\n外贸增长。") == "past year"
    assert place("一、2023年工作回顾\n（一）今年目标\n外贸增长。") == "plan year"
    assert place("一、今后五年\n（一）外贸\n外贸增长。") == "plan five_year"
    assert place("一、今后五年\n二、外贸\n外贸增长。") == "plan year"


def test_a_heading_with_a_number_is_read_too():
    assert [s["text"] for s in cut_report("（一）外贸增长8%\n（二）外贸\n好。", 2024)] == [
        "（一）外贸增长8%",
        "好。",
    ]


def test_a_period_holds_until_another_is_said():
    text = "“十四五”期间，外贸增长。外贸增长。"
    assert place(text) == "past five_year"
    assert place(f"{text}去年，外贸增长。") == "past year"
    late = "外贸稳步增长，结构不断优化，企业活力持续增强，“十四五”期间，外贸增长。"
    assert place(late) == "past year"  # only how a sentence begins says what follows


# ── the list of main targets ──


@pytest.mark.parametrize(
    "opening",
    [
        "主要预期目标是：",
        "今年经济社会发展的主要目标为：",
        "工作目标建议：",
        "主要指标安排：",
    ],
)
def test_a_list_opens(opening):
    assert place(f"一、2023年工作回顾\n{opening}外贸增长。") == "plan year listed"
    assert place(f"一、2023年工作回顾\n{opening}\n外贸增长。\n外贸增长。") == "plan year"


def test_in_a_plan_fewer_words_open_a_list():
    assert place("一、2024年工作\n主要目标，外贸增长。") == "plan year listed"
    assert place("一、2023年工作回顾\n主要目标，外贸增长。") == "past year"


def test_targets_that_were_met_open_none():
    assert place("一、2024年工作\n完成全年主要目标，外贸增长。") == "plan year"


@pytest.mark.parametrize("item", ["——外贸", "1.外贸", "（1）外贸", "①外贸", "一是外贸"])
def test_a_list_goes_on_in_items(item):
    head = "一、2024年工作\n主要预期目标是：\n"
    assert place(f"{head}{item}增长。\n{item}增长。") == "plan year listed"
    assert place(f"{head}{item}增长。\n外贸增长。\n{item}增长。") == "plan year"
    assert place(f"{head}{item}增长。\n二、任务\n{item}增长。") == "plan year"


def test_a_list_begins_on_the_next_line_and_ends_at_a_heading():
    head = "一、2024年工作\n主要预期目标是：\n"
    assert place(f"{head}外贸增长。") == "plan year listed"
    assert place(f"{head}二、外贸增长8%") == "plan year"
    last = [*cut_report(f"{head}——外贸。\n（一）外贸增长。", 2024)][-1]
    assert (last["text"], last["listed"]) == ("（一）外贸增长。", True)  # no heading in a list


def test_stars_and_gaps_do_not_count():
    assert place("一、2023年工作回顾\n主要预期目标**是**：外贸增长。") == "plan year listed"
    assert place(f"　　{'外' * 16}今后五年，外贸增长。") == "past five_year"  # 20 characters


def test_a_list_has_its_own_period():
    text = "一、2024年工作\n今后五年的主要目标是：外贸增长。"
    assert place(text) == "plan five_year listed"
    text = f"一、2024年工作\n{'外' * 20}今后五年的主要目标是：外贸增长。"
    assert place(text) == "plan five_year listed"


TEXTS = st.text(alphabet="一、2024年目标是：。！？\n*#　 外", max_size=60)


@settings(deadline=None)
@given(TEXTS)
def test_sentences_stand_where_they_are_said_to(text):
    lines = text.split("\n")
    for sentence in cut_report(text, 2024):
        line = lines[sentence["line"] - 1]
        assert line[sentence["at"] :].startswith(sentence["text"])
        assert sentence["text"] and not set("。！？") & set(sentence["text"][:-1])


# ── the year of a report ──


def year(text):
    """Return year, votes and votes against of one report."""
    row = find_report_years(pd.Series([text])).iloc[0]
    return row["year"], row["votes"], row["against"]


@pytest.mark.parametrize(
    "text, found",
    [
        ("二、2024年工作安排", (2024, 1, 0)),
        ("二、2024年工作安排\n2024年的预期目标\n2024年总体要求", (2024, 2, 0)),  # two at most
        ("一、2023年工作回顾", (2024, 2, 0)),
        ("一、二〇二三年的工作回顾", (2024, 2, 0)),
        ("报告\n（2024年1月9日）", (2024, 2, 0)),
        ("报告\n（2023年12月28日）", (2024, 2, 0)),
        ("报告\n（二〇二三年十一月二十八日）", (2024, 2, 0)),
        ("title: 2024年报告", (2024, 1, 0)),
        ("---\nsource: 2019\ntitle: 2024年报告\n---", (2024, 1, 0)),
        ("一、“十五”时期的回顾", (2006, 1, 0)),
        ("一、“十一五”工作回顾", (2011, 1, 0)),
        ("一、“十二五”工作回顾", (2016, 1, 0)),
        ("一、“十三五”工作回顾", (2021, 1, 0)),
        ("一、“十四五”工作回顾", (2026, 1, 0)),
        ("title: 2005年报告\n一、“十五”工作回顾", (2006, 1, 1)),  # the latest of as many
        ("报告\n（2024年1月9日）\n2025年工作安排", (2024, 2, 1)),
    ],
)
def test_votes(text, found):
    assert year(text) == found


def test_a_text_that_does_not_say():
    found = find_report_years(
        pd.Series({"甲": "没有年份。", "乙": "title: 2024年报告\n（2023年12月1日）"})
    )
    assert found["doc"].tolist() == ["甲", "乙"]
    assert found["year"].isna().tolist() == [True, False]
    assert found.loc[1, ["title_year", "speech_year"]].tolist() == [2024, 2024]
    assert found.loc[0, ["votes", "against"]].tolist() == [0, 0]
    assert found.dtypes.astype(str).tolist() == ["str"] + ["Int64"] * 3 + ["int64"] * 2


def test_no_report_has_the_same_columns_and_types():
    some, none = (
        find_report_years(pd.Series({"甲": "好"})),
        find_report_years(pd.Series({}, dtype="str")),
    )
    assert some.columns.equals(none.columns)
    assert some.dtypes.drop("doc").equals(none.dtypes.drop("doc"))


@settings(deadline=None)
@given(st.text(alphabet="20１二〇年月12十一工作回顾安排“”五title: \n-", max_size=60))
def test_any_text_has_a_year_or_none(text):
    found = year(text)
    assert found[0] is pd.NA or 2000 <= found[0] <= 2100
