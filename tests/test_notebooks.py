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
    "an absolute path": r"""["'](/|~|[A-Za-z]:[\\/])""",
    "the clock": r"\b(time\.|datetime\.(now|today)|Timestamp\.(now|today)|date\.today)",
    "a Styler": r"\.style\b",
    "a trailing semicolon": r";\s*$",
}
pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


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


def test_name_is_a_numbered_question(path):
    assert re.fullmatch(r"\d\d(-[a-z0-9]+)+", path.stem)
    assert sum(other.name[:2] == path.name[:2] for other in NOTEBOOKS) == 1


def test_first_cell_asks_and_answers_in_both_languages(path):
    notebook, _, _ = read(path)
    first = notebook["cells"][0]["source"]
    assert re.match(r"# .+\? · .+？\n", first)
    for part in ("**Answer.** ", "**提要。** ", "*In:* ", "*Out:* ", "*Reading time:* "):
        assert part in first
    for named in re.findall(r"`(data/)?([a-z_/]+\.csv)`", first.split("*Out:*")[0]):
        assert (ROOT / "data" / named[1]).exists(), named


def test_numbers_in_the_answer_are_those_computed(path):
    notebook, code, _ = read(path)
    (cell,) = [c for c in code if "answer" in c["metadata"].get("tags", [])]
    printed = "".join(find_texts(cell)).strip().split("\n")
    first = notebook["cells"][0]["source"]
    assert [f"**Answer.** {printed[0]}" in first, f"**提要。** {printed[1]}" in first] == [True] * 2


def test_prose_elsewhere_has_no_measured_numbers(path):
    """Digits belong to code; prose may name a year, a notebook or an exercise, or number a list."""
    named = r"`[^`]*`|\]\([^)]*\)|doi:\S+|(\d{1,2} [A-Z][a-z]+ )?\b(19|20)\d\d\b"
    named += r"|^\d\. |notebook \d\d|exercise \d|F1|\[\d\d "
    _, _, prose = read(path)
    for cell in prose[1:]:
        assert not re.findall(r"\d+", re.sub(named, "", cell["source"], flags=re.M)), cell["source"]


def test_imports_come_first_and_only_there(path):
    _, code, _ = read(path)
    lines = code[0]["source"].split("\n")
    assert len(lines) <= 6
    assert "xq.use_style(" in lines[-1]
    for cell in code[1:]:
        assert not re.search(r"^\s*(import|from)\s", cell["source"], flags=re.M), cell["source"]


def test_nothing_forbidden(path):
    _, code, _ = read(path)
    for cell in code:
        for what, pattern in FORBIDDEN.items():
            assert not re.search(pattern, cell["source"], flags=re.M), f"{what}: {cell['source']}"


def test_figures_carry_the_number_and_are_listed(path):
    notebook, code, _ = read(path)
    saved = re.findall(r'save_figure\([^,]+, "([^"]+)"', "\n".join(c["source"] for c in code))
    assert saved
    assert all(name.startswith(path.name[:2]) for name in saved)
    listed = notebook["cells"][0]["source"].split("*Out:*")[1].split("·")[0]
    assert sorted(re.findall(r"(\d\d-[a-z0-9-]+)", listed)) == sorted(saved)
    committed = {file.name.split(".")[0] for file in (ROOT / "figures").glob(f"{path.name[:2]}-*")}
    assert committed == set(saved)


def test_ends_with_doubts_exercises_and_the_next_step(path):
    _, _, prose = read(path)
    last = prose[-1]["source"]
    parts = re.findall(r"^## (.+?) ·", last, flags=re.M)
    assert parts == ["How sure are we?", "Try it yourself", "Next"]
    exercises = last.split("## Try it yourself")[1].split("## Next")[0]
    assert len(re.findall(r"^\d\. ", exercises, flags=re.M)) == 3
    for link in re.findall(r"\]\(([^)]+\.ipynb)\)", last):
        assert (path.parent / link).exists()


def test_committed_executed_and_clean(path):
    notebook, code, _ = read(path)
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    for cell in code:
        for output in cell["outputs"]:
            assert output["output_type"] != "error"
            assert output.get("name") != "stderr"
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    assert "version" not in notebook["metadata"]["language_info"]


def test_tables_shown_are_short_and_rounded(path):
    _, code, _ = read(path)
    for cell in code:
        for text in find_texts(cell):
            assert text.count("\n") <= 60
            assert not re.search(r"\d\.\d{5,}", text), text
