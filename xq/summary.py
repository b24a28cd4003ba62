"""A summary of the ledgers that came back (督办汇总): one workbook that an office can print."""

import pandas as pd

from .book import UNWRITABLE, add_sheet, check_book, write_book, write_row
from .door import check_frame, describe
from .followup import Ledgers, count_answers, find_difference, read_today
from .forms import CONFLICTS, NOBODY, OVERDUE, ROLES, SILENT, SUMMARY, TITLE, UNREAD, say_status

_COMMENT = ("由各单位交回的台账生成。", "Built from the ledgers that units returned.")
_SHEETS = {  # of the workbook, in their order
    "summary": ("督办汇总", "Summary", SUMMARY),
    "overdue": ("逾期", "Overdue", OVERDUE),
    "silent": ("未报", "Silent", SILENT),
    "conflicts": ("分歧", "Differences", CONFLICTS),
    "unread": ("未识别", "Not understood", UNREAD),
}
_NONE, _TOTAL = ("（无）", "(none)"), ("合计", "Total")
_NOTE = (
    "承担＝完成＋按期＋逾期＋未定时限＋未报。一条措施由几个单位承担的，每个单位各计一次。"
    "按期、逾期：已反馈而未完成，到期日未过、已过；未定时限：已反馈而未完成，没有到期日。"
    "逾期合计：逾期的，加上未报而到期日已过的。各条见后面各表。",
    "Asked = done + on time + late + no deadline + silent. A measure that several units share "
    "counts once for each. On time and late: answered and not done, before and after the last "
    "day; no deadline: answered and not done, without a last day. Overdue in all: late, or silent "
    "and the last day is over. The sheets that follow list them.",
)
_ON = ("（{:%Y-%m-%d}）", " ({:%Y-%m-%d})")
_PROBLEM = ("\n存在问题：{}", "\nProblems: {}")
_GIVEN = ["number", "title", "text", "deadline", "lead"]  # of a measure
_SAID = ["status", "percent", "progress"]
_OF_DUTY = ["measure_id", "unit", "role", "due", *_SAID, "problem", "updated"]
_OF_DUTY += ["overdue", "outcome"]
_OF_MEASURE = ["measure_id", *_GIVEN, *_SAID, "problem", "updated"]
_OF_MEASURE += ["views", "conflict", "conflict_zh"]
_LONGEST = 16_000  # characters of a cell: Excel takes 32,767, of which some characters need two


def write_summary(ledgers, path, *, today, language="zh"):
    """Write who has answered, who is late and what does not agree, as an Excel workbook to print.

    Its sheets are 督办汇总 (for each unit: asked, done, on time, late, without a deadline, silent;
    and the total), 逾期 (what is overdue, with the days and the last answer), 未报 (who has not
    answered what), 分歧 (measures on which the units differ, or where something else does not
    agree) and 未识别 (what was not understood, with file, sheet and cell). All are for A4, across,
    with a title that says the day and the headings on every page. The same ledgers give the same
    bytes.

    Parameters
    ----------
    ledgers : Ledgers
        As returned by `read_ledgers`.
    path : str or Path
        Where to write: a new file; the name should end in ``.xlsx``.
    today : date or str
        The day that `read_ledgers` was given, as "2023-07-01"; it stands on every page.
    language : {"zh", "en"}, default "zh"
        Of headings and words; what units wrote stays as it is.

    Raises
    ------
    TypeError
        If `ledgers` is not what `read_ledgers` returns, `path` no path, or `today` no date.
    ValueError
        If the ledgers were read for another day, a column is missing, the name does not end in
        ``.xlsx``, the file exists and is another, or cannot be written.

    See Also
    --------
    count_answers : the first sheet, as a table to draw.

    Notes
    -----
    A text of more than 16,000 characters is cut, and ends in "…".
    """
    if not isinstance(ledgers, Ledgers):
        raise TypeError(f"ledgers is {describe(ledgers)}; expected what xq.read_ledgers returns")
    say = check_book(path, "summary", language)
    check_frame(ledgers.duties, "ledgers.duties", *_OF_DUTY)
    check_frame(ledgers.measures, "ledgers.measures", *_OF_MEASURE)
    check_frame(ledgers.unread, "ledgers.unread", *UNREAD, "reason_zh")
    day = read_today(today)
    late = (ledgers.duties["due"] < day) & (ledgers.duties["status"] != "done")
    if (late != ledgers.duties["overdue"]).any():
        raise ValueError(
            f"today is {day:%Y-%m-%d}, and what is overdue in the ledgers is so on another day; "
            "give xq.read_ledgers and this function the same"
        )
    written = (f"{day.year}年{day.month}月{day.day}日", f"{day:%Y-%m-%d}")[say]
    title = TITLE[say].format("", written)
    duties = _describe_duties(ledgers, day, say)
    counts = count_answers(ledgers.duties)
    counts["unit"] = counts["unit"].replace(NOBODY[0], NOBODY[say])
    total = {"unit": _TOTAL[say]} | counts.drop(columns="unit").sum().to_dict()
    rows = {
        "summary": counts,
        "overdue": _list_overdue(duties),
        "silent": _list_silent(duties, [*counts["unit"]]),
        "conflicts": _list_conflicts(ledgers, say),
        "unread": ledgers.unread.assign(reason=ledgers.unread[("reason_zh", "reason")[say]]),
    }

    def fill(book, formats):
        for key, (*names, columns) in _SHEETS.items():
            count = len(rows[key])
            part = "" if key == "summary" else ("：", ": ")[say] + names[say]
            banner = TITLE[say].format(part, written)
            sheet = add_sheet(
                book, formats, names[say], columns, count, title=title, say=say, banner=banner
            )
            empty = dict.fromkeys(columns, "") | {next(iter(columns)): _NONE[say]}
            for at, row in enumerate(rows[key].to_dict("records") or [empty], 2):
                row = {name: _fit(row[name]) for name in columns}
                write_row(sheet, at, row, columns, formats)
            last = max(count, 1) + 1
            if key == "summary":
                bold = formats | {"text": formats["total"], "number": formats["total"]}
                write_row(sheet, last + 1, total, columns, bold)
                last += 2
                sheet.set_row(last, 60)
                place = last, 0, last, len(columns) - 1
                sheet.merge_range(*place, _NOTE[say], formats["note"])
            sheet.print_area(0, 0, last, len(columns) - 1)

    write_book(path, fill, title=title, comment=_COMMENT[say])


def _fit(value):
    """Return a text as a cell can hold it; what is no text stays as it is."""
    if not isinstance(value, str):
        return value
    value = UNWRITABLE.sub("\ufffd", value)
    return value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"


def _describe_duties(ledgers, day, say):
    """Return one row per measure and unit in words: measures in order, those who lead first."""
    measures = ledgers.measures.set_index("measure_id")[_GIVEN]
    places = {measure: place for place, measure in enumerate(measures.index)}
    ranks = {role: place for place, role in enumerate(ROLES)}
    duties = ledgers.duties.join(measures, on="measure_id").fillna(dict.fromkeys(_GIVEN, ""))
    duties["place"] = duties["measure_id"].map(places)
    duties["rank"] = duties["role"].map(ranks)
    duties = duties.sort_values(["place", "rank"], kind="stable")
    duties["days"] = (day - duties["due"]).dt.days.where(duties["overdue"], 0).astype(int)
    duties["last"] = [_say_answer(row, say) for row in duties.to_dict("records")]
    duties["role"] = duties["role"].map({role: words[say] for role, words in ROLES.items()})
    duties["unit"] = duties["unit"].replace(NOBODY[0], NOBODY[say])
    days = [due.date() if pd.notna(due) else "" for due in duties["due"]]
    return duties.assign(due=pd.Series(days, duties.index, dtype=object))


def _say_answer(row, say):
    """Return an answer in words: progress, percentage, date, and problems."""
    said = row["progress"].strip()
    if not said:
        said = say_status(row["status"], row["percent"], say)
    elif pd.notna(row["percent"]):
        said += f" {row['percent']:g}%"
    if pd.notna(row["updated"]):
        said += _ON[say].format(row["updated"])
    if problem := row["problem"].strip():
        said += _PROBLEM[say].format(problem)
    return said


def _list_overdue(duties):
    """Return what is overdue, the longest first."""
    late = duties[duties["overdue"]]
    return late.sort_values("days", ascending=False, kind="stable")


def _list_silent(duties, units):
    """Return what was not answered, by unit."""
    silent = duties[duties["outcome"] == "silent"]
    order = silent["unit"].map({unit: place for place, unit in enumerate(units)})
    silent = silent.assign(
        place=order, days=silent["days"].astype(object).where(silent["days"] > 0, "")
    )
    return silent.sort_values("place", kind="stable")


def _list_conflicts(ledgers, say):
    """Return the measures on which something does not agree, or units differ, in this order."""
    rows = []
    own = {
        measure: rows.to_dict("records") for measure, rows in ledgers.duties.groupby("measure_id")
    }
    for row in ledgers.measures.to_dict("records"):
        conflict = row[("conflict_zh", "conflict")[say]]
        difference = find_difference(own.get(row["measure_id"], []))
        texts = [conflict] if conflict else []
        if difference and difference[1 - say] not in conflict:
            texts.append(difference[1 - say])
        if texts:
            row |= {"last": _say_answer(row, say), "conflict": "；".join(texts)}
            rows.append((not conflict, row))
    rows.sort(key=lambda row: row[0])
    return pd.DataFrame([row for _, row in rows])
