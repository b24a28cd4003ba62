"""Which of the headline indicators a name is: 预计全市地区生产总值 is GDP, 工业投资 is none.

A name is what stands before a number, cut down to what is measured. An indicator is known by how
its name ends and by what is not in it, which would make it a part of the place or of the whole.
"""

import re
from functools import lru_cache

# ── vocabulary ──

_GROWTH = "(?:实际|增速|增幅|增长率?|增长速度|发展速度|涨幅|预期目标|预期|目标|总量|全年)*$"

# Each indicator: how its name ends, and what must not be in it.
_NAMES = {
    "gdp_growth": (
        rf"(?:生产总值|GDP|国内生产总值|经济总量|经济|国民经济|国民经济总值)"
        rf"(?:（GDP）|\(GDP\)|（?GDP）?)?{_GROWTH}",
        "人均|每|单位|万元|能耗|占|比重|工业|农业|林业|牧业|渔业|服务业|产业|建筑|海洋|旅游|文化|数字|民营|非公|县域|镇域"
        "|市区|园区|新区|开发区|绿色|个体|私营|口岸|总部|会展|夜间|平台|贡献|拉动|第[一二三]|世界|全国经济|增加值|劳务"
        "|林下|集体|开放型|外向型|中心城区|主城|高于|快于|电子商务|城市经济|健康|低空",
    ),
    "urban_new_jobs": (
        r"(?:城镇|城市)?新增(?:城镇|城市)?(?:人员)?就业(?:人数|人员|岗位|再就业)?$"
        r"|城镇(?:累计)?新增[^，。；]{0,4}就业(?:人数|岗位|人员|新增)?$"
        r"|新增(?:城镇|城市)?(?:劳动)?就业(?:人数|人员|岗位)?$|城镇实?现?新增就业.{0,4}$",
        "农村|转移|下岗|失业|困难|高校|毕业|大学|带动|直接|间接|国企|公益|每|园区|工业|产业|企业",
    ),
    "unemployment_surveyed": ("调查失业率", ""),
    "unemployment_registered": ("失业率", "调查"),
    "cpi": (
        r"(?:消费品?价格|消费物价|CPI|物价|价格)"
        r"(?:总?体?水平|总?指数|总|涨幅|上涨幅度|涨|升幅|增幅|同比|幅度|指数涨幅|（CPI）|\(CPI\))*"
        r"(?:涨幅|上涨)?(?:预期目标)?(?:全年)?$",
        "零售|生产|工业|住房|房|食品|粮|猪|药|农产品|农资|上游",
    ),
    "fixed_asset_investment_growth": (
        r"(?:固定资产|全社会)投资"
        rf"(?:总额|总规模|规模|额|完成额|总量|（不含农户）|\(不含农户\)|完成)*{_GROWTH}",
        "工业|民间|民营|房地产|更新改造|技改|技术改造|农村|基础设施|产业投资|市区|外商|中央|地方项目",
    ),
    "retail_sales_growth": (
        rf"(?:消费品零售|消费零售|社零)(?:总额|总值|额)*{_GROWTH}|社消零(?:总额)?{_GROWTH}",
        "限额|限上|网上|乡村|农村|城镇",
    ),
    "fiscal_revenue_growth": (
        rf"(?:预算|财政(?:总|预算内?)?|财政一般预算|预算内?财政)收入{_GROWTH}",
        "基金|上划|非税|支出|占|市本级|市级|区级|县级|本级|税收|人均|乡镇|园区",
    ),
    "resident_income_growth": (
        r"(?:居民|农民|农牧民|农村|城镇|城乡|市民|群众|城市|职工群众|人民)"
        rf"[^，。；、]{{0,12}}?(?:收入|纯收入){_GROWTH}|人均(?:可支配|纯)收入{_GROWTH}",
        "工资|财产|经营|职工|脱贫|贫困|监测|低收入|财政|倍差|差距|比|转移|村集体|集体|消费|储蓄|移民|搬迁|茶农|果农"
        "|存款|牧户",
    ),
    "foreign_trade_growth": (
        rf"(?:进出口|对外贸易|外贸)(?:贸易)?(?:总额|总值|总量|额|规模)*{_GROWTH}"
        "|(?:进口和出口|进、出口)总额$",
        "服务贸易|服务|跨境|市属|综保区|保税|口岸|成员国|东盟|对俄|俄进|整车|民营|加工|高新|机电|一般贸易|文化|边境|市区",
    ),
    "energy_intensity_cut": (
        r"(?:能耗|能源消耗|能源消费|耗能|综合能耗)(?:强度|水平|量|总量)?(?:（.*）)?"
        rf"(?:下降率|降低率|下降幅度|降幅|下降|降低|指标)?{_GROWTH}|能耗强度|单位能耗$",
        "工业|规模|增加值|建筑|公共机构|产品|总量|煤|水耗|用水|二氧化碳",
    ),
    "grain_output": (
        r"粮食(?:年)?(?:总)?(?:产量|年产|总产|生产总量|生产|产出)?(?:总量|总产量)?(?:全年)?$",
        "面积|播种|收购|储备|加工|仓|流通|综合|功能区|作物|订单|增产|补贴|种植|每|人均|占有|新增|产能",
    ),
}
INDICATORS = tuple(_NAMES)
_NAMES = {name: (re.compile(yes), no and re.compile(no)) for name, (yes, no) in _NAMES.items()}
_UNITS = {"urban_new_jobs": "persons", "grain_output": "tonnes"}  # of all others "%"

# Words at the end of a name that are no part of it: how sure, how reckoned, since when.
_MARKS = re.compile(r"[（(][^）)]*[）)]|[\s*“”\"—]")
_SINCE = re.compile(r"(?:由|从)?(?:19|20)\d\d年的?$")
_RECKONED = re.compile("(?:按|扣除|剔除|可比|同口径)[^，、]*(?:口径|价格?|因素)(?:相比|计算)?$")
_TRAIL = re.compile(
    r"(?:首次|再次|仍|可|超|连年|累计|控制目标|控制|连续[\d一二三四五六七八九十]+年|在.{1,6}下|努力实现|实现|确保|确定|调控|设定|安排|定"
    "|预计|初步核算|初步统计|初步|预期|实际|可望|拟|力争|达到?|完成|总体|基本|大体|同比|名义|回落|收窄|一季度|上半年"
    "|前三季度|、|年)+$"
)


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


@lru_cache(65536)
def clean_name(name):
    """Return a name without gaps, marks and words about how it was reckoned."""
    name = _SINCE.sub("", _MARKS.sub("", name))
    return _TRAIL.sub("", _RECKONED.sub("", name))


def find_group(indicator, name):
    """Return whose income a name speaks of, or which revenue; "" for other indicators."""
    if indicator == "fiscal_revenue_growth":
        if re.search("总收入|全部财政|大口径|全口径", name):
            return "total"
        return "general" if "预算" in name else "revenue"
    if indicator != "resident_income_growth":
        return ""
    urban = bool(re.search("城镇|城市|市民|城乡", name))
    rural = bool(re.search("农村|农民|农牧|城乡", name))
    return {(True, False): "urban", (False, True): "rural"}.get((urban, rural), "all")
