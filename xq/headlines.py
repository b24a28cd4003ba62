"""What governments aimed at and what they say they reached: work reports as typed figures.

Sentences that may hold a headline figure go to `find_targets`; what it finds is kept where its
name is one of the indicators, and one figure is chosen where a report has several.
"""

import math
import re
from operator import itemgetter

import pandas as pd

from .door import check_texts, check_years
from .indicators import (
    INDICATORS,
    clean_name,
    find_group,
    find_indicator,
    get_unit,
    is_change,
    narrow,
)
from .outline import cut_report, find_period
from .targets import find_targets

# ── what a sentence must have to be read at all: much quicker than to look for a figure ──

_NUMBER = re.compile(r"[\d百千]")  # 百分之五, 百亿斤
_SIGN = re.compile(
    "(?:生产总值|GDP|经济|失业率|价格|物价|CPI|固定资产|全社会投资|消费品零售|消费零售|社零|社消零"
    "|(?:财政|预算|居民|农牧?民|农村|人均)[^，。；]{0,15}收入|进出口|外贸|能耗|能源消耗|能源消费|耗能)"
    r"[^。；]*(?:[%％]|百分)|价格[^；]*指数|新增[^，。；]{0,16}就业[^。；]*\d|粮食[^。]*(?:[吨斤]|产量)"
)
_SAYS = re.compile(  # in the list
    r"\d|百分之|同步|平均|下达|稳定|高于|快于|不低于|目标|任务|持平|平稳"
)

# ── names of numbers ──

_BLANK = re.compile(r"[（(](?:GDP|CPI)[）)]|[|\t]")  # would part a name from its number
_BOUNDS = {"左右": "~", "上下": "~", "以上": ">=", "以内": "<=", "以下": "<="}
_AFTER = re.compile("|".join(_BOUNDS))
_INDEX = re.compile(  # 居民消费价格指数103, which has no unit
    r"(?P<name>(?:价格|物价)[^，；。、\d]{0,6}指数)[^，；。\d]{0,8}?"
    r"(?P<value>(?:9[5-9]|1[01]\d)(?:\.\d+)?)(?![\d.]*[%％\d])"
    f"(?P<after>{_AFTER.pattern})?"
)
_SAME = re.compile(  # no name, the one before holds: 固定资产投资1000亿元，比上年增长8%
    "(?:剔除.*|扣除.*|按?可比.*|较上年.*|比.*|是.*|总量.*|居全[国省].*|)"
)
_JOINT = re.compile("(?:左右|以上|以内)?[、和与及]")  # between two numbers: 8%和9%
_TAIL = re.compile(  # between names and their number
    "(?:全年)?(?:分别|各|均|都|同比|比上年|实际|预计)*"
    "(?:达到|控制在|保持在|增长|提高|上涨|下降|完成|降低|突破|超过|稳定)?(?:为|达|在|到)?$"
)
_AND = re.compile("[、和与及]")
_URBAN = re.compile("城[镇市乡](?:常住|居民)*")  # 城镇和农村居民收入: the name of the first
_SHARED = re.compile("收入|投资|零售|就业|失业|进出口|生产总值|GDP")  # 甲、乙和丙增长8%
_RESIDENTS = re.compile("居民|农民")

# ── values ──

_PERSONS = ("人", "个", "人次", "名", "")
_FEWEST = 500  # new jobs of a place in a year
_TOTAL = 2.2  # times the target: no year has seen so many new jobs
_TONNES = {"吨": 1, "斤": 0.0005, "公斤": 0.001}
_GAIN = re.compile(r"(?:增加|增产)[约近]?\d")  # no level
_IN_POINTS = ("energy_intensity_cut", "cpi")  # also said in 个百分点
_SHARE = re.compile("占|比重|贡献率|拉动|高于全[国省市]")  # a part of something, or a difference
_COMPARED = re.compile(r"[比较与](?:19|20)\d\d年|比.{0,2}[五十]年前")
_MORE = re.compile("力争|争取|组织")  # 增长8%，力争9%

# ── period and side ──

_EACH_YEAR = re.compile("年均|平均每年|[五四]年")
_AVERAGE = re.compile("年均|平均|每年|连续|递增")
_PART_YEAR = re.compile(r"上半年|[一二三]季度|1[-—－~至]\d{1,2}月")
_PLAN_CUT = 8  # per cent of energy intensity that no year has seen: the cut of a plan
_UNTIL = re.compile(r"到(20\d\d)年")
_ESTIMATED = re.compile("预计|初步(?:核算|统计|测算)")

# ── targets without a number ──

_IN_WORDS = ("relational", "deferred", "directional")  # the forms of `find_targets`
_CLAUSE = re.compile("[^，；。：]+")
_WORDY = re.compile(
    "控制在|完成|达到|保持|[与和同](?=[^，；]*(?:同步|一致|持平|相适应))|高于|低于|快于|不低于|不高于"
    "|不超过|稳定|持平|稳步|稳中|力争"
)
# 完成上级下达的能耗目标
_CALLED_FOR = re.compile("(?:完成|实现)[^，；]{0,12}能耗[^，；]{0,12}(?:目标|任务|指标)")
_GRAIN = re.compile("(?:稳定|确保|保持)粮食(?:播种|种植)?面积[和、]总?产量")


def find_headlines(reports, *, years):
    """Find the headline targets of work reports, and what they say was reached.

    Parameters
    ----------
    reports : Series of str
        One work report per row, whole, with its headings; the index names it.
    years : Series of int
        The year whose work each report plans, with the same index; `find_report_years` reads it.

    Returns
    -------
    DataFrame
        One row per report, ``what``, ``period``, ``indicator`` and ``group``, in the order of
        the reports. Columns

        - ``doc`` : the index label of the report
        - ``what`` : str, "target" or "outcome"
        - ``period`` : str, "year" or "five_year"
        - ``indicator`` : str, one of `INDICATORS`
        - ``group`` : str, whose income ("urban", "rural", "all") or which revenue ("general",
          "total", "revenue"); of other indicators empty
        - ``value_low``, ``value_high`` : float, missing on the side that is open
        - ``unit`` : str, "%", "persons" or "tonnes"
        - ``bound`` : str, "=", ">=", "<=", "~", "range" or "words"
        - ``hedge`` : str, the word that softens, or empty
        - ``second`` : float, a further, higher figure (增长8%，力争9%), or missing
        - ``name`` : str, the indicator as written, its last 16 characters
        - ``line``, ``start`` : int, where the number stands: line from 1, characters before it
        - ``quote`` : str, the number or the words, at most 16 characters
        - ``others`` : int, how many other values for the same stand in the report

    Raises
    ------
    TypeError
        If `reports` or `years` is no Series, a report is no text, or an index has several levels.
    ValueError
        If a report has no name, is named twice, or has no whole year.
    """
    check_texts(reports, "reports")
    check_years(years, "years", reports.index)
    sentences = [
        sentence | {"report": number, "year": int(year)}
        for number, (text, year) in enumerate(zip(reports, years.loc[reports.index], strict=True))
        for sentence in cut_report(text, year)
        if _may_hold(sentence)
    ]
    found = _find_records([sentence["text"] for sentence in sentences])
    rows = []
    for sentence, records in zip(sentences, found, strict=True):
        rows += _read_sentence(sentence, records)
    return _choose(rows, reports.index)


def _may_hold(sentence):
    """Tell whether a sentence may hold a headline figure."""
    text = narrow(sentence["text"])
    if sentence["listed"]:
        return _SAYS.search(text)
    if _NUMBER.search(text):
        return _SIGN.search(text.replace(" ", ""))
    return "粮食" in text and _GRAIN.search(text)


def _find_records(texts):
    """Return for each sentence the records of `find_targets` and its price indices."""
    plain = [_BLANK.sub(lambda hit: " " * len(hit.group()), narrow(text)) for text in texts]
    records = [_find_index(text) for text in plain]
    found = find_targets(pd.Series(plain, dtype="str"), plan=True)
    for record in found.astype(object).to_dict("records"):
        records[record["doc"]].append(record)
    return [sorted(some, key=itemgetter("start")) for some in records]


def _find_index(text):
    """Return the price indices of a sentence, as records of `find_targets`."""
    records = []
    for hit in _INDEX.finditer(text) if "指数" in text else ():
        bound = _BOUNDS.get(hit["after"], "<=" if "控制在" in hit.group() else "=")
        record = {"start": hit.start("value"), "end": hit.end("value"), "span": hit.group()}
        record |= {"indicator": "消费" + hit["name"], "value": float(hit["value"])}
        record |= {"value_from": math.nan, "unit": "%", "bound": bound, "direction": "level"}
        record |= {"form": "numeric", "hedge": "左右" if bound == "~" else "", "scope": ""}
        records.append(record)
    return records


def _read_sentence(sentence, records):
    """Return the figures of one sentence that are about one of the indicators."""
    if not records:  # it promises nothing, and reports nothing
        return []
    text, year = sentence["text"], sentence["year"]
    _share(text, records, year)
    rows = []
    for i, record in enumerate(records):
        if record["form"] != "numeric" and not sentence["listed"]:
            continue
        clause = text[record["from"] : record["end"]]
        for name in _list_names(text, records, i, year):
            indicator = find_indicator(name, year)
            value = indicator and _read_value(indicator, record, clause, year)
            if not value:
                continue
            row = value | _place(sentence, record["start"], indicator, name, clause)
            row["period"], row["weak"] = _find_period(indicator, record, clause, sentence)
            row["what"] = _find_side(record["start"], sentence)
            if _is_total(row, clause):
                continue
            row |= {"quote": text[record["start"] : record["end"]][:16], "hedge": record["hedge"]}
            row["group"] = _find_group(indicator, name, text, records, i)
            row["second"] = _find_second(text, records, i)
            if value["bound"] != "words" or row["what"] == "target":
                rows.append(row)
    return rows + _find_words(sentence, rows)


def _place(sentence, start, indicator, name, clause):
    """Return where a figure stands, its indicator and name."""
    row = {"report": sentence["report"], "indicator": indicator, "name": name[-16:]}
    row |= {"line": sentence["line"], "start": sentence["at"] + start}
    partial = bool(_PART_YEAR.search(clause)) and "全年" not in clause
    return row | {"listed": sentence["listed"], "partial": partial}


# ── names ──


def _share(text, records, year):
    """Give the numbers of a sentence what they share: names before them, 左右 after the last."""
    for i, record in enumerate(records):
        record["from"] = max(text.rfind(mark, 0, record["start"]) for mark in "，；：,;") + 1
        name = clean_name(record["indicator"])
        record["name"] = records[i - 1]["name"] if i and _SAME.fullmatch(name) else name
    for i in range(len(records) - 1):
        if _is_pair(text, records, i):
            _share_bound(text, *records[i : i + 2])
            _share_names(text, *records[i : i + 2], year)
            _take_names(text, records, i)


def _is_pair(text, records, i):
    """Tell whether a number and the next stand side by side: 10%和12%."""
    if i + 1 >= len(records):
        return False
    record, after = records[i : i + 2]
    joint = text[record["end"] : after["start"]].replace(" ", "")
    same = record["form"] == "numeric" and record["unit"] == after["unit"]
    return same and bool(_JOINT.fullmatch(joint))


def _share_bound(text, record, after):
    """Let 左右 after the second of two numbers hold for both."""
    last = _AFTER.match(text, after["end"])
    if last and record["bound"] == "=":
        record["bound"] = after["bound"] = _BOUNDS[last.group()]


def _share_names(text, record, after, year):
    """Give two numbers the two names that stand before them: 城镇、农村居民收入分别增长8%和9%."""
    if _URBAN.fullmatch(record["name"]) and "收入" in after["name"]:
        record["name"] += "居民收入"
    clause = re.split("[，；。：:]", text[: record["start"]])[-1]
    names = _AND.split(clean_name(_TAIL.sub("", clause)))
    if len(names) == 2 and all(find_indicator(name, year) for name in names):
        record["name"], after["name"] = names


def _take_names(text, records, i):
    """Give two rates the names of two amounts: 甲100亿元、乙50亿元，分别增长8%和9%."""
    rates = records[i : i + 2]
    amounts = [record for record in records[max(0, i - 3) : i] if "元" in record["unit"]][-2:]
    if len(amounts) < 2 or rates[0]["unit"] != "%" or amounts[0]["name"] == amounts[1]["name"]:
        return
    between = text[amounts[1]["end"] : rates[0]["start"]]
    if len(between) >= 16 or re.search("[。；;]", between):
        return
    for rate, amount in zip(rates, amounts, strict=True):
        short = _URBAN.fullmatch(amount["name"])
        rate["name"] = amount["name"] + "居民收入" * bool(short)


def _list_names(text, records, i, year):
    """Return the names a record speaks of: its own, and those listed before it that share it."""
    record = records[i]
    name, first, start = record["name"], record["from"], record["start"]
    if record["form"] != "numeric":
        return _AND.split(name)
    if name in ("产量", "总产", "总产量") and "粮食" in text[max(0, first - 30) : start]:
        return ["粮食产量"]
    before = text[first:start]
    listed = _AND.search(before) and _SHARED.search(before) and not re.search(r"\d", before)
    if listed and not _is_pair(text, records, i):
        return _split_names(before, year) or [name]
    left = clean_name(_TAIL.sub("", before))
    if find_indicator(name, year) or _AND.search(left) or not find_indicator(left, year):
        return [name]
    return [left]


def _split_names(listed, year):
    """Return the indicators of a list, each as named; the incomes of several as one."""
    names = [clean_name(part) for part in _AND.split(_TAIL.sub("", listed))]
    names = [name for name in names if find_indicator(name, year)]
    incomes = [name for name in names if "收入" in name and _RESIDENTS.search(name)]
    if len(incomes) > 1:
        names = [name for name in names if not _RESIDENTS.search(name)] + ["城乡居民收入"]
    return list(dict.fromkeys(names))


def _find_group(indicator, name, text, records, i):
    """Return whose income, or which revenue; of a name with two numbers the first is urban."""
    group = find_group(indicator, name)
    if group != "both":
        return group
    if i and _have_one_name(text, records, i - 1):
        return "all" if _have_one_name(text, records, i) else "rural"
    return "urban" if _have_one_name(text, records, i) else "all"


def _have_one_name(text, records, i):
    """Tell whether a number and the next share a name: 城乡居民收入分别增长8%和9%."""
    return _is_pair(text, records, i) and (records[i]["indicator"] == records[i + 1]["indicator"])


# ── values ──


def _read_value(indicator, record, clause, year):
    """Return the interval, unit and bound of a record; None if it is no figure of this kind."""
    unit = get_unit(indicator)
    value = {"value_low": math.nan, "value_high": math.nan, "unit": unit, "bound": "words"}
    if record["form"] in _IN_WORDS:
        return value
    factor = _find_factor(unit, indicator, record, clause, year)
    if record["form"] != "numeric" or not factor:
        return None
    low, high, bound = record["value_from"], record["value"], record["bound"]
    if math.isnan(low) or (bound == "from_to" and re.search("[从由]", clause)):
        low = high  # 由5%提高到6%: what is reached
    low, high = _turn(indicator, record["direction"], low * factor, high * factor)
    bound = "range" if low != high else "=" if bound == "from_to" else bound
    value |= {"value_low": low, "value_high": high, "bound": bound}
    return value | {">=": {"value_high": math.nan}, "<=": {"value_low": math.nan}}.get(bound, {})


def _find_factor(unit, indicator, record, clause, year):
    """Return what a number times is of this unit; 0 if it is no figure of this kind."""
    if unit == "persons":
        return int(record["unit"] in _PERSONS and record["value"] >= _FEWEST)
    if unit == "tonnes":
        return 0 if _GAIN.search(clause) else _TONNES.get(record["unit"], 0)
    if record["unit"] != "%" and not (record["unit"] == "个百分点" and indicator in _IN_POINTS):
        return 0
    if _SHARE.search(clause) or "成" in record["span"][-6:]:
        return 0
    if indicator == "energy_intensity_cut":
        return 1
    since = _COMPARED.search(clause)  # growth since another year than the last
    other = since and str(year - 1) not in since.group()
    return int(not other and "累计" not in clause and "倍" not in clause)


def _turn(indicator, direction, low, high):
    """Return an interval with a minus for a fall (of energy, a rise), an index 104 as 4 %."""
    against = "increase" if indicator == "energy_intensity_cut" else "decrease"
    if direction == against and is_change(indicator):
        return -high, -low
    if indicator == "cpi" and 90 < high < 130:
        return low - 100, high - 100
    return low, high


def _find_second(text, records, i):
    """Return a further, higher figure beside a number, or NaN."""
    if records[i]["form"] != "numeric" or i + 1 >= len(records):
        return math.nan
    here, after = records[i : i + 2]
    between, behind = text[here["end"] : after["start"]], text[after["end"] : after["end"] + 3]
    unnamed = after["scope"] == "inherited" or not after["indicator"]
    near = len(between) < 18 and "。" not in between and "；" not in between
    more = _MORE.search(between) or _MORE.match(behind)
    alike = after["form"] == "numeric" and after["unit"] == here["unit"]
    higher = unnamed and near and more and alike and after["value"] > here["value"]
    return after["value"] if higher else math.nan


# ── period and side ──


def _find_period(indicator, record, clause, sentence):
    """Return the period a figure speaks of, and whether its section says that it is five years."""
    text, start, year = sentence["text"], record["start"], sentence["year"]
    cut = indicator == "energy_intensity_cut" and record["direction"] != "increase"
    if _EACH_YEAR.search(clause) or (cut and record["value"] >= _PLAN_CUT):
        return "five_year", False
    part = max(text.rfind("；", 0, start), 0)
    said = find_period(text[part:start], year) or find_period(text[: min(40, part)], year)
    if said:
        return said, False
    if not is_change(indicator) and (sentence["listed"] or sentence["side"] == "past"):
        return sentence["period"], False
    return "year", sentence["period"] == "five_year"  # else 年均 would be said


def _is_total(row, clause):
    """Tell whether a rate reached is that of all the years together: 五年增长60%, without 年均."""
    rate = is_change(row["indicator"]) and row["indicator"] != "energy_intensity_cut"
    several = row["what"] == "outcome" and row["period"] == "five_year"
    return rate and several and not _AVERAGE.search(clause)


def _find_side(start, sentence):
    """Return whether a figure is a target or an outcome."""
    text, year = sentence["text"], sentence["year"]
    until = _UNTIL.findall(text[:start])
    if sentence["side"] == "past":
        return "target" if until and int(until[-1]) > year else "outcome"
    if not sentence["listed"] and _ESTIMATED.search(text[:start]):
        return "outcome"
    since = rf"[^，。；]{{0,6}}(?:去年|上年|过去|[一五]年来|{year - 1}年)[^，。；]{{0,12}}，"
    return "outcome" if re.match(since, text) else "target"


# ── targets without a number ──


def _find_words(sentence, rows):
    """Return the targets of a sentence that have no number."""
    if sentence["side"] != "plan":
        return []
    text, year = sentence["text"], sentence["year"]
    known = {row["indicator"] for row in rows if row["bound"] != "words"}
    found = []
    for hit in _CLAUSE.finditer(text):
        clause = hit.group()
        for name in _name_words(clause, sentence["listed"]):
            indicator = find_indicator(name, year)
            if not indicator or indicator in known:
                continue
            known.add(indicator)
            row = _place(sentence, hit.start(), indicator, name, clause)
            row |= {"value_low": math.nan, "value_high": math.nan, "second": math.nan}
            row |= {"unit": get_unit(indicator), "bound": "words", "hedge": "", "weak": False}
            row["period"] = find_period(text[: hit.start()], year) or sentence["period"]
            row |= {"what": "target", "quote": clause[:16]}
            found.append(row | {"group": find_group(indicator, name).replace("both", "all")})
    return found


def _name_words(clause, listed):
    """Return the names of what a clause promises in words."""
    names = []
    said = _WORDY.search(clause) if listed else None
    if said and not re.search(r"\d", clause[: said.end() + 6]):
        parts = [clean_name(part) for part in _AND.split(clause[: said.start()])]
        names = [
            "粮食产量" if part in ("产量", "总产量") and "粮食" in clause else part
            for part in parts
        ]
    if listed and _CALLED_FOR.search(clause) and not re.search(r"\d+[.\d]*[%％个]", clause):
        names.append("单位能耗")
    if _GRAIN.search(clause) and not re.search(r"\d", clause):
        names.append("粮食产量")
    return names


# ── the choice ──

_TYPES = dict.fromkeys(["what", "period", "indicator", "group"], "str")
_TYPES |= dict.fromkeys(["value_low", "value_high"], float)
_TYPES |= dict.fromkeys(["unit", "bound", "hedge"], "str") | {"second": float, "name": "str"}
_TYPES |= dict.fromkeys(["line", "start"], "int64") | {"quote": "str"}


def _tell_totals(table):
    """Return the periods; new jobs far above the report's own target are a total of years."""
    jobs = table[(table["indicator"] == "urban_new_jobs") & (table["period"] == "year")]
    aims = jobs[jobs["what"] == "target"].groupby("report")["value_low"].max()
    reached = jobs[jobs["what"] == "outcome"]
    totals = reached["value_low"] > _TOTAL * reached["report"].map(aims)
    return table["period"].mask(table.index.isin(totals.index[totals]), "five_year")


def _choose(rows, docs):
    """Return one row per report, kind, period, indicator and group: the first of the main list."""
    table = pd.DataFrame(rows, columns=["report", *_TYPES, "listed", "partial", "weak"])
    types = {"report": "int64"} | dict.fromkeys(["listed", "partial", "weak"], bool)
    table = table.astype(_TYPES | types)
    table["period"] = _tell_totals(table)
    about = ["report", "what", "period", "indicator"]
    words = table["bound"] == "words"
    numbered = (~words).groupby([table[column] for column in about]).transform("any")
    table = table[~(words & numbered) & ~table["partial"]]
    values = table.groupby([*about, "group"])[["value_low", "value_high"]]
    table["others"] = (values.transform("nunique").max(axis=1) - 1).clip(lower=0).astype("int64")
    table["revenue"] = table["group"].map({"revenue": 1, "total": 2}).fillna(0)
    table["later"] = ~table["listed"] & (table["what"] == "target")
    table["whose"] = table["group"].where(table["indicator"] == "resident_income_growth", "")
    table["order"] = table["indicator"].map({name: i for i, name in enumerate(INDICATORS)})
    table = table.sort_values(["revenue", "later", "weak", "line", "start"], kind="stable")
    table = table.drop_duplicates([*about, "whose"])
    order = ["report", "what", "period", "order", "group"]
    table = table.sort_values(order, ignore_index=True)
    table.insert(0, "doc", docs[table["report"]])
    return table[["doc", *_TYPES, "others"]]
