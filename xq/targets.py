"""What is promised: commitments in Chinese policy text, as typed records.

The grammar works on clauses. A quantity is a number with a counted unit; the words before it
give indicator, direction and bound; the words after it may soften or bound it again. Five forms
of promise carry no number. Nothing here is specific to one document.
"""

import math
import re
from bisect import bisect_right
from collections import defaultdict
from functools import lru_cache

import cn2an
import pandas as pd

from .door import check_frame, check_texts, shorten
from .units import find_units

# ── vocabulary ───────────────────────────────────────────────────────────────────────────────

_UNITS = (
    "个百分点 百分点 % ‰ 万千瓦时 千瓦时 万千瓦 千瓦 兆瓦 标准煤 平方公里 平方千米 平方米 "
    "立方米 公里 千米 公顷 公斤 千克 毫克 微克 人次 人 户次 户 家 名 位 场次 场 项 所 座 条 "
    "处 套 亩 米 吨 斤 升 度 头 只 羽 件 辆 台 张 倍 番 成 次 间 栋 幢 部 期 对 支 门 片 艘 "
    "架 株 棵 种 册 村 镇 美元 欧元 港元 日元 元 吉比特 标箱 个"
).split()
_DURATIONS = "个工作日 工作日 个月 小时 分钟 天 年".split()  # amounts only after verbs that grant
_UNIT = "|".join(sorted(_UNITS + _DURATIONS, key=len, reverse=True))
_PER = rf"(?:/(?:{_UNIT}|月|日|[a-zA-Z]{{1,4}}))?"
_SCALES = {"万亿": 1e12, "亿": 1e8, "千万": 1e7, "百万": 1e6, "十万": 1e5, "万": 1e4, "千": 1e3}
_SCALE = "|".join(_SCALES)
_HAN = "一二两三四五六七八九十百千万亿〇零"
_QUANTITY = re.compile(
    rf"(?:百分之(?P<hundredths>[{_HAN}点]{{1,12}}|\d{{1,12}}(?:\.\d{{1,6}})?)"
    rf"|(?:(?P<digits>\d{{1,3}}(?:,\d{{3}}){{1,5}}(?:\.\d{{1,6}})?|\d{{1,15}}(?:\.\d{{1,6}})?)"
    rf"(?:[多余几](?=[万亿]))?(?:(?P<scale>{_SCALE})(?:(?P<rest>\d{{1,4}})(?P<small>[万千百])?)?)?"
    rf"|(?P<han>[{_HAN}半]{{1,12}}))(?P<more>[多余几])?"
    rf"(?P<unit>(?:{_UNIT}){_PER}|(?<=[万亿])(?=以[上内下]|左右|[，。；、])))"
)
_RISE = "增长|增加|提高|提升|扩大|上升|上涨|新增|加大"
_FALL = "下降|降低|减少|压减|核减|削减|缩减|压缩|缩短|减免|下浮|下调|收窄|只减不增"
_UP, _DOWN = f"{_RISE}|增|升", f"{_FALL}|降|减"
_LINK = re.compile(rf"(?:左右|以上)?(?:[-—–~～－]+|至|到|(?:{_UP}|{_DOWN}|调整|恢复)?(?:到|至|为))")
_LEAST = "不低于|不少于|不小于|不得低于|不得少于|超过|突破|高于|大于|多于|至少|>=|≥"
_MOST = "不超过|不高于|不大于|不多于|不得超过|低于|少于|小于|控制在|最多|最高|<=|≤"
_AFTER = re.compile(
    r"(?P<least>及?以上)|(?P<most>以内|之内|及?以下|(?:的|排放)?(?:限值|上限))|(?P<about>左右|上下)"
)
_SHARE = re.compile(rf"(?:(?P<least>{_LEAST})|(?P<most>{_MOST}))[^，。；、\d]{{1,16}}的\Z")
_CHANGE = re.compile(rf"(?P<up>{_UP})|(?P<down>{_DOWN})")
_COMPARED = re.compile("比(?:去年|上年|预算|同期)[^，]*")
_LOWERED = re.compile(rf"(?:{_DOWN})[^，]*[至到为]\d")
_NEW = re.compile("新增[^的]{0,8}")
_HEDGE = re.compile(
    "力争|争取|努力|左右|上下|大约|(?<![节集预])约(?!束|谈|定)|将近|基本|总体|原则上"
)

# Words between the indicator and its number, read from the number to the left, and their meaning.
_TAIL = (
    "保持 稳定 维持 达到 达 为 是 至 到 在 从 由 再 分别 各 均 都 总计 共计 共 有 继续 累计 力争 "
    "争取 实现 完成 拟 安排 将 要 年度 可比 同口径 名义 同比 比上年 比去年 年均 平均 实际 基本 "
    "总体 全年 左右 按 执行 每人 每户 每亩 每月 每年 ："
).split()
_TAIL = dict.fromkeys(_TAIL, "")
_TAIL |= dict.fromkeys(_LEAST.split("|"), "least") | dict.fromkeys(_MOST.split("|"), "most")
_TAIL |= dict.fromkeys(_UP.split("|"), "up") | dict.fromkeys(_DOWN.split("|"), "down")
_TAIL |= dict.fromkeys("大约 约为 约 将近 近".split(), "about")
_LONGEST = max(map(len, _TAIL))
_VERBS = (
    "提出 设立 吸纳 提供 举办 开展 承接 种植 建立 建成 建设 新建 共建 改建 扩建 创建 打造 "
    "培育 确定 引进 引育 推动 推进 加快 确保 实现 完成 达到 帮助 改造 筹集 开工 治理 安排 "
    "发放 发行 落实 执行 严格 实施 启动 组织 支持 围绕 推出 加强 加大 做好 持续 稳定 增加 "
    "减少 降低 提高 提升 扩大 新增 新创建 创建 培训 认定 保持 保障 积极 努力 力争 争取 全年 "
    "今年 明年 年内 全区 全市 全省 全国 其中 凡 以及 同时 并且 进一步 不断 稳步 着力 切实 促进 "
    "引导 鼓励 深入 有序 控制 给予 每年 累计 分别 再 将 使 把 对标 对 并 要 拟 约 年 的"
).split()
_LEAD = re.compile(
    rf"(?:到?\d{{4}}年(?:底|末)?(?:前)?|“?[十二三四五]{{1,2}}五”?(?:时期|期间)"
    rf"|(?:{'|'.join(sorted(_VERBS, key=len, reverse=True))})(?![类性型]))+"
)
_INNER = re.compile("共建|新建|建成|建立|创建|吸纳|提供|举办|承接|培育|引进|筹集|发放|位于|用于")
_STOP = re.compile(
    r"(?:以及|[和及与])(?=[^，。；、\n]{0,8}\d)|[，。；、：！？\n（）()“”《》]|建设|改造|设置|综合治理|治理|按期|实现|完成|验收"
    r"|参加|参与|投入|用于|支持|以上|以下|以内|左右"
)
_NAMES = re.compile(
    r"[^，。；、]{0,8}(?:行动|机制|制度|意识|方面|环节|维护|确立|自信|原则|关系|要求)"
)
_GRANTS = re.compile(
    "减免|缓缴|缓交|延长|缩短|压缩|压减|存有|保有|不少于|不低于|不超过|控制在|降至|减至"
)
_STANDARD = re.compile(
    "每[人户亩月生]|费率|税率|利率|(?<!高)标准(?![煤化])|扣除比例|租金|票价|电价|毫克|微克|限值"
    "|每年[^，。；]*元"
)
_ABSTRACT = set("项类级方位大个条种次期部对门")  # with a small Chinese numeral: names, not counts

# A measurable quantity, by its last word.
_MEASURABLE = (
    "收入|工资|(?:工资|收入|待遇|物价|总)水平|价格|物价|成本|占比|比重|比例|面积|产量|总量|存量|总值|"
    "规模|数量|人数|岗位|就业|贸易|进出口|外贸|出口|进口|投资|消费|投入|排放|排放量|能耗|消耗|强度|"
    "用量|用水量|覆盖面|率|额|化程度|国际收支|赤字|库存|份额|供给|支出|降幅|税负|财力|外资|融资|贷款|投放|"
    "利润|养老金|寿命|贫困人口|工资标准|补助标准|补贴标准|补偿标准|救助标准|保障标准|抚恤标准|筹资标准"
)
_ADVERB = (
    "(?:稳步|稳定|持续|平稳|较快|明显|合理|适度|同步|不断|进一步|总体|基本|保持|继续|显著|有所|适当|"
    "逐步|大幅|大力|着力|稳中|实现|推动|促进|协调|健康|快速|较大幅度|更大|年均|和"
    "|确保|有新的|比上年|较上年|在合理、?均衡水平上的?){0,6}"
)
_HOLD = (
    "不变|只增不减|不减少|不降低|持平略增|略增|稳中有升|稳中提质|量稳质升|稳量提质|稳定|平衡|平稳|保稳提质|促稳提质|保稳促优|"
    "保供稳价|稳价"
)
_WORDS = rf"(?P<up>{_RISE})|(?P<down>{_FALL})"
_DO = (  # begin another promise: 提高质量、优化投资 does not raise investment
    "优化|改善|完善|规范|健全|深化|拓展|保护|创新|强化|发展|调整|培育|推广|盘活|化解|支持|鼓励|引导|推动|推进|促进"
    "|加强|加快|实施|落实|建立|建设|做好|抓好|保障|确保|实现|保持|稳定|稳|严格|控制|吸引|利用|转变|激发"
)
_DIRECTIONAL = (
    re.compile(
        rf"(?P<indicator>[^、：）]{{0,20}}?(?:{_MEASURABLE}|商品)){_ADVERB}"
        rf"(?P<what>{_WORDS}|{_HOLD})(?=[、：）]|$)"
    ),
    re.compile(
        rf"(?P<what>{_WORDS}|稳定|稳住|保障(?=[^、：）]{{0,20}}产量))(?!到|至|值|劳动力)"
        rf"(?P<indicator>(?:(?!(?<!和)(?:{_RISE}|{_FALL})(?!值)|、(?:{_DO}))[^：）]){{0,40}}?(?:{_MEASURABLE}))"
        r"(?=[：）]|(?:工作)?$)"
    ),
)
_THINGS = re.findall(r"\w+", _MEASURABLE)
_LAST = "".join(sorted({thing[-1] for thing in _THINGS}))
_ENDS = (  # what a clause must have for one of these to match: much quicker to look for
    re.compile(rf"[{_LAST}品]{_ADVERB}(?:{_RISE}|{_FALL}|{_HOLD})(?=[、：），。；！？\n]|\Z)"),
    re.compile(
        rf"[{_LAST}](?=(?:工作)?(?:[：），。；！？\n]|\Z))"
        rf"(?:{'|'.join(f'(?<={thing})' for thing in _THINGS)})"
    ),
)
_AND = re.compile(r"(?<=出口|进口|就业|收入|消费|投资|价格|能耗|强度)[和及与]")
_OTHERS = (
    ("zero", re.compile("清零|归零|不再?发生|零跑动|零(?:事故|发生|死亡|增长|新增|排放)")),
    ("all", re.compile("全覆盖|应(.)尽\\1|应.尽.|全面完成|全部(?=[^的，。；、])[^，。；、]{2}")),
    (
        "relational",
        re.compile(
            r"(?:(?P<least>不低于|高于|快于|优于|好于|超过)|(?P<most>不高于|低于|不超过))"
            r"(?=[^\d，。；、]{0,16}(?:水平|平均|增速|增长|增幅|收入|上年|去年|同期|全国|当地))"
            r"[^\d，。；、]{2,20}"
            r"|[与和同](?P<about>[^，。；、]{2,16}?)(?:基本)?(?:保持)?"
            r"(?:同步(?!建设|验收|交付|规划|推进)|相适应|相匹配|相当(?![一-龥])|持平)(?:增长|提高)?"
        ),
    ),
    (
        "deferred",
        re.compile(
            "(?:完成|达到|落实|实现)[^，。；]{0,10}(?:下达|分解)[^，。；]{0,30}?"
            "(?:目标|任务|指标|计划)|完成(?![^，。；]{0,4}(?:全年|今年|发展|各项|主要))"
            "[^，。；\\d]{0,12}目标(?:任务)?(?=[，。；]|$)"
        ),
    ),
)

_SIGNS = {  # and what a text must have for one of the others
    "zero": re.compile("零|发生"),
    "all": re.compile("全覆盖|应.尽|全面完成|全部"),
    "relational": re.compile("低于|高于|快于|优于|好于|超过|同步|相适应|相匹配|相当|持平"),
    "deferred": re.compile("下达|分解|目标"),
}

# What has been achieved already, and what lies ahead.
_BOUND = rf"{_LEAST}|{_MOST}|以内|左右|(?<!规模)(?<!限额)以上"
_PLANNED = re.compile(
    r"今年(?!以来)|明年|力争|确保|争取|计划|拟|预期|安排|(?<![重主需首])要(?![素求点件])|将(?!近|士)"
    r"|到20\d\d年|目标"
)
_PAST = re.compile(  # says of its clause that it is done
    r"(?<![比于较与从])(?:去年|上年(?![均度]))|过去|以来|年来|已(?![^，。；]{1,8}的)|(?<![为除到])了(?!解)"
    r"|圆满|超额|荣获|新高|位居|居世界|首次|取得了?[^，。；]{0,8}(?:成效|进展|成绩)"
    r"|顺利(?:完成|实现|召开|举行)|连续.{1,3}年|五年间"
)
_MAYBE_PAST = re.compile("累计|同比")  # so does this, unless the clause bounds or plans
_SINCE = re.compile(  # a sentence that begins so is about that time, until it looks ahead
    r"(?:去年|上年(?![均度])|过去.{0,3}年|[一五]年来|[^，。；]{0,8}以来)[^，。；]{0,4}，"
)
_AHEAD = re.compile(
    r"今年(?!以来)|明年|力争|争取|拟|预期目标(?:是|为)|(?:^|[，。；：])[一-龥]{0,4}要(?![素求点件])"
    r"|将(?!近|士)|到20\d\d年|不低于|不少于|不超过"
)
_BOUNDED = re.compile(_BOUND)
_HEADING = re.compile("[一二三四五六七八九十]{1,2}、[^。]{2,40}$")
_REVIEW = re.compile(r"回顾|总结|成就|过去.{0,3}年|[一五]年来|刚刚过去|去年以来")
_PLAN = re.compile("目标|任务|部署|安排|要求|建议|重点工作|今年|下一步|今后")


def find_targets(texts, *, plan=False):
    """Find the commitments in Chinese policy text: how much of what is to be reached or done.

    What has been reached is found too, and told by its `tense`: keep ``tense == "plan"`` for what
    is promised.

    Parameters
    ----------
    texts : Series of str, or DataFrame with a column ``text``
        One text per row, each read by itself; the index names the document. Give a report as one
        text, with its headings: a review of the past year is then known as such.
    plan : bool
        The texts only say what is to be done, as the rows of a task list do: all is "plan".
        Else a section or paragraph that begins as a review is past, and so is a sentence that
        begins with its time (去年，…) until it looks ahead; a word such as 已 or 累计 makes its own
        clause past, and no more.

    Returns
    -------
    DataFrame
        One row per commitment, in order of text and position, with columns

        - ``doc`` : the index label of the text
        - ``start``, ``end`` : int, character span of the number with its unit, or of the words
          that decide
        - ``span`` : str, the wider expression as written
        - ``indicator`` : str, what is measured, as written; empty if not found
        - ``value`` : float, 万 and 亿 folded in; upper end of a range; 0 for "zero"; else missing
        - ``value_from`` : float, earlier or lower number of "from_to"; else missing
        - ``unit`` : str, what is counted; empty without a number
        - ``bound`` : str, "=", ">=", "<=", "~" or "from_to"; empty where it means nothing
        - ``direction`` : str, "level", "increase" or "decrease"
        - ``form`` : str, "numeric", "zero" (清零), "all" (全覆盖), "relational" (与经济增长同步),
          "directional" (稳定增长) or "deferred" (完成市级下达目标)
        - ``kind`` : str, "target" (to be reached) or "standard" (a rate or norm applied)
        - ``hedge`` : str, the word that softens (力争, 左右), or empty
        - ``scope`` : str, "subtotal" (其中), "inherited" (its subject stands earlier), or empty
        - ``tense`` : str, "plan" (to be reached or done) or "past" (reached or done already)

    Raises
    ------
    TypeError
        If `texts` is of another kind, a text is missing, or the index has several levels.
    ValueError
        If a document has no name or is named twice, the column ``text`` is missing, or a text
        holds a table of indicators: its rows are no sentences.

    Notes
    -----
    Scored in notebook 05 against what language models coded, in texts it was and was not written
    for.
    """
    if isinstance(texts, pd.DataFrame):
        check_frame(texts, "texts", "text")
        texts = texts["text"]
    check_texts(texts)
    for doc, text in texts.items():
        _refuse_table(doc, text)
    found = {doc: _find(text, plan) for doc, text in texts.items()}
    docs = [doc for doc, rows in found.items() for _ in rows]
    rows = [row for rows in found.values() for row in rows]
    types = {"start": "int64", "end": "int64", "span": "str", "indicator": "str"}
    types |= {"value": float, "value_from": float}
    types |= dict.fromkeys("unit bound direction form kind hedge scope tense".split(), "str")
    columns = {"doc": pd.Series(docs, dtype=None if rows else object)}
    for name, kind in types.items():
        columns[name] = pd.array([row[name] for row in rows], dtype=kind)
    return pd.DataFrame(columns)


_COLUMN = re.compile(r"20\d\d|目标|现状|年均|属性")


def _refuse_table(doc, text):
    """Raise if a text has the head of a table of indicators."""
    if "指标" not in text or not ("\t" in text or "|" in text):
        return
    for n, line in enumerate(text.split("\n"), 1):
        head = line.strip()
        cells = max(head.count("\t"), head.count("|"))
        if cells > 1 and "指标" in head and "。" not in head and _COLUMN.search(head):
            raise ValueError(
                f"document {shorten(doc)}, line {n}: a table of indicators ({shorten(head)}) is no "
                "text; write each row as a sentence (城镇化率达到62%), or leave the table out"
            )


_GAP = re.compile(
    "[*\t\v\f\r\x1c-\x1f \x85\xa0\u1680\u2000-\u200d\u2028\u2029\u202f\u205f\u3000\ufeff]+"
)
_HALF = re.compile(
    r"[,;:?!.](?:(?<=[,;:?!])(?:(?<![\d\s].)|(?!\d))|(?<=[\u3400-\u9fff%].)(?![\w%]))"
)
_PLAIN = str.maketrans(",;:?!.「」％．／＋", "，；：？！。“”%./+")
_PLAIN |= {wide: wide - 0xFEE0 for wide in range(0xFF10, 0xFF5B)}
_PLAIN |= str.maketrans(  # characters of the words above in their traditional shape
    "長擴昇漲萬億噸個產達減壓縮縣鎮鄉於過應盡實現確處場條戶幣頭隻輛臺張倉間棟畝點爭穩設關與為爲業務標準總項開電價積環糧貿進資費規數學醫"
    "療農區國動創館園車時鐘歐馬險護養質優綠衛節續單雙擇獎勵補內預崗歸發體給將對擬約從別級佔來復調維計辦舉種啟組織圍繞強導嚴斷齊當適較況戰",
    "长扩升涨万亿吨个产达减压缩县镇乡于过应尽实现确处场条户币头只辆台张仓间栋亩点争稳设关与为为业务标准总项开电价积环粮贸进资费规数学医"
    "疗农区国动创馆园车时钟欧马险护养质优绿卫节续单双择奖励补内预岗归发体给将对拟约从别级占来复调维计办举种启组织围绕强导严断齐当适较况战",
)
_WIDE = re.compile(f"[{''.join(chr(code) for code in _PLAIN if code > 127)}]")
_QUOTED = re.compile(r"“[^”\n]{0,40}”|《[^》\n]{0,60}》|〔[^〕\n]{0,10}〕")  # names, no promises
_RULES = [(form, _SIGNS[form], pattern) for form, pattern in _OTHERS]
_RULES += [("directional", *rule) for rule in zip(_ENDS, _DIRECTIONAL, strict=True)]


# ── the grammar ──────────────────────────────────────────────────────────────────────────────


def _find(text, plan=False):
    """Return the records of one text, in order."""
    folded, kept, gone = _fold(text)
    quoted = _mark(len(folded), [hit.span() for hit in _QUOTED.finditer(folded)])
    records = _find_numbers(folded, quoted)
    taken = _mark(len(folded), [(record["start"], record["end"]) for record in records])
    records += _find_words(folded, taken, quoted)
    if not plan:
        _mark_tense(folded, records)

    def place(at):
        return at + gone[bisect_right(kept, at) - 1] if len(kept) > 1 else at

    for record in records:
        record.pop("parts", None)
        record.setdefault("tense", "plan")
        first, last = record.pop("wide")
        record["span"] = text[place(first) : place(last - 1) + 1]
        of = record.pop("of")
        record["indicator"] = text[place(of[0]) : place(of[1] - 1) + 1] if of else ""
        record["start"], record["end"] = place(record["start"]), place(record["end"] - 1) + 1
    return sorted(records, key=lambda record: (record["start"], record["end"]))


def _fold(text):
    """Return a text with plain digits and without gaps, and where its pieces came from.

    The second is where each piece starts in what is returned, the third how many characters are
    gone before it.
    """
    pieces, kept, gone, done = [], [0], [0], 0
    for gap in _GAP.finditer(text):
        pieces.append(text[done : gap.start()])
        done = gap.end()
        kept.append(gap.start() - gone[-1])
        gone.append(gone[-1] + done - gap.start())
    folded = "".join([*pieces, text[done:]])
    folded = _WIDE.sub(lambda hit: hit.group().translate(_PLAIN), folded)
    return _HALF.sub(lambda hit: hit.group().translate(_PLAIN), folded), kept, gone


def _cut(text, marks):
    """Return a text with each of these marks as a line end, and one more at its end."""
    for mark in marks:
        text = text.replace(mark, "\n")
    return text + "\n"


def _mark(size, spans):
    """Return one byte per character of a text: 1 inside these spans."""
    marks = bytearray(size)
    for start, end in spans:
        marks[start:end] = b"\1" * (min(end, size) - start)
    return marks


def _mark_tense(text, records):
    """Say of each record whether its section, its sentence or its clause is past."""
    review = _mark(len(text), _find_reviews(text))
    clauses, sentences = _cut(text, "，。；！？（）()"), _cut(text, "。；")
    last = stop = -1  # where clause and sentence end
    for record in sorted(records, key=lambda record: record["start"]):
        at = record["start"]
        if at >= stop:
            begin, stop = sentences.rfind("\n", 0, at) + 1, sentences.index("\n", at)
            until = begin
            if _SINCE.match(text, begin, stop):
                ahead = _AHEAD.search(text, begin, stop)
                until = ahead.start() if ahead else stop
        if at >= last:
            first, last = clauses.rfind("\n", 0, at) + 1, clauses.index("\n", at)
            done = review[at] or _is_past(text, first, last)
        record["tense"] = "past" if done or at < until else "plan"


def _is_past(text, first, last):
    """Tell whether a clause by itself tells what has been achieved."""
    said = _PAST.search(text, first, last)
    if not said and _MAYBE_PAST.search(text, first, last):
        said = not _BOUNDED.search(text, first, last)
    return said and not _PLANNED.search(text, first, last)


def _find_reviews(text):
    """Return the spans of the sections and paragraphs that look back."""
    spans, review, at = [], 0, 0  # review: level of the heading it stands under, 9 for an opener
    headed = False
    for line in text.split("\n"):
        start, at = at, at + len(line) + 1
        level = len(line) - len(line.lstrip("#")) or 2 * bool(_HEADING.match(line))
        if level:
            headed = headed or level > 1
            if not review or level <= review:
                review = level if _REVIEW.search(line) and not _PLAN.search(line) else 0
            continue
        if review == 9 and _AHEAD.search(line[:40]):
            review = 0
        elif not review and not headed and _REVIEW.search(line[:24]):
            review = 0 if _AHEAD.search(line[:24]) else 9
        if review:
            spans.append((start, at))
    return spans


_NEXT = "".join(dict.fromkeys(unit[0] for unit in _UNITS + _DURATIONS)) + "多余几分，。；、以左"
_DIGIT = re.compile(  # a quantity begins with one: much quicker to look for
    rf"[\d{_HAN}半](?:(?<=\d)(?<!\d\d)|(?=[{_HAN}半{_NEXT}]))"
)
_HYPHEN = re.compile(rf"(?:\d|{_SCALE}|{_UNIT})-$")  # of a range: 5-6%, 5%-6%
_DASHES = "-—–~～－至到"
_LOWER = re.compile(rf"(\d[\d,]*(?:\.\d+)?)({_SCALE})?[{_DASHES}]+\Z")
_JOIN = re.compile("(?:以上|以内|左右)?[、和及与](?:分别|各)?")
_AND_THEN = re.compile("(?:以上|以内|左右)?[、和及与]?")
_ITEM = re.compile("[^、]+")
_EACH = re.compile("(?:分别|各).{0,6}$")


def _find_numbers(text, quoted):
    """Return one record per number that says how much."""
    records, last, group = [], None, []
    cuts = _cut(text, "，。；！？：（）()“")
    done = read = 0
    for at in map(re.Match.start, _DIGIT.finditer(text)):
        if at < read or not (hit := _QUANTITY.match(text, at)):
            continue
        read = hit.end()
        if hit.start() < done or quoted[hit.start()] or not _counts(text, hit):
            continue
        start, end, value_from = hit.start(), hit.end(), None
        low, high, parts = _read_value(hit), None, [hit.span()]
        link = _LINK.match(text, end)
        if link and (upper := _QUANTITY.match(text, link.end())) and _counts(text, upper):
            high, value_from, end = upper, low, upper.end()
            parts.append(upper.span())
        elif text[start - 1 : start] in _DASHES and (
            lower := _LOWER.search(text, max(done, start - 24), start)
        ):
            scale = _SCALES.get(lower[2], _read_scale(hit))
            value_from = round(float(lower[1].replace(",", "")) * scale, 6)
            start = lower.start()
        done = end
        minus = text[start - 1 : start] == "负"
        low, start = (-low, start - 1) if minus else (low, start)
        left = _find_left(text, cuts, start)
        joined = last and _JOIN.fullmatch(text, last["end"], start)
        if last and left["from"] < last["end"] and not joined:
            left["from"] = _AND_THEN.match(text, last["end"], start).end()
            left["to"] = max(left["from"], left["to"])
        record = {"start": start, "end": end, "form": "numeric", "value": low}
        if high is not None:
            record["value"] = _read_value(high)
            hit = high
        record |= {"value_from": value_from, "unit": _read_unit(hit)}
        after = _AFTER.match(text, end)
        record |= _describe(text, left, record, after, value_from is not None)
        of, scope = _find_indicator(text, left, record, after, last)
        if joined:  # 30元和5元: the number alone is new
            of, scope = last["of"], "inherited"
            record |= {key: last[key] for key in ("bound", "direction", "kind")}
        wide = min(left["from"], start), max(after.end() if after else end, of[1] if of else end)
        if of:
            wide = min(of[0], start) if scope != "inherited" else wide[0], wide[1]
        around = text[min(left["from"], wide[0]) : wide[1]]
        standard = "/" in record["unit"] or _STANDARD.search(around)
        record |= {"of": of, "scope": scope, "wide": wide}
        record.setdefault("kind", "standard" if standard else "target")
        record["hedge"] = _find_hedge(text, left["from"], wide[1])
        record["parts"] = parts
        if not joined:
            records += _pair(text, cuts, group)
            group = []
        group.append(record)
        group += [record | more for more in _find_items(text, left, record)]
        last = record
    return records + _pair(text, cuts, group)


def _join(text, lower, upper):
    """Return one record per change: 5%、6%提高到7%、8%, or to one number: 5%、6%提高到7%."""
    (_, turn), (to, _) = upper[0]["parts"]
    moved = _CHANGE.search(text, turn, to)
    direction = {"up": "increase", "down": "decrease"}[moved.lastgroup] if moved else "level"
    common = {"bound": "from_to", "direction": direction}
    changes = []
    for i, record in enumerate(lower):
        value_from = record["value_from"] if record is upper[0] else record["value"]
        end = upper[i] if len(upper) > 1 else upper[0]
        start, stop = end["parts"][-1] if len(upper) > 1 else record["parts"][0]
        change = {"value_from": value_from, "value": end["value"], "start": start, "end": stop}
        changes.append(end | change | common)
    return changes


_NAME = re.compile("(?:(?!以及)[^、和及与])+")


def _pair(text, cuts, group):
    """Return the records of numbers that stand together, names and numbers paired by position.

    甲、乙分别达到3个、2个 are two records, and so are 甲、乙分别由5%、6%提高到7%、8%.
    """
    if len(group) < 2:
        return group
    start = group[0]["start"]
    at = text.rfind("分别", max(0, start - 12), start)
    first = max(start - 120, cuts.rfind("\n", 0, at) + 1)
    if at < 0 or first < 0:
        return group
    lead = _LEAD.match(text, first, at)
    names = [hit.span() for hit in _NAME.finditer(text, lead.end() if lead else first, at)]
    unit = group[-1]["unit"]
    group = [record | {"unit": record["unit"] or unit} for record in group]
    linked = [i for i, record in enumerate(group) if len(record["parts"]) == 2]
    if len(linked) == 1 and re.search("[由从]", text[at:start]):
        lower, upper = group[: linked[0] + 1], group[linked[0] :]
        if len(lower) == len(names) and len(upper) in (1, len(names)):
            group = _join(text, lower, upper)
    if len(names) == len(group):
        for record, name in zip(group, names, strict=True):
            record |= {
                "of": name,
                "scope": "",
                "wide": (name[0], max(record["wide"][1], record["end"])),
            }
    return group


def _find_items(text, left, record):
    """Return the other things a number holds for: 甲、乙分别下降1%."""
    near = text[max(0, record["start"] - 8) : record["start"]]
    if "各" not in near and "分别" not in near:
        return []
    floor = max(0, left["from"] - 120)
    first = max(floor, *(text.rfind(mark, floor, record["start"]) + 1 for mark in "，。；：\n"))
    if first == floor > 0:  # in the middle of a thing
        first = text.find("、", floor, record["start"]) + 1 or first
    shared = _EACH.search(text, first, record["start"]) and not _JOIN.match(text, record["end"])
    listed = "、" in text[first : left["to"]] and not _QUANTITY.search(text, first, left["to"])
    if not (shared and listed):
        return []
    items = [item.span() for item in _ITEM.finditer(text, first, left["from"])]
    wide = record["wide"]
    return [
        {"of": item, "wide": (min(item[0], wide[0]), wide[1])}
        for item in items
        if item[1] > item[0] + 1
    ]


def _counts(text, hit):
    """Tell whether a number with a unit counts something, rather than naming or dating it."""
    unit = hit["unit"] or "%"
    if unit == "年" and len(hit["digits"] or "") == 4:
        return False
    before, after = text[hit.start() - 1 : hit.start()], text[hit.end() : hit.end() + 12]
    value = _read_number(hit)
    if value is None:
        return False
    if hit["unit"] == "人" and after[:1] in tuple("口均才民大工类"):
        return False
    if before and (before in "第.+-〔" or (before.isascii() and before.isalnum())):
        return bool(_HYPHEN.search(text, max(0, hit.start() - 9), hit.start()))
    if unit in _DURATIONS:
        if not _GRANTS.search(
            re.split("[，。；]", text[max(0, hit.start() - 16) : hit.start()])[-1]
        ):
            return False
    if hit["han"]:
        if value == 0 or hit["han"] in ("万", "亿", "千", "十"):
            return False
        small = value < 10 and hit["han"] != "半"
        if unit in ("个百分点", "百分点", "个月") and value >= 1:
            return True
        if small and (unit[0] in _ABSTRACT or (value == 1 and unit not in ("倍", "番", "成"))):
            return False
        if small and not re.fullmatch("[倍番成亩吨户家场座所元]|万.*", unit):
            return False
    return not (unit in ("项", "个", "条", "大") and _NAMES.match(after))


def _read_number(hit):
    """Return the number as written, without 万 or 亿; None if it is no number."""
    return _read_digits(hit["hundredths"] or hit["digits"] or hit["han"])


@lru_cache(4096)
def _read_digits(written):
    if written[0].isdigit():
        return float(written.replace(",", ""))
    if written == "半":
        return 0.5
    try:
        simple = written if written[0] not in "百千万亿" else "一" + written
        return float(cn2an.cn2an(simple, "normal"))
    except (ValueError, KeyError):  # 亿零八 is a KeyError
        return None


def _read_scale(hit):
    return _SCALES.get(hit["scale"], 1) * (10 if hit["unit"] == "成" else 1)


def _read_value(hit):
    rest = float(hit["rest"] or 0) * {"万": 1e4, "千": 1e3, "百": 1e2}.get(hit["small"], 1)
    return round(_read_number(hit) * _read_scale(hit) + rest, 6)  # 2万3千, 1亿2000万


def _read_unit(hit):
    unit = hit["unit"] or ("%" if hit["hundredths"] else "")
    return {"百分点": "个百分点", "成": "%", "个月": "月"}.get(unit, unit)


def _find_left(text, cuts, start):
    """Read the words before a number, from right to left, until the indicator begins."""
    floor = max(0, start - 60)
    first = max(cuts.rfind("\n", floor, start - (text[start - 1 : start] == "：")) + 1, floor)
    comma = text.rfind("、", first, start)
    if 0 <= comma < start - 2:
        first = comma + 1
    found = {"from": first, "least": 0, "most": 0, "about": 0, "up": 0, "down": 0}
    at = start
    if compared := _COMPARED.search(text, first, start):
        at = compared.start()
        found |= {hit.lastgroup: 1 for hit in _CHANGE.finditer(compared.group())}
    while at > first:
        for begin in range(max(first, at - _LONGEST), at):
            word = text[begin:at]
            if word in _TAIL and not (
                word == "约" and text[begin - 1 : begin] in ("节", "集", "预")
            ):
                break
        else:
            break
        found[_TAIL[word]] = 1
        at = begin
    return found | {"to": at}


def _describe(text, left, record, after, ranged):
    """Return bound and direction of a number."""
    after = after.lastgroup if after else ""
    if left["about"] or after == "about":
        bound = "~"
    elif ranged:
        bound = "from_to"
    elif left["least"] or after == "least":
        bound = ">="
    elif left["most"] or after == "most":
        bound = "<="
    else:
        bound = "="
    of_that = text.endswith("的", 0, record["start"])
    if bound == "=" and of_that and (share := _SHARE.search(text, left["from"], record["start"])):
        bound = ">=" if share.lastgroup == "least" else "<="
    number = (record["start"], record["end"]) if ranged else ()
    moved = [hit.lastgroup for hit in _CHANGE.finditer(text, *number)] if ranged else ()
    new = text.rfind("新增", left["from"], left["to"])
    if left["up"] or "up" in moved or (new >= 0 and _NEW.fullmatch(text, new, left["to"])):
        return {"bound": bound, "direction": "increase"}
    to = ranged or text[record["start"] - 1 : record["start"]] in "至到为"
    lowered = to and _LOWERED.search(text, left["from"], record["end"])
    decrease = left["down"] or "down" in moved or lowered
    return {"bound": bound, "direction": "decrease" if decrease else "level"}


def _find_indicator(text, left, record, after, last):
    """Return the span of what is measured, and the scope: on the left, on the right, or before."""
    first, to = left["from"], left["to"]
    scope = "subtotal" if text.startswith("其中", first) else ""
    if lead := _LEAD.match(text, first, to):
        keep = text.startswith("新增", max(first, lead.end() - 2)) and lead.end() < to
        first = lead.end() - 2 * keep
    if text.endswith("的", first, to) and (share := _SHARE.search(text, first, to)):
        to = max(share.start(), first)
    first -= text.endswith("“", 0, first) and text.find("”", first, to) > 0
    for inner in _INNER.finditer(text, first, to):
        if inner.end() < to:
            first = inner.end()
    unit = record["unit"]
    right = after.end() if after else record["end"]
    of_that = text.startswith("的", right)
    relative = unit in ("%", "‰", "个百分点", "倍", "番") and not of_that
    rate = relative or record["direction"] == "increase"
    right += of_that
    on_left = (first, to) if to > first and not text[first:to].endswith("等") else None
    named = on_left and len(text[first:to].strip("和及与等")) > 1
    if rate and named:  # 收入增长5%
        return on_left, scope
    stop = _find_stop(text, right)
    verb = _LEAD.match(text, right, stop)
    on_right = (right, stop) if stop - right > 1 and not (rate or verb or "/" in unit) else None
    if on_right and not (on_left and ("元" in unit or of_that)):
        return on_right, scope
    if named:
        return on_left, scope
    if stop - right > 1 and not verb and "%" not in unit and "点" not in unit:
        return (right, stop), scope
    if last and last["of"] and "\n" not in text[last["end"] : record["start"]]:
        return (last["of"], "inherited") if "。" not in text[last["end"] : first] else (None, scope)
    return None, scope


_OF = re.compile(r"[^，。；\n]{1,24}的(?=[\u4e00-\u9fff]{2})")


def _find_stop(text, start):
    """Return where the noun phrase that starts here ends."""
    of = text.find("的", start, start + 25) > 0 and _OF.match(text, start, start + 30)
    if of and "、" in of.group():
        start = of.end()
    stop = _STOP.search(text, start, start + 24)
    if stop and stop.start() == start:
        return start
    return stop.start() if stop else min(start + 12, len(text))


def _find_hedge(text, first, last):
    hit = _HEDGE.search(text, first, min(len(text), last + 2))
    return hit.group() if hit else ""


def _find_words(text, taken, quoted):
    """Return the promises that carry no number, and mark their words as taken."""
    records = []
    base = {"value": None, "value_from": None, "unit": "", "bound": "", "direction": "level"}
    base |= {"kind": "target", "scope": ""}
    cuts = _cut(text, "，。；！？")
    for form, sign, pattern in _RULES:
        for first, last in _find_clauses(cuts, sign.finditer(text)):
            hedge = None
            for hit in pattern.finditer(text, first, last):
                start, end = hit.span("what" if form == "directional" else 0)
                if any(taken[start:end]) or (quoted[start] and hit.group() != "零跑动"):
                    continue
                read = _read_directional if form == "directional" else _read_form
                subjects, more = read(text, form, hit, first, last)
                if subjects:
                    taken[start:end] = b"\1" * (end - start)
                    more |= {"start": start, "end": end, "form": form}
                    hedge = _find_hedge(text, first, last) if hedge is None else hedge
                    more["hedge"] = hedge
                for of in subjects:
                    edges = [start, end, *(of or ())]
                    records.append(base | more | {"of": of, "wide": (min(edges), max(edges))})
    return records


def _find_clauses(cuts, hits):
    """Return the bounds of the clauses that have a hit, each once."""
    last = -1
    for hit in hits:
        if hit.start() >= last:
            last = cuts.index("\n", hit.start())
            yield cuts.rfind("\n", 0, hit.start()) + 1, last


def _read_form(text, form, hit, first, last):
    """Return what a promise in words is about, as spans, and its bound and direction."""
    of = _find_subject(text, first, hit, last)
    if form == "zero":
        return [of], {"value": 0.0, "bound": "="}
    if form != "relational" or not of:
        return [of], {}
    bound = {"least": ">=", "most": "<=", "about": "~"}[hit.lastgroup]
    change = bound == "~" and _CHANGE.search(hit.group())
    start = of[0] + text[slice(*of)].rfind("、") + 1
    subjects = [*_find_listed(text, of[0], start), (start, of[1])]
    return subjects, {"bound": bound, "direction": "increase" if change else "level"}


def _read_directional(text, form, hit, first, last):
    """Return what is to rise, fall or hold, as spans, and its direction; nothing with a number."""
    after = hit.end("what")
    start, end = hit.span("indicator")
    start += text[start] in "和及与"
    if lead := _LEAD.match(text, start, end):
        start = lead.end()
    if start >= end or _QUANTITY.search(text, after, min(last, after + 24)):
        return [], {}
    cuts = [edge for joint in _AND.finditer(text, start, end) for edge in joint.span()]
    edges = iter([start, *cuts, end])
    comma = text.rfind("、", start, end) + 1
    listed = _find_listed(text, start, comma) if comma else []
    if listed and listed[0][0] == start:  # 提高甲率、乙率
        edges = iter([comma, end])
    subjects = _find_listed(text, first, start) + listed + [*zip(edges, edges, strict=True)]
    moved = "increase" if hit["up"] else "decrease" if hit["down"] else "level"
    return subjects, {"direction": moved}


_LISTED = re.compile(rf"(?>[^、，]{{0,16}}(?:{_MEASURABLE})、)+$")


def _find_listed(text, first, start):
    """Return the things listed before a position: 甲、乙、 before 丙, if each can be measured."""
    first = max(first, start - 80)
    listed = text[start - 1 : start] == "、" and _LISTED.search(text, first, start)
    return [item.span() for item in _ITEM.finditer(text, *listed.span())] if listed else []


def _find_subject(text, first, hit, last):
    """Return the span of what a promise without a number is about."""
    to = hit.start()
    first = max(first, to - 60)
    if hit.group() in ("全面完成", "不发生", "不再发生"):
        named = re.compile("[^“”]{2,24}").search(text, hit.end(), last)
        return named.span() if named else None
    inner = "(?:下达的?|完成)([^达]{2,30}?)(?:年度|进度)?(?:目标|任务|指标|计划)(?:任务)?$"
    if set_above := re.search(inner, hit.group()):
        within = hit.start() + set_above.start(1), hit.start() + set_above.end(1)
    while trail := re.search(
        "(?:实现|确保|做到|保持|动态|要|力争|基本|达到|全面|、|“)$", text[first:to]
    ):
        to = first + trail.start()
    if lead := _LEAD.match(text, first, to):
        first = lead.end()
    if to > first:
        return first, to
    if set_above:
        return within
    floor = max(0, first - 120)
    sentence = max(floor, *(text.rfind(mark, floor, first) + 1 for mark in "。；\n"))
    before = re.compile("[^，]+(?=，[^，]*$)").search(text, sentence, to)  # the clause before
    if not before:
        return None
    lead = _LEAD.match(text, *before.span())
    return (lead.end() if lead else before.start(), before.end())


_WORDS = ["unit", "bound", "direction", "form", "kind", "indicator"]
_FIELDS = ["value", "unit", "bound", "direction", "form_agrees", "kind", "indicator"]


def match_targets(found, gold):
    """Hold found commitments against gold ones, record by record.

    Two records are the same commitment if they stand in the same text and overlap; each is
    matched once, the best overlap first.

    Parameters
    ----------
    found, gold : DataFrame
        Records with the columns of `find_targets` (``span``, ``hedge``, ``scope`` not needed).

    Returns
    -------
    DataFrame
        One row per matched pair, then per record of ``gold`` or ``found`` alone, sorted by text
        and position, with columns

        - ``doc`` : the text
        - ``start`` : int, position (of the gold record if there is one)
        - ``found``, ``gold`` : bool, the record is in that table
        - ``form``, ``about`` : str, form and indicator in the gold, or as found where gold has none
        - ``value``, ``unit``, ``bound``, ``direction``, ``kind`` : bool, the field agrees; with
          ``form_agrees`` and ``indicator``, which agrees if, punctuation and 的 aside, one
          contains the other
        - ``indicator_exact`` : bool, the indicator agrees to the letter
        - ``whole`` : bool, value, unit, bound, form, kind and indicator all agree

    Raises
    ------
    TypeError
        If one of the two is no DataFrame.
    ValueError
        If a column is missing or stands twice, or a record has no text or position.
    """
    found, gold = _read_records(found, "found"), _read_records(gold, "gold")
    near = defaultdict(list)
    for j, row in enumerate(found):
        near[row["doc"]].append(j)
    pairs = []
    for i, one in enumerate(gold):
        for j in near[one["doc"]]:
            two = found[j]
            overlap = min(one["end"], two["end"]) - max(one["start"], two["start"])
            if overlap > 0:
                pairs.append((-overlap, one["indicator"] != two["indicator"], i, j))
    partner, taken = {}, set()
    for *_, i, j in sorted(pairs):
        if i not in partner and j not in taken:
            partner[i] = found[j]
            taken.add(j)
    rows = [_compare(one, partner.get(i)) for i, one in enumerate(gold)]
    rows += [_compare(None, two) for j, two in enumerate(found) if j not in taken]
    columns = ["doc", "start", "found", "gold", "form", "about", *_FIELDS]
    table = pd.DataFrame(rows, columns=[*columns, "indicator_exact", "whole"])
    return table.sort_values(["doc", "start"], kind="stable", ignore_index=True)


def _read_records(table, name):
    """Return the records of a table as dicts, their words as text."""
    numbers = ["value", "value_from"]
    places = ["doc", "start", "end"]
    check_frame(table, name, *places, *numbers, *_WORDS, filled=places)
    types = dict.fromkeys(_WORDS, "str") | dict.fromkeys(numbers, float)
    return table.astype(types).fillna(dict.fromkeys(_WORDS, "")).to_dict("records")


def _compare(gold, found):
    """Return the columns of one pair of records; one of the two may be None."""
    one = gold or found
    row = {"doc": one["doc"], "start": one["start"], "form": one["form"]}
    row |= {"about": one["indicator"], "found": found is not None, "gold": gold is not None}
    if not (gold and found):
        return row | dict.fromkeys([*_FIELDS, "indicator_exact", "whole"], False)
    for field in ["unit", "bound", "direction", "kind"]:
        row[field] = gold[field] == found[field]
    row["form_agrees"] = gold["form"] == found["form"]
    numbers = [(gold[field], found[field]) for field in ("value", "value_from")]
    row["value"] = all(
        math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-6) or (math.isnan(a) and math.isnan(b))
        for a, b in numbers
    )
    a, b = (re.sub(r"[\W_的]", "", record["indicator"]) for record in (gold, found))
    row["indicator"] = bool(a and b) and (a in b or b in a)
    row["indicator_exact"] = a == b
    return row | {"whole": all(row[field] for field in _FIELDS if field != "direction")}


def score_specificity(measures, *, directives, results):
    """Hold each measure against the list's own test: 有措施、可量化、能落实.

    Each criterion is a column of its own; none is weighed against another.

    Parameters
    ----------
    measures : DataFrame
        Columns ``measure_id``, ``text``, ``units``, ``text_dates``, ``deadline_kind``, as
        `read_list` returns them and the table "measures" has them.
    directives : DataFrame
        Words that say what is to be done: columns ``term`` and ``strength`` ("soft", "plain" or
        "binding"), as ``load_table("directives")``.
    results : DataFrame
        Words for what could be shown: column ``term``, as ``load_table("results")``.

    Returns
    -------
    DataFrame
        One row per measure, in the order given, with columns

        - ``measure_id`` : str
        - ``verb`` : bool, one of the `directives` says what is to be done
        - ``strength`` : ordered category, the strongest such word: "none" < "soft" (鼓励, 力争) <
          "plain" (推进, 加强) < "binding" (确保, 完成)
        - ``number`` : bool, a numeric commitment, target or standard (`find_targets`)
        - ``promise`` : bool, a commitment of any form
        - ``date`` : bool, a date by which it is to be done, in deadline or text
        - ``single_lead`` : bool, exactly one unit leads (`find_units`)
        - ``closed_list`` : bool, its units are named, and no list of them ends in 等
        - ``result`` : bool, the text names one of the `results`

    Raises
    ------
    TypeError
        If a table is no DataFrame, or a text, unit cell or ``text_dates`` is no text.
    ValueError
        If a column is missing, a measure has no name or is named twice, a table of words has an
        empty one or the same twice, or a strength is unknown.
    """
    levels = pd.CategoricalDtype(["none", "soft", "plain", "binding"], ordered=True)
    words = _read_words(directives, "directives", "strength")["strength"].astype("str")
    if strange := sorted(set(words) - set(levels.categories[1:])):
        known = [*levels.categories[1:]]
        raise ValueError(f"directives: unknown strength {shorten(strange)}; expected {known}")
    shown = "|".join(map(re.escape, _read_words(results, "results").index))
    columns = ["measure_id", "text", "units", "text_dates", "deadline_kind"]
    check_frame(measures, "measures", *columns, filled=["measure_id"])
    measures = measures[columns].set_index("measure_id")
    for column in ["text", "units", "text_dates"]:
        check_texts(measures[column], f"measures[{column!r}]")
    duties, targets = find_units(measures["units"]), find_targets(measures["text"], plan=True)
    ids = measures.index
    longest_first = sorted(words.index, key=len, reverse=True)
    found = measures["text"].str.findall("|".join(map(re.escape, longest_first)))
    strength = found.explode().map(words).fillna("none").astype(levels)
    leads = duties.loc[duties["role"] == "lead", "measure_id"].value_counts()
    loose = duties.loc[duties["open_list"] | (duties["role"] == "all"), "measure_id"]
    dated = measures["text_dates"].str.contains("[底末]前")
    columns = {
        "verb": found.str.len() > 0,
        "strength": strength.groupby(level=0, sort=False).max(),
        "number": ids.isin(targets.loc[targets["form"] == "numeric", "doc"]),
        "promise": ids.isin(targets["doc"]),
        "date": dated | (measures["deadline_kind"] == "by"),
        "single_lead": leads.reindex(ids) == 1,
        "closed_list": ids.isin(duties["measure_id"]) & ~ids.isin(loose),
        "result": measures["text"].str.contains(shown),
    }
    return pd.DataFrame(columns, index=ids).reset_index()


def _read_words(table, name, *columns):
    """Return a table of words, indexed by them."""
    check_frame(table, name, "term", *columns, filled=["term", *columns])
    words = table.astype({"term": "str"}).set_index("term")
    if table.empty or "" in words.index or not words.index.is_unique:
        raise ValueError(f"{name}: expected some words in the column 'term', each once")
    return words
