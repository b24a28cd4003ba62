"""Deadlines and the dates of notices, in the forms that lists write them."""

import calendar
import datetime
import re

import cn2an

from .normal import fold

_CHINESE = re.compile("[〇零○一二三四五六七八九十]{1,4}(?=[年月日号])")
_YEAR = r"(?:(?P<year>[0-9]{4})年度?|今年|本年|当年)?"
_FORMS = [
    r"(?P<year>[0-9]{4})[./-](?P<month>[0-9]{1,2})(?:[./-](?P<day>[0-9]{1,2}))?(?![0-9])日?",
    r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
    rf"{_YEAR}(?P<month>[0-9]{{1,2}})月份?(?:(?P<day>[0-9]{{1,2}})[日号]|(?P<part>[上中]旬)|下旬|[底末初])?",
    rf"{_YEAR}第?(?P<quarter>[1-4一二三四])季度[底末]?",
    rf"{_YEAR}(?P<half>[上下])半年[底末]?",
    r"(?P<year>[0-9]{4})年度?(?:(?P<all>全年)|年?[内底末])?",
    r"(?:贯穿)?(?P<all>全年)|本年度内?|今年|年(?:度?内|[底末])",
]
_FORMS = [re.compile(rf"{form}(?:以前|之前|前|以内|内|止)?") for form in _FORMS]
YEARLESS = re.compile("[0-9]月|季度|半年|年[内底末]|全年|今年|本年")  # words of a time of a year
_BEFORE = re.compile(r"(?:力争|确保|争取|原则上|截至|截止|预计|计划|拟|于|在|到|至)?")
_RANGE = re.compile(r"(?P<first>[0-9年月日底初.]+?)(?:[—–~～至到]+|-)(?=[0-9年])")
_AFTER = re.compile(r"[^0-9年月]{0,16}")
_ONGOING = re.compile("持续|长期|常态|坚持|贯穿|经常|每[年月季周日]")
_ONLY_ONGOING = re.compile(r"并?(?:持续|长期|常态化?|坚持|经常)[^0-9年月]{0,12}")

_DATE = (
    r"(?P<year>[0-9]{4})(?:年|[./-])(?P<month>[0-9]{1,2})(?:月|(?=[./-]))"
    r"(?:[./-]?(?P<day>[0-9]{1,2})日?)?"
)
_ISSUED = re.compile(
    rf"[（(]?(?:此件)?[\u4e00-\u9fff]{{0,24}}?{_DATE}(?:印发|发布|公布|通过|制定|下发)?[）)]?"
)
_POSTED = re.compile(rf"(?:\A|发布|成文|印发|公开|生成)(?:日期|时间)[：:]{_DATE}")
_TITLE_YEAR = re.compile(
    r"([0-9]{4})年度?[^，。；]{0,40}(?:清单|任务|要点|方案|计划|分工|分解|重点工作|实事|台账|目标)"
)


def read_deadline(cell, year):
    """Read a deadline cell.

    Parameters
    ----------
    cell : str
        As normalised.
    year : str or None
        The year of the notice, for cells that have none.

    Returns
    -------
    (str or None, str or None, bool)
        Kind ("by" or "ongoing"; None where the cell cannot be read), last day as an ISO date
        (None where none is said or its year is not known), and whether the cell says the year.
    """
    if len(cell) > 200:
        return None, None, False
    cell = _to_digits(fold(cell)).rstrip("。；;")
    if re.fullmatch("[0-9]{5}", cell) and 36526 <= int(cell) <= 73050:  # 2000–2099
        day = datetime.date(1899, 12, 30) + datetime.timedelta(int(cell))  # as Excel counts
        return "by", day.isoformat(), True
    if whole := _read_one(cell, year):
        return whole
    parts = [part for part in re.split(r"[，,；;、\n]", cell) if part]
    found = []
    for part in parts:
        one = _read_one(part, year)
        if one is None:
            return None, None, False
        if one[1] and one[2]:
            year = one[1][:4]  # said once, for what follows
        found.append(one)
    if len(found) < 2:
        return None, None, False
    dated = max((one for one in found if one[1]), key=lambda one: one[1], default=found[-1])
    kind = "ongoing" if any(one[0] == "ongoing" for one in found) else "by"
    return kind, dated[1], any(one[2] for one in found)


def _read_one(cell, year):
    """Return what one deadline says, or None if it is not read."""
    if _ONLY_ONGOING.fullmatch(cell):
        return "ongoing", None, False
    start = _BEFORE.match(cell).end()
    first = _RANGE.match(cell, start)
    for at in (start, first.end()) if first else (start,):
        for form in _FORMS:
            hit = form.match(cell, at)
            if hit and _AFTER.fullmatch(cell, hit.end()):
                break
        else:
            continue
        said = {"month": None, "day": None} | {k: v for k, v in hit.groupdict().items() if v}
        known = re.match("[0-9]{4}", first["first"]) if first and at != start else None
        own = said.get("year") or (known and known.group())
        last = _find_last_day(said, own or year)
        if last == "":
            return None
        ongoing = _ONGOING.search(cell) or "all" in said
        return "ongoing" if ongoing else "by", last, own is not None
    return None


def _find_last_day(said, year):
    """Return the last day a deadline leaves, None without a year, "" if there is no such day."""
    if quarter := said.get("quarter"):
        month = 3 * ("1234".find(quarter) + 1 or "一二三四".find(quarter) + 1)
    elif half := said.get("half"):
        month = 6 if half == "上" else 12
    else:
        month = int(said["month"] or 12)
    if not 1 <= month <= 12:
        return ""
    if year is None:
        return "" if int(said["day"] or 1) > 31 else None
    if not 1900 <= int(year) <= 2200:
        return ""
    last = calendar.monthrange(int(year), month)[1]
    ends = {"上旬": 10, "中旬": 20}
    day = int(said["day"] or ends.get(said.get("part"), last))
    return f"{year}-{month:02d}-{day:02d}" if 1 <= day <= last else ""


def _to_digits(text):
    def read(hit):
        word = hit.group()
        if len(word) > 2 and "十" not in word:
            return "".join(str("〇一二三四五六七八九".find(c)) for c in re.sub("[零○]", "〇", word))
        return str(cn2an.cn2an(re.sub("[〇○]", "零", word), "smart"))

    try:
        return _CHINESE.sub(read, text)
    except ValueError:
        return text


def read_issue_date(line):
    """Return (ISO date or year and month, whether the line says nothing else), or None.

    Reads the usual forms: 2022年7月27日, 二〇二三年五月三日, 2023 年 5 月 3 日,
    （2023年5月3日印发）, 发布日期：2023-05-03.
    """
    if len(line) > 200 or not re.search("[年日0-9]", line):
        return None
    line = _to_digits(fold("".join(line.split())))
    for form, alone in ((_ISSUED.fullmatch, True), (_POSTED.search, False)):
        if (hit := form(line)) and (date := _to_iso(**hit.groupdict())):
            return date, alone
    return None


def _to_iso(year, month, day):
    try:
        date = datetime.date(int(year), int(month), int(day or 1))
    except ValueError:
        return None
    return date.isoformat() if day else date.isoformat()[:7]


def read_title_year(line):
    """Return the year a title says its tasks are for, or None."""
    hit = _TITLE_YEAR.search(_to_digits("".join(line.split()))) if len(line) < 120 else None
    return hit[1] if hit and 1900 <= int(hit[1]) <= 2200 else None
