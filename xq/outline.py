"""Where in a work report a sentence stands, and which year's work the report plans.

A report looks back, then ahead; it speaks of a year, or of the five years of a plan or a term;
and what is promised first of all stands in a list of main targets. Headings say so, the words a
sentence begins with, and the words that open the list.
"""

import re
from collections import Counter

import pandas as pd

from .door import check_texts

# ── the words of sections and lists ──

_TOP = re.compile(  # #…, 第一部分…, 一、…
    r"\s*(?:#+|[*　 ]*(?:第[一二三四五六七八九十]+部分|[一二三四五六七八九十]{1,3}[、．.，]))"
)
_SUB = re.compile(r"\s*[*　 ]*[（(][一二三四五六七八九十]{1,3}[）)]|\s*\*\*")  # （一）…, **…**
_LONGEST = 60  # characters of a heading; a longer line is a paragraph
_BACK = re.compile("回顾|过去.{0,3}年|工作情况|成就|本届政府")
_NOT_BACK = re.compile("目标|任务|要求")
_DONE = re.compile("完成了|完成情况|^(?!.*(?:确保|努力)).*圆满完成")  # back, for all 目标, 任务
_AHEAD = re.compile("今后|未来|目标|任务|安排|部署|要求|建议|展望|今年|思路|重点工作|主要工作|做好")
_AHEAD_BELOW = re.compile("目标|今年")  # the same, for a heading of the second order
_ITEM = re.compile(r"[-—–·•（(\d①-⑩]|[一二三四五六七八九十]是")  # begins a line of a list

_LIST = re.compile(  # what opens the list of main targets: 今年的主要预期目标是：
    "(?:预期|主要|奋斗|发展|总体|具体|工作|调控|约束性|预期性|社会)的?(?:目标|指标)"
    "(?:任务|建议)?(?:安排|确定)?[为是：:，]|预期目标"
)
_OPENS = re.compile("[是为：:][，,]?$")  # words that end so open a list in a review too
_MET = re.compile(  # no list: 圆满完成全年目标，…
    "(?:完成|实现|好于|对照|围绕|按照)[^，。；]{0,28}目标(?![是为：:])"
)

# ── the words of periods ──

_PLAN = "“?十[一二三四五]五”?"
_PERIOD = re.compile(
    # one year, though it names a plan: 2021年是“十四五”开局之年
    rf"(?P<aside>{_PLAN}(?:规划目标|规划|时期|目标)?的?(?:开局|第一|收官|关键|基础)[^，。；：]*)"
    rf"|(?P<five_year>{_PLAN}(?:期间|时期|末|规划目标|发展目标|目标)|[五5]年[来间中内的]"
    "|[今往]后[五5]年|未来[五5]年|过去的?[五5]年|本届政府|任期|[五四]年累计|[五四]年共)"
    "|(?P<year>今年|明年|当年|去年|上年|过去的?一年|一年来|全年)"
    # 到2025年, and 2015年的…: where a plan began or ended
    r"|(?P<until>到)?(?P<number>20\d\d)年(?P<edge>(?<=5年)[的中内])?"
)
_SIGN = re.compile("[年五届任]")  # what such words have: much quicker to look for


def find_period(words, year):
    """Return the period these words speak of, the last if there are several; None if of none."""
    said = None
    for hit in _PERIOD.finditer(words) if _SIGN.search(words) else ():
        kind = hit.lastgroup
        if hit["number"]:
            number = int(hit["number"])
            one = number == year or (number == year - 1 and not hit["edge"])
            kind = "year" if one else "five_year" if hit["until"] or hit["edge"] else "aside"
        said = said if kind == "aside" else kind
    return said


def cut_report(text, year):
    """Yield the sentences of a report in order, each with where it stands.

    Parameters
    ----------
    text : str
        A report, whole.
    year : int
        The year whose work it plans.

    Yields
    ------
    dict
        ``text``, the sentence; ``line``, from 1; ``at``, the characters before it in its line;
        ``side``, "past" or "plan"; ``period``, "year" or "five_year"; ``listed``, whether it
        stands in the list of main targets.
    """
    side, period, listed, opened = "past", "year", False, False
    for number, line in enumerate(text.split("\n"), 1):
        plain = line.strip().strip("*#　 ")
        if not plain:
            continue
        top = _TOP.match(line)
        listed = bool(listed and not top and (opened or _ITEM.match(plain)))
        opened = False
        if not listed and len(plain) < _LONGEST and (top or _SUB.match(line)):
            side, period = _read_heading(plain, bool(top), side, period, year)
            if "%" not in plain and "％" not in plain:
                continue
        for at, sentence in _cut_line(line):
            bare = sentence.replace("*", "").lstrip("　 ")
            head = _find_list(bare, side)
            if head:
                listed, opened, side = True, plain.endswith(("：", ":")), "plan"
            period = find_period(bare[: head or 20], year) or period
            yield {
                "text": sentence,
                "line": number,
                "at": at,
                "side": side,
                "period": period,
                "listed": listed,
            }


def _cut_line(line):
    """Yield where each sentence of a line begins, and the sentence."""
    at = 0
    for part in line.replace("！", "。").replace("？", "。").split("。"):
        if part:
            yield at, line[at : at + len(part) + 1]
        at += len(part) + 1


def _read_heading(heading, top, side, period, year):
    """Return the side and the period of what stands under a heading."""
    if _DONE.search(heading) or (_BACK.search(heading) and not _NOT_BACK.search(heading)):
        side = "past"
    elif f"{year - 1}" in heading and f"{year}" not in heading:
        side = "past"
    elif f"{year}" in heading or (_AHEAD if top else _AHEAD_BELOW).search(heading):
        side = "plan"
    return side, find_period(heading, year) or ("year" if top else period)


def _find_list(sentence, side):
    """Return where the words that open a list of main targets end; 0 if there are none."""
    if "目标" not in sentence and "指标" not in sentence:
        return 0
    hit = _LIST.search(sentence)
    if not hit or not (side == "plan" or _OPENS.search(hit.group())):
        return 0
    return 0 if _MET.search(sentence[: hit.end() + 4]) else hit.end()


# ── the year of a report ──

_ZERO = "0０〇○零ＯO"
_DIGITS = str.maketrans(_ZERO + "一二三四五六七八九", "0" * len(_ZERO) + "123456789")
_YEAR = r"(?P<year>(?:20|２０|二[〇○零ＯO0])[0-9０-９〇○零ＯO一二三四五六七八九]{2})年"
_PLANS = re.compile(  # 2022年工作安排
    rf"{_YEAR}的?[^，。；、\n]{{0,14}}?(?:预期目标|目标任务|工作安排|总体要求|政府工作)"
)
_REVIEWS = re.compile(rf"{_YEAR}的?[^，。；、\n]{{0,6}}?工作的?回顾")  # 2021年工作回顾
_PLAN_REVIEWED = re.compile(  # “十三五”时期的回顾: the plan is over
    r"[“\"]十(?P<plan>[一二三四]?)五[”\"][^，。；、\n局]{0,10}回顾"
)
_AFTER = {"": 2006, "一": 2011, "二": 2016, "三": 2021, "四": 2026}  # the year after a plan
_SPEECH = re.compile(
    rf"{_YEAR}\s*(?:(?P<late>1[12]|１[１２]|十[一二])|[0-9０-９一二三四五六七八九十]{{1,3}})\s*月"
)
_TITLE = re.compile(r"title:\s*(.*)")
_FRONT = re.compile(r"---.*?---", re.DOTALL)
_HEAD = 700  # characters in which title and date of the speech stand


def find_report_years(reports):
    """Read off a work report the year whose work it plans.

    Headings, the title and the date of the speech have votes; of years with as many the latest
    is taken. A speech in November or December plans the year to come.

    Parameters
    ----------
    reports : Series of str
        One work report per row, whole, with its headings; the index names it.

    Returns
    -------
    DataFrame
        One row per report, in the order given, with columns

        - ``doc`` : the index label of the report
        - ``year`` : Int64, the year whose work it plans; missing if the text does not say
        - ``title_year`` : Int64, the last year in the line ``title:`` at its head, or missing
        - ``speech_year`` : Int64, the year of the date at its head, the next in November and
          December, or missing
        - ``votes``, ``against`` : int, the votes for this year and for others

    Raises
    ------
    TypeError
        If `reports` is no Series, a report is no text, or the index has several levels.
    ValueError
        If a report has no name or is named twice.
    """
    check_texts(reports, "reports")
    rows = [_read_year(text) for text in reports]
    types = dict.fromkeys(["year", "title_year", "speech_year"], "Int64")
    types |= dict.fromkeys(["votes", "against"], "int64")
    table = pd.DataFrame(rows, columns=[*types]).astype(types)
    table.insert(0, "doc", reports.index)
    return table


def _read_year(text):
    """Return the year of a report, with what speaks for it."""
    head = text[:_HEAD]
    title, speech = _TITLE.search(head), _SPEECH.search(_FRONT.sub("", head))
    titled = [int(year) for year in re.findall(r"20\d\d", title[1])] if title else []
    spoken = _read_number(speech) + bool(speech["late"]) if speech else None
    planned = Counter(map(_read_number, _PLANS.finditer(text))).most_common(2)
    reviewed = Counter(map(_read_number, _REVIEWS.finditer(text))).most_common(2)
    plans = {hit["plan"] for hit in _PLAN_REVIEWED.finditer(text)}
    votes = Counter(titled)
    votes.update({year: min(n, 2) for year, n in planned})
    votes.update({year + 1: 2 for year, _ in reviewed})
    votes.update({spoken: 2} if spoken else {})
    votes.update(_AFTER[plan] for plan in plans)
    best = max(votes, key=lambda year: (votes[year], year), default=None)
    row = {"year": best, "title_year": titled[-1] if titled else None, "speech_year": spoken}
    return row | {"votes": votes[best], "against": votes.total() - votes[best]}


def _read_number(hit):
    """Return the year of a match as a number."""
    return int(hit["year"].translate(_DIGITS))
