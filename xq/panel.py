"""What governments aimed at and what they say they reached: work reports as typed figures."""

import re
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

import numpy as np
import pandas as pd

from .door import check_texts
from .targets import find_targets

# Each indicator: how its name ends, what it must not contain, and the unit it is counted in.
_REAL = "(?:实际|增速|增幅|增长率?|增长速度|发展速度|涨幅|预期目标|预期|目标|总量|全年)*"
_INDICATORS = {
    "gdp_growth": (
        rf"(?:生产总值|GDP|国内生产总值|经济总量|经济|国民经济|国民经济总值)(?:（GDP）|\(GDP\)|（?GDP）?)?{_REAL}$",
        "人均|每|单位|万元|能耗|占|比重|工业|农业|林业|牧业|渔业|服务业|产业|建筑|海洋|旅游|文化|数字|民营|非公|县域|镇域|"
        "市区|园区|新区|开发区|绿色|个体|私营|口岸|总部|会展|夜间|平台|贡献|拉动|第[一二三]|世界|全国经济|增加值|劳务|林下|集体|"
        "开放型|外向型|中心城区|主城|高于|快于|电子商务|城市经济|健康|低空",
    ),
    "urban_new_jobs": (
        r"(?:城镇|城市)?新增(?:城镇|城市)?(?:人员)?就业(?:人数|人员|岗位|再就业)?$|城镇(?:累计)?新增[^，。；]{0,4}就业(?:人数|岗位|人员|新增)?$"
        r"|新增(?:城镇|城市)?(?:劳动)?就业(?:人数|人员|岗位)?$|城镇实?现?新增就业.{0,4}$",
        "农村|转移|下岗|失业|困难|高校|毕业|大学|带动|直接|间接|国企|公益|每|园区|工业|产业|企业",
    ),
    "unemployment_surveyed": (r"调查失业率", ""),
    "unemployment_registered": (r"失业率", "调查"),
    "cpi": (
        r"(?:消费品?价格|消费物价|CPI|物价|价格)(?:总?体?水平|总?指数|总|涨幅|上涨幅度|涨|升幅|增幅|同比|幅度|指数涨幅|（CPI）|\(CPI\))*"
        r"(?:涨幅|上涨)?(?:预期目标)?(?:全年)?$",
        "零售|生产|工业|住房|房|食品|粮|猪|药|农产品|农资|上游",
    ),
    "fixed_asset_investment_growth": (
        rf"(?:固定资产|全社会)投资(?:总额|总规模|规模|额|完成额|总量|（不含农户）|\(不含农户\)|完成)*{_REAL}$",
        "工业|民间|民营|房地产|更新改造|技改|技术改造|农村|基础设施|产业投资|市区|外商|中央|地方项目",
    ),
    "retail_sales_growth": (
        rf"(?:消费品零售|消费零售|社零)(?:总额|总值|额)*{_REAL}$|社消零(?:总额)?{_REAL}$",
        "限额|限上|网上|乡村|农村|城镇",
    ),
    "fiscal_revenue_growth": (
        rf"(?:预算|财政(?:总|预算内?)?|财政一般预算|预算内?财政)收入{_REAL}$",
        "基金|上划|非税|支出|占|市本级|市级|区级|县级|本级|税收|人均|乡镇|园区",
    ),
    "resident_income_growth": (
        rf"(?:居民|农民|农牧民|农村|城镇|城乡|市民|群众|城市|职工群众|人民)[^，。；、]{{0,12}}?(?:收入|纯收入){_REAL}$|人均(?:可支配|纯)收入{_REAL}$",
        "工资|财产|经营|职工|脱贫|贫困|监测|低收入|财政|倍差|差距|比|转移|村集体|集体|消费|储蓄|移民|搬迁|茶农|果农|存款|牧户",
    ),
    "foreign_trade_growth": (
        rf"(?:进出口|对外贸易|外贸)(?:贸易)?(?:总额|总值|总量|额|规模)*{_REAL}$|(?:进口和出口|进、出口)总额$",
        "服务贸易|服务|跨境|市属|综保区|保税|口岸|成员国|东盟|对俄|俄进|整车|民营|加工|高新|机电|一般贸易|文化|边境|市区",
    ),
    "energy_intensity_cut": (
        rf"(?:能耗|能源消耗|能源消费|耗能|综合能耗)(?:强度|水平|量|总量)?(?:（.*）)?(?:下降率|降低率|下降幅度|降幅|下降|降低|指标)?{_REAL}$|能耗强度|单位能耗$",
        "工业|规模|增加值|建筑|公共机构|产品|总量|煤|水耗|用水|二氧化碳",
    ),
    "grain_output": (
        r"粮食(?:年)?(?:总)?(?:产量|年产|总产|生产总量|生产|产出)?(?:总量|总产量)?(?:全年)?$",
        "面积|播种|收购|储备|加工|仓|流通|综合|功能区|作物|订单|增产|补贴|种植|每|人均|占有|新增|产能",
    ),
}
_INDICATORS = {name: (re.compile(yes), no and re.compile(no)) for name, (yes, no) in _INDICATORS.items()}
INDICATORS = tuple(_INDICATORS)

_KEY = re.compile(
    "生产总值|GDP|ＧＤＰ|经济|失业率|就业|价格|物价|CPI|ＣＰＩ|投资|零售|社消零|社零|财政|预算收入|收入|进出口|外贸|对外贸易|能耗"
    "|能源消耗|能源消费|耗能|粮食"
)
_SAYS = re.compile(r"[\d０-９]|百分之|同步|平均|下达|稳定|高于|快于|不低于|目标|任务|持平|平稳")
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")
_TOP = re.compile(r"\s*(?:#+|[*　 ]*(?:第[一二三四五六七八九十]+部分|[一二三四五六七八九十]{1,3}[、．.，]))")
_SUB = re.compile(r"\s*[*　 ]*[（(][一二三四五六七八九十]{1,3}[）)]|\s*\*\*")
_BACK = re.compile(r"回顾|总结|过去.{0,3}年|工作情况|[一五]年来|成就|主要成绩|取得的|本届政府")
_FORTH = re.compile(r"今后|未来|下一步|目标|任务|安排|部署|要求|建议|展望|今年|明年|奋斗目标|思路|打算|重点工作|主要工作|做好")
_LIST = re.compile(
    r"(?:预期|主要|奋斗|发展|总体|具体|工作|指导性|调控|核心|约束性|预期性|全年|努力|社会)(?:的)?(?:主要)?(?:预期)?(?:发展)?(?:奋斗)?(?:调控)?"
    r"(?:目标|指标)(?:任务|建议|初步)?(?:和约束性?指标)?(?:安排|拟定|初步|确定|建议|设定|暂定|拟)?(?:如下|为|是|：|:|——|，)|预期目标|建议.{0,10}目标"
)
_DONE = re.compile(r"(?:完成|实现|超额|达到|好于|超过|对照|围绕|按照)[^，。；]{0,28}目标(?!(?:任务|建议|初步)?(?:[是为：:]|如下))")
_FIVE = re.compile(
    r"[五5]年[来间中内的]|[今往]后[五5]年|未来[五5]年|过去(?:的)?[五5]年|“?十[一二三四五]五”?(?:期间|时期|末|规划目标|发展目标|目标|的)|到(?:20\d\d)年"
    r"|本届政府|任期|[五四]年累计|[五四]年共|[五四三]年年均"
)
_OPENS = re.compile(  # 2021 opens a plan, and a sentence that says so is about 2021
    r"“?十[一二三四五]五”?(?:规划|时期|期间|目标|规划目标)?(?:的|实施)?(?:开局|第一|起步|收官|最后|关键|决胜|攻坚|承上启下|首年|头一年|基础)[^，。；：]*"
)
_ITEM = re.compile(r"[-—–·•（(\d①-⑩]|[一二三四五六七八九十]是")
_VAGUE = re.compile("(?:按(?:不变|可比)?价格?(?:计算)?|剔除.*|扣除.*|按?可比.*|按?同口径|同比|比上年.*|较上年.*|实际|名义|比.*|是.*|[五四]年|总量.*|居全[国省].*|全年|)")
_EACH_YEAR = re.compile("年均|平均每年|每年平均")
_ONE = re.compile(r"今年|明年|当年|去年|上年(?!度?末)|过去(?:的)?一年|一年来|本年度|全年")
_PART_YEAR = re.compile(r"上半年|前三季度|一季度|二季度|三季度|四季度|下半年|1[-—－~至]\d{1,2}月|月份|前\d{1,2}个月")
_SHARE = re.compile(r"占|比重|为(?:年初|年度)?预算|(?:任务|计划|预算|目标)的|贡献率|拉动|高出|好于|回落(?![到至])|快于|高于(?:全国|全省|全市)")
_MORE = re.compile(r"力争|争取|努力|组织|奋斗|冲刺|确保|工作中|更高|突破")


def find_headlines(reports, *, years):
    """Find the headline targets of work reports, and what they say was reached.

    Parameters
    ----------
    reports : Series of str
        One work report per row, whole, with its headings; the index names it.
    years : Series of int
        The year whose work each report plans, with the same index.

    Returns
    -------
    DataFrame
        One row per report, ``what``, ``period``, ``indicator`` and ``group``, in the order of
        the reports. Columns

        - ``doc`` : the index label of the report
        - ``what`` : str, "target" or "outcome"
        - ``period`` : str, "year" or "five_year"
        - ``indicator``, ``group`` : str
        - ``value_low``, ``value_high`` : float
        - ``unit`` : str, "%", "persons" or "tonnes"
        - ``bound`` : str, "=", ">=", "<=", "~", "range" or "words"
        - ``hedge`` : str, the word that softens, or empty
        - ``second`` : float, a further, higher figure (增长8%，力争9%), or missing
        - ``name`` : str, the indicator as written, its last 16 characters
        - ``line``, ``start`` : int, where the number stands: line from 1, characters before it
        - ``quote`` : str, the number or the words, at most 16 characters
        - ``others`` : int, how many other values for the same stand in the report
    """
    check_texts(reports, "reports")
    parts = [_cut(doc, text, years[doc]) for doc, text in reports.items()]
    sentences = pd.DataFrame([row for part in parts for row in part], columns=_COLUMNS)
    found = find_targets(sentences["text"].map(_blank_names), plan=True)
    records = pd.concat([found, _find_index(sentences)]).sort_values(["doc", "start"], kind="stable")
    rows, sentences, records = [], sentences.to_dict("records"), records.to_dict("records")
    for number, group in groupby(records, key=itemgetter("doc")):
        rows += _read_sentence(sentences[number], [*group], years)
    return _choose(pd.DataFrame(rows))


def _blank_names(text):
    """Return a text without （GDP）, which would part a name from its number, of the same length."""
    return _ALIAS.sub(lambda hit: " " * len(hit.group()), text)


_ALIAS = re.compile(r"[（(](?:GDP|ＧＤＰ|CPI|ＣＰＩ)[）)]")
_INDEX = re.compile(
    r"(?P<name>(?:价格|物价)[^，；。、\d]{0,6}指数)[^，；。\d]{0,8}?(?P<value>(?:9[5-9]|1[01]\d)(?:\.\d+)?)(?![\d.]*[%％\d])(?P<after>左右|以内|以下|上下|以上)?"
)


def _find_index(sentences):
    """Return the price indices of sentences (居民消费价格指数103), as records of `find_targets`."""
    rows = []
    for number, text in sentences["text"].items():
        if "指数" not in text:
            continue
        for hit in _INDEX.finditer(text):
            after = hit["after"] or ""
            most = after in ("以内", "以下") or (not after and "控制在" in hit.group())
            bound = "~" if after in ("左右", "上下") else "<=" if most else ">=" if after else "="
            row = {"doc": number, "start": hit.start("value"), "end": hit.end("value")}
            row |= {"span": hit.group(), "indicator": "消费" + hit["name"], "value": float(hit["value"])}
            row |= {"value_from": np.nan, "unit": "%", "bound": bound, "direction": "level"}
            row |= {"form": "numeric", "hedge": "左右" if bound == "~" else "", "scope": ""}
            rows.append(row)
    return pd.DataFrame(rows, columns=[*rows[0]] if rows else ["doc", "start"])


def _choose(rows):
    """Return one row per report, kind, period, indicator and group: the first of the main list."""
    words = rows["bound"] == "words"
    rows = rows[~words | ((rows["listed"] | (rows["form"] == "words")) & (rows["what"] == "target"))]
    numbered = rows[rows["bound"] != "words"].groupby(["doc", "what", "period"])["indicator"].agg(set)
    held = [
        indicator in numbered.get((doc, what, period), ())
        for doc, what, period, indicator in rows[["doc", "what", "period", "indicator"]].to_numpy()
    ]
    rows = rows[(rows["bound"] != "words") | ~np.array(held)]
    rows = rows[~rows["clause"].str.contains(_PART_YEAR) | rows["clause"].str.contains("全年")]
    fiscal = rows["group"].map({"general": 0, "revenue": 1, "total": 2}).fillna(0)
    rows = rows.assign(
        later=~rows["listed"] & (rows["what"] == "target"), words=rows["bound"] == "words", fiscal=fiscal
    )
    keys = ["doc", "what", "period", "indicator", "group"]
    rows["others"] = rows.groupby(keys)[["value_low", "value_high"]].transform("nunique").max(axis=1) - 1
    rows = rows.sort_values(["fiscal", "later", "words", "weak", "line", "start"], kind="stable")
    rows["one"] = rows["group"].where(rows["indicator"] == "resident_income_growth", "")
    rows = rows.drop_duplicates([*keys[:4], "one"])
    order = {name: i for i, name in enumerate(INDICATORS)}
    rows["order"] = rows["indicator"].map(order)
    return rows.sort_values(["doc", "what", "period", "order", "group"], ignore_index=True)


def _read_sentence(sentence, records, years):
    """Return the figures of one sentence that are about one of the indicators."""
    text, year = sentence["text"], years[sentence["report"]]
    _share(text, records)
    rows = []
    for i, record in enumerate(records):
        start, end = record["start"], record["end"]
        first = max(text.rfind(mark, 0, start) for mark in "，；：,;") + 1
        clause = text[first:end]
        for part in _list_names(text, first, records, i):
            indicator = _find_indicator(part)
            if not indicator:
                continue
            if indicator == "unemployment_registered" and "登记" not in part and year >= 2018:
                indicator = "unemployment_surveyed"
            row = _read_value(indicator, record, clause, year)
            if row is None:
                continue
            row |= {"doc": sentence["report"], "indicator": indicator, "name": part[-16:]}
            row["period"], row["weak"] = _find_period(text, start, clause, sentence, year, row)
            row["what"] = _find_side(text, start, sentence, year)
            row |= {"line": sentence["line"], "start": sentence["at"] + start, "listed": sentence["listed"]}
            row |= {"quote": text[start:end][:16], "hedge": record["hedge"], "form": record["form"]}
            row["group"] = _find_group(indicator, part, text, records, i)
            row["second"] = _find_second(text, records, i, row)
            row["clause"] = clause
            rows.append(row)
    return rows + _find_words(sentence, rows, year)


_WORDY = re.compile(
    "控制在|完成|达到|保持|[与和同](?=[^，；]*(?:同步|一致|相当|持平|相适应))|高于|低于|快于|优于|好于|不低于|不高于|不超过|稳定|持平|稳步|稳中|力争"
)
_CALLED_FOR = re.compile("(?:完成|达到|实现|落实|符合)[^，；]{0,12}(?:能耗|能源消耗)[^，；]{0,12}(?:目标|任务|指标|要求)|节能.{0,6}能耗")
_GRAIN = re.compile("(?:稳定|稳住|确保|保持|抓好)粮食(?:播种|种植)?面积(?:和|、|与)(?:总)?产量")


def _find_words(sentence, rows, year):
    """Return the targets of a sentence that have no number."""
    if sentence["side"] != "plan":
        return []
    text, found = sentence["text"], []
    known = {row["indicator"] for row in rows if row["bound"] != "words"}
    for hit in re.finditer("[^，；。：]+", text):
        clause = hit.group()
        names = []
        said = _WORDY.search(clause)
        if sentence["listed"] and said and not re.search(r"\d", clause[: said.end() + 6]):
            parts = [_clean(part) for part in re.split("[、和与及]", clause[: said.start()])]
            names = ["粮食产量" if part in ("产量", "总产量") and "粮食" in clause else part for part in parts]
        if sentence["listed"] and _CALLED_FOR.search(clause) and not re.search(r"\d+[.\d]*[%％个]", clause):
            names.append("单位能耗")
        if _GRAIN.search(clause) and not re.search(r"\d", clause):
            names.append("粮食产量")
        for name in names:
            indicator = _find_indicator(name)
            if not indicator or indicator in known:
                continue
            if indicator == "unemployment_registered" and "登记" not in name and year >= 2018:
                indicator = "unemployment_surveyed"
            known.add(indicator)
            row = {"doc": sentence["report"], "what": "target", "indicator": indicator, "name": name[-16:]}
            row |= {"value_low": np.nan, "value_high": np.nan, "bound": "words", "hedge": "", "second": np.nan}
            row |= {"unit": {"urban_new_jobs": "persons", "grain_output": "tonnes"}.get(indicator, "%")}
            row |= {"line": sentence["line"], "start": sentence["at"] + hit.start(), "listed": sentence["listed"]}
            row |= {"quote": clause[:16], "form": "words", "clause": clause, "weak": False}
            row["period"] = _last_period(text[: hit.start()], year) or sentence["period"]
            row["group"] = _find_group(indicator, name, "", [], 0)
            found.append(row)
    return found


def _share(text, records):
    """Give the numbers of a list what they share: names before them, 左右 or 以上 after the last."""
    for record in records:
        record["name"] = _clean(record["indicator"])
    for i, record in enumerate(records):
        if i and _VAGUE.fullmatch(record["name"]):
            record["name"] = records[i - 1]["name"]
    for i, record in enumerate(records[:-1]):
        after = records[i + 1]
        if record["form"] != "numeric" or record["unit"] != after["unit"] or not _is_joint(text, record, after):
            continue
        joint = text[record["end"] : after["start"]].replace(" ", "")
        last = _AFTER.match(text, after["end"])
        if record["bound"] == "=" and last and len(joint) < 4 and "左右" not in joint:
            record["bound"] = after["bound"] = {"左右": "~", "上下": "~", "以上": ">="}.get(last.group(), "<=")
        if re.fullmatch("城[镇市乡](?:常住|居民|和)*", record["name"]) and "收入" in after["name"]:
            record["name"] += "居民收入"
        listed = re.split("[、和与及]", _clean(_TAIL.sub("", re.split("[，；。：:]", text[: record["start"]])[-1])))
        if len(listed) == 2 and all(map(_find_indicator, listed)):
            record["name"], after["name"] = listed
        rates = [record, after]
        amounts = [one for one in records[max(0, i - 3) : i] if "元" in one["unit"]][-2:]
        if len(amounts) == 2 and record["unit"] == "%" and amounts[0]["name"] != amounts[1]["name"]:
            between = text[amounts[1]["end"] : record["start"]]
            if len(between) < 16 and not re.search("[。；;]", between):
                for rate, amount in zip(rates, amounts, strict=True):
                    rate["name"] = amount["name"]
                    if re.fullmatch("城[镇市](?:常住|居民)*", rate["name"]):
                        rate["name"] += "居民收入"


_TAIL = re.compile(
    "(?:全年)?(?:分别|各|均|都|同比|比上年|实际|预计)*(?:稳定在|达到|控制在|保持在|增长|提高|上涨|下降|为|完成|降低|突破|超过|稳定)?(?:为|达|在|到)?$"
)
_AFTER = re.compile("左右|上下|以上|以内|以下")
_JOINT = re.compile("(?:左右|以上|以内)?[、和与及](?:分别)?")


def _is_joint(text, record, after):
    """Tell whether two numbers stand side by side: 10%和12%."""
    return _JOINT.fullmatch(text[record["end"] : after["start"]].replace(" ", ""))


def _clean(name):
    """Return a name without gaps, marks and words about how it was reckoned."""
    name = re.sub(r"[（(][^）)]*[）)]|[\s*“”\"—]", "", name)
    name = re.sub(r"(?:由|从)?(?:19|20)\d\d年的?$", "", name)
    name = re.sub("(?:按|扣除|剔除|可比|同口径)[^，、]*(?:口径|价格?|因素)(?:相比|计算)?$", "", name)
    return re.sub(r"(?:首次|再次|仍|可|超|连年|累计|控制目标|控制|连续[\d一二三四五六七八九十]+年|在.{1,6}下|努力实现|实现|确保|确定|调控|设定|安排|定|预计|初步核算|初步统计|初步|预期|实际|可望|拟|力争|达到?|完成|总体|基本|大体|同比|名义|回落|收窄|一季度|上半年|前三季度|、|年)+$", "", name)


def _list_names(text, first, records, i):
    """Return the names a record speaks of: its own, and those listed before it that share it."""
    record = records[i]
    name = record["name"]
    if record["form"] != "numeric":
        return re.split("[、和与及]", name)
    if "粮食" not in name and re.fullmatch("(?:总产量?|产量)", name) and "粮食" in text[max(0, first - 30) : record["start"]]:
        return ["粮食产量"]
    listed = text[first : record["start"]]
    single = not re.search(r"\d", listed) and not (
        i + 1 < len(records) and _is_joint(text, record, records[i + 1])
    )
    if single and re.search("[、和与及]", listed) and re.search("收入|投资|零售|价格|就业|失业|进出口|生产总值|GDP", listed):
        names = [_clean(part) for part in re.split("[、和与及]", _TAIL.sub("", listed))]
        names = [part for part in names if _find_indicator(part)] or [name]
        if sum("收入" in part and bool(re.search("居民|农民", part)) for part in names) > 1:
            names = [part for part in names if not re.search("居民|农民", part)] + ["城乡居民收入"]
        return list(dict.fromkeys(names))
    left = _clean(_TAIL.sub("", listed))
    return [name if _find_indicator(name) or not _find_indicator(left) else left]


@lru_cache(65536)
def _find_indicator(name):
    """Return which of the indicators a name is, or ""."""
    for indicator, (yes, no) in _INDICATORS.items():
        if yes.search(name) and not (no and no.search(name)):
            return indicator
    return ""


_PERSONS, _TONNES = ("人", "个", "人次", "名", ""), {"吨": 1, "斤": 0.0005, "公斤": 0.001}


def _read_value(indicator, record, clause, year):
    """Return the interval, unit and bound of a record; None if it is no figure of this kind."""
    unit = {"urban_new_jobs": "persons", "grain_output": "tonnes"}.get(indicator, "%")
    empty = {"value_low": np.nan, "value_high": np.nan, "unit": unit, "bound": "words"}
    if record["form"] in ("relational", "deferred", "directional"):
        return empty
    if record["form"] != "numeric":
        return None
    given, value, low = record["unit"], record["value"], record["value_from"]
    factor = 1
    if unit == "persons":
        if given not in _PERSONS or value < 500:
            return None
    elif unit == "tonnes":
        if given not in _TONNES:
            return None
        factor = _TONNES[given]
    elif given != "%" and not (given == "个百分点" and indicator in ("energy_intensity_cut", "cpi")):
        return None
    elif _SHARE.search(clause) or "成" in record["span"][-6:]:
        return None
    elif indicator != "energy_intensity_cut" and ("累计" in clause or "倍" in clause):
        return None
    elif since := re.search(r"[比较与](?:19|20)\d\d年|比.{0,2}[五十]年前", clause):
        if indicator != "energy_intensity_cut" and str(year - 1) not in since.group():
            return None
    changed = re.search("[从由]", clause) and record["bound"] == "from_to"
    high, low = value * factor, (value if np.isnan(low) or changed else low) * factor
    if unit == "%" and not indicator.startswith("unemployment"):
        falls = record["direction"] == "decrease"
        if falls != (indicator == "energy_intensity_cut") and (falls or record["direction"] == "increase"):
            low, high = -high, -low
        if indicator == "cpi" and 90 < high < 130:
            low, high = low - 100, high - 100
    bound = record["bound"]
    if changed or low != high:
        bound = "range" if low != high else bound
    bound = "=" if bound == "from_to" else bound
    if bound == ">=":
        high = np.nan
    elif bound == "<=":
        low = np.nan
    return empty | {"value_low": low, "value_high": high, "bound": bound}


def _find_period(text, start, clause, sentence, year, row):
    """Return the period a figure speaks of, and whether only its section says that it is a year."""
    if _EACH_YEAR.search(clause) or re.search("[五四]年", clause):
        return "five_year", False
    if row["indicator"] == "energy_intensity_cut" and np.nanmax([row["value_low"], row["value_high"], 0]) >= 8:
        return "five_year", False  # no year has seen such a cut: it is a plan's
    since = max(text.rfind("；", 0, start), 0)
    said = _last_period(text[since:start], year) or (since and _last_period(text[: min(40, since)], year))
    if said:
        return said, False
    if row["unit"] == "%" and not row["indicator"].startswith("unemployment"):  # else 年均 is said
        return "year", sentence["period"] == "five_year"
    if sentence["listed"] or sentence["side"] == "past":
        return sentence["period"], False
    return "year", sentence["period"] == "five_year"


def _find_side(text, start, sentence, year):
    """Return whether a figure is a target or an outcome."""
    until = re.findall(r"到(20\d\d)年", text[:start])
    if sentence["side"] == "past":
        return "target" if until and int(until[-1]) > year else "outcome"
    if not sentence["listed"] and re.search("预计|初步(?:核算|统计|测算)", text[:start]):
        return "outcome"
    said = re.match(rf"[^，。；]{{0,6}}(?:去年|上年|过去|[一五]年来|{year - 1}年)[^，。；]{{0,12}}，", text)
    return "outcome" if said else "target"


def _find_group(indicator, name, text, records, i):
    """Return whose income, or which revenue."""
    if indicator == "fiscal_revenue_growth":
        if re.search("总收入|全部财政|大口径|全口径", name):
            return "total"
        return "general" if "预算" in name else "revenue"
    if indicator != "resident_income_growth":
        return ""
    urban, rural = re.search("城镇|城市|市民|城乡", name), re.search("农村|农民|农牧|城乡", name)
    if not (urban and rural):
        return "urban" if urban else "rural" if rural else "all"
    pair = [j for j in (i - 1, i, i + 1) if 0 <= j < len(records) and records[j]["indicator"] == records[i]["indicator"] and records[j]["unit"] == "%" and records[j]["form"] == "numeric"]
    if len(pair) == 2 and _is_joint(text, records[pair[0]], records[pair[1]]):
        return "urban" if pair[0] == i else "rural"
    return "all"


def _find_second(text, records, i, row):
    """Return a further, higher figure beside the main one, or NaN."""
    if row["bound"] == "words" or i + 1 >= len(records):
        return np.nan
    here, after = records[i], records[i + 1]
    between = text[here["end"] : after["start"]]
    same = after["scope"] == "inherited" or not after["indicator"]
    near = len(between) < 18 and "。" not in between and "；" not in between
    if same and near and after["unit"] == here["unit"] and after["form"] == "numeric":
        if (_MORE.search(between) or _MORE.match(text[after["end"] : after["end"] + 3])) and after["value"] > here["value"]:
            return after["value"]
    return np.nan


_COLUMNS = ["report", "line", "at", "side", "period", "listed", "text"]


def _cut(doc, text, year):
    """Return the sentences of a report that may hold a headline figure, with where they stand.

    Each has the side of the report it is on ("past" or "plan"), the period it or its list speaks
    of, and whether it belongs to the list of main targets.
    """
    rows = []
    side, section, period, listed, ended = "past", "year", "year", False, False
    for number, line in enumerate(text.split("\n"), 1):
        plain = line.strip().strip("*#　 ")
        if not plain or plain == "---" or plain.startswith(("source:", "title:")):
            continue
        goes_on = listed and (ended or _ITEM.match(plain))
        top = _TOP.match(line)
        listed, ended = bool(goes_on and not top), False
        if len(plain) < 60 and (top or _SUB.match(line)) and not listed:
            side, period = _turn(plain, bool(top), side, period, year)
            if not re.search("[%％]", plain):
                continue
        for hit in _SENTENCE.finditer(line):
            sentence = hit.group()
            bare = sentence.replace("*", "").lstrip("　 ")
            anchor = _LIST.search(bare)
            said = bare[:20]
            opens = anchor and re.search("(?:[是为：:]|如下|——)[，,]?$", anchor.group()) is not None
            if anchor and (opens or side == "plan") and not _DONE.search(bare[: anchor.end() + 4]):
                listed, ended, side = True, plain.endswith(("：", ":")), "plan"
                said = bare[: anchor.end()]
            period = _last_period(said, year) or period
            if _KEY.search(sentence) and _SAYS.search(sentence):
                rows.append((doc, number, hit.start(), side, period, listed, sentence))
    return rows


def _turn(heading, top, side, section, year):
    """Return the side and the period of what stands under a heading."""
    if _BACK.search(heading) and not re.search("目标|任务|安排|部署|要求", heading):
        side = "past"
    elif f"{year - 1}" in heading and f"{year}" not in heading:
        side = "past"
    elif f"{year}" in heading or (_FORTH.search(heading) if top else re.search("目标|今年", heading)):
        side = "plan"
    said = _last_period(heading, year)
    return side, said or ("year" if top else section)


def _last_period(words, year):
    """Return the period these words speak of, the last if there are several; None if of none."""
    words = _OPENS.sub("", words)
    marks = [(hit.end(), "five_year") for hit in _FIVE.finditer(words)]
    marks += [(hit.end(), "year") for hit in _ONE.finditer(words)]
    for one in (year, year - 1):
        at = words.rfind(f"{one}年")
        if at >= 0:
            marks.append((at + 5, "year"))
    return max(marks)[1] if marks else None
