"""Write the ledger of the list of this folder, or of another: `python make.py ledger [FILE]`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import xq  # noqa: E402

# What check_list doubts about deadlines and units, for an office: problem → Chinese, English.
DOUBTS = {
    "unread_deadline": (
        "时限“{}”读不成日期，到期日留空",
        "the deadline “{}” cannot be read as a date, and Due stays empty",
    ),
    "deadline_without_year": (
        "时限“{}”没有年份，到期日留空",
        "the deadline “{}” names no year, and Due stays empty",
    ),
    "guessed_year": (
        "时限“{}”没有年份，到期日按其他时限的年份推定",
        "the deadline “{}” names no year; Due takes that of most others",
    ),
    "text_deadline_differ": (
        "措施里写有“{}”，与时限不一致，到期日以时限为准",
        "the measure says “{}” and the deadline another; Due follows the deadline",
    ),
    "empty_deadline": ("没有写时限，到期日留空", "no deadline, and Due stays empty"),
    "empty_units": (
        "没有写责任单位，列在“未写明单位”表",
        "no unit; it stands on the sheet 未写明单位",
    ),
    "unread_role": (
        "没有写明谁牵头、谁配合，角色写作“未写明”",
        "who leads and who shares is not said; the role is 未写明",
    ),
    "leftover": (
        "责任单位一栏里的“{}”不是单位，没有采用",
        "“{}” among the units is no unit, and was left out",
    ),
    "no_unit": ("责任单位一栏“{}”里没有单位", "“{}” names no unit"),
    "elided_prefix": (
        "单位“{}”的名称照前面的单位补全",
        "the name of the unit “{}” was completed by the one before it",
    ),
    "unclear_name": ("“{}”不像单位的名称", "“{}” does not look like the name of a unit"),
}
MOST = 5  # rows named in one line


def main(words):
    """Write ledger.xlsx, unless there is one that holds something else, and say what to check."""
    path = ROOT / "ledger.xlsx"
    if len(words) > 1:
        refuse(words)
    if words:
        measures = xq.read_list(words[0])
        xq.write_ledger(path, measures)
    else:
        measures = xq.read_list(ROOT / "data" / "raw" / "xiqing_2022.txt")
        title = "西青区2022年重点工作任务台账 · Ledger of Xiqing District's tasks of 2022"
        xq.write_ledger(path, measures, units=xq.load_table("units"), title=title)
    for line in list_doubts(xq.check_list(measures)):
        print(line)


def refuse(words):
    """Raise, and say why several words are no name of a file."""
    name = " ".join(words)
    if Path(name).is_file():
        call = f'python make.py ledger "{name}"'
        raise ValueError(
            f"文件名里有空格，请加引号：{call}\nA name with spaces wants quotes, as above."
        )
    raise ValueError(
        f"一次只能一个文件，这里有{len(words)}个：{'、'.join(words)}。\n"
        f"One file at a time; these are {len(words)}."
    )


def list_doubts(doubts):
    """Yield what to check about deadlines and units: a line for each thing that stands there."""
    empty = doubts["problem"] == "empty_cell"
    doubts = doubts.assign(problem=doubts["problem"].where(~empty, "empty_" + doubts["field"]))
    doubts = doubts[doubts["problem"].isin(DOUBTS)]  # the others are of no use to an office
    if doubts.empty:
        return
    doubts.loc[doubts["problem"] == "unread_role", "found"] = ""  # one line for all units
    order = doubts["problem"].map({problem: place for place, problem in enumerate(DOUBTS)})
    doubts = doubts.assign(order=order).drop_duplicates(["order", "found", "measure_id"])
    groups = doubts.groupby(["order", "problem", "found"])["measure_id"].agg(list)
    for say, head in enumerate(["请核对{}处：", "Please check {}:"]):
        yield head.format(len(doubts))
        for (_, problem, found), measures in groups.items():
            more = (f"等{len(measures)}行", f" … ({len(measures)} rows)")[say]
            names = ("、", ", ")[say].join(measures[:MOST]) + more * (len(measures) > MOST)
            yield f"  {names} {DOUBTS[problem][say].format(found)}"


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):  # a console may not show Chinese
        stream.reconfigure(errors="backslashreplace")
    try:
        main(sys.argv[1:])
    except ValueError as problem:  # a list that cannot be read, a file that cannot be written
        sys.exit(str(problem))
