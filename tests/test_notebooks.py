"""The house rules of notebooks, checked without running them."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))
FORBIDDEN = {
    "a shell or magic command": r"^\s*[!%]",
    "the network": r"\b(requests|urllib|httpx|socket|fetch_\w+)\b",
    "an absolute path": r"""["'](/|~[/\w]|[A-Za-z]:[\\/])""",
    "the clock": r"\b(time\.|datetime\.(now|today)|Timestamp\.(now|today)|date\.today)",
    "a file left open, which Windows will not delete": r"\bread_only=True",
    "a Styler": r"\.style\b",
    "a trailing semicolon": r";\s*$",
}
HOUSE_WORDS = (
    r"\bARI\b", r"\bbits?\b", r"\bMRR\b", "alpha", "bootstrap", "dealt", r"\bfirm(est|er)?\b", "verdict",
    r"\bcloud", r"\bgate", r"\baspects?\b", "比特", "无人牵头", "照抄", "减码", "人工编码", "by hand", r"\d+/\d+",
)  # fmt: skip


every = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    prose = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    return notebook, code, prose


def find_texts(cell):
    """Return the plain texts a code cell put out."""
    for output in cell["outputs"]:
        yield "".join(output.get("text", "") or output.get("data", {}).get("text/plain", ""))


@every
def test_name_is_a_numbered_question(path):
    assert re.fullmatch(r"\d\d(-[a-z0-9]+)+", path.stem)
    assert sum(other.name[:2] == path.name[:2] for other in NOTEBOOKS) == 1


def has_tag(cell, tag):
    return tag in cell["metadata"].get("tags", [])


@every
def test_first_cells_ask_and_answer_in_both_languages(path):
    first = "\n".join(read_head(path))
    for part in ("**Answer.** ", "**提要。** ", "*In:* ", "*Out:* ", "*Reading time:* "):
        assert part in first
    for named in re.findall(r"`(data/)?([a-z_/]+\.csv)`", first.split("*Out:*")[0]):
        assert (ROOT / "data" / named[1]).exists(), named
    chinese, english = read_head(path)
    assert re.match(
        r"# .+？\n\n\*\*提要。\*\* .+\n\n\*输入：\*.+\*输出：\*.+\*阅读时间：\*", chinese
    )
    assert re.match(r"# .+\?\n\n\*\*Answer\.\*\* .+\n\n\*In:\*.+\*Out:\*.+\*Reading", english)


def read_head(path):
    """Return the two cells with the question and the answer, Chinese and English."""
    return [each["source"] for each in read(path)[2][:2]]


@every
def test_numbers_in_the_answer_are_those_computed(path):
    english, chinese = read_answer(path)
    first = "\n".join(read_head(path))
    assert f"**Answer.** {english}" in first
    assert f"**提要。** {chinese}" in first


def read_answer(path):
    """Return the English and the Chinese answer, as the cell with that tag printed them."""
    (cell,) = [each for each in read(path)[1] if has_tag(each, "answer")]
    english, chinese = "".join(find_texts(cell)).strip().split("\n")
    return english, chinese


@every
def test_answers_are_plain(path):
    """VOICE: two or three sentences, at most three numbers in each, no word of the house."""
    english, chinese = read_answer(path)
    sentences = re.split(r"(?<=[.?!]) (?=[A-Z“\d])", english), re.findall("[^。]+。", chinese)
    for language in sentences:
        assert 2 <= len(language) <= 4
        for sentence in language:
            assert len(re.findall(r"\d+(?:[.,]\d+)*", sentence)) <= 3, sentence
    for word in HOUSE_WORDS:
        assert not re.search(word, english + chinese, flags=re.I), word


@every
def test_prose_exists_in_both_languages_side_by_side(path):
    notebook, _, prose = read(path)
    assert len(prose) % 2 == 0
    for chinese, english in zip(prose[::2], prose[1::2], strict=True):
        place = notebook["cells"].index(chinese)
        assert notebook["cells"][place + 1] is english
        assert has_tag(chinese, "zh") and has_tag(english, "en")
        one, two = chinese["source"], english["source"]
        links = r"\]\(([^)]+)\)"
        assert sorted(re.findall(links, one)) == sorted(re.findall(links, two)), two
        levels = r"(?m)^(#+) "
        assert re.findall(levels, one) == re.findall(levels, two), two
        han = r"[\u4e00-\u9fff]"
        plain = re.sub(r"`[^`]*`|\([^)]*\)|\*[^*]*\*|“[^”]*”", "", two)
        assert len(re.findall(han, one)) > len(re.findall(han, plain)), two


@every
def test_prose_elsewhere_has_no_measured_numbers(path):
    """Digits belong to code; prose may name a year, a notebook or an exercise, or number a list."""
    named = r"`[^`]*`|\]\([^)]*\)|doi:\S+|(\d{1,2} [A-Z][a-z]+ )?\b(19|20)\d\d\b"
    named += r"|^\d\. |notebook \d\d|exercise \d|F1|\[\d\d |(19|20)\d\d年(\d{1,2}月(\d{1,2}日)?)?"
    named += r"|笔记\s?\d\d|练习\d|约?\s?\d+\s?分钟|\d+ minutes|〔\d{4}〕\d+号"
    _, _, prose = read(path)
    for cell in prose[len(read_head(path)) :]:
        assert not re.findall(r"\d+", re.sub(named, "", cell["source"], flags=re.M)), cell["source"]


@every
def test_imports_come_first_and_only_there(path):
    _, code, _ = read(path)
    lines = code[0]["source"].split("\n")
    assert "xq.use_style(" in lines[-1]
    for cell in code[1:]:
        assert not re.search(r"^\s*(import|from)\s", cell["source"], flags=re.M), cell["source"]


@every
def test_nothing_forbidden(path):
    _, code, _ = read(path)
    for cell in code:
        for what, pattern in FORBIDDEN.items():
            assert not re.search(pattern, cell["source"], flags=re.M), f"{what}: {cell['source']}"


@every
def test_figures_carry_the_number_and_are_listed(path):
    notebook, code, _ = read(path)
    saved = re.findall(r'save_figure\(\s*[^,]+,\s*"([^"]+)"', "\n".join(c["source"] for c in code))
    assert saved
    assert all(name.startswith(path.name[:2]) for name in saved)
    listed = "".join(read_head(path)).split("*Out:*")[1].split("·")[0]
    assert sorted(re.findall(r"(\d\d-[a-z0-9-]+)", listed)) == sorted(saved)
    committed = {file.name.split(".")[0] for file in (ROOT / "figures").glob(f"{path.name[:2]}-*")}
    assert committed == set(saved)


@every
def test_ends_with_doubts_exercises_and_the_next_step(path):
    _, code, prose = read(path)
    english = "\n".join(each["source"] for each in prose if has_tag(each, "en"))
    parts = re.findall(r"^## (.+)$", english, flags=re.M)
    parts = [each for each in parts if each != "For the careful reader"][-3:]
    solutions = [each for each in code if has_tag(each, "solution")]
    assert len(solutions) == 3
    for each in solutions:
        assert each["metadata"]["jupyter"] == {"source_hidden": True, "outputs_hidden": True}
    assert parts == ["How sure are we?", "Try it yourself", "Next"]
    exercises = english.split("## Try it yourself")[1].split("## Next")[0]
    assert len(re.findall(r"^\d\. ", exercises, flags=re.M)) == 3
    for link in re.findall(r"\]\(([^)]+\.ipynb)\)", english):
        assert (path.parent / link).exists()


@every
def test_next_is_the_next_notebook(path):
    following = [each.name for each in NOTEBOOKS if each.name > path.name][:1]
    _, _, prose = read(path)
    assert re.findall(r"\]\(([^)]+\.ipynb)\)", prose[-1]["source"])[:1] == following


@every
def test_committed_executed_and_clean(path):
    notebook, code, _ = read(path)
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    for cell in code:
        for output in cell["outputs"]:
            assert output["output_type"] != "error"
            assert output.get("name") != "stderr"
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    assert "version" not in notebook["metadata"]["language_info"]


@every
def test_tables_shown_are_short_and_rounded(path):
    _, code, _ = read(path)
    for cell in code:
        for text in find_texts(cell):
            assert text.count("\n") <= 60
            assert not re.search(r"\d\.\d{5,}", text), text
