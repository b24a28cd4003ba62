"""Lists are read whole: 38/46/135 from the document, nothing lost from any mutation of it."""

import hashlib
import os
import re
from pathlib import Path

import pandas as pd
import pytest
import xq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xq.files import read_file
from xq.headings import find_table
from xq.lists import HEADINGS, _parse

RAW = Path(__file__).parent.parent / "data" / "raw" / "xiqing_2022.txt"
LINES = RAW.read_text(encoding="utf-8").split("\n")
TOP = next(i for i, line in enumerate(LINES) if line.startswith("任务序号"))
HEADER = "\t".join(names[0] for names in HEADINGS.values())
ROW = "(一)\t稳就业\t1\t新增就业2万人。\t区人社局牵头\t年内持续推进\t"


def write(tmp_path, *rows, header=HEADER, encoding="utf-8"):
    path = tmp_path / "list.txt"
    path.write_bytes("\n".join(["2022年7月27日", header, *rows]).encode(encoding))
    return path


def undo(text, edits):
    """Return the text before the edits: (start, before, after), in order."""
    before, done = "", 0
    for start, was, now in edits:
        step = start - len(before)
        before += text[done : done + step]
        done += step
        assert text[done : done + len(now)] == now
        done += len(now)
        before += was
    return before + text[done:]


def restore_lines(measures, changes, notice, keys, separator):
    """Return {line: text} of all lines or rows of the source, from the three tables alone."""
    lines, edits, blank, short = {}, {}, set(), set()
    for rule, _, line, field, start, before, after in changes.itertuples(index=False):
        if rule in ("header", "header_line", "repeated_header", "blank_line", "section"):
            lines[line] = before
        elif rule == "carry_down":
            blank.add((line, field))
        elif rule == "padded_row":
            short.add((line, field))
        elif rule not in ("line_end", "repeated_label", "title_variant", "counted"):
            edits.setdefault((line, field), []).append((start, before, after))
    one_a_line = separator == "\n" and len(keys) > 1
    rows = {n: text.split("\n") for n, text in lines.items() if one_a_line and "\n" in text}
    lines = {n: text for n, text in lines.items() if n not in rows}
    prose = notice[~notice["part"].isin(["document_no", "date_read"])]
    lines |= dict(zip(prose["line"], prose["text"], strict=True))
    for row in measures.to_dict("records"):
        cells = []
        for key in keys:
            at = row["line"], key
            if key is None:
                source = ""
            elif key in ("task_no", "measure_no"):
                source = row[f"{key}_written"]
            else:
                source = undo("" if at in blank else row[key], edits.get(at, []))
                assert row.get(f"{key}_written", source) == source
            cells.append(source)
        missing = [key for key in keys if (row["line"], key) in short]
        assert all(cells.pop(keys.index(key)) == "" for key in reversed(missing))
        assert row["line"] not in lines
        if one_a_line:
            rows[row["line"]] = cells
        else:
            lines[row["line"]] = separator.join(cells)
    for line, cells in sorted(rows.items()):  # there may be blank lines between the cells
        for cell in "\n".join(cells).split("\n"):
            while line in lines:
                line += 1
            lines[line] = cell
    return lines


def restore(measures, changes, notice, keys, separator="\t"):
    """Return the source, rebuilt from the three tables alone; no keys: a list of paragraphs."""
    lines = restore_lines(measures, changes, notice, keys or ["text"], separator)
    ended = changes[changes["rule"] == "line_end"]
    ends = dict(zip(ended["line"], ended["before"], strict=True))
    assert set(ended["after"]) <= {"\n"}
    if not keys:
        for line, text in [*lines.items()]:
            lines |= dict(enumerate(text.split("\n"), line))
    inner = "\r" if "\r" in ends.values() else "\n"  # line ends within quoted cells
    parts, line, last = [], 1, max(lines)
    while line <= last:  # an empty line above the header is a gap in the numbers
        parts.append(lines.get(line, ""))
        line += parts[-1].count(inner)
        parts.append("" if line >= last else ends.get(line, "\n"))
        line += 1
    return "".join(parts)


def name_keys(found, measures):
    """Return the column of the measures that holds each column of a table."""
    keys = [column.key if column.key in measures else None for column in found.columns]
    if "task_no" in keys and "measure_no" not in keys:
        by_headings = "title" not in keys and any(measures["title"])
        if by_headings or not any(measures["task_no_written"]):  # it counts the measures
            keys[keys.index("task_no")] = "measure_no"
    return keys


def find_keys(path, measures):
    """Return the column of the measures for each of a table's, and what parts its cells."""
    found, _ = find_table(path, read_file(path), None, {})
    if not found:
        return [], "\n"
    keys = name_keys(found, measures)
    return keys, found.cut.separator if found.cut else "\t"


def test_document_is_the_one_published():
    digest = hashlib.sha256(RAW.read_bytes()).hexdigest()
    assert digest == "9eadd326bf8be4485cba2c5368d1cec29a22c785c312e11f308a9dd0010353d3"


def test_document_has_38_tasks_46_measures_135_rows():
    measures = xq.read_list(RAW)
    assert measures["task_id"].nunique() == 38
    assert measures["measure_no"].nunique() == 46
    assert len(measures) == 135
    assert list(measures["measure_id"]) == [f"M{i:03d}" for i in range(1, 136)]
    assert measures["deadline_kind"].value_counts().to_dict() == {"ongoing": 128, "by": 7}


def test_document_is_recoverable_character_by_character():
    assert restore(*_parse(RAW), list(HEADINGS)) == RAW.read_bytes().decode()


def test_notice_is_read():
    notice = xq.read_notice(RAW)
    facts = notice.loc[notice["part"].isin(["document_no", "date_read"]), "text"]
    assert list(facts) == ["国发〔2022〕9号", "津政发〔2022〕9号", "2022-07-27"]
    assert notice["part"].value_counts().to_dict() == {
        "paragraph": 8,
        "heading": 3,
        "document_no": 2,
        "title": 1,
        "date": 1,
        "table_title": 1,
        "date_read": 1,
    }


def test_each_rule_does_what_it_says(tmp_path):
    cases = {
        "<p>新增 2.3 万人</p>": "新增2.3万人",
        "依法行政, 加快": "依法行政，加快",
        "座驾焕新 乐惠西青": "座驾焕新 乐惠西青",  # may separate two phrases: kept
        "检查 and 整治": "检查 and 整治",
        "共 2022 2023 年": "共2022 2023年",  # two numbers stay two
        "T3, 5G": "T3,5G",  # no Chinese beside the comma
        "粮食\u200b安全": "粮食安全",
        "增长6%,稳定": "增长6%，稳定",
    }
    for before, after in cases.items():
        path = write(tmp_path, ROW.replace("新增就业2万人。", before))
        assert xq.read_list(path)["text"][0] == after
        changes = xq.read_changes(path).query("field == 'text'")
        assert undo(after, changes[["start", "before", "after"]].values) == before


def test_labels_are_carried_down_and_repeated_ones_read_as_going_on(tmp_path):
    again = ROW.replace("稳就业", "稳 就业")
    measures = xq.read_list(write(tmp_path, ROW, "\t\t\t乙\t丙\t丁\t", "", again))
    assert list(measures["task_no"]) == [1, 1, 1]
    assert list(measures["title"]) == ["稳就业"] * 3
    assert list(measures["title_written"]) == ["稳就业", "", "稳 就业"]
    rules = list(xq.read_changes(write(tmp_path, ROW, "\t\t\t乙\t丙\t丁\t", "", again))["rule"])
    expected = ["header", *["carry_down"] * 3, "blank_line", "space", *["repeated_label"] * 2]
    assert sorted(rules) == sorted([*expected, "title_variant"])


@pytest.mark.parametrize(
    "cell, kind, date",
    [
        ("年内持续推进", "ongoing", "2022-12-31"),
        ("12 月底前完成", "by", "2022-12-31"),
        ("6月底前完成", "by", "2022-06-30"),
        ("2023年2月底前完成", "by", "2023-02-28"),
        ("9月15日前完成", "by", "2022-09-15"),
        ("年底前", "by", "2022-12-31"),
        ("长期坚持", "ongoing", None),
        ("13月底前完成", None, None),
        ("适时完成", None, None),
    ],
)
def test_deadlines(tmp_path, cell, kind, date):
    row = xq.read_list(write(tmp_path, ROW.replace("年内持续推进", cell))).iloc[0]
    assert (row["deadline_kind"] if kind else None) == kind
    assert (str(row["deadline_date"].date()) if date else None) == date
    assert row["deadline_written"] == cell


@pytest.mark.parametrize(
    "label, number", [("(三十八)", 38), ("１２", 12), ("第3项", 3), ("（十）", 10), ("5.", 5)]
)
def test_labels_are_numbers(tmp_path, label, number):
    assert xq.read_list(write(tmp_path, ROW.replace("(一)", label)))["task_no"][0] == number


def test_columns_may_come_in_any_order_without_notes(tmp_path):
    header = "措施序号\t任务序号\t重点任务\t责任单位\t落实措施\t完成时间"
    row = "1\t一\t稳就业\t区人社局牵头\t新增就业2万人。\t年内持续推进"
    measures = xq.read_list(write(tmp_path, row, header=header))
    assert (measures["text"][0], measures["note"][0]) == ("新增就业2万人。", "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_read_alike(tmp_path, encoding, end):
    path = tmp_path / "list.txt"
    path.write_bytes(end.join(LINES).encode(encoding))
    assert xq.read_list(path).equals(xq.read_list(RAW))
    assert xq.read_notice(path).equals(xq.read_notice(RAW))
    changes = xq.read_changes(path)
    ends = changes[changes["rule"] == "line_end"]
    assert len(ends) == (0 if end == "\n" else len(LINES) - 1)  # the last line has no end
    assert set(ends["before"]) <= {end} and set(ends["after"]) <= {"\n"}
    assert (ends["measure_id"] != "").sum() in (0, 135)
    rest = changes[changes["rule"] != "line_end"].reset_index(drop=True)
    assert rest.equals(xq.read_changes(RAW))


def test_spaces_above_the_header_are_reported(tmp_path):
    path = tmp_path / "list.txt"
    path.write_bytes(f"通知\n \u3000\n\n{HEADER}\n{ROW}".encode())
    changes = xq.read_changes(path)
    assert changes.loc[0, ["rule", "line", "before"]].tolist() == ["blank_line", 2, " \u3000"]
    assert list(changes["rule"]) == ["blank_line", "header"]


@pytest.mark.parametrize(
    "content, says",
    [
        (RAW.read_text(encoding="utf-8").encode("utf-16")[:-1], "line 1: UTF-16"),
        (RAW.read_text(encoding="utf-8").encode("utf-32"), "line 1: UTF-32"),
        (HEADER.encode("big5", "ignore") + b"\n\xa4\xa4\xa4\xe5", "UTF-8"),
        ("\n".join(LINES).replace("牵头", "牵\ufffd", 1).encode(), "line 15: the replacement"),
        ("\n".join(LINES).encode()[:5000] + b"\xff" + "\n".join(LINES).encode()[5000:], "line "),
        (
            "年内".encode("gbk") + "\n重点工作任务清单".encode(),
            "line 2: UTF-8 here but not in line 1",
        ),
        (b"", "an empty file; expected a list as text"),
        (HEADER.encode(), "line 1: a header with no rows"),
        (HEADER.replace("备注", "甲" * 999).encode(), "line 1: a header with no rows"),
        (
            b"\n" + "类别\t责任单位\t打算\n".encode(),
            "line 2: no header row in the file; the nearest",
        ),
        ("类别\t责任单位\t打算\n".encode(), "责任单位 understood, 类别 打算 not"),
        (
            HEADER.replace("备注", "完成时间").encode(),
            "line 1: two columns 完成时限 (完成时限 完成时间);",
        ),
        ((HEADER + "\t甲" * 300).encode(), "line 1: more than 200 columns; expected"),
    ],
)
def test_other_encodings_are_errors_never_mojibake(tmp_path, content, says):
    path = tmp_path / "list.txt"
    path.write_bytes(content)
    with pytest.raises(xq.ListError, match=re.escape(says)):
        xq.read_list(path)


@pytest.mark.parametrize(
    "row, says",
    [
        ("(一)\t稳就业\t1\t新增。\t区人社局牵头年内持续推进", "5 cells; expected 7"),
        ("稳就业", "1 cells; expected 7"),
        ("(一)\t\t1\t新增。\t区人社局牵头\t年内持续推进\t", "task 1 without a title"),
        ("\t稳就业\t1\t新增。\t区人社局牵头\t年内持续推进\t", "nothing in 任务序号"),
        ("(甲)\t稳就业\t1\t新增。\t区人社局牵头\t年内持续推进\t", "'(甲)' in 任务序号"),
        ("(一)\t稳就业\t\t新增。\t区人社局牵头\t年内持续推进\t", "nothing in 措施序号"),
        ("\t\t\t<p></p>\t\t\t", "a row with nothing to read"),
    ],
)
def test_errors_name_file_line_and_remedy(tmp_path, row, says):
    path = write(tmp_path, row)
    with pytest.raises(xq.ListError) as error:
        xq.read_list(path)
    message = str(error.value)
    assert message.startswith(f"{path}, line 3: ")
    assert says in message
    assert re.search(r"; expected .+\. [A-Z].+\.$", message)


@pytest.mark.parametrize("read", [xq.read_list, xq.read_changes, xq.read_notice])
def test_what_is_no_file_is_refused_in_words(tmp_path, read):
    for path in (None, float("nan"), 3, b"list.txt", [RAW], LINES):
        with pytest.raises(TypeError, match=r"^path is .{1,60}; expected the name of a file"):
            read(path)
    for path in (tmp_path / "none.txt", "a\0b", "\n".join(LINES)):
        with pytest.raises(
            xq.ListError, match=r"cannot be opened.*; expected a file with a task list"
        ) as error:
            read(path)
        assert len(str(error.value)) < 300
    places = [tmp_path, os.devnull]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        places.append(tmp_path / "pipe")  # reading it would wait for ever
    for path in places:
        with pytest.raises(
            xq.ListError, match="is no file to read; expected a file with a task list"
        ):
            read(path)


def test_check_list_finds_each_problem(tmp_path):
    def row(task=1, title="稳就业", no=1, text="新增。", units="区人社局牵头", by="年内持续推进"):
        return f"{task}\t{title}\t{no}\t{text}\t{units}\t{by}\t"

    units = pd.DataFrame({"unit": ["区人社局", "区农业农村委"], "aliases": ["", "区农业农村局"]})
    cases = [
        ([row(), row(task=3, title="保粮食", no=2)], "task_gap", "M002"),
        ([row(), row(no=3)], "measure_gap", "M002"),
        ([row(no=2)], "measure_gap", "M001"),
        ([row(), row(task=2, title="保粮食")], "measure_in_two_tasks", "M002"),
        ([row(), row(title="稳 就业", no=2)], "title_in_two_spellings", "M002"),
        ([row(text="")], "empty_cell", "M001"),
        ([row(by="适时")], "unread_deadline", "M001"),
        ([row(text="年底前完成验收。")], "text_deadline_differ", "M001"),
        ([row(text="延续至2023年7月31日。")], "text_deadline_differ", "M001"),
        ([row(units="区人社局")], "unread_role", "M001"),
        ([row(units="市人社局牵头")], "unknown_unit", "M001"),
        ([row(units="区农业农村局牵头")], "unit_alias", "M001"),
        ([row(text="检查 and 整治。")], "foreign_word", "M001"),
        ([row(text="座驾焕新 乐惠西青。")], "space_in_text", "M001"),
        ([row(text="浠诲姟搴忓彿。")], "rare_character", "M001"),
    ]
    for rows, problem, measure_id in cases:
        found = xq.check_list(xq.read_list(write(tmp_path, *rows)), units=units)
        assert (problem, measure_id) in set(
            found[["problem", "measure_id"]].itertuples(index=False)
        ), problem
    assert xq.check_list(xq.read_list(write(tmp_path, row())), units=units).empty
    assert xq.check_list(xq.read_list(write(tmp_path, row(units="市人社局牵头")))).empty
    assert list(xq.check_list(xq.read_list(RAW))["problem"].unique()) == [
        "foreign_word",
        "space_in_text",
        "text_deadline_differ",
        "title_in_two_spellings",
    ]


def test_check_list_refuses_other_tables_in_words(tmp_path):
    good = xq.read_list(write(tmp_path, ROW, "\t\t\t乙\t区财政局牵头\t年底前\t"))
    assert xq.check_list(good.set_axis([7, 7])).equals(xq.check_list(good))
    assert xq.check_list(good.iloc[:0]).empty
    for measures in (None, float("nan"), 3, "list.txt", [ROW], good["text"]):
        with pytest.raises(TypeError, match="^measures is .*; expected a DataFrame"):
            xq.check_list(measures)
    doubled = pd.concat([good, good["text"]], axis=1)
    for measures, says in [
        (pd.DataFrame(), "measures has no column ['measure_id', 'task_no', 'measure_no', 'title',"),
        (good.drop(columns=["text", "task_no"]), "measures has no column ['task_no', 'text']"),
        (doubled, "measures has two columns ['text']"),
        (good.assign(text=["甲", None]), "measures: column 'text' has 1 missing values"),
        (pd.concat([good, good]), "named twice: 'M001'"),
    ]:
        with pytest.raises(ValueError, match=re.escape(says)):
            xq.check_list(measures)
    with pytest.raises(TypeError, match="task_no has the type str; expected int"):
        xq.check_list(good.astype({"task_no": "str"}))
    with pytest.raises(TypeError, match="measures\\['text'\\]: document 'M001' is 3, not a text"):
        xq.check_list(good.assign(text=3))
    with pytest.raises(ValueError, match="units has no column"):
        xq.check_list(good, units=pd.DataFrame({"unit": ["区财政局"]}))


# ── a thousand mutated lists: each parses with nothing lost, or says why not ────────────────

ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "utf-16"]
NOISE = [
    "<p>",
    "</p>",
    " ",
    "\u3000",
    "\u200b",
    ",",
    ";",
    "\t",
    "\n",
    "\r",
    "<b>",
    "\x00",
    "and",
    '"',
    "<br/>",
]

STARTS = [i for i, line in enumerate(LINES) if line.startswith("(")]


@st.composite
def mutated_lists(draw):
    """Draw (bytes, text): a list made from a stretch of the document, damaged in several ways."""
    first = draw(st.sampled_from(STARTS) | st.integers(TOP + 1, len(LINES) - 12))
    rows = [LINES[0], LINES[22], LINES[TOP], *LINES[first : first + draw(st.integers(0, 25))]]
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(rows) - 1))
        line, kind = (
            rows[at],
            draw(st.sampled_from("drop blank swap merge noise shift bare".split())),
        )
        place = draw(st.integers(0, max(len(line), 1)))
        cells = line.split("\t")
        if kind == "drop" and len(rows) > 1:
            del rows[at]
        elif kind == "blank":
            rows.insert(at, draw(st.sampled_from(["", " ", "\t\t\t\t\t\t", "\r"])))
        elif kind == "swap":
            rows[at], rows[-1] = rows[-1], rows[at]
        elif kind == "merge":
            rows[at] = line.replace("\t", "", 1)
        elif kind == "noise":
            rows[at] = line[:place] + draw(st.sampled_from(NOISE)) + line[place:]
        elif kind == "shift":
            rows[at] = "\t".join(cells[1:] + cells[:1])
        else:
            rows[at] = line.rstrip("\t")
    text = draw(st.sampled_from(["\n", "\r\n"])).join(rows)
    encoding = draw(st.sampled_from([*ENCODINGS * 3, "utf-32", "big5"]))
    return text.encode(encoding, "ignore"), text, encoding


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    counts = {"read": 0, "refused": 0, "path": tmp_path_factory.mktemp("fuzz") / "list.txt"}
    yield counts
    assert counts["read"] + counts["refused"] >= 3000  # lists really tried …
    assert counts["read"] >= 900  # … and not merely refused


def try_list(path, content, text, encoding):
    """Read a damaged list; say whether it was read whole rather than refused in words."""
    path.write_bytes(content)
    try:
        measures, changes, notice = _parse(path)
    except xq.ListError as error:
        assert re.match(rf"{re.escape(str(path))}, line \d+: .+; expected .+\. .+\.$", str(error))
        assert len(str(error)) < len(str(path)) + 300  # an excerpt, never the list
        return False
    assert encoding in ENCODINGS or text.isascii()
    assert restore(measures, changes, notice, *find_keys(path, measures)) == text
    return True


@settings(
    max_examples=3000, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(drawn=mutated_lists())
def test_nothing_is_lost_from_mutated_lists(fuzzed, drawn):
    read = try_list(fuzzed["path"], *drawn)
    fuzzed["read" if read else "refused"] += 1


@settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(drawn=mutated_lists())
def test_nothing_is_lost_from_mutated_lists_of_old_macs(tmp_path, drawn):
    _, text, encoding = drawn
    text = text.replace("\r\n", "\r").replace("\n", "\r")
    try_list(tmp_path / "list.txt", text.encode(encoding, "ignore"), text, encoding)


@given(st.text(max_size=400) | st.binary(max_size=400))
@settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
def test_arbitrary_files_are_refused_in_words(tmp_path, content):
    path = tmp_path / "any.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "ignore"))
    with pytest.raises(xq.ListError):
        xq.read_list(path)
