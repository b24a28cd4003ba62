"""What the pages are made of: notebooks, figures, tables and READMEs, read as they stand."""

import csv
import json
import posixpath
import re
from functools import cache
from itertools import groupby
from pathlib import Path

import lxml.html
import nbformat
import xq
import yaml
from lxml.html import builder
from nbconvert import HTMLExporter
from nbconvert.filters import Highlight2HTML
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
LANGUAGES = ("zh", "en")
SLIDES = ("01", "02", "05", "07", "10")  # the notebooks that a class sees on the wall
SENTENCES = {"zh": r"(?<=[。！？])", "en": r"(?<=[.?!]) (?=[A-Z“\d])"}
# Parts of the README: what the front page says last, and those of a page of their own.
LIMITS = {"zh": "本项目不能回答什么", "en": "What this cannot tell"}
USES = {
    "zh": ("写报告", "跟踪督办", "数字怎么来，可信到什么程度"),
    "en": (
        "For report writers",
        "Follow up",
        "How the numbers are made, and how far to trust them",
    ),
}
DOUBTS = {"zh": "有多大把握？", "en": "How sure are we?"}


class PageError(ValueError):
    """Something in a source that no page can be made of; the text says where and what to do."""


def make_say(language):
    """Return the function that picks the Chinese or the English of two, as in the figures."""
    return lambda zh, en: zh if language == "zh" else en


# Notebooks


def read_article(path):
    """Read a notebook.

    Parameters
    ----------
    path : Path
        An executed notebook.

    Returns
    -------
    dict
        ``name``; ``cells``; and by language ``title``, ``answer`` and ``doubts``: the question, the
        sentences of the answer, and what each point of *How sure are we?* begins with.

    Raises
    ------
    PageError
        If the question or the answer is missing.
    """
    cells = nbformat.read(path, as_version=4).cells
    # English prose has the place of the Chinese before it: a page keeps its place in both.
    place = ""
    for cell in cells:
        cell.tags = cell.metadata.get("tags", [])
        place = place if "en" in cell.tags else cell.id
        cell.place = place
    printed = [find_text(cell) for cell in cells if "answer" in cell.tags]
    lines = printed[0].strip().split("\n") if len(printed) == 1 else []
    if len(lines) != 2:
        raise PageError(
            f"{path.name}: expected one cell tagged answer that prints the English and the Chinese "
            f"answer, a line each; there are {len(printed)} such cells. Run make.py figures"
        )
    article = {"name": path.stem, "cells": cells, "title": {}, "answer": {}, "doubts": {}}
    for language, answer in zip(LANGUAGES, reversed(lines), strict=True):
        prose = "\n\n".join(cell.source for cell in cells if language in cell.tags)
        question = re.match(r"# (.+)", prose)
        doubts = re.search(
            rf"^## {re.escape(DOUBTS[language])}\n+(.+?)(?=\n#|\Z)", prose, re.M | re.S
        )
        if not question or not doubts:
            raise PageError(
                f"{path.name}: the {language} prose has no first line “# question”, or no part "
                f"“## {DOUBTS[language]}”"
            )
        article["title"][language] = question[1]
        article["answer"][language] = split_sentences(answer, language)
        points = re.findall(r"^- (.+)", doubts[1], re.M) or [doubts[1].strip().split("\n")[0]]
        article["doubts"][language] = [find_lead(point, language) for point in points]
    return article


def find_lead(point, language):
    """Return the bold sentence that a point begins with, or its first sentence."""
    bold = re.match(r"\*\*([^*]+[.。])\*\*", point)
    plain = re.sub(r"[*`]|\[(.+?)\]\(.+?\)", r"\1", bold[1] if bold else point)
    return split_sentences(plain, language)[0]


def find_text(cell):
    """Return what a code cell printed."""
    return "".join(output.get("text", "") for output in cell.outputs)


def split_sentences(text, language):
    """Return the sentences of a text."""
    return [sentence for sentence in re.split(SENTENCES[language], text) if sentence]


def select_cells(article, language):
    """Return the cells that a page shows.

    Code that shows nothing is put together with the code that follows: one fold, not three.
    """
    other = LANGUAGES[1 - LANGUAGES.index(language)]
    shown = []
    for cell in article["cells"]:
        if other in cell.tags:
            continue
        last = shown[-1] if shown else None
        plain = cell.cell_type == "code" and not cell.tags
        if plain and last and last.cell_type == "code" and not (last.tags or last.outputs):
            shown.pop()
            cell = nbformat.from_dict(cell | {"source": f"{last.source}\n\n\n{cell.source}"})
        shown.append(cell)
    return shown


def choose_lines(text, language):
    """Return the lines in one language of what code printed in Chinese and then in English.

    Where Chinese and other lines do not take turns, nothing is left out.
    """
    runs = [
        "".join(run)
        for _, run in groupby(
            text.splitlines(keepends=True), lambda line: bool(re.search("[一-鿿]", line))
        )
    ]
    if len(runs) % 2 or not re.search("[一-鿿]", text.split("\n")[0]):
        return text
    return "".join(runs[LANGUAGES.index(language) :: 2])


def to_html(article, language):
    """Return the cells of a notebook as HTML, in one language.

    nbconvert's template ``basic`` does it; ``cells.html.j2`` says what is folded.
    """
    notebook = nbformat.v4.new_notebook(metadata={"language_info": {"name": "python"}})
    solutions = 0
    for cell in select_cells(article, language):
        cell = nbformat.from_dict(cell)
        if cell.cell_type == "code":
            saved = re.findall(r'save_figure\(\s*[^,]+,\s*"([^"]+)"', cell.source)
            pictures = [each for each in cell.outputs if "image/png" in each.get("data", {})]
            if len(saved) != len(pictures):
                raise PageError(
                    f"{article['name']}, cell {cell.id}: {len(pictures)} pictures and "
                    f"{len(saved)} calls of save_figure; a page shows saved figures only"
                )
            for picture, name in zip(pictures, saved, strict=True):
                picture.figure = read_figure(name, language)
            for output in cell.outputs:
                if output.get("name") == "stdout":
                    output.text = choose_lines(output.text, language)
            solutions += "solution" in cell.tags
            cell.solution = solutions
        notebook.cells.append(cell)
    resources = {"say": make_say(language)}
    text = _exporter().from_notebook_node(notebook, resources=resources)[0]
    sources = {cell.place: cell.source for cell in notebook.cells if cell.cell_type == "code"}
    # Only now: nbconvert parses what its template gives, and coloured code is most of a page.
    return re.sub('<pre id="code-(.+?)"></pre>', lambda hit: _highlight(sources[hit[1]]), text)


@cache
def _highlight(source):
    return Highlight2HTML(pygments_lexer="python")(source)


@cache
def _exporter():
    return HTMLExporter(
        template_name="basic",
        extra_template_paths=[str(HERE)],
        template_file="cells.html.j2",
        exclude_anchor_links=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )


# Figures, tables, READMEs, citation


@cache
def read_figure(name, language):
    """Return what stands in a figure's own file: title, description, size, and its downloads."""
    path = ROOT / "figures" / f"{name}.{language}.png"
    if not path.exists():
        raise PageError(f"figures/{path.name} is missing: run make.py figures {name[:2]}")
    with Image.open(path) as image:
        text, (width, height) = image.text, image.size
    described = text["Description"].split("\n")[LANGUAGES.index(language)]
    files = {kind.upper(): f"{name}.{language}.{kind}" for kind in ("png", "svg")}
    files["CSV"] = f"{name}.csv"
    if path.with_name(f"{name}.graphml").exists():
        files["GraphML"] = f"{name}.graphml"
    mark = make_say(language)("。", ". ")
    return {
        "name": name,
        "title": text["Title"],
        "alt": f"{text['Title'].rstrip('。.')}{mark}{described}",
        "size": (width // 2, height // 2),
        "files": files,
        "cite": cite(language, text["Title"], name),
    }


def read_about():
    """Return CITATION.cff as a dict."""
    return yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def cite(language, title="", figure=""):
    """Return the line by which to cite the whole, or one figure."""
    about = read_about()
    authors = ", ".join(author["name"] for author in about["authors"])
    year, version = about["date-released"].year, about["version"]
    whole = read_readme(language)["title"]
    licence = "CC BY 4.0"
    if language == "zh":
        part = f"“{title}”，图{figure}，载" if figure else ""
        return f"{authors}（{year}）：{part}《{whole}》，版本{version}，{licence}。"
    part = f"“{title}”, figure {figure}. In: " if figure else ""
    return f"{authors} ({year}). {part}{whole}, version {version}, {licence}."


@cache
def read_readme(language):
    """Return what the README says: title, lead, and the answer and figure of each notebook.

    Returns
    -------
    dict
        ``title``; as HTML ``lead``, ``limits`` (what this cannot tell) and ``uses`` (how to quote,
        to follow up, and how far to trust); ``cannot``, the sentences of ``limits``; and
        ``questions``, a dict: name of the notebook → its ``question``, ``answer`` and ``figure``.

    Raises
    ------
    PageError
        If the table of questions or a part is missing.
    """
    name = {"zh": "README.zh-CN.md", "en": "README.md"}[language]
    source = (ROOT / name).read_text(encoding="utf-8")
    text = _exporter().markdown2html({}, source)
    page = lxml.html.fragment_fromstring(text, create_parent="div")
    parts, heading = {}, None
    for each in page:
        if each.tag == "h2":
            heading = each.text_content().strip("¶")
            parts[heading] = f"<h2>{heading}</h2>"
        elif heading:
            parts[heading] += lxml.html.tostring(each, encoding="unicode")
    wanted = [LIMITS[language], *USES[language]]
    if page.find("table") is None or not set(wanted) <= set(parts):
        raise PageError(f"{name}: expected a table of questions and the parts {wanted}")
    questions = {}
    for row in page.find("table").iter("tr"):
        cells = row.findall("td")
        if cells:
            question, notebook, figure, answer = cells
            questions[Path(notebook.find("a").get("href")).stem] = {
                "question": question.text_content(),
                "answer": answer.text_content(),
                "figure": Path(figure.find("a").get("href")).name.split(".")[0],
            }
    lead = page.xpath("table[1]/preceding-sibling::p[1]")[0]
    part = lxml.html.fragment_fromstring(parts[LIMITS[language]], create_parent="div")
    text = " ".join("".join(each.text_content() for each in part.iter("p")).split())
    return {
        "title": page.find("h1").text_content(),
        "lead": lxml.html.tostring(lead, encoding="unicode"),
        "cannot": split_sentences(text, language),
        "limits": parts[LIMITS[language]],
        "uses": "".join(
            f'<section class="prose" id="use-{number}">{parts[part]}</section>'
            for number, part in enumerate(USES[language])
        ),
        "questions": questions,
    }


def read_tables():
    """Return every table of the data package: name, file, titles, columns, and its rows as typed.

    Returns
    -------
    list of dict
        ``name``, ``path``, ``title`` and ``about`` by language, ``columns``, ``rows`` and ``page``
        (where on the site it stands).
    """
    columns = xq.list_tables(columns=True)
    tables = []
    for table in xq.list_tables().to_dict("records"):
        english, _, chinese = table["title"].partition(" · ")
        path = ROOT / "data" / table["path"]
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        fields = columns[columns["name"] == table["name"]].to_dict("records")
        if header != [field["column"] for field in fields]:
            raise PageError(f"data/{table['path']}: other columns than in datapackage.json")
        table["title"] = {"zh": chinese or english, "en": english}
        table["about"] = {"zh": table["description_zh"], "en": table["description"]}
        table["page"] = f"table-{table['name']}.html"
        tables.append(table | {"columns": fields, "rows": rows})
    return tables


# What becomes of the HTML


def finish(text, language, *, links, rows=None):
    """Give headings their places, tables their headers and frames, and links their pages.

    Parameters
    ----------
    text : str
        HTML as nbconvert makes it.
    language : str
        "zh" or "en".
    links : callable
        Gets what a link says and where it leads in the repository; returns where on the site, and
        what to say of it or "".
    rows : callable, optional
        Gets the texts of the cells of one line of a table; returns where the row of the list is
        that it speaks of, or "".

    Returns
    -------
    str
    """
    say = make_say(language)
    page = lxml.html.fragment_fromstring(text, create_parent="div")
    for section in page.iter("section"):
        for number, heading in enumerate(section.iter("h1", "h2", "h3", "h4")):
            heading.attrib.pop("id", None)
            if heading.tag != "h1":
                heading.set("id", f"{section.get('id')}-{number}")
    for each in page.xpath("//div[starts-with(@id, 'cell-id=')]"):
        each.attrib.pop("id")
    for code in page.xpath("//section//code[not(ancestor::a)]"):
        file = code.text_content().removeprefix("data/")
        if re.fullmatch(r"[\w/]+\.csv", file):
            link = builder.A(href=f"../data/{file}")
            link.tail, code.tail = code.tail, None
            code.addprevious(link)
            link.append(code)
    for link in page.iter("a"):
        href = link.get("href", "")
        if not re.match(r"[a-z]+:|#", href) and "data-ready" not in link.attrib:
            where, meaning = links(link.text_content(), href)
            link.set("href", where)
            if meaning:
                link.set("title", meaning)
                link.set("class", "term")
        link.attrib.pop("data-ready", None)
    for style in page.xpath("//style"):
        style.drop_tree()
    for table in page.xpath("//table"):
        _finish_table(table, say, rows)
    whole = lxml.html.tostring(page, encoding="unicode")
    return whole.removeprefix("<div>").removesuffix("</div>")


def _finish_table(table, say, rows):
    for name in ("border", "class"):
        table.attrib.pop(name, None)
    for cell in table.iter("th"):
        cell.set("scope", "row" if cell.getparent().getparent().tag == "tbody" else "col")
        if not cell.text_content().strip():  # the corner of a table is no heading
            cell.tag = "td"
            cell.attrib.pop("scope")
    for line in table.iter("tr"):
        line.attrib.pop("style", None)
        texts = [cell.text_content() for cell in line]
        where = rows(texts) if rows else ""
        for cell in line:
            text = cell.text_content()
            if re.fullmatch(r"-?[\d.,]+%?", text):
                cell.set("class", "number")
            if where and re.fullmatch(r"M\d{3}", text):
                cell.text = None
                cell.append(builder.A(text, href=where))
    frame = builder.DIV(tabindex="0", role="region")
    frame.set("class", "wide")
    frame.set("aria-label", say("表格", "Table"))
    table.addprevious(frame)
    frame.append(table)


def make_links(articles, tables, language):
    """Return the function that says where on the site a link of the repository leads."""
    glossary = next(table for table in tables if table["name"] == "glossary")
    terms = {}
    for number, (zh, en, meaning, meaning_en) in enumerate(glossary["rows"]):
        for term in (zh, en.lower()):
            terms[term] = (f"glossary.html#g{number}", make_say(language)(meaning, meaning_en))
    pages = {f"data/{table['path']}": table["page"] for table in tables}
    pages |= {
        f"notebooks/{article['name']}.ipynb": f"{article['name']}.html" for article in articles
    }
    pages |= dict.fromkeys(("README.md", "README.zh-CN.md"), "index.html")
    described = ("data", "data/README.md", "data/README.zh-CN.md", "data/CODEBOOK.md")
    pages |= dict.fromkeys(described, "tables.html")

    def links(text, href):
        path, _, anchor = href.partition("#")
        path = posixpath.normpath(posixpath.join("notebooks", path))
        if path == "data/lexicon/glossary.csv":
            word = " ".join(text.lower().split())
            for form in (word, word.removesuffix("s"), re.sub("ies$", "y", word)):
                if form in terms:
                    return terms[form]
            longer = [term for term in terms if term.startswith(word)]  # 牵头 for 牵头单位
            if longer:
                return terms[longer[0]]
            return "glossary.html", ""
        if path not in pages:
            raise PageError(f"a notebook links to {href}, of which there is no page")
        return pages[path], ""

    return links


def make_rows(tables):
    """Return the function that finds the row of the list that a line of a table speaks of.

    If the line quotes a promise, it leads to the very words.
    """
    measures = next(table for table in tables if table["name"] == "measures")
    known = {row[0] for row in measures["rows"]}
    promises = {}
    for promise in find_promises(tables):
        for field in ("span", "quote", "label", "label_en"):
            promises.setdefault((promise["measure_id"], promise[field]), promise["place"])

    def rows(texts):
        for measure in texts:
            if measure in known:
                said = [promises[measure, text] for text in texts if (measure, text) in promises]
                return f"list.html#{(said + [measure])[0]}"
        return ""

    return rows


def find_promises(tables):
    """Return the rows of targets.csv as dicts, each with its place on the page of the list."""
    (table,) = [each for each in tables if each["name"] == "targets"]
    names = [column["column"] for column in table["columns"]]
    promises = [dict(zip(names, row, strict=True)) for row in table["rows"]]
    for promise in promises:
        promise["place"] = f"{promise['measure_id']}-{promise['start']}"
    return promises


def mark_promises(text, promises):
    """Cut a text where promises begin and end.

    Returns
    -------
    list of (str, str, bool)
        A piece of the text, the place to be found at or "", and whether it is promised.
    """
    spans = [(int(each["start"]), int(each["end"]), each["place"]) for each in promises]
    cuts = sorted({0, len(text)} | {place for start, end, _ in spans for place in (start, end)})
    pieces = []
    for start, end in zip(cuts, cuts[1:], strict=False):
        places = [place for first, _, place in spans if first == start]
        marked = any(first <= start < last for first, last, _ in spans)
        pieces.append((text[start:end], (places + [""])[0], marked))
    return pieces


def to_script(name, value):
    """Return a script that sets a global name: pages opened from a disk cannot fetch JSON."""
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f"window.{name} = {data};\n"
