"""Build the reading site: python notebooks/pages/build.py makes site/ and site.zip.

Everything comes from what is committed: notebooks as they were executed, figures, tables, READMEs.
Nothing is run, and the same sources give the same bytes.
"""

import codecs
import io
import re
import shutil
import sys
import zipfile
from functools import cache

import jinja2
import lxml.html
from fontTools import subset
from fontTools.ttLib import TTFont

from notebooks.pages.articles import (
    HERE,
    LANGUAGES,
    ROOT,
    SLIDES,
    PageError,
    cite,
    find_promises,
    finish,
    make_links,
    make_rows,
    make_say,
    mark_promises,
    read_article,
    read_figure,
    read_readme,
    read_tables,
    to_html,
    to_script,
)
from notebooks.run import NotebookError, find_notebooks
from teaching.build import make_books, make_kit, write_markdown

ASSETS = ("style.css", "slides.css", "site.js", "table.js")
FONT = ROOT / "xq" / "fonts" / "NotoSansSC-Regular.ttf"


def build_site(folder):
    """Write the site into a folder, in the place of what was there, and a zip of it beside it."""
    files = make_files()
    if folder.exists():
        shutil.rmtree(folder)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    folder.with_suffix(".zip").write_bytes(to_zip(files, folder.name))
    return files


def to_zip(files, folder):
    """Return a zip archive with the files in one folder; it knows no clock."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{folder}/{name}", (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # the same on Windows
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def make_files():
    """Return every file of the site: where it stands → its bytes."""
    articles = [read_article(path) for path in find_notebooks(ROOT / "notebooks")]
    tables = read_tables()
    texts = {"index.html": make_page("door.html.j2", about={x: read_readme(x) for x in LANGUAGES})}
    found = []
    for language in LANGUAGES:
        pages, records = make_pages(language, articles, tables)
        texts |= pages
        found += records
    found += find_in_tables(tables)
    texts["assets/found.js"] = to_script("FOUND", found)
    for table in tables:
        names = [column["column"] for column in table["columns"]]
        texts[f"data/{table['path']}.js"] = to_script("TABLE", [names, *table["rows"]])
    texts |= {f"assets/{name}": (HERE / name).read_text(encoding="utf-8") for name in ASSETS}
    texts |= make_kit(articles)
    files = {name: text.encode("utf-8") for name, text in texts.items()} | make_books()
    files["assets/fonts/xq.woff"] = make_font("".join(texts.values()))
    files["assets/fonts/OFL.txt"] = FONT.with_name("OFL.txt").read_bytes()
    for table in tables:
        files[f"data/{table['path']}"] = (ROOT / "data" / table["path"]).read_bytes()
    for article in articles:
        for path in sorted((ROOT / "figures").glob(f"{article['name'][:2]}-*")):
            files[f"figures/{path.name}"] = path.read_bytes()
    # With this mark Excel shows Chinese when a download is opened by a double-click.
    marked = {name: codecs.BOM_UTF8 + files[name] for name in files if name.endswith(".csv")}
    return files | marked


def make_pages(language, articles, tables):
    """Return the pages of one language, and what a search finds in the articles."""
    say = make_say(language)
    about = read_readme(language)
    missing = [each["name"] for each in articles if each["name"] not in about["questions"]]
    if missing:
        raise PageError(f"the table of questions in the {language} README lacks {missing}")
    links, rows = make_links(articles, tables, language), make_rows(tables)
    known = {
        "language": language,
        "say": say,
        "about": about,
        "articles": articles,
        "slides": [each for each in articles if each["name"][:2] in SLIDES],
        "tables": tables,
        "cite": cite(language),
    }
    pages, found = {}, []

    def add(name, template, **more):
        pages[f"{language}/{name}"] = make_page(template, file=name, **known, **more)

    thumbs = {
        name: read_figure(each["figure"], language) for name, each in about["questions"].items()
    }
    add("index.html", "index.html.j2", title=about["title"], thumbs=thumbs)
    for number, article in enumerate(articles):
        # Rows of another list may have the same names as ours.
        other = any("read_list" in cell.source for cell in article["cells"])
        body = to_html(article, language)
        body = finish(body, language, links=links, rows=None if other else rows)
        parts, records = find_parts(body, language, article)
        found += records
        around = [None, *articles, None][number : number + 3 : 2]
        more = {"article": article, "body": body, "parts": parts, "around": around}
        add(f"{article['name']}.html", "article.html.j2", title=article["title"][language], **more)
    title = say("怎样使用，可信到什么程度", "How to use it, and how far to trust it")
    add("use.html", "use.html.j2", title=title, body=finish(about["uses"], language, links=links))
    (notice,) = [row["text"] for row in get(tables, "notice") if row["part"] == "title"]
    notice = notice.removeprefix("# ").replace(" ", "")
    title = say("清单原文", "The list itself")
    add("list.html", "list.html.j2", title=title, notice=notice, sections=read_sections(tables))
    add(
        "glossary.html",
        "glossary.html.j2",
        title=say("术语", "Glossary"),
        terms=get(tables, "glossary"),
    )
    add("tables.html", "tables.html.j2", title=say("数据表", "The tables"))
    for table in tables:
        add(table["page"], "table.html.j2", title=table["title"][language], table=table)
    for article in known["slides"]:
        name = f"slides/{language}/{article['name']}.html"
        figures = re.findall(
            r'<figure id="figure-(.+?)"', pages[f"{language}/{article['name']}.html"]
        )
        figures = [read_figure(figure, language) for figure in figures]
        figures = [
            each for each in figures if each["size"][1] <= each["size"][0]
        ]  # to be read on a wall
        pages[name] = make_page("slides.html.j2", article=article, figures=figures, **known)
    return pages, found


@cache
def _environment():
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def make_page(template, **known):
    """Return the text of one page."""
    return _environment().get_template(template).render(**known)


def find_parts(body, language, article):
    """Return the headings of an article, as (place, text), and what a search finds in it."""
    page, file = lxml.html.fragment_fromstring(body, create_parent="div"), f"{article['name']}.html"
    parts, records, heading = [], [], article["title"][language]
    for each in page:
        if each.tag == "section":
            for part in each.iter("h2"):
                heading = part.text_content()
                parts.append((part.get("id"), heading))
            text = " ".join(each.text_content().split())
            records.append([language, f"{file}#{each.get('id')}", heading, text])
        for figure in each.iter("figure"):
            alt = figure.find("img").get("alt")
            records.append([language, f"{file}#{figure.get('id')}", heading, alt])
    return parts, [
        [*record[:2], f"{article['name'][:2]} {record[2]}", record[3]] for record in records
    ]


def find_in_tables(tables):
    """Return what a search finds in both languages: the rows of the list, the terms, the tables."""
    found = []
    for section in read_sections(tables):
        for task in section["tasks"]:
            for row in task["rows"]:
                said = [promise["label_en"] for promise in row["promises"] if promise["label_en"]]
                text = " · ".join([row["text"], row["units"], *said])
                heading = f"{row['measure_id']} {task['title']} · {task['title_en']}"
                found.append(["", f"list.html#{row['measure_id']}", heading, text])
    for number, term in enumerate(get(tables, "glossary")):
        heading = f"{term['term']} · {term['term_en']}"
        text = f"{term['meaning']} · {term['meaning_en']}"
        found.append(["", f"glossary.html#g{number}", heading, text])
    for table in tables:
        columns = [f"{each['column']} {each['title_zh']}" for each in table["columns"]]
        heading = f"{table['path']} {table['title']['zh']} · {table['title']['en']}"
        found.append(["", table["page"], heading, ", ".join(columns)])
    return found


def get(tables, name):
    """Return the rows of a table as dicts."""
    (table,) = [each for each in tables if each["name"] == name]
    names = [column["column"] for column in table["columns"]]
    return [dict(zip(names, row, strict=True)) for row in table["rows"]]


def read_sections(tables):
    """Return the list as it is read: sections, their tasks, and their rows with the promises."""
    units = {unit["unit_id"]: unit["unit_en"] for unit in get(tables, "units")}
    duties, doubts = get(tables, "responsibilities"), get(tables, "doubts")
    promises = find_promises(tables)
    measures = get(tables, "measures")
    for row in measures:
        row["promises"] = [each for each in promises if each["measure_id"] == row["measure_id"]]
        row["pieces"] = mark_promises(row["text"], row["promises"])
        row["doubtful"] = [each for each in doubts if each["measure_id"] == row["measure_id"]]
        row["units_en"] = [
            units[duty["unit_id"]] + (" (lead)" if duty["role"] == "lead" else "")
            for duty in duties
            if duty["measure_id"] == row["measure_id"]
        ]
    tasks = get(tables, "tasks")
    for task in tasks:
        task["rows"] = [row for row in measures if row["task_id"] == task["task_id"]]
    sections = get(tables, "sections")
    for section in sections:
        section["tasks"] = [each for each in tasks if each["section_id"] == section["section_id"]]
    return sections


def make_font(text):
    """Return the figures' Chinese font with no other characters than the site has, as WOFF.

    A browser loads it only where the system has no font of its own for a character.
    """
    with TTFont(FONT, recalcTimestamp=False) as font:
        options = subset.Options(layout_features=[], hinting=False, recalc_timestamp=False)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=sorted(map(ord, set(text))))
        subsetter.subset(font)
        font.flavor = "woff"
        buffer = io.BytesIO()
        font.save(buffer)
    return buffer.getvalue()


def main():
    """Build the site and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace", line_buffering=True)
    try:
        files = build_site(ROOT / "site")
        write_markdown([read_article(path) for path in find_notebooks(ROOT / "notebooks")])
    except (PageError, NotebookError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    pages = sum(name.endswith(".html") for name in files)
    size = sum(map(len, files.values())) / 1e6
    index, packed = ROOT / "site" / "index.html", ROOT / "site.zip"
    print(f"共{pages}页，{size:.0f} MB。双击打开：{index}")
    print(f"转给别人，请发送{packed}，解压后再打开")
    print(f"{pages} pages, {size:.0f} MB. To read them, open {index}")
    print(f"To pass them on, send {packed} (to be unpacked before it is read)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
