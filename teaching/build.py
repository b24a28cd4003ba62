"""Build the class kit, a part of the reading site: pages, student copies, the coding exercise.

`notebooks/pages/build.py` calls `make_kit` and `make_books`; both run nothing and give the same
bytes for the same sources.
"""

import re

import jinja2
import nbformat
import pandas as pd
import xq
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from notebooks.pages.articles import LANGUAGES, ROOT, cite, finish, make_say, read_readme
from teaching.coding import CHARACTERS, GOLD, HERE, make_sheet, read_english

PAGES = ("guide", "worksheet")
TASK = "T23"  # the worksheet's: two rows, with numbers of several kinds, one with a lead unit


def make_kit(articles):
    """Return the texts of the kit: where on the site → a page, a notebook or a style sheet."""
    copies = {article["name"]: make_student_copy(article["name"]) for article in articles}
    texts = {f"teaching/notebooks/student-{name}.ipynb": copy for name, copy in copies.items()}
    for name in PAGES:
        for language in LANGUAGES:
            texts[f"teaching/{language}/{name}.html"] = make_page(name, language, articles)
    texts["teaching/en/codebook.html"] = make_codebook()
    for name in ("kit.css", "compare.ipynb"):
        texts[f"teaching/{name}"] = (HERE / name).read_text(encoding="utf-8")
    return texts


def make_books():
    """Return the files of the kit that are no pages: answer sheets, and data for the copies."""
    files = {"teaching/coding.xlsx": make_sheet()}
    # pandas would take an empty cell for a missing number
    returned = pd.read_csv(HERE / "returned.csv", keep_default_na=False)
    for number, (coder, own) in enumerate(returned.groupby("coder", sort=False), 1):
        answers = {each[1]: each[2:] for each in own.itertuples(index=False)}
        files[f"teaching/returned/made-up-{number}.xlsx"] = make_sheet(answers, coder)
    # Student copies name data as the notebooks do, by ../data, and find these files there.
    for path in sorted((ROOT / "data" / "examples").iterdir()):
        files[f"teaching/data/examples/{path.name}"] = path.read_bytes()
    return files


def make_student_copy(name):
    """Return the text of a notebook without outputs, and with empty cells for its solutions."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            if "solution" in cell.metadata.get("tags", []):
                cell.source, cell.metadata = "", {}
        else:  # another notebook is another student copy
            cell.source = re.sub(r"\]\((\d\d-[\w-]+\.ipynb)\)", r"](student-\1)", cell.source)
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def make_page(name, language, articles):
    """Return a page of the kit, of the Markdown file of that name and language."""
    say = make_say(language)
    numbers = {article["name"][:2]: article for article in articles}

    def answer(number):
        return say("", " ").join(numbers[number]["answer"][language])

    def link(number):
        article = numbers[number]
        return f"[{number} {article['title'][language]}](../../{language}/{article['name']}.html)"

    source = (
        _environment()
        .get_template(f"{name}.{language}.md")
        .render(
            answer=answer,
            link=link,
            notebooks=numbers,
            names=[article["name"] for article in articles],
            task=xq.load_table("tasks").set_index("task_id").loc[TASK],
            rows=read_task(),
            english=read_english(),
            length=CHARACTERS,
        )
    )
    return _fill(source, name, language)


def make_codebook():
    """Return the page of both codebooks of the exercise, as the coders of the list had them."""
    themes = (GOLD / "LABELS.md").read_text(encoding="utf-8").split("## Instrument")[0]
    means = (GOLD / "INSTRUMENTS.md").read_text(encoding="utf-8").split("## Output")[0]
    means = re.sub("^#", "##", means, flags=re.M)
    return _fill(f"{themes}\n{means}", "codebook", "en")


def read_task():
    """Return the rows of the worksheet's task as dicts, and what the tables say of each."""
    rows = xq.load_table("measures").query("task_id == @TASK")
    targets, duties = xq.load_table("targets"), xq.load_table("responsibilities")
    units = xq.load_table("units").set_index("unit_id")
    terms = xq.load_table("terms")
    words = xq.tokenize(rows.set_index("measure_id")["text"], lexicon=terms)
    told = []
    for row in rows.to_dict("records"):
        mine = row["measure_id"]
        promised = targets[targets["measure_id"] == mine]
        named = duties[duties["measure_id"] == mine]
        leads = named[named["role"] == "lead"]["unit_id"]
        verbs = words[(words["doc"] == mine) & (words["layer"] == "verb")]["term"]
        row["numbers"] = list(promised[promised["form"] == "numeric"]["span"])
        row["other"] = list(promised[promised["form"] != "numeric"]["span"])
        row["units_en"] = list(units.loc[named["unit_id"], "unit_en"])
        row["leads"] = list(units.loc[leads, "unit"])
        row["leads_en"] = list(units.loc[leads, "unit_en"])
        row["verbs"] = list(verbs)
        told.append(row)
    return told


def _fill(source, name, language):
    """Return the page that Markdown makes, in the frame of the kit."""
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
    html = MarkdownWithMath(renderer=renderer).render(source)
    html = f'<section class="prose" id="p">{html}</section>'
    body = finish(html, language, links=lambda text, href: (href, ""))
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            body=body,
            name=name,
            language=language,
            title=re.search("^# (.+)", source, re.M)[1],
            say=make_say(language),
            about=read_readme(language),
            cite=cite(language),
        )
    )


def _environment():
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
