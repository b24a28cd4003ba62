"""Which of the headline indicators a name is: 预计全市地区生产总值 is GDP, 工业投资 is none.

A name is what stands before a number, cut down to what is measured. An indicator is known by how
its name ends and by what is not in it, which would make it a part of the place or of the whole.
"""

import re
from functools import lru_cache

# ── vocabulary ──

_GROWTH = "(?:实际|增速|增幅|增长率?|增长速度|预期|目标|总量)*$"

# Each indicator: how its name ends, and what must not be in it.
_NAMES = {
    "gdp_growth": (
        rf"(?:生产总值|GDP|经济){_GROWTH}",
        "人均|单位|万元|工业|农业|林业|海洋|数字|民营|非公|县域|市区|园区|新区|开发区|会展|集体|开放型"
        "|城市经济",
    ),
    "urban_new_jobs": (
        "新增(?:城镇)?(?:人员)?就业(?:人数|人员|岗位|再就业)?$|城镇新增[^，。；]{0,4}就业$"
        "|城镇新增就业.{0,4}$",
        "带动|每|园区|产业",
    ),
    "unemployment_surveyed": ("调查失业率", ""),
    "unemployment_registered": ("失业率", "调查"),
    "cpi": (
        "(?:CPI|物价|价格)(?:总?体?水平|总?指数|涨幅|上涨幅度|升幅|增幅)*(?:上涨)?(?:预期目标)?$",
        "工业|房|食品|药",
    ),
    "fixed_asset_investment_growth": (
        rf"(?:固定资产|全社会)投资(?:总额|总规模|规模|完成额|额)*{_GROWTH}",
        "工业|民间|农村",
    ),
    "retail_sales_growth": (
        rf"(?:消费品零售|消费零售|社零|社消零)(?:总额|额)*{_GROWTH}",
        "限额|限上|乡村|农村|城镇",
    ),
    "fiscal_revenue_growth": (
        rf"(?:预算|财政总?)收入{_GROWTH}",
        "基金|本级|市级|县级|税收|人均|乡镇",
    ),
    "resident_income_growth": (
        rf"(?:居民|农民|农牧民|农村|市民)[^，。；、]{{0,12}}?收入{_GROWTH}|人均(?:可支配|纯)收入{_GROWTH}",
        "工资|经营|脱贫|贫困|监测|低收入|财政|集体|比|转移|移民|搬迁",
    ),
    "foreign_trade_growth": (
        rf"(?:进出口|对外贸易|外贸)(?:贸易)?(?:总额|总值|额|规模)*{_GROWTH}",
        "服务|跨境|市属|综保区|保税|口岸|成员国|东盟|俄进|民营|加工|高新|机电|一般贸易",
    ),
    "energy_intensity_cut": (
        "(?:能耗|能源消耗|能源消费|耗能)(?:强度|水平|量)?"
        rf"(?:下降率|降低率|下降幅度|降幅|下降|降低|指标)?{_GROWTH}|能耗强度",
        "工业|增加值|建筑|总量",
    ),
    "grain_output": (
        "粮食年?(?:总?产量|年产|总产|生产)?$",
        "人均|收购|加工|增产|每|新增",
    ),
}
INDICATORS = tuple(_NAMES)
_NAMES = {name: (re.compile(yes), no and re.compile(no)) for name, (yes, no) in _NAMES.items()}
_UNITS = {"urban_new_jobs": "persons", "grain_output": "tonnes"}  # of all others "%"

# What stands in a name or at its end and is no part of it: how sure, how reckoned, since when.
_MARKS = re.compile(r"[（(][^）)]*[）)]|[\s*“”\"—]")
_SINCE = re.compile(r"(?:由|从)?(?:19|20)\d\d年的?$")
_RECKONED = re.compile("(?:按|扣除|剔除|可比)[^，、]*(?:口径|价格?|因素)(?:相比|计算)?$")
_TRAIL = re.compile(
    r"(?:首次|再次|仍|可|超|连年|累计|控制目标|控制|连续[\d一二三四五六七八九十]+年|在.{1,6}下|努力实现"
    "|实现|确保|确定|调控|设定|预计|初步核算|初步|预期|可望|力争|达到?|总体|基本|同比|回落|一季度|上半年"
    "|前三季度|、|年)+$"
)

# Whose income, and which revenue.
_URBAN = re.compile("城镇|城市|市民|城乡")
_RURAL = re.compile("农村|农民|农牧|城乡")
_TOTAL = re.compile("总收入|全部财政|大口径|全口径")


_WIDE = re.compile("[Ａ-Ｚ％]")
_NARROW = {wide: wide - 0xFEE0 for wide in range(ord("Ａ"), ord("Ｚ") + 1)} | {ord("％"): "%"}


@lru_cache(65536)
def find_indicator(name, year):
    """Return which of the indicators a name is in the report of a year, or ""."""
    for indicator, (yes, no) in _NAMES.items():
        if yes.search(name) and not (no and no.search(name)):
            if indicator == "unemployment_registered" and "登记" not in name and year >= 2018:
                return "unemployment_surveyed"  # which has been meant since then
            return indicator
    return ""


def get_unit(indicator):
    """Return what an indicator is counted in: "%", "persons" or "tonnes"."""
    return _UNITS.get(indicator, "%")


def is_change(indicator):
    """Tell whether an indicator is a rate of change, which may fall."""
    return get_unit(indicator) == "%" and not indicator.startswith("unemployment")


def narrow(text):
    """Return a text with ＧＤＰ as GDP, of the same length."""
    return text.translate(_NARROW) if _WIDE.search(text) else text


@lru_cache(65536)
def clean_name(name):
    """Return a name without gaps, marks and words about how it was reckoned."""
    name = narrow(name)
    name = _SINCE.sub("", _MARKS.sub("", name))
    return _TRAIL.sub("", _RECKONED.sub("", name))


def find_group(indicator, name):
    """Return whose income a name speaks of, or which revenue; "" for other indicators.

    Of incomes "urban", "rural", "both" (城乡, 城镇和农村) or "all" (居民收入); of revenue
    "general", "total" or "revenue".
    """
    if indicator == "fiscal_revenue_growth":
        return "total" if _TOTAL.search(name) else "general" if "预算" in name else "revenue"
    if indicator != "resident_income_growth":
        return ""
    urban, rural = _URBAN.search(name), _RURAL.search(name)
    if urban and rural:
        return "both"
    return "urban" if urban else "rural" if rural else "all"
