"""Build the class kit, a part of the reading site: pages, student copies, the coding exercise.

`notebooks/pages/build.py` calls `make_kit` and `make_books`; both run nothing and give the same
bytes for the same sources. `write_markdown` keeps the pages as Markdown beside this file, for those
who read the kit in the repository.
"""

import re

import jinja2
import nbformat
import pandas as pd
import xq
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from notebooks.pages.articles import (
    LANGUAGES,
    ROOT,
    SLIDES,
    cite,
    finish,
    make_say,
    read_readme,
)
from teaching.coding import (
    CHARACTERS,
    GOLD,
    HERE,
    PARTS,
    add_english,
    make_sheet,
    read_english,
)

PAGES = ("guide", "worksheet", "key")  # and the codebook, which has no template
BOUNDS = {">=": ("不少于", "at least "), "<=": ("不超过", "at most "), "=": ("", "")}
CLAUSES = "，。；"
FIRST = (
    "**学生用。** 先 Run → Run All Cells，再做末尾三题；拿不准先看提示。"
    "答案写在末尾标有“练习”的空格里，按 Shift+Enter 运行；做完用 File → Save Notebook 保存。\n\n"
    "**For students.** First Run → Run All Cells, then do the three exercises at the end; in doubt "
    "read the hint. Type into the cells marked “exercise” at the end, press Shift+Enter to run "
    "them, and save with File → Save Notebook."
)
HERE_YOU_TYPE = (
    "# 练习{0}：写在这里，Shift+Enter运行 / exercise {0}: type here, run with Shift+Enter\n"
)
CODEBOOK = {
    "zh": "*课堂用。* 答卷里没有 `theme_alt`（备选主题），写在备注里。",
    "en": "*In class.* The answer sheet has no `theme_alt`: write it under remark. English behind "
    "a Chinese example is a translation for class; the coders of the list read the Chinese.",
}
TASK = "T23"  # the worksheet's: two rows, with numbers of several kinds, one with a lead unit


def make_kit(articles):
    """Return the texts of the kit: where on the site → a page, a notebook or a style sheet."""
    copies = {article["name"]: make_student_copy(article["name"]) for article in articles}
    texts = {f"teaching/notebooks/student-{name}.ipynb": copy for name, copy in copies.items()}
    for name in PAGES:
        for language in LANGUAGES:
            texts[f"teaching/{language}/{name}.html"] = make_page(name, language, articles)
    for language in LANGUAGES:
        codebook = _fill(make_codebook(language), "codebook", language)
        texts[f"teaching/{language}/codebook.html"] = codebook
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


def write_markdown(articles):
    """Write the pages of the kit as Markdown beside their templates, where they have changed."""
    for name, text in make_markdown(articles).items():
        path, content = HERE / name, text.encode("utf-8")
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)


def make_markdown(articles):
    """Return the pages as Markdown whose links work in the repository: file → text."""
    texts = {}
    for language in LANGUAGES:
        for name in PAGES:
            template = f"{name}.{language}.md.j2"
            note = f"<!-- Made from {template} by python make.py site: edit that. -->"
            page = render(name, language, articles, site=False)
            texts[f"{name}.{language}.md"] = f"{note}\n\n{page}"
        note = "<!-- Made from data/gold by python make.py site: edit that. -->"
        texts[f"codebook.{language}.md"] = f"{note}\n\n{make_codebook(language)}"
    return texts


def make_student_copy(name):
    """Return the text of a notebook without outputs and answer, with room for solutions."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    first = nbformat.v4.new_markdown_cell(FIRST, id="student")
    cells, exercise = [first], 0
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "answer" in tags:
            continue  # it computes what an exercise may ask
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            if "solution" in tags:
                exercise += 1
                cell.source, cell.metadata = HERE_YOU_TYPE.format(exercise), {}
        else:  # another notebook is another student copy
            cell.source = re.sub(r"\]\((\d\d-[\w-]+\.ipynb)\)", r"](student-\1)", cell.source)
        cells.append(cell)
    notebook.cells = cells
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def make_page(name, language, articles):
    """Return a page of the kit, of the Markdown template of that name and language."""
    return _fill(render(name, language, articles, site=True), name, language)


def render(name, language, articles, *, site):
    """Return the Markdown that a template makes, with links of the site or of the repository."""
    say = make_say(language)
    numbers = {article["name"][:2]: article for article in articles}

    def answer(number):
        return say("", " ").join(numbers[number]["answer"][language])

    def link(number):
        article = numbers[number]
        place = f"../../{language}/{article['name']}.html"
        place = place if site else f"../notebooks/{article['name']}.ipynb"
        return f"[{number} {article['title'][language]}]({place})"

    def slides(number, text):
        return made(f"../slides/{language}/{numbers[number]['name']}.html", text)

    def page(name, text):
        return f"[{text}]({name}.html)" if site else f"[{text}]({name}.{language}.md)"

    def made(path, text):
        # What only `python make.py site` makes is no file of the repository.
        return f"[{text}](../{path})" if site else text

    def kept(path, text, source):
        return f"[{text}]({path})" if site else f"[{text}]({source})"

    duties = xq.load_table("responsibilities")
    measures, targets = xq.load_table("measures"), xq.load_table("targets")
    notice = xq.load_table("notice").set_index("part")["text"]
    return (
        _environment()
        .get_template(f"{name}.{language}.md.j2")
        .render(
            site=site,
            answer=answer,
            link=link,
            slides=slides,
            page=page,
            made=made,
            kept=kept,
            line='<span class="line"></span>' if site else "＿" * 30,
            notebooks=numbers,
            names=[article["name"] for article in articles],
            on_the_wall=SLIDES,
            task=xq.load_table("tasks").set_index("task_id").loc[TASK],
            rows=read_task(),
            english=read_english(),
            length=CHARACTERS,
            count={
                "rows": len(measures),
                "numbers": targets[targets["form"] == "numeric"]["measure_id"].nunique(),
                "leads": duties[duties["role"] == "lead"]["measure_id"].nunique(),
                "year": int((measures["deadline"] == "年内持续推进").sum()),
            },
            cite=xq.cite(language=language),
            notice={
                "title": notice["title"].lstrip("# ").replace(" ", ""),
                "date": notice["date_read"],
            },
        )
    )


def make_codebook(language):
    """Return both codebooks of the exercise as one page of Markdown.

    English is what the coders of the list had, with the English of what it quotes in Chinese.
    """
    ending = {"zh": ".zh", "en": ""}[language]
    themes, means = (
        (GOLD / f"{name}{ending}.md").read_text(encoding="utf-8")
        for name in ("LABELS", "INSTRUMENTS")
    )
    themes = re.split(PARTS["means"], themes, flags=re.M)[0]
    means = re.split(PARTS["output"], means, flags=re.M)[0]
    title, _, themes = themes.partition("\n")
    said = CODEBOOK[language]
    text = f"{title}\n\n{said}\n{themes}\n" + re.sub("^#", "##", means, flags=re.M)
    return (add_english(text) if language == "en" else text).rstrip("\n") + "\n"


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
        named = duties[duties["measure_id"] == mine].sort_values("order")
        leads = named[named["role"] == "lead"]["unit_id"]
        first = named["unit_id"].iloc[0]
        verbs = words[(words["doc"] == mine) & (words["layer"] == "verb")]["term"]
        within = row["text"].find("其中")  # what stands after it is part of what stands before
        row["numbers"] = [
            {
                "zh": f"{each.label}{BOUNDS[each.bound][0]}{each.quote}",
                "en": f"{each.label_en}: {BOUNDS[each.bound][1]}{each.value:g}",
                "quote": each.quote,
                "value": f"{each.value:g}",
                "within": -1 < within < each.start,
            }
            for each in promised[promised["form"] == "numeric"].itertuples()
        ]
        row["other"] = [
            find_clause(row["text"], each.start)
            for each in promised[promised["form"] != "numeric"].itertuples()
        ]
        row["other_en"] = [add_english(clause) for clause in row["other"]]
        row["units_en"] = _translate_units(
            named.assign(name=named["unit_id"].map(units["unit_en"]))
        )
        row["leads"] = list(units.loc[leads, "unit"])
        row["leads_en"] = list(units.loc[leads, "unit_en"])
        row["first"], row["first_en"] = units.loc[first, ["unit", "unit_en"]]
        row["verbs"] = list(verbs)
        told.append(row)
    return told


def find_clause(text, place):
    """Return the clause that has a character of the text, without the mark at its end."""
    start = max(text.rfind(mark, 0, place) for mark in CLAUSES) + 1
    ends = [end for mark in CLAUSES if (end := text.find(mark, place)) >= 0]
    return text[start : min(ends, default=len(text))]


def _translate_units(named):
    """Return the cell of units in English: who leads, who shares, and whether others do."""
    leads = named[named["role"] == "lead"]["name"]
    said = ["; ".join(leads) + (" leads" if len(leads) == 1 else " lead")] if len(leads) else []
    said += list(named[named["role"] != "lead"]["name"])
    others = named["role_written"].eq("等按职责分工负责").any()
    return "; ".join(said) + (" and others, each by its duties" if others else "")


def _fill(source, name, language):
    """Return the page that Markdown makes, in the frame of the kit."""
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
    html = MarkdownWithMath(renderer=renderer).render(source)
    html = f'<section class="prose" id="p">{html}</section>'
    body = finish(html, language, links=lambda text, href: (href, ""))
    # A browser would show the text of a notebook instead of keeping it.
    body = re.sub(r'<a (href="[^"]+\.(?:ipynb|xlsx)")', r"<a download \1", body)
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
