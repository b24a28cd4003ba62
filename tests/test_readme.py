"""The two READMEs, the notebooks and the tree say the same."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
import xq

ROOT = Path(__file__).parent.parent
EN = (ROOT / "README.md").read_text(encoding="utf-8")
ZH = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")


DATA_EN = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
DATA_ZH = (ROOT / "data" / "README.zh-CN.md").read_text(encoding="utf-8")


def find_tables(text):
    """Return the tables of a Markdown text as lists of rows of cells."""
    tables, last = [], -2
    for number, line in enumerate(text.split("\n")):
        if line.startswith("|"):
            if number != last + 1:
                tables.append([])
            tables[-1].append([cell.strip() for cell in line.strip("|").split("|")])
            last = number
    return tables


def find_commands(text):
    inline = re.findall(r"`((?:python|conda|pip|git|readr|read\.csv|import delimited)[^`]*)`", text)
    blocks = re.findall(r"```\w*\n(.*?)```", text, flags=re.S)
    return [re.sub("  # .*", "", text) for text in blocks + inline]  # each with its own remarks


def find_numbers(text):
    """Return numbers in order of value; a date such as 27 July 2022 counts as its digits."""
    months = {"July": "7", "March": "3", "February": "2", "November": "11"}
    text = re.sub("|".join(months), lambda hit: months[hit.group()], text)
    return sorted(
        re.findall(r"\d+(?:\.\d+)?", re.sub(r"\((?:figures|http|README)[^)]*\)", "", text))
    )


def test_tables_have_the_same_shape_links_and_numbers():
    english, chinese = find_tables(EN), find_tables(ZH)
    assert len(english) == len(chinese) == 4
    for one, two in zip(english, chinese, strict=True):
        assert [len(row) for row in one] == [len(row) for row in two]
        for row, other in zip(one[2:], two[2:], strict=True):
            assert find_numbers(" ".join(row)) == find_numbers(" ".join(other))


def test_commands_are_the_same():
    assert find_commands(EN) == find_commands(ZH)
    assert find_commands(DATA_EN) == find_commands(DATA_ZH)


def test_the_readmes_of_the_data_have_the_same_parts_rows_and_files():
    assert re.findall("^#+ ", DATA_EN, re.M) == re.findall("^#+ ", DATA_ZH, re.M)
    (english,), (chinese,) = find_tables(DATA_EN), find_tables(DATA_ZH)
    for one, two in zip(english[2:], chinese[2:], strict=True):
        assert re.findall("`[^`]+`", one[0]) == re.findall("`[^`]+`", two[0])
        assert find_numbers(one[2]) == find_numbers(two[2])
    for text in (DATA_EN, DATA_ZH):
        for link in re.findall(r"\]\(([^)#]+)\)", text):
            assert link.startswith("https://") or (ROOT / "data" / link).exists(), link


def test_the_recipe_for_targets_and_outcomes_runs():
    (code,) = re.findall(r"```python\n(.*?)```", DATA_EN, flags=re.S)
    made = {}
    exec(code, made)
    national = made["pairs"].set_index(["place", "year"]).loc[("全国", 2022)]
    assert (national["least"], national["reached"]) == (5.5, 3.0)  # as both reports say


def find_links(text):
    """Return where the links lead, whatever the language of what they lead to."""
    links = re.findall(r"\]\(((?!README)[^)]+)\)", text)
    return [re.sub(r"\.(zh-CN|zh|en)(?=\.)|#.*", "", link) for link in links]


def find_places(text):
    """Return the places of a page that a link can name, as code hosts make them of headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_lead_somewhere():
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for path, place in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", text):
            assert path.startswith("https://") or (ROOT / path).exists(), path
            if place:
                target = (ROOT / (path or name)).read_text(encoding="utf-8")
                assert place in find_places(target), place
    assert find_links(EN) == find_links(ZH)


def test_numbers_in_prose_agree():
    def prose(text):
        text = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.S)
        return "\n".join(line for line in text.split("\n") if not line.startswith("|"))

    assert find_numbers(prose(EN)) == find_numbers(prose(ZH))


@pytest.mark.parametrize("text, line", [(EN, 0), (ZH, 1)], ids=["en", "zh"])
def test_answers_are_those_the_notebooks_compute(text, line):
    notebooks = sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))
    rows = find_tables(text)[0][2:]
    assert len(rows) == len(notebooks)
    for row, path in zip(rows, notebooks, strict=True):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        (answer,) = [c for c in cells if "answer" in c["metadata"].get("tags", [])]
        printed = "".join("".join(output["text"]) for output in answer["outputs"])
        assert row[3] == printed.strip().split("\n")[line]
        assert path.name in row[1]
        asked = "\n".join("".join(cell["source"]).split("\n")[0] for cell in cells[:2])
        assert row[0] in asked


def test_row_counts_are_those_of_the_tables():
    rows = find_tables(EN)[2][2:]
    for name, count, _ in rows:
        path = re.search(r"\((.+?)\)", name)[1]
        assert len(pd.read_csv(ROOT / path)) == int(count), path
    measures = xq.load_table("measures")
    counts = (measures["task_id"].nunique(), measures["measure_no"].nunique(), len(measures))
    assert "{} tasks, {} numbered measures and {} measure rows".format(*counts) in EN
    assert "{}项任务、{}条措施、{}行".format(*counts) in ZH


def test_commands_of_make_are_all_listed():
    import make

    for text in (EN, ZH):
        assert set(re.findall(r"python make\.py (\w+)", text)) == set(make.COMMANDS)


def test_version_and_date_are_the_same_everywhere():
    package = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    cff = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    toml = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    version = xq.__version__
    assert package["version"] == version
    assert f"version: {version}\n" in cff
    assert f'\nversion = "{version}"\n' in toml
    date = re.search(r"date-released: (\S+)", cff)[1]
    assert f"\n## {version} ({date})\n" in log
    assert f"Version {version}. CC BY" in EN and f"版本{version}，CC BY" in ZH
    oldest = re.search(r'requires-python = ">=([\d.]+)"', toml)[1]
    assert f") {oldest} to 3.14" in EN
    assert f") {oldest} 至 3.14" in ZH
