"""What stands in the workbooks of the follow-up (跟踪督办): headings, widths and words.

Every pair of words is Chinese, then English; a column is key → Chinese heading, English heading,
width in characters.
"""

import re

# The form that units fill in: what is sent out, then what they answer.
GIVEN = {
    "measure_id": ("编号", "ID", 6),
    "number": ("序号", "No.", 6),
    "title": ("重点任务", "Task", 11),
    "text": ("落实措施", "Measure", 28),
    "promises": ("承诺", "Promises", 15),
    "unit": ("责任单位", "Unit", 9),
    "role": ("角色", "Role", 5),
    "partners": ("共同单位", "Partners", 12),
    "deadline": ("时限", "Deadline", 8),
    "due": ("到期日", "Due", 10),
}
REPORT = {  # one report, which a later one replaces as a whole
    "progress": ("进展情况", "Progress", 16),
    "percent": ("完成百分比", "Percent done", 6),
    "problem": ("存在问题", "Problems", 11),
    "next_step": ("下一步措施", "Next steps", 11),
    "updated": ("更新日期", "Updated", 10),
    "evidence": ("佐证材料", "Evidence", 9),
}
LASTING = {  # each stands until it is changed
    "timetable": ("时间表", "Timetable", 8),
    "result": ("成果形式", "Form of result", 8),
    "person": ("责任人", "Person", 7),
    "contact": ("联系人", "Contact", 8),
    "opinion": ("督查意见", "Inspection", 9),
}
_ORDER = ["progress", "percent", "problem", "next_step", "timetable", "result", "person"]
_ORDER += ["contact", "updated", "evidence", "opinion"]
ANSWERS = {column: (REPORT | LASTING)[column] for column in _ORDER}
# Three sheets that nobody fills in: what to do, and two that are computed.
GUIDE = {"step": ("步骤", "Step", 8), "guide": ("填写说明", "How to fill in", 120)}
STEPS = [  # of the guide; the last only where there is such a cell
    (
        "在本单位的表里填黄色表头的各栏；“进展情况”可选“未开始、有困难、推进中、已完成”，也可自己写。"
        "“督查意见”由督查部门填。“总览”“单位一览”不用填。",
        "Fill in the columns with yellow headings on your unit's sheet. For “Progress” (进展情况) "
        "choose one of the words or write your own; “Inspection” (督查意见) is for the inspectors. "
        "Leave the overview and the list of units as they are.",
    ),
    (
        "“完成百分比”写成50%；办完写100%，不要只写1，也不要写“一半”。",
        "Write “Percent done” (完成百分比) as 50%; when done as 100%, not as 1, and not in words.",
    ),
    (
        "“更新日期”写全年、月、日，如2024-12-01或2024年12月1日。以后再报，请改成当天的日期。",
        "Write “Updated” (更新日期) with year, month and day, as 2024-12-01. When you report "
        "again, change it to that day.",
    ),
    (
        "“编号”“责任单位”两栏不要改、不要删：汇总时凭这两栏认行。",
        "Neither change nor delete “ID” (编号) and “Unit” (责任单位): by these two a row is known.",
    ),
    (
        "可以插入行、插入列、改表名。插入的行也要写编号和责任单位；同一条有几行的，以更新日期最晚的为准。"
        "批注和图片读不到，请写在格子里。",
        "You may insert rows and columns, and rename sheets. A row that you insert needs ID and "
        "Unit, too; of several rows of one measure that of the latest date counts. Comments and "
        "pictures are not read: write into the cells.",
    ),
    (
        "填好后存盘（.xlsx、.xls、.et都行），交回发来本台账的部门；文件名请写明本单位。",
        "Save the file (as .xlsx, .xls or .et), name it after your unit, and send it back to the "
        "office it came from.",
    ),
    (
        "“到期日”空着、底色为橙色的：时限读不成日期，或没有年份，请照“时限”一栏办理。",
        "Where “Due” (到期日) is empty and orange, the deadline cannot be read as a date or names "
        "no year: go by “Deadline” (时限).",
    ),
]
OVERVIEW = {key: GIVEN[key] for key in ["measure_id", "number", "title", "text", "promises"]}
OVERVIEW |= {"lead": ("牵头单位", "Lead", 12), "others": ("其他单位", "Other units", 22)}
OVERVIEW |= {"deadline": GIVEN["deadline"], "due": GIVEN["due"]}
OVERVIEW |= {"status": ("状态", "Status", 10)}
UNITS = {
    "unit": ("责任单位", "Unit", 24),
    "unit_en": ("英文名", "English name", 44),
    "kind": ("类别", "Kind", 18),
    "n": ("措施行", "Measure rows", 10),
    "promising": ("有承诺的", "With promises", 12),
    "lead": ("牵头", "lead", 8),
    "joint": ("分工", "joint", 8),
    "all": ("分别负责", "each", 8),
}

# The sheets of a summary, computed as well; each begins with a line that says the day.
TITLE = ("重点工作督办汇总{}（截至{}）", "Follow-up of key tasks{}, as of {}")
IS_TITLE = re.compile(
    "重点工作督办汇总(?:：[^（）]+)?（截至[0-9年月日]+）"
    "|Follow-up of key tasks(?:: [^,]+)?, as of [0-9-]+"
)
_SHARED = {key: GIVEN[key] for key in ["measure_id", "number", "title"]}
_SHARED |= {"text": ("落实措施", "Measure", 40)}
SUMMARY = {
    "unit": ("责任单位", "Unit", 30),
    "n": ("承担", "Asked", 10),
    "done": ("完成", "Done", 10),
    "on_time": ("按期", "On time", 10),
    "late": ("逾期", "Late", 10),
    "no_date": ("未定时限", "No deadline", 12),
    "silent": ("未报", "Silent", 10),
    "overdue": ("逾期合计", "Overdue in all", 14),
}
OVERDUE = _SHARED | {
    "unit": ("责任单位", "Unit", 14),
    "role": GIVEN["role"],
    "lead": ("牵头单位", "Lead", 14),
    "due": GIVEN["due"],
    "days": ("逾期天数", "Days late", 8),
    "last": ("最近反馈", "Last answer", 32),
}
SILENT = {
    "unit": OVERDUE["unit"],
    **_SHARED,
    "text": ("落实措施", "Measure", 60),
    "role": GIVEN["role"],
    "lead": OVERDUE["lead"],
    "deadline": ("时限", "Deadline", 14),
    "due": GIVEN["due"],
    "days": OVERDUE["days"],
}
CONFLICTS = _SHARED | {
    "lead": OVERDUE["lead"],
    "last": ("采用的反馈", "Answer that counts", 24),
    "views": ("其他单位的反馈", "Other answers", 30),
    "conflict": ("不一致之处", "What does not agree", 36),
}
UNREAD = {
    "file": ("文件", "File", 34),
    "sheet": ("工作表", "Sheet", 16),
    "cell": ("单元格", "Cell", 8),
    "written": ("内容", "Content", 40),
    "reason": ("原因", "Reason", 50),
}

ROLES = {"lead": ("牵头", "lead"), "joint": ("分工", "joint"), "all": ("分别负责", "each")}
ROLES |= {"": ("未写明", "not said")}
NOBODY = ("未写明单位", "none named")
STATUS = {  # from the least advanced to the most; the words of the first four are offered in Excel
    "not_started": ("未开始", "not started"),
    "in_difficulty": ("有困难", "in difficulty"),
    "under_way": ("推进中", "under way"),
    "done": ("已完成", "completed"),
    "unclear": ("已反馈", "answered"),
    "silent": ("未反馈", "no answer"),
}

SENTENCES = {
    # why a cell is not understood
    "unreadable": ("文件无法读取：{}", "{}"),
    "comments": ("文件中有批注，未读取", "the file has comments; they are not read"),
    "pictures": ("文件中有图片，未读取", "the file has pictures; they are not read"),
    "formula": (
        "公式没有存下结果；请用Excel或WPS打开后另存",
        "is a formula without its result; open the file in Excel or WPS and save it",
    ),
    "no_headings": (
        "在表头之上，或所在工作表没有表头",
        "above the headings, or on a sheet without them",
    ),
    "no_column": ("没有名为“{:.40}”的栏", "no column is headed {!r:.40}"),
    "no_measure": ("本行没有编号", "this row names no measure (编号)"),
    "row_above": (
        "本行没有编号；上一行是{}",
        "this row names no measure (编号); the row above is {}",
    ),
    "unknown": ("没有一行写明{}是什么措施", "no row says what measure {} is"),
    "not_asked": ("下发的台账中没有{}、{}这一行", "the ledger sent out has no row {} of {}"),
    "no_day": ("不是日期", "is no date"),
    "no_year": ("不是日期，或没有年份", "is no date, or has no year"),
    "future": ("晚于{}", "is after {}"),
    "no_percent": (
        "不是百分比（1可能是1%，也可能是100%）",
        "is no percentage (1 may be 1% or 100%)",
    ),
    # what stands in a file that is not written over
    "filled": ("“{:.20}”表{}格：{:.20}", "sheet {:.20}, cell {}"),
    "extras": ("批注或图片", "comments or pictures"),
    # what does not agree
    "changed": ("“{}”被改动，见{}", "{} changed in {}"),
    "undated": ("{}：{}没有日期，与{}不一致", "{}: {} has no date, and differs from {}"),
    "same_date": (
        "{}：{}与{}日期相同，内容不一致",
        "{}: {} has same date as, and differs from, {}",
    ),
    "beside": ("{}：“{}”与{:g}%不符，见{}", "{}: “{}” beside {:g}% in {}"),
}


def say_status(status, percent, say):
    """Return a status in words, with its percentage if there is one."""
    return STATUS[status][say] + (f" {percent:g}%" if percent == percent else "")  # NaN is not


def _name_columns(form):
    """Return heading, as it is looked up → column."""
    pairs = [(word, column) for column, words in form.items() for word in words[:2]]
    return {re.sub(r"\s", "", word).casefold(): column for word, column in pairs}


# How a sheet is known: its headings, the column that must be there, those of which one must be.
SHEETS = [
    (_name_columns(form), key, needed)
    for form, key, needed in [
        (GIVEN | ANSWERS, "measure_id", ANSWERS),
        (OVERVIEW, "measure_id", ["status"]),
        (GUIDE, "step", ["guide"]),
        (UNITS, "unit", ["n"]),
        (SUMMARY, "unit", ["overdue"]),
        (OVERDUE | SILENT, "measure_id", ["days"]),
        (CONFLICTS, "measure_id", ["conflict"]),
        (UNREAD, "cell", ["reason"]),
    ]
]
