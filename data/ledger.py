"""Write the ledger of the list of this folder, or of another: `python make.py ledger [FILE]`."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import xq  # noqa: E402

from make import to_chinese  # noqa: E402

# What is said of a list that cannot be read, piece by piece.
LIST_ERRORS = [
    (": an empty file", "：文件是空的"),
    (": is an RTF file", "：是RTF文件"),
    (": is named ", "：扩展名是"),
    (" and is no such file", "，内容却不是"),
    (": cannot be opened (nothing there)", "：找不到这个文件"),
    (": cannot be opened (", "：打不开（"),
    (": is no file to read", "：不是可读的文件"),
    (": is encrypted", "：有密码"),
    (": holds macros", "：带有宏"),
    (": is cut off or damaged (", "：不完整或已损坏（"),
    (": is packed, and neither .docx nor .xlsx", "：是压缩包，不是.docx或.xlsx"),
    (": is an old Word or WPS text (.doc, .wps)", "：是旧版Word或WPS文字（.doc、.wps）"),
    (": is an old Office file without a sheet", "：是没有工作表的旧版Office文件"),
    (": is a scanned PDF without text", "：是没有文字的扫描件"),
    (": bytes that are neither", "：文字编码认不出"),
    (": no header row in the file, nor items that name units", "：没有表头，也没有写明单位的条目"),
    (": no header row in the file; the nearest has ", "：没有找到表头；最接近的一行认出了"),
    (" understood, ", "，没有认出"),
    (" not; expected", "; expected"),
    (": a header with no rows below", "：表头下面没有内容"),
    (": a row with nothing to read", "：这一行没有可读的内容"),
    (
        ": a table drawn with lines (│), which cut its cells",
        "：是用线条（│）画的表，单元格被切断了",
    ),
    ("; expected ", "；应当是"),
    (
        "a list as text, .docx, .xlsx, .xls, .et, .html or .pdf",
        "文本、.docx、.xlsx、.xls、.et、.html或.pdf格式的清单",
    ),
    (
        "headings like 序号, 落实措施 (or 主要任务, 目标 …) and 责任单位",
        "写明序号、落实措施（或主要任务、目标……）和责任单位的表头",
    ),
    ("a file with a task list", "任务清单文件"),
    ("a file without a password", "没有密码的文件"),
    ("a file without macros", "不带宏的文件"),
    ("a PDF with a text layer", "带文字的PDF"),
    ("a whole file", "完整的文件"),
    ("UTF-8 or GB18030", "UTF-8或GB18030"),
    ("Get the file again, or open it and save it anew.", "请重新取得文件，或打开后另存。"),
    (
        "Get the file again, or save it anew in the program that made it.",
        "请重新取得文件，或在原来的程序中另存。",
    ),
    ("Get the file again.", "请重新取得文件。"),
    ("Check the path.", "请核对文件名和所在文件夹。"),
    ("Save it without one.", "请去掉密码后另存。"),
    ("Save it as .docx or .xlsx, without macros.", "请另存为不带宏的.docx或.xlsx。"),
    ("Save it as .docx (请另存为 docx).", "请另存为.docx。"),
    ("Save it as .docx or .xlsx (请另存为 docx 或 xlsx).", "请另存为.docx或.xlsx。"),
    ("Save it as .xlsx.", "请另存为.xlsx。"),
    (
        "Unpack it, or save it as .docx or .xlsx (请另存为 docx 或 xlsx).",
        "请先解压，或另存为.docx或.xlsx。",
    ),
    (
        "Run it through OCR (文字识别) first, and compare with the pages.",
        "请先做文字识别，再与原件核对。",
    ),
    (
        "Open it in an editor that shows the Chinese correctly, and save it as UTF-8.",
        "请用能正确显示汉字的编辑器打开，另存为UTF-8。",
    ),
    (
        "Copy the table with its header row and keep the tabs, or read the .docx, .xlsx or .html "
        "itself; if the Chinese looks wrong in an editor, save it as UTF-8.",
        "请连同表头一起复制表格并保留制表符，或直接读.docx、.xlsx、.html原文件；"
        "如果汉字显示不对，请另存为UTF-8。",
    ),
    ("Copy the table from the page or file it was made of.", "请从原来的网页或文件复制表格。"),
    ("Copy the list alone into a new file.", "请把清单单独复制到新文件。"),
    ("Copy the whole table.", "请复制整张表。"),
    ("Delete the line.", "请删去这一行。"),
    (
        "Say what holds the tasks: columns=",
        "请把写措施的那一栏改名为“落实措施”。在Python中：columns=",
    ),
]

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
    except xq.ListError as problem:
        chinese = to_chinese(re.sub(r", line (\d+)", r"第\1行", str(problem)), LIST_ERRORS)
        sys.exit(f"{chinese.replace('. 请', '。请')}\n{problem}")
    except ValueError as problem:  # a file that cannot be written
        sys.exit(str(problem))
