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
from .words import (
    ABSTRACT,
    ADVERB,
    DO,
    DOWN,
    DURATIONS,
    FALL,
    HAN,
    HOLD,
    LEAST,
    MEASURABLE,
    MOST,
    PEOPLE,
    PLAIN,
    RISE,
    SCALES,
    SIGNS,
    TAIL,
    UNITS,
    UP,
    VERBS,
)

# ── patterns ───────────────────────────────────────────────────────────────────────────────

_UNIT = "|".join(sorted(UNITS + DURATIONS, key=len, reverse=True))
_UNIT = _UNIT.replace("|人|", "|人(?![口均才民大工类])|")
_PER = rf"(?:/(?:{_UNIT}|月|日|[a-zA-Z]{{1,4}}))?"
_SCALE = "|".join(SCALES)
_QUANTITY = re.compile(
    rf"(?:百分之(?P<hundredths>[{HAN}点]{{1,12}}|\d{{1,12}}(?:\.\d{{1,6}})?)"
    rf"|(?:(?P<digits>\d{{1,3}}(?:,\d{{3}}){{1,5}}(?:\.\d{{1,6}})?|\d{{1,15}}(?:\.\d{{1,6}})?)"
    rf"(?:[多余几](?=[万亿]))?(?:(?P<scale>{_SCALE})(?:(?P<rest>\d{{1,4}})(?P<small>[万千百])?)?)?"
    rf"|(?P<han>[{HAN}半]{{1,12}}))(?P<more>[多余几])?"
    rf"(?P<unit>(?:{_UNIT}){_PER}"
    rf"|(?<=[万亿])(?=以[上内下]|左右|[，。；、])"
    rf"|(?<=[万亿])(?(digits)(?=[^，。；、的\d]{{0,8}}(?:{PEOPLE}))|(?!))))"
)
_LINK = re.compile(
    r"(?:左右|以上)?(?:的(?P<of>[税费利]率))?(?:[-—–~～－]+|至|到|(?:逐步|逐渐|进一步)?"
    rf"(?:{UP}|{DOWN}|调整|恢复)?(?:到|至|为))"
)
_AFTER = re.compile(
    r"(?P<least>及?以上)|(?P<most>以内|之内|及?以下|(?:的|排放)?(?:限值|上限))|(?P<about>左右|上下)"
)
_SHARE = re.compile(rf"(?:(?P<least>{LEAST})|(?P<most>{MOST}))[^，。；、\d]{{1,16}}的\Z")
_CHANGE = re.compile(rf"(?P<up>{UP})|(?P<down>{DOWN})")
_COMPARED = re.compile("比(?:去年|上年|预算|同期)[^，]*")
_LOWERED = re.compile(rf"(?:{DOWN})[^，]*[至到为]\d")
_NEW = re.compile("新增[^的]{0,8}")
_HEDGE = re.compile(
    "力争|争取|努力|左右|上下|大约|约(?<![节集预]约)(?!束|谈|定)|将近|总体|原则上"
    "|基本(?!公共|养老|医疗|医保|农田|药物|生活|保险|建设|单元|盘|面|国策|制度)"
)

_BACK = "|".join(word[::-1] for word in sorted(TAIL, key=len, reverse=True))
_BACK = f"(?=[{''.join({word[-1] for word in TAIL})}])(?:{_BACK})"  # most words fail at once
_BACK = re.compile(_BACK.replace("|约|", "|约(?![节集预])|"))  # read from right to left
_LEAD = re.compile(
    rf"(?:(?=[{''.join({verb[0] for verb in VERBS})}\d“十二三四五到和今明本当年])"
    r"(?:到?(?:\d{4}年(?:\d{1,2}月)?|\d{1,2}月)(?:底|末|\d{1,2}日)?(?:以?前)?"
    r"|[今明本当]?年(?:底|末|内)(?:以?前)?|“?[十二三四五]{1,2}五”?(?:时期|期间)"
    rf"|(?:{'|'.join(sorted(VERBS, key=len, reverse=True))}"
    r"|(?<=[建造设])和(?=改造|改建|扩建|改扩建|提升))(?![类性型率量值额业者]|区(?![域县级])|面积|项目"
    r"|工程|资金|基金|用地|标准|能力|公共|养老|医疗|农田|生活|药物)))+"
)
_INNER = re.compile(
    "共建|新建(?!改|项目)|建成|建立|创建|吸纳|提供|举办|承接|培育|引进|筹集|发放|位于|用于"
)
_STOP = re.compile(
    r"(?:以及|[和及与])(?=[^，。；、\n]{0,8}\d)|[，。；、：！？\n（）()“”《》]|建设|改造|(?:综合)?治理|设置|按期|实现|完成|验收"
    r"|参加|参与|投入|用于|支持|以上|以下|以内|左右"
)
_NAMES = re.compile(
    r"[^，。；、]{0,8}(?:行动|机制|制度|意识|方面|环节|维护|确立|自信|原则|关系|要求|措施|举措)"
    "|工作(?!站|室|者|点)|[^，。；、]{1,10}为(?:引导|抓手|支撑|契机|依托|载体)"
)
_CONDITION = re.compile(  # 收入10万元以上的村占比达到80%
    r"(?:以[上下内]的)[^，。；、\d]{0,14}(?:占|比例|比重|率|数|达|不低于|不少于|超过)[^，。；、\d]{0,8}\d"
)
_GRANTS = re.compile(
    "(?:减免|缓缴|缓交|延长|缩短|压缩|压减|存有|保有|不少于|不低于|不超过|控制在|降至|减至|年限|寿命|天数)"
    r"[^，。；]*\Z"
)
_STANDARD = re.compile(
    "每[人户亩月生]|费率|税率|利率|标准(?<![高家达]标准)(?![煤化厂箱地间])|加计扣除|扣除比例|报销比例|起征点|租金|票价|电价|毫克|微克|限值"
    "|每年(?!安排|投入|筹[集措])[^，。；]*元|对[^，。；]{2,24}给予[^，。；]{0,8}元"
)
_MEASURED = "|".join(MEASURABLE).replace("|率|", "|率(?<!效率)|")  # no ability
_MOVES = rf"(?P<up>{RISE})|(?P<down>{FALL})"
_DIRECTIONAL = (
    re.compile(
        rf"(?P<indicator>[^、：）]{{0,20}}?(?:{_MEASURED}|商品)){ADVERB}"
        rf"(?P<what>{_MOVES}|{HOLD})(?=[、：）]|$)"
    ),
    re.compile(
        rf"(?P<what>{_MOVES}|稳定|稳住|保障(?=[^、：）]{{0,20}}产量))(?![到至值的]|劳动力)"
        rf"(?P<indicator>(?:(?!(?<!和)(?:{RISE}|{FALL})(?!值)|、(?:{DO}))[^：）]){{0,40}}?(?:{_MEASURED}))"
        r"(?=[：）]|(?:工作)?$)"
    ),
)
_LAST = "".join(sorted({thing[-1] for thing in MEASURABLE}))
_ENDS = (  # what a clause must have for one of these to match: much quicker to look for
    re.compile(rf"[{_LAST}品]{ADVERB}(?:{RISE}|{FALL}|{HOLD})(?=[、：），。；！？\n]|\Z)"),
    re.compile(
        rf"[{_LAST}](?=(?:工作)?(?:[：），。；！？\n]|\Z))"
        rf"(?:{'|'.join(f'(?<={thing})' for thing in MEASURABLE)})"
    ),
)
_AND = re.compile(
    r"(?<=出口|进口|就业|收入|消费|投资|价格|能耗|强度)[和及与]|(?<=[率额])[和及与](?=[^、]+[率额量])"
)
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
            "(?:完成|达到|落实|实现|控制在)[^，。；]{0,10}(?:下达|分解)[^，。；]{0,30}?"
            "(?:目标|任务|指标|计划)|完成(?![^，。；]{0,4}(?:全年|今年|发展|各项|主要))"
            "[^，。；\\d]{0,12}目标(?:任务)?(?=[，。；]|$)"
        ),
    ),
)

# What has been achieved already, and what lies ahead.
_BOUND = rf"{LEAST}|{MOST}|以内|左右|以上(?<!规模以上)(?<!限额以上)"
_PLANNED = re.compile(
    r"今年(?!以来)|明年|力争|确保|争取|计划|拟|预期|安排|要(?<![重主需首]要)(?![素求点件])|将(?!近|士)"
    r"|到20\d\d年|目标"
)
_PAST = re.compile(  # says of its clause that it is done
    r"去年(?<![比于较与从]去年)|上年(?<![比于较与从]上年)(?![均度])|过去|以来|年来"
    r"|已(?![^，。；]{1,8}的)|了(?<![为除到]了)(?!解)"
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
_TURN = re.compile(
    "(?<=。)(?:今年(?!以来)|明年|我们[必要将]|[一-龥]{0,3}要(?![素求点件])|[^，。]{0,6}，要)"
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
_WIDE = re.compile(f"[{''.join(chr(code) for code in PLAIN if code > 127)}]")
_QUOTED = re.compile(r"“[^”\n]{0,40}”|《[^》\n]{0,60}》|〔[^〕\n]{0,10}〕")  # names, no promises
_RULES = {**dict(_OTHERS), "moves": _DIRECTIONAL[0], "moved": _DIRECTIONAL[1]}
_FIRST = {part[0]: form for form, sign in SIGNS.items() for part in sign.split("|")}
_SIGN = re.compile(  # its first character is looked for, then what begins with it
    rf"[{''.join(_FIRST)}{_LAST}品]"
    rf"(?<=(?={'|'.join(SIGNS.values())}|{_ENDS[0].pattern}|(?P<moved>{_ENDS[1].pattern})).)"
)


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
        return at + gone[bisect_right(kept, at) - 1]

    for record in records:
        record.setdefault("tense", "plan")
        (first, last), of = record.pop("wide"), record.pop("of") or (0, 0)
        ends = [(first, last), of, (record["start"], record["end"])]
        if len(kept) > 1:
            ends = [(place(start), place(end - 1) + 1 if end else 0) for start, end in ends]
        (first, last), of, (record["start"], record["end"]) = ends
        record["span"], record["indicator"] = text[first:last], text[slice(*of)]
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
    folded = _WIDE.sub(lambda hit: hit.group().translate(PLAIN), folded)
    return _HALF.sub(lambda hit: hit.group().translate(PLAIN), folded), kept, gone


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
            turn = review == 9 and _TURN.search(line)
            spans.append((start, start + turn.start() if turn else at))
    return spans


_NEXT = "".join(dict.fromkeys(unit[0] for unit in UNITS + DURATIONS)) + "多余几分，。；、以左"
_DIGIT = re.compile(  # a quantity begins with one: much quicker to look for
    rf"[\d{HAN}半](?:(?<=\d)(?<!\d\d)(?!\d{{3}}年)|(?=[{HAN}半{_NEXT}])"
    rf"(?!(?<=[一二两三四五六七八九])(?:[{''.join(ABSTRACT - {'个'})}]|个(?!百分点|月))))"
)
_HYPHEN = re.compile(rf"(?:\d|{_SCALE}|{_UNIT})-$")  # of a range: 5-6%, 5%-6%
_DASHES = "-—–~～－至到"
_LOWER = re.compile(rf"(\d[\d,]*(?:\.\d+)?)({_SCALE})?[{_DASHES}]+\Z")
_JOIN = re.compile("(?:以上|以内|左右)?(?:安排)?[、和及与](?:分别|各)?")
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
        low, unit = _read(*hit.groups())[2:]
        parts = [hit.span()]
        link = _LINK.match(text, end)
        if link and (upper := _QUANTITY.match(text, link.end())) and _counts(text, upper):
            value_from, end = low, upper.end()
            low, unit = _read(*upper.groups())[2:]
            parts.append(upper.span())
        elif text[start - 1 : start] in _DASHES and (
            lower := _LOWER.search(text, max(done, start - 24), start)
        ):
            scale = SCALES.get(lower[2], _read(*hit.groups())[1])
            value_from = round(float(lower[1].replace(",", "")) * scale, 6)
            start = lower.start()
        done = end
        minus = text[start - 1 : start] == "负" and text[start - 2 : start] != "减负"
        if minus and len(parts) > 1:
            value_from, start = -value_from, start - 1
        elif minus:
            low, start = -low, start - 1
        left = _find_left(text, cuts, start)
        joined = last and _JOIN.fullmatch(text, last["end"], start)
        if last and left["from"] < last["end"] and not joined:
            left["from"] = _AND_THEN.match(text, last["end"], start).end()
            left["to"] = max(left["from"], left["to"])
        record = {"start": start, "end": end, "form": "numeric", "parts": parts, "value": low}
        record |= {"value_from": value_from, "unit": unit}
        after = _AFTER.match(text, end)
        record |= _describe(text, left, record, after, value_from is not None)
        of, scope = _find_indicator(text, left, record, after, last)
        if len(parts) > 1 and link["of"]:  # 16%的税率降至13%
            of = link.span("of")
        if joined:  # 30元和5元: the number alone is new
            of, scope = last["of"], "inherited"
            record |= {key: last[key] for key in ("direction", "kind")}
            record["bound"] = record["bound"] if after else last["bound"]
        first = of[0] if of and scope != "inherited" else left["from"]
        wide = min(first, start), max(after.end() if after else end, of[1] if of else end)
        record["of"], record["scope"], record["wide"] = of, scope, wide
        if "kind" not in record:
            around = min(left["from"], wide[0]), wide[1]
            standard = "/" in unit or _STANDARD.search(text, *around)
            record["kind"] = "standard" if standard else "target"
        record["hedge"] = _find_hedge(text, left["from"], wide[1])
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
        if all(record["bound"] == "=" for record in group[:-1]):  # 分别达到3家、2家以上
            group = [record | {"bound": group[-1]["bound"]} for record in group]
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
    unit, start, han = hit["unit"] or "%", hit.start(), hit["han"]
    if unit == "年" and len(hit["digits"] or "") == 4:
        return False
    value = _read(*hit.groups())[0]
    if value is None:
        return False
    before = text[start - 1 : start]
    if before and (before in "第.+-〔" or (before.isascii() and before.isalnum())):
        return bool(_HYPHEN.search(text, max(0, start - 9), start))
    if text.startswith("级", hit.end()):  # 30万吨级码头
        return False
    if unit in DURATIONS and not _GRANTS.search(text, max(0, start - 16), start):
        return False
    if han:
        if value == 0 or (han in ("万", "亿", "千", "十") and before not in _NEARLY):
            return False
        small = value < 10 and han != "半"
        if unit in ("个百分点", "百分点", "个月") and value >= 1:
            return True
        if small and text.endswith(("至少", "至少有"), 0, start):
            return True
        if small and (unit[0] in ABSTRACT or (value == 1 and unit not in ("倍", "番", "成"))):
            return False
        if small and not re.fullmatch("[倍番成亩吨户家场座所元]|万.*", unit):
            return False
    if _CONDITION.match(text, hit.end(), hit.end() + 40):
        return False
    return not (unit in ("项", "个", "条", "大") and _NAMES.match(text, hit.end(), hit.end() + 12))


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


@lru_cache(4096)
def _read(hundredths, digits, scale, rest, small, han, more, unit):
    """Return number as written, factor, value and unit of a quantity, from its groups."""
    number = _read_digits(hundredths or digits or han)
    factor = SCALES.get(scale, 1) * (10 if unit == "成" else 1)
    if number is None:
        return None, factor, None, unit
    less = float(rest or 0) * {"万": 1e4, "千": 1e3, "百": 1e2}.get(small, 1)
    unit = unit or ("%" if hundredths else "")
    unit = {"百分点": "个百分点", "成": "%", "个月": "月"}.get(unit, unit)
    return number, factor, round(number * factor + less, 6), unit  # 2万3千, 1亿2000万


def _find_left(text, cuts, start):
    """Read the words before a number, from right to left, until the indicator begins."""
    floor = max(0, start - 60)
    first = max(cuts.rfind("\n", floor, start - (text[start - 1 : start] == "：")) + 1, floor)
    comma = text.rfind("、", first, start)
    if 0 <= comma < start - 2:
        first = comma + 1
    found = {"from": first, "least": 0, "most": 0, "about": 0, "up": 0, "down": 0}
    at = start
    if text.find("比", first, start) >= 0 and (compared := _COMPARED.search(text, first, start)):
        at = compared.start()
        found |= {hit.lastgroup: 1 for hit in _CHANGE.finditer(compared.group())}
    back, read = text[first:at][::-1], 0
    while word := _BACK.match(back, read):
        found[TAIL[word.group()[::-1]]] = 1
        read = word.end()
    found["to"] = at - read
    return found


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
    lead = _LEAD.match(text, first, to)
    part = last and last["scope"] == "subtotal" and last["unit"] == record["unit"]
    part = part and text[max(last["end"], first - 1) : first] in ("、", "，") and not lead
    scope = "subtotal" if part or text.startswith("其中", first) else ""
    if lead:
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
    name = text[first:to]
    on_left = (first, to) if name and not name.endswith(("等", "、", "给予")) else None
    named = on_left and len(name.strip("和及与等")) > 1
    if rate and named:  # 收入增长5%
        return on_left, scope
    if not on_left and text[right : right + 1] in ("和", "、"):  # 500万元和300万元补助
        twin = _QUANTITY.match(text, right + 1)
        right = twin.end() if twin else right
    stop = _find_stop(text, right)
    verb = _LEAD.match(text, right, stop)
    on_right = (right, stop) if stop - right > 1 and not (rate or verb or "/" in unit) else None
    if text.startswith(("这", "该"), right) or (named and text[right:stop] in _BARE):
        on_right = None
    if on_right and not (on_left and ("元" in unit or of_that)):
        return on_right, scope
    if named:
        return on_left, scope
    if stop - right > 1 and not verb and "%" not in unit and "点" not in unit:
        return (right, stop), scope
    if last and last["of"] and "\n" not in text[last["end"] : record["start"]]:
        return (last["of"], "inherited") if "。" not in text[last["end"] : first] else (None, scope)
    return None, scope


_BARE = ("工程", "项目", "任务", "片区")  # say less than what stands before the number
_NEARLY = ("近", "上", "超", "逾")
_COMPOUND = re.compile("(?:建设|改造|治理)(?:项目|工程|资金|任务|用地)")  # nouns, not verbs
_OF = re.compile(r"[^，。；\n]{1,24}的(?=[\u4e00-\u9fff]{2})")


def _find_stop(text, start):
    """Return where the noun phrase that starts here ends."""
    of = text.find("的", start, start + 25) > 0 and _OF.match(text, start, start + 30)
    if of and "、" in of.group():
        start = of.end()
    noun = _COMPOUND.match(text, start)
    stop = _STOP.search(text, noun.end() if noun else start, start + 24)
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
    for (first, last), signs in _find_clauses(cuts, _SIGN.finditer(text)):
        hedge = None
        for rule in signs if len(signs) == 1 else [name for name in _RULES if name in signs]:
            form = "directional" if rule in ("moves", "moved") else rule
            for hit in _RULES[rule].finditer(text, first, last):
                start, end = hit.span("what" if form == "directional" else 0)
                if any(taken[start:end]) or (quoted[start] and hit.group() != "零跑动"):
                    continue
                read = _read_directional if form == "directional" else _read_form
                subjects, more = read(text, form, hit, first, last, taken)
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
    """Return the bounds of each clause that has a sign, and the names of its rules."""
    clauses, last = {}, -1
    for hit in hits:
        if hit.start() >= last:
            last = cuts.index("\n", hit.start())
            signs = clauses[cuts.rfind("\n", 0, hit.start()) + 1, last] = {}
        signs[hit.lastgroup or _FIRST.get(hit.group(), "moves")] = True
    return clauses.items()


def _read_form(text, form, hit, first, last, taken):
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


def _read_directional(text, form, hit, first, last, taken):
    """Return what is to rise, fall or hold, as spans, and its direction; nothing with a number."""
    after = hit.end("what")
    start, end = hit.span("indicator")
    start += text[start] in "和及与"
    if lead := _LEAD.match(text, start, end):
        start = lead.end()
    if start >= end or any(taken[after : min(last, after + 24)]) or any(taken[start:end]):
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


_LISTED = re.compile(rf"(?>[^、，]{{0,16}}(?:{_MEASURED})、)+$")


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
        "(?:实现|确保|做到|保持|动态|限时|要|力争|基本|达到|全面|应.尽.、|、|“)$", text[first:to]
    ):
        to = first + trail.start()
    if lead := _LEAD.match(text, first, to):
        first = lead.end()
    if to > first and text[first:to] not in ("在全国", "在全省", "在全市"):
        return first, to
    if set_above:
        return within
    clause = text.rfind("，", 0, first) + 1
    if (
        hit.group().startswith("全部")
        and "全部" not in text[text.rfind("，", 0, clause - 1) + 1 : clause]
    ):
        lead = _LEAD.match(text, hit.start() + 2, last)
        first = lead.end() if lead else hit.start() + 2
        return (first, min(last, first + 24)) if last - first > 1 else None
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
