"""Read the ledgers that units sent back: `python make.py followup FOLDER`.

Writes followup-DATE.xlsx (督办汇总) and ledger-DATE.xlsx (all answers in one workbook) beside the
ledger that was sent out, and says what was not understood. No file is overwritten.
"""

import argparse
import datetime
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import xq  # noqa: E402
from xq.followup import read_today  # noqa: E402
from xq.ledger import rewrite_ledger  # noqa: E402

WORKBOOKS = (".xlsx", ".xls", ".et")
LITTER = ("~$", ".", "Thumbs.db", "desktop.ini")  # how names begin that no unit sent
CALL = "python make.py followup {} [--sent {}] [--today 2024-12-01]"
COUNTS = {"n": "承担", "done": "完成", "on_time": "按期", "late": "逾期"}
COUNTS |= {"no_date": "未定时限", "silent": "未报", "overdue": "逾期合计"}
ENGLISH = "asked, done, on time, late, no deadline, silent; overdue in all"


class Problem(ValueError):
    """Something the user can put right, said in Chinese and in English."""

    def __init__(self, chinese, english):
        super().__init__(f"{chinese}。\n{english}.")


class Parser(argparse.ArgumentParser):
    """A parser that says in both languages how the command is called."""

    def error(self, message):
        """Say what is wrong, and how it is called."""
        chinese, english = CALL.format("文件夹", "文件"), CALL.format("FOLDER", "FILE")
        raise Problem(f"命令的写法是：{chinese}", f"{message}; the command is: {english}")


def main(words):
    """Read what came back, write the two workbooks, and say what they hold."""
    sent, files, day = read_words(words)
    read = xq.read_ledgers(files, sent=sent, today=day)
    summary = sent.parent / f"followup-{day}.xlsx"
    together = sent.parent / f"ledger-{day}.xlsx"
    xq.write_summary(read, summary, today=day)
    rewrite_ledger(together, sent, read)
    counts = xq.count_answers(read.duties).to_dict("records")
    for line in report(read, counts, len(files), day, summary, together):
        print(line)


def read_words(words):
    """Return the ledger that was sent out, the files that came back (name → path), and the day."""
    parser = Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("folder", nargs="*")
    parser.add_argument("--sent", type=Path, default=ROOT / "ledger.xlsx")
    parser.add_argument("--today", default=f"{datetime.date.today()}")
    parser.add_argument("-h", "--help", action="store_true")
    given = parser.parse_args(words)
    if given.help or not given.folder:
        parser.error("name the folder that has the workbooks that came back")
    if len(given.folder) > 1:
        name = " ".join(given.folder)
        if Path(name).is_dir():
            raise Problem(
                f'文件夹名里有空格，请加引号：python make.py followup "{name}"',
                "A name with spaces wants quotes, as above",
            )
        raise Problem(
            f"一次只能一个文件夹，这里有{len(given.folder)}个：{'、'.join(given.folder)}",
            f"One folder at a time; these are {len(given.folder)}",
        )
    try:
        day = read_today(given.today).date()
    except ValueError:
        raise Problem(
            f"--today后面要写日期，如2024-12-01；这里是“{given.today}”",
            f"--today takes a date, as 2024-12-01; this is “{given.today}”",
        ) from None
    if not given.sent.is_file():
        raise Problem(
            f"找不到下发的台账{given.sent}。请把它放回这里，或用--sent写明它在哪里"
            "（台账由python make.py ledger生成）",
            f"There is no {given.sent}, the ledger that was sent out. Put it back there, or say "
            "where it is with --sent (python make.py ledger writes it)",
        )
    return given.sent.resolve(), find_files(Path(given.folder[0]), given.sent), day


def find_files(folder, sent):
    """Return name → path of all files in a folder and those in it, in the order of their names."""
    if not folder.is_dir():
        raise Problem(
            f"找不到文件夹{folder}（要写各单位交回的台账所在的文件夹）",
            f"There is no folder {folder} (give the one with the workbooks that came back)",
        )
    if folder.resolve() == sent.resolve().parent:
        raise Problem(
            f"{folder}是下发的台账所在的文件夹，生成的文件也放在这里；请把交回的文件单独放一个文件夹",
            f"{folder} has the ledger that was sent out and will have what is written; put what "
            "came back into a folder of its own",
        )
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    paths = [path for path in paths if not path.name.startswith(LITTER)]
    if not any(path.suffix.lower() in WORKBOOKS for path in paths):
        raise Problem(
            f"文件夹{folder}里没有Excel文件（.xlsx、.xls、.et）",
            f"The folder {folder} has no workbook (.xlsx, .xls, .et)",
        )
    return {path.relative_to(folder).as_posix(): path for path in paths}


def report(read, counts, number, day, summary, together):
    """Yield the lines to print: all in Chinese, then in English."""
    yield f"督办汇总：{summary}"
    yield f"全部填报：{together}"
    yield f"读了{number}个文件，截至{day.year}年{day.month}月{day.day}日，各单位办理情况（条）："
    for row in counts:
        numbers = [f"{word}{row[key]}" for key, word in COUNTS.items()]
        yield f"  {row['unit']}：{'，'.join(numbers)}"
    unread = read.unread.to_dict("records")
    yield f"没有读懂的有{len(unread)}处：" if unread else "全部读懂。"
    for row in unread:
        yield f"  {place(row, '工作表{}', '单元格{}')}：{row['reason_zh']}"
    yield ""
    yield f"Summary: {summary}"
    yield f"All answers: {together}"
    yield f"{number} files read, as of {day}. The numbers of each unit above: {ENGLISH}."
    yield f"Not understood, {len(unread)}:" if unread else "Everything was understood."
    for row in unread:
        yield f"  {place(row, 'sheet {}', 'cell {}')}: {row['reason']}"


def place(row, sheet, cell):
    """Return where something that was not understood stands, and what it is."""
    words = [row["file"]]
    words += [sheet.format(row["sheet"])] if row["sheet"] else []
    words += [cell.format(row["cell"])] if row["cell"] else []
    written = " ".join(row["written"].split())
    words += [f"“{written[:40]}{'…' * (len(written) > 40)}”"] if written else []
    return " ".join(words)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):  # a console may not show Chinese
        stream.reconfigure(errors="backslashreplace")
    try:
        main(sys.argv[1:])
    except ValueError as problem:  # what the user can put right, or a file not to be written
        sys.exit(str(problem))
