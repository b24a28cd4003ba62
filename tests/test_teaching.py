"""The class kit: student copies that run, an exercise that is read back whole, pages that print."""

import ast
import io
import json
import re
from pathlib import Path

import lxml.html
import nbformat
import openpyxl
import pandas as pd
import pdfplumber
import pytest
import xq

from notebooks.pages.articles import LANGUAGES, ROOT, SLIDES, read_article
from notebooks.pages.build import make_font
from notebooks.run import execute
from teaching import coding
from teaching.build import (
    PAGES,
    make_books,
    make_kit,
    make_markdown,
    make_page,
    read_task,
    write_markdown,
)
from tests.chromium import CHROMIUM, open_browser

NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))
HERE = ROOT / "teaching"
SHORT = ("01", "02")  # of the notebooks that run in seconds

every = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
both = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def articles():
    return [read_article(path) for path in NOTEBOOKS]


@pytest.fixture(scope="module")
def kit(articles):
    return make_kit(articles)


@pytest.fixture(scope="module")
def books():
    return make_books()


def write(folder, files):
    for name, content in files.items():
        path = folder / name.removeprefix("teaching/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))


def read_copy(kit, path):
    return nbformat.reads(kit[f"teaching/notebooks/student-{path.name}"], as_version=4).cells


def test_a_second_build_has_the_same_bytes(kit, books, articles):
    assert make_kit(articles) == kit
    assert make_books() == books
    assert [name for name, text in kit.items() if "\r" in text] == []


# Student copies


@every
def test_a_copy_has_every_cell_but_no_solution_no_answer_and_no_result(kit, path):
    (first, *cells), whole = read_copy(kit, path), nbformat.read(path, as_version=4).cells
    assert first.source.startswith("**学生用。** 先 Run → Run All Cells")
    assert "**For students.** First Run → Run All Cells" in first.source
    text = "\n".join(cell.source for cell in cells)
    (answer,) = [cell for cell in whole if "answer" in cell.metadata.get("tags", [])]
    assert answer.source not in text  # it may compute what an exercise asks
    whole.remove(answer)
    asked = 0
    for cell, old in zip(cells, whole, strict=True):
        assert cell.cell_type == old.cell_type and cell.id == old.id
        if "solution" in old.metadata.get("tags", []):
            asked += 1
            assert cell.source.startswith(f"# 练习{asked}：写在这里")
            assert f"exercise {asked}: type here" in cell.source and cell.metadata == {}
            assert old.source not in text
        elif cell.cell_type == "code":
            assert cell.source == old.source
        assert cell.get("outputs", []) == []
    assert asked == 3


def test_the_copy_of_02_does_not_give_its_second_exercise_away(kit):
    (path,) = [path for path in NOTEBOOKS if path.name.startswith("02")]
    assert "nlargest" not in kit[f"teaching/notebooks/student-{path.name}"]


@every
def test_no_line_of_a_solution_is_left(kit, path):
    """Lines that stand in other cells too are no secret; short ones say nothing."""
    whole = nbformat.read(path, as_version=4).cells
    solved = [cell for cell in whole if "solution" in cell.metadata.get("tags", [])]
    others = "\n".join(cell.source for cell in whole if cell not in solved)
    lines = {line.strip() for cell in solved for line in cell.source.splitlines()}
    lines = {line for line in lines if len(line) > 20 and line not in others}
    copy = kit[f"teaching/notebooks/student-{path.name}"]
    assert lines
    assert [line for line in lines if json.dumps(line)[1:-1] in copy or line in copy] == []


@every
def test_nothing_else_needs_a_solution(path):
    """What a solution defines is not used after it, so that the copies run to their end."""
    after, defined, used = False, set(), set()
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        names = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Name)]
        stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        if "solution" in cell.metadata.get("tags", []):
            defined |= stored
            after = True
        elif after:
            used |= {node.id for node in names if isinstance(node.ctx, ast.Load)} - stored
        else:
            used -= stored
    assert after and not defined & used


@every
def test_copies_lead_to_copies_and_find_their_data(kit, books, path):
    cells = read_copy(kit, path)
    links = [
        link
        for cell in cells
        if cell.cell_type == "markdown"
        for link in re.findall(r"\]\(([^)/]+\.ipynb)\)", cell.source)
    ]
    assert all(f"teaching/notebooks/{link}" in kit for link in links)
    for cell in cells:
        if cell.cell_type == "code":
            for data in re.findall(r"\"\.\./(data[^\"]*)\"", cell.source):
                assert any(name.startswith(f"teaching/{data}") for name in books), data
                assert (ROOT / data).exists()


@pytest.mark.parametrize("number", SHORT)
def test_copies_run(kit, books, tmp_path, monkeypatch, number):
    monkeypatch.setenv("XQ_FIGURES", str(tmp_path / "figures"))
    write(tmp_path, kit | books)
    (path,) = (tmp_path / "notebooks").glob(f"student-{number}-*.ipynb")
    cells = nbformat.reads(execute(path), as_version=4).cells
    run = [cell for cell in cells if cell.cell_type == "code"]
    assert len(run) > 10 and all(cell.execution_count for cell in run)


# The exercise


def test_ten_rows_of_ten_themes_are_chosen_by_the_rule():
    rows = coding.choose_rows()
    model = coding.read_model().set_index("measure_id")
    themes = model.loc[rows["measure_id"], "theme"]
    sizes = model["theme"].value_counts()
    assert len(rows) == 10 and themes.nunique() == 10
    assert sizes[list(themes)].min() >= sizes.drop(list(themes)).max()
    assert rows["text"].str.len().between(40, 120).all()
    texts = xq.load_table("measures").set_index("measure_id")["text"]
    assert list(rows["text"]) == list(texts[rows["measure_id"]])
    for measure, theme in themes.items():  # none that fits stands before it
        before = texts[(model["theme"] == theme) & (texts.index < measure)]
        assert not before.str.len().between(40, 120).any()


def test_the_codes_are_those_of_the_codebooks_in_both_languages():
    codes = coding.read_codes()
    known = xq.load_table("codes")
    themes, means = (codes[codes["field"] == field] for field in ("theme", "means"))
    assert list(themes["code"]) == list(known[known["field"] == "theme"]["code"])
    wanted = known[known["field"] == "instrument_sub"]["code"]
    assert list(means["code"]) == [*wanted, "none"]
    assert set(coding.read_model()["theme"]) == set(themes["code"])
    assert set(coding.read_model()["main"]) <= set(means["code"])
    assert codes["meaning"].str.contains("[\u4e00-\u9fff]").all()
    assert (codes["meaning_en"].str.len() > 10).all()


def test_codes_without_a_chinese_meaning_are_named(tmp_path, monkeypatch):
    for path in coding.GOLD.glob("*.md"):
        text = path.read_text("utf-8")
        text = text.replace("| `health` |", "| `wealth` |") if ".zh" in path.name else text
        (tmp_path / path.name).write_text(text, "utf-8")
    monkeypatch.setattr(coding, "GOLD", tmp_path)
    with pytest.raises(ValueError, match="differ in health, wealth"):
        coding.read_codes()


def test_the_chinese_codebooks_have_the_parts_and_codes_of_the_english():
    for name in ("LABELS", "INSTRUMENTS"):
        one, two = ((coding.GOLD / f"{name}{end}.md").read_text("utf-8") for end in ("", ".zh"))
        for part in ("(?m)^#+ ", "(?m)^- ", r"(?m)^\|", r"`\w+`(?= \| [\u4e00-\u9fff])"):
            assert re.findall(part, one) == re.findall(part, two), (name, part)
        assert set(re.findall(r"`[\w.,/]+`", one)) <= set(re.findall(r"`[\w.,/]+`", two))
        assert "以英文为准" in two and "人工" not in two


def test_an_english_reader_meets_no_chinese_without_its_english():
    for meaning in coding.read_codes()["meaning_en"]:
        assert not re.search("[\u4e00-\u9fff](?![\u4e00-\u9fff。，…]| “)", meaning), meaning
    said = coding.add_english("*推进* and 推进公交站充电桩建设，淘汰老旧柴油车。 (推进公交站)")
    assert said.startswith("*推进* “push forward” and 推进公交") and said.endswith("(推进公交站)")


def test_the_answer_sheet_offers_the_codes_and_gives_nothing_away(books):
    book = openpyxl.load_workbook(io.BytesIO(books["teaching/coding.xlsx"]))
    notes, sheet, codes = book.worksheets
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    assert [row[:2] for row in rows] == [
        tuple(row) for row in coding.choose_rows().itertuples(index=False)
    ]
    assert [row[2] for row in rows] == list(coding.read_english()[[row[0] for row in rows]])
    assert {cell for row in rows for cell in row[3:]} == {None} and sheet["B1"].value is None
    offers = {str(each.sqref): each.formula1 for each in sheet.data_validations.dataValidation}
    assert list(offers) == ["D4:D13", "E4:E13", "F4:F13"]
    for place, field in zip(offers, ("theme", "means", "means"), strict=True):
        name, _, cells = offers[place].rpartition("!")
        assert name == f"'{codes.title}'"
        shown = [cell.value.split()[0] for (cell,) in codes[cells.replace("$", "")]]
        known = coding.read_codes()
        assert shown == list(known[known["field"] == field]["code"])
    for each in book.worksheets:
        assert int(each.page_setup.paperSize) == 9 and each.page_setup.fitToHeight == 0  # A4
    for chinese, english in notes.iter_rows(values_only=True):
        assert re.search("[\u4e00-\u9fff]", chinese) and re.search("[A-Za-z]{3}", english)


@pytest.fixture
def returned(books, tmp_path):
    write(tmp_path, books)
    return tmp_path / "returned"


def test_a_class_is_read_and_what_is_not_understood_is_named(returned):
    codings, problems = coding.read_sheets(returned)
    assert list(codings["coder"].unique()) == ["甲", "乙", "丙"] and len(codings) == 30
    written = pd.read_csv(HERE / "returned.csv", keep_default_na=False)
    assert list(codings["remark"]) == list(written["remark"])
    first = written["theme"].str.split().str[0].fillna("").replace("insurance", "")
    assert list(codings["theme"]) == list(first)
    assert list(problems["file"]) == ["made-up-3.xlsx"] * 3
    assert list(problems["cell"]) == ["编码 coding!D5", "编码 coding!D10", "编码 coding!E11"]
    assert list(problems["found"]) == ["", "insurance", ""]
    assert list(problems["problem"].str.partition(" · ")[0]) == [
        "M004没有填", "未知的编码", "M049没有填",
    ]  # fmt: skip


def test_coders_are_scored_on_the_rows_they_coded(returned):
    codings, _ = coding.read_sheets(returned)
    scores = coding.score_coders(codings, coding.read_model(), "theme")
    assert list(scores["coder"]) == ["甲", "乙", "丙"]
    assert list(scores["rows"]) == [10, 10, 8] and list(scores["same"]) == [10, 6, 8]
    # 乙: 4 of 10 pairs differ; of 20 codes 7 were given twice by both or once each by the two
    # (7 × 2 ordered pairs) and employment four times (12): expected 1 − 26/380.
    assert list(scores["alpha"].round(3)) == [1, round(1 - 0.4 / (1 - 26 / 380), 3), 1]


def test_the_class_is_compared_and_a_gap_costs_no_more_than_itself(returned):
    codings, _ = coding.read_sheets(returned)
    score = coding.score_class(codings, "theme").iloc[0]
    assert [score["coders"], score["rows"]] == [3, 10]
    assert score["agree"] == 6 / 10  # 乙 differs on M004, M019, M029 and M121
    codes = codings.rename(columns={"measure_id": "item", "theme": "code"}).query("code != ''")
    assert score["alpha"] == xq.score_agreement(codes, gaps=True).loc[0, "alpha"]


def test_one_gap_for_each_of_thirty_coders_stops_nothing(returned):
    one = coding.read_sheets(returned)[0].query("coder == '甲'")
    class_ = pd.concat([one.assign(coder=f"s{n}", file=f"s{n}.xlsx") for n in range(30)])
    class_ = class_.reset_index(drop=True)
    for n in range(30):
        class_.loc[n * 10 + n % 10, ["theme", "main"]] = ""
    for field in ("theme", "main"):
        kept, told = coding.set_aside(class_, field)
        assert len(kept) == 300 and "all sheets are used" in told
        score = coding.score_class(kept, field).iloc[0]
        assert [*score[["coders", "rows", "agree", "alpha"]]] == [30, 10, 1, 1]


def test_who_left_more_than_half_empty_is_set_aside_and_named(returned):
    codings, _ = coding.read_sheets(returned)
    codings.loc[codings["coder"] == "乙", "main"] = ""
    codings.loc[codings.index[:5], "main"] = ""  # half of what 甲 coded is not more than half
    kept, told = coding.set_aside(codings, "main")
    assert set(kept["coder"]) == {"甲", "丙"}
    assert told == (
        "下列答卷漏填太多，未计入：乙（主要手段10格空白） · "
        "left out for too many gaps: 乙 (main means: 10 empty)"
    )
    assert coding.score_class(kept, "main").loc[0, "rows"] == 4  # 丙 left M049 empty
    scores = coding.score_coders(codings, coding.read_model(), "main").set_index("coder")
    assert scores.loc["乙", "rows"] == 0 and pd.isna(scores.loc["乙", "alpha"])


@pytest.mark.parametrize("coders", ["", "甲", "甲乙"])
def test_a_class_with_nothing_to_compare_has_no_scores(returned, coders):
    codings, _ = coding.read_sheets(returned)
    codings = codings[codings["coder"].isin([*coders])].reset_index(drop=True)
    codings.loc[(codings["coder"] == "甲") == (codings.index % 2 == 0), "theme"] = ""
    score = coding.score_class(coding.set_aside(codings, "theme")[0], "theme").iloc[0]
    assert score["rows"] == 0 and score[["agree", "alpha", "alpha_low"]].isna().all()


def test_the_rows_most_disputed_come_first_with_their_chinese_names(returned):
    codings, _ = coding.read_sheets(returned)
    choices = coding.list_choices(codings, coding.read_model(), "theme")
    # of two who chose, both pairs differ; of three, two of three
    assert list(choices["measure_id"][:5]) == ["M004", "M029", "M019", "M121", "M002"]
    assert [*choices["differ"][:5].round(2)] == [1, 1, 0.67, 0.67, 0] and len(choices) == 10
    choices = choices.set_index("measure_id")
    assert (
        choices.loc["M019", "class"]
        == "business 营商环境与企业 × 2，fiscal_finance 财政税费与金融 × 1"
    )
    assert choices.loc["M029", "model"] == "social_security 社会保障与服务"
    nobody = coding.list_choices(codings.assign(main=""), coding.read_model(), "main")
    assert set(nobody["class"]) == {""} and nobody["differ"].isna().all()


def change(path, name, **cells):
    """Write a returned sheet anew with other cells."""
    book = openpyxl.load_workbook(path)
    for place, value in cells.items():
        book["编码 coding"][place] = value
    book.save(path.with_name(name))


@pytest.mark.parametrize(
    ("cells", "cell", "found", "problem"),
    [
        ({"A4": "M999"}, "编码 coding!A4", "M999", "no row of the exercise"),
        ({"A4": "M999"}, "", "M002", "this row is missing"),
        ({"A5": "m002"}, "编码 coding!A5", "M002", "twice; the first is used"),
        ({"A4": "M10"}, "编码 coding!A7", "M010", "twice; the first is used"),
        (dict.fromkeys(("A3", "B3", "C3", "D3", "E3", "F3"), "?"), "", "", "headings are missing"),
        ({"A3": "编号"}, "编码 coding!A3", "", "no column “行号 row”: the headings are 编号, "),
        ({"D3": "我选的主题"}, "编码 coding!A3", "", "找不到“主题 theme”一栏：表头里有 行号 row、"),
        ({"D3": "我选的主题"}, "编码 coding!A3", "", "、我选的主题、主要手段 main means、"),
        ({"E3": "办法"}, "编码 coding!A3", "", "no column “主要手段 main means”"),
        ({"H3": "想法", "H7": "加"}, "编码 coding!H3", "想法", "its column was not read"),
        ({"H7": "加一句"}, "编码 coding!H7", "加一句", "no heading above"),
        ({"D1": "二班"}, "编码 coding!D1", "二班", "not read"),
        ({"B1": None}, "", "", "no name; the file's is used"),
        ({"F5": "tax"}, "编码 coding!F5", "tax", "should be empty"),
        ({"D4": "health/employment"}, "编码 coding!D4", "health/employment", "unknown code"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_sheet_is_named_with_its_cell(returned, cells, cell, found, problem):
    change(returned / "made-up-1.xlsx", "changed.xlsx", **cells)
    _, problems = coding.read_sheets(returned)
    mine = problems[problems["file"] == "changed.xlsx"]
    hits = mine[mine["problem"].str.contains(problem, regex=False)]
    assert (cell, found) in list(zip(hits["cell"], hits["found"], strict=True))


@pytest.mark.parametrize(
    "cells",
    [{"D3": "我选的主题"}, {"E3": "手段"}, {"H3": "想法", "H4": "一", "H5": "二"}, {"A3": "编号"}],
)
def test_a_heading_that_is_not_known_costs_one_line(returned, cells):
    change(returned / "made-up-1.xlsx", "changed.xlsx", **cells)
    codings, problems = coding.read_sheets(returned)
    assert list(problems["file"]).count("changed.xlsx") == 1
    mine = codings[codings["file"] == "changed.xlsx"]
    read = {"D3": ["main"], "E3": ["theme"], "H3": ["theme", "main"], "A3": []}[[*cells][0]]
    assert [field for field in ("theme", "main") if (mine[field] != "").any()] == read


@pytest.mark.parametrize("written", ["M10", "m010", "Ｍ０１０", "10", "M 10"])
def test_a_row_may_be_written_in_several_ways(returned, written):
    change(returned / "made-up-1.xlsx", "changed.xlsx", A7=written)
    codings, problems = coding.read_sheets(returned)
    assert "M010" in set(codings[codings["file"] == "changed.xlsx"]["measure_id"])
    assert "changed.xlsx" not in set(problems["file"])


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("health", "health"), ("Health", "health"), ("医疗卫生", "health"), ("医疗卫生 health", ""),
        (" health  医疗卫生 ", "health"), ("Social security and services", "social_security"),
    ],
)  # fmt: skip
def test_a_code_may_be_written_in_several_ways(returned, written, code):
    change(returned / "made-up-1.xlsx", "a.xlsx", D4=written)
    codings, _ = coding.read_sheets(returned)
    assert codings[codings["file"] == "a.xlsx"].iloc[0]["theme"] == code


def test_rows_and_columns_in_another_order_are_read_all_the_same(returned):
    book = openpyxl.load_workbook(returned / "made-up-2.xlsx")
    sheet = book["编码 coding"]
    sheet.move_range("D3:D13", cols=6)
    sheet.insert_rows(2)
    book.save(returned / "moved.xlsx")
    codings, problems = coding.read_sheets(returned)
    kept = codings[codings["file"] == "made-up-2.xlsx"].drop(columns="file")
    moved = codings[codings["file"] == "moved.xlsx"].drop(columns="file")
    assert moved.to_dict("records") == kept.to_dict("records")
    assert "moved.xlsx" not in set(problems["file"])


def test_files_that_are_no_sheets_are_named_and_the_rest_is_read(returned):
    (returned / "broken.xlsx").write_bytes(b"PK\x03\x04 and then nothing")
    (returned / "saved.csv").write_text("行号,主题\nM002,general\n", "utf-8")
    (returned / "empty.xlsx").write_bytes(b"")
    (returned / "二班").mkdir()
    (returned / "截图.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(20))
    openpyxl.Workbook().save(returned / "other.xlsx")
    (returned / "~$made-up-1.xlsx").write_bytes(b"left by Excel")
    codings, problems = coding.read_sheets(returned)
    assert len(codings) == 30
    told = problems.set_index("file")["problem"]
    assert problems.set_index("file").loc["截图.png", "found"] in ("", ".png")  # no “text”
    for name in ("broken.xlsx", "截图.png", "saved.csv", "empty.xlsx", "二班", "other.xlsx"):
        assert re.search(
            r"cannot be read|no Excel file|is a folder|headings are missing", told[name]
        )
    assert not any(name.startswith("~$") for name in told.index)


def test_two_files_of_one_name_stay_two_coders(returned):
    change(returned / "made-up-1.xlsx", "again.xlsx", B1="甲")
    codings = coding.name_coders(coding.read_sheets(returned)[0])
    assert set(codings["coder"]) == {"甲 (again.xlsx)", "甲 (made-up-1.xlsx)", "乙", "丙"}


def test_a_missing_folder_and_one_without_a_sheet_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"there is no folder .*没有这个文件夹"):
        coding.read_sheets(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="no answer sheet can be read .*it is empty"):
        coding.read_sheets(tmp_path)
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="a.csv: 不是Excel文件"):
        coding.read_sheets(tmp_path)


def test_the_comparing_notebook_says_what_stands_in_it(books, tmp_path):
    """Committed executed, on the made-up sheets; both languages side by side, as in the house."""
    text = (HERE / "compare.ipynb").read_text("utf-8")
    write(tmp_path, books | {"compare.ipynb": text})
    assert execute(tmp_path / "compare.ipynb") == text
    cells = nbformat.reads(text, as_version=4).cells
    prose = [cell for cell in cells if cell.cell_type == "markdown"]
    assert [cell.metadata.tags for cell in prose] == [["zh"], ["en"]] * (len(prose) // 2)
    for one, two in zip(prose[::2], prose[1::2], strict=True):
        assert re.findall("(?m)^#+ ", one.source) == re.findall("(?m)^#+ ", two.source)


# The pages


def read_page(kit, name, language):
    return lxml.html.document_fromstring(kit[f"teaching/{language}/{name}.html"])


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_have_the_same_parts_tables_and_links(kit, name):
    zh, en = (read_page(kit, name, language) for language in LANGUAGES)
    for path in ("//main//*[@id]/@id", "//main//tr/@id", "//main//li/@id"):
        assert zh.xpath(path) == en.xpath(path)
    for tag in ("h2", "h3", "tr", "td", "li", "blockquote", "span[@class='line']"):
        assert len(zh.xpath(f"//main//{tag}")) == len(en.xpath(f"//main//{tag}")), tag
    bare = [
        sorted(re.sub("/(zh|en)/", "/", link) for link in links)
        for links in (zh.xpath("//main//a/@href"), en.xpath("//main//a/@href"))
    ]
    assert bare[0] == bare[1]


@both
def test_the_guide_quotes_every_answer_and_asks_about_it(kit, articles, language):
    page = read_page(kit, "guide", language)
    joined = ("" if language == "zh" else " ").join
    quoted = [" ".join(each.text_content().split()) for each in page.iter("blockquote")]
    wanted = [a for a in articles if a["name"][:2] != "10" or "10" in page.text_content()]
    assert quoted == [joined(article["answer"][language]) for article in wanted]
    questions = re.findall(r"(?m)^(\d+)\. ", "\n".join(page.xpath("//main//p/strong/text()")))
    assert questions == [str(n) for n in range(1, len(questions) + 1)] and len(questions) >= 12


@both
def test_a_tenth_notebook_has_its_part_and_its_place_in_the_plan(articles, language):
    nine = [article for article in articles if article["name"][:2] != "10"]
    tenth = nine[0] | {"name": "10-others"}
    assert "10-others" not in make_page("guide", language, nine)
    page = make_page("guide", language, [*nine, tenth])
    assert page.count("../../" + language + "/10-others.html") == 3  # list, plan, question
    assert "14." in page and "student-10-others" in page


@both
def test_minutes_add_up(kit, language):
    one, four = [
        table for table in read_page(kit, "guide", language).iter("table")
        if re.search("分钟|minutes", table.xpath("string(.//thead)"))
    ]  # fmt: skip
    assert sum(int(each) for each in one.xpath(".//tbody/tr/td[1]/text()")) == 90
    for row in four.xpath(".//tbody/tr"):
        parts = row.findall("td")[1].text_content().split("·")
        assert sum(int(re.findall(r"\d+", part)[-1]) for part in parts) == 90


@pytest.mark.parametrize("path", sorted(HERE.glob("*.md.j2")), ids=lambda path: path.name)
def test_no_result_is_typed_and_no_host_is_named(path):
    """Numbers in the sources are minutes, shares, notebooks and a few fixed things."""
    text = re.sub(r"\{[{%].*?[%}]\}|`[^`]*`|M\d{3}|made-up-\d", "", path.read_text("utf-8"))
    fixed = {"2022", "65001", "13", "19", "210", "930"}  # … and sizes in MB
    for number in re.findall(r"\d+(?:\.\d+)?", text):
        small = number.isdecimal() and (int(number) <= 14 or int(number) % 5 == 0)
        assert number in fixed or (small and int(number) <= 90), number
    assert not re.search(r"https?://|\bpypi\b|index-url \w+\.\w+", text + path.read_text("utf-8"))


def test_translations_have_the_numbers_of_the_list():
    english = coding.read_english()
    asked = [*coding.choose_rows()["measure_id"], *(row["measure_id"] for row in read_task())]
    assert list(english.index) == sorted(asked)
    texts = xq.load_table("measures").set_index("measure_id")["text"]
    for measure, text in english.items():
        numbers = re.findall(r"(\d+(?:\.\d+)?)(万?)", texts[measure])
        wanted = [float(number) * 10000 ** len(many) for number, many in numbers]
        found = re.findall(r"\d[\d,]*(?:\.\d+)?", text)
        assert sorted(float(each.replace(",", "")) for each in found) == sorted(wanted), measure


def test_the_key_is_what_the_tables_say():
    first, second = read_task()
    assert first["leads"] == ["区农业农村委"] and second["leads"] == []
    assert [each["zh"] for each in first["numbers"]] == ["区级帮扶村10个", "镇级帮扶村4个"]
    assert [each["en"] for each in second["numbers"]][1:3] == [
        "Rural workers helped into jobs: at least 2740",
        "of whom lifted out of poverty: at least 2210",
    ]
    assert [each["within"] for each in second["numbers"]] == [False, False, True, True]
    assert first["other"] == ["确保不发生“返贫”"] and second["other"] == []
    assert first["units_en"] == "Agriculture and Rural Affairs Commission leads"
    assert second["units_en"].endswith("Industry and Commerce and others, each by its duties")
    assert "组织" in first["verbs"] and "启动" not in first["verbs"]  # as the guide says


@both
def test_the_key_answers_every_part_of_the_worksheet(kit, language):
    key, sheet = (read_page(kit, name, language) for name in ("key", "worksheet"))
    said = key.text_content()
    asked = [each.text_content() for each in sheet.iter("h2")][3:]
    assert [each.text_content() for each in key.iter("h2")] == asked
    for number in (135, 23, 76, 128):  # as the answers of 01, 02 and 05 say
        assert re.search(rf"(?<!\d){number}(?!\d)", said), number
    assert key.xpath("//p/strong/text()") == ["a.", "b.", "c.", "d."]
    key_en = read_page(kit, "key", "en")
    quoted = key_en.xpath("//table//span[@lang='zh-CN']/text()")
    assert quoted == ["、".join(row["verbs"]) for row in read_task()]  # targets are English
    assert "不少于2740名" in read_page(kit, "key", "zh").text_content()


@both
def test_the_guide_gives_no_answer_of_the_key_away(kit, language):
    page = read_page(kit, "guide", language)
    assert "key.html" in page.xpath("//main//a/@href")
    assert "2740" not in page.text_content() and "巩固、" not in page.text_content()


@both
def test_the_guide_links_slides_and_downloads_notebooks(kit, articles, language):
    page = read_page(kit, "guide", language)
    slides = {a["name"] for a in articles if a["name"][:2] in SLIDES}
    links = set(page.xpath("//main//a/@href"))
    assert {f"../../slides/{language}/{name}.html" for name in slides} <= links
    files = [a for a in page.iter("a") if re.search("ipynb$|xlsx$", a.get("href"))]
    assert len(files) > 10 and all("download" in a.attrib for a in files)
    assert (
        xq.cite(language=language) in page.text_content() and 'language="en"' in page.text_content()
    )
    assert "No module named 'xq'" in page.text_content() and "PIP_FIND_LINKS" in page.text_content()


@both
def test_each_language_has_its_codebook(kit, language):
    page = read_page(kit, "codebook", language)
    assert "theme_alt" in page.xpath("string(//main//p)")
    assert page.get_element_by_id("switch").get("href").endswith("/codebook.html")
    codes = coding.read_codes().query("code != 'none'")
    assert set(codes["code"]) <= set(page.xpath("//td/code/text()"))
    for text in page.xpath("//main//li") if language == "en" else []:
        assert (
            re.search("[\u4e00-\u9fff]", text.text_content()) is None or "“" in text.text_content()
        )


def test_the_pages_kept_as_markdown_are_current_and_their_links_lead_somewhere(articles):
    texts = make_markdown(articles)
    assert sorted(texts) == sorted(path.name for path in HERE.glob("*.md"))
    for name, text in texts.items():
        assert (HERE / name).read_text("utf-8") == text, f"{name}: run python make.py site"
        assert not re.search(r"\{\{|\{%|\.html\)", text), name
        for link in re.findall(r"\]\(([^)]+)\)", text):
            assert (HERE / link).exists(), (name, link)


def test_a_page_that_is_current_is_not_written_again(articles, tmp_path, monkeypatch):
    monkeypatch.setattr("teaching.build.HERE", tmp_path)
    monkeypatch.setattr("teaching.build.make_markdown", lambda articles: {"a.md": "一\n"})
    (tmp_path / "a.md").write_bytes("一\n".encode())
    before = (tmp_path / "a.md").stat().st_mtime_ns
    write_markdown(articles)
    assert (tmp_path / "a.md").stat().st_mtime_ns == before
    (tmp_path / "a.md").write_text("old")
    write_markdown(articles)
    assert (tmp_path / "a.md").read_bytes() == "一\n".encode()


@both
def test_the_worksheet_has_the_rows_of_the_list_whole(kit, language):
    text = read_page(kit, "worksheet", language).text_content()
    for row in read_task():
        assert row["text"] in text and row["units"] in text and row["deadline"] in text


needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium here (Debian: apt install chromium)"
)


@pytest.fixture(scope="module")
def printed(kit, tmp_path_factory):
    """Print every page of the kit with the site's styles."""
    folder = tmp_path_factory.mktemp("kit")
    write(folder / "teaching", kit)
    for name in ("style.css", "site.js"):
        source = Path(ROOT / "notebooks" / "pages" / name).read_text("utf-8")
        write(folder, {f"assets/{name}": source})
    write(folder, {"assets/fonts/xq.woff": make_font("".join(kit.values()))})
    with open_browser(tmp_path_factory.mktemp("chromium")) as tab:
        sheets = {}
        for name in kit:
            if name.endswith(".html"):
                tab.open((folder / name).as_uri())
                sheets[name] = tab.print()
    return sheets


@needs_chromium
@both
def test_the_worksheet_is_two_sheets_of_a4(printed, language):
    with pdfplumber.open(io.BytesIO(printed[f"teaching/{language}/worksheet.html"])) as pdf:
        assert [(round(page.width), round(page.height)) for page in pdf.pages] == [(595, 842)] * 2
        for page in pdf.pages:
            lines = [each["bottom"] for each in page.rects + page.lines + page.extract_words()]
            assert (
                550 < max(lines) < 785
            )  # filled, and some room for other fonts; paper ends at 805


@needs_chromium
def test_every_page_of_the_kit_prints_within_a4(printed):
    for name, content in printed.items():
        with pdfplumber.open(io.BytesIO(content)) as pdf:
            for page in pdf.pages:
                words = page.extract_words()
                assert words and max(word["x1"] for word in words) < page.width - 20, name
