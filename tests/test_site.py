"""The reading site: built from what is committed, whole, and readable in a real browser.

The browser tests need Chromium (Debian: apt install chromium) and are skipped without one. What an
assistive program needs is checked by axe-core, which the package axe-core-python carries.
"""

import codecs
import csv
import io
import json
import os
import posixpath
import re
import shutil
import subprocess
import time
import zipfile
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

import lxml.html
import nbformat
import pypdfium2
import pytest
import xq
from fontTools.ttLib import TTFont

from notebooks.pages.articles import (
    PageError,
    choose_lines,
    finish,
    make_links,
    make_rows,
    mark_promises,
    read_article,
    read_readme,
    read_tables,
    select_cells,
)
from notebooks.pages.build import LANGUAGES, ROOT, SLIDES, build_site, make_files, to_zip
from tests.chromium import CHROMIUM, open_browser

NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]
# Of every page what it asks for is looked at; what takes long only of these, unless XQ_ALL is set.
ALL = bool(os.environ.get("XQ_ALL"))
SAMPLE = re.compile("index|list|glossary|tables|table-targets|01-what|05-what|10-what|slides/../02")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build the site once, in a folder with a Chinese name and a space."""
    folder = tmp_path_factory.mktemp("网 站") / "site"
    start = time.process_time()
    files = build_site(folder)
    return folder, files, time.process_time() - start


@pytest.fixture(scope="module")
def site(built):
    return built[0]


@pytest.fixture(scope="module")
def pages(built):
    """Return every page, parsed: where it stands → its tree."""
    return {
        name: lxml.html.document_fromstring(content.decode("utf-8"))
        for name, content in built[1].items()
        if name.endswith(".html")
    }


def read_script(content):
    """Return the value that a data script sets."""
    return json.loads(re.fullmatch(r"window\.\w+ = (.+);\n", content.decode("utf-8"), re.S)[1])


def find_ids(page):
    return [each.get("id") for each in page.xpath("//*[@id]")]


# What is built


def test_it_takes_less_than_half_a_minute_of_one_processor(built):
    assert built[2] < 30


def test_a_second_build_has_the_same_bytes_and_so_has_the_zip(built):
    folder, files, _ = built
    again = make_files()
    assert list(again) == list(files)
    assert [name for name in files if files[name] != again[name]] == []
    assert folder.with_suffix(".zip").read_bytes() == to_zip(again, "site")


def test_folder_and_zip_have_the_same_files_and_nothing_else(built, tmp_path):
    folder, files, _ = built
    on_disk = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert on_disk == set(files)
    with zipfile.ZipFile(folder.with_suffix(".zip")) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == sorted(f"site/{name}" for name in files)
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_what_an_earlier_build_left_is_gone(tmp_path, monkeypatch):
    monkeypatch.setattr("notebooks.pages.build.make_files", lambda: {"zh/a.html": b"new"})
    (tmp_path / "site" / "zh").mkdir(parents=True)
    (tmp_path / "site" / "zh" / "old.html").write_text("old")
    build_site(tmp_path / "site")
    assert [path.name for path in (tmp_path / "site").rglob("*.html")] == ["a.html"]


def test_every_notebook_has_a_page_in_each_language_and_some_have_slides(built):
    slides = [name for name in NAMES if name[:2] in SLIDES]
    assert len(slides) >= 4
    for language in LANGUAGES:
        assert {f"{language}/{name}.html" for name in NAMES} <= set(built[1])
        assert {f"slides/{language}/{name}.html" for name in slides} <= set(built[1])


def test_every_internal_link_leads_somewhere(built, pages):
    files = built[1]
    ids = {name: set(find_ids(page)) for name, page in pages.items()}
    broken = []
    for name, page in pages.items():
        for each, attribute, link, _ in page.iterlinks():
            parts = urlsplit(link)
            if parts.scheme == "data" and attribute == "href" and each.tag == "link":
                continue  # the empty icon
            assert parts.scheme in ("", "https") and (not parts.scheme or each.tag == "a"), link
            if parts.scheme:
                continue  # a link that the reader may follow
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path)))
            path = path if parts.path else name
            if path not in files or (parts.fragment and parts.fragment not in ids[path]):
                broken.append((name, link))
    assert broken == []


def test_what_a_search_finds_is_there(built, pages):
    ids = {name: set(find_ids(page)) for name, page in pages.items()}
    found = read_script(built[1]["assets/found.js"])
    assert len(found) > 500
    for its, href, heading, text in found:
        assert heading.strip() and text.strip()
        file, _, place = href.partition("#")
        for language in [its] if its else LANGUAGES:
            assert place in ids[f"{language}/{file}"] | {""}, href
    assert any("承诺" in heading + text for _, _, heading, text in found)
    assert any("growth" in (heading + text).lower() for _, _, heading, text in found)


def test_styles_and_scripts_ask_for_nothing_outside(built):
    for name, content in built[1].items():
        if name.startswith("assets/") and name.endswith((".css", ".js")) and "found" not in name:
            assert not re.search(
                r"https?:|@import|fetch\(|XMLHttp|sendBeacon", content.decode("utf-8")
            ), name


def test_every_page_names_its_language_and_has_one_heading_and_a_title(pages):
    for name, page in pages.items():
        language = next((each for each in LANGUAGES if f"{each}/" in name), "zh")
        assert page.get("lang") == {"zh": "zh-CN", "en": "en"}[language], name
        assert len(page.xpath("//h1")) == 1 and page.findtext(".//title").strip()
        assert len(find_ids(page)) == len(set(find_ids(page))), name


def test_every_picture_says_what_it_shows(pages):
    for name, page in pages.items():
        for image in page.iter("img"):
            assert len(image.get("alt", "")) > 10, name
            assert int(image.get("width")) and int(image.get("height"))


def test_alt_texts_have_the_words_and_the_language_of_the_figure(pages):
    zh = pages["zh/01-what-is-in-the-list.html"].xpath("//figure/img/@alt")[0]
    en = pages["en/01-what-is-in-the-list.html"].xpath("//figure/img/@alt")[0]
    assert zh.endswith("。各板块的措施行数和完成时限")
    assert en.endswith(". Rows of each section of the report, by deadline")


def test_both_languages_have_the_same_places(pages):
    for name, page in pages.items():
        if name.startswith(("zh/", "slides/zh/")):
            other = pages[name.replace("zh/", "en/", 1)]
            assert find_ids(page) == find_ids(other), name


def test_each_language_shows_its_own_prose_and_figures(pages):
    for path in NOTEBOOKS:
        cells = nbformat.read(path, as_version=4).cells
        for language in LANGUAGES:
            page = pages[f"{language}/{path.stem}.html"]
            wanted = [cell for cell in cells if language in cell.metadata.get("tags", [])]
            assert len(page.xpath("//section[@class='prose']")) == len(wanted)
            pictures = page.xpath("//figure/img/@src")
            saved = {
                file.stem.split(".")[0] for file in (ROOT / "figures").glob(f"{path.stem[:2]}-*")
            }
            assert sorted(pictures) == sorted(f"../figures/{name}.{language}.png" for name in saved)


def test_every_figure_can_be_downloaded_and_cited(built, pages):
    figure = pages["en/05-what-is-promised.html"].get_element_by_id("figure-05-own-test")
    links = figure.xpath(".//a[@download]")
    assert [each.text for each in links] == ["PNG", "SVG", "CSV"]
    assert links[1].get("href") == "../figures/05-own-test.en.svg"
    cited = " ".join(figure.xpath(".//p[@class='cite']")[0].text_content().split())
    assert "figure 05-own-test" in cited and f"version {xq.__version__}" in cited
    assert "CC BY 4.0" in cited


def test_code_and_solutions_are_folded(pages):
    for path in NOTEBOOKS:
        page = pages[f"zh/{path.stem}.html"]
        assert len(page.xpath("//details[@class='solution']")) == 3
        assert page.xpath("//details[@open]") == []
        assert page.xpath("//div[@class='highlight hl-python'][not(ancestor::details)]") == []


def test_the_front_page_has_the_questions_and_answers_of_the_readme(pages):
    for language in LANGUAGES:
        page = pages[f"{language}/index.html"]
        questions = read_readme(language)["questions"]
        assert list(questions) == NAMES
        for name, each in questions.items():
            (article,) = page.xpath("//article[@id=$place]", place=f"q{name[:2]}")
            assert article.find("p").text == each["answer"]
            assert each["question"] in article.find("h2").text_content()
            assert article.find(".//img").get("src").startswith(f"../figures/{name[:2]}-")
    assert "承诺" in pages["zh/index.html"].text_content()
    assert "growth" in pages["en/index.html"].text_content()


def test_table_pages_have_all_rows_and_explain_all_columns(built, pages):
    columns = xq.list_tables(columns=True)
    told = {"en": "description", "zh": "description_zh"}
    for table in xq.list_tables().itertuples():
        content = (ROOT / "data" / table.path).read_bytes()
        assert built[1][f"data/{table.path}"] == codecs.BOM_UTF8 + content  # for Excel
        assert read_script(built[1][f"data/{table.path}.js"]) == list(
            csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
        )
        mine = columns[columns["name"] == table.name]
        for language in LANGUAGES:
            page = pages[f"{language}/table-{table.name}.html"]
            assert getattr(table, told[language]) in page.text_content()
            assert page.xpath("//details[@class='columns']//dt/code/text()") == list(mine["column"])
            texts = [each.text for each in page.xpath("//details[@class='columns']//dd")]
            assert texts == list(mine[told[language]])


def test_the_list_has_every_row_whole_and_every_promise_marked(pages):
    measures, targets = xq.load_table("measures"), xq.load_table("targets")
    for language in LANGUAGES:
        page = pages[f"{language}/list.html"]
        rows = page.xpath("//div[@class='row']")
        assert [row.get("id") for row in rows] == list(measures["measure_id"])
        texts = [row.xpath("p[@class='text']")[0].text_content() for row in rows]
        assert texts == list(measures["text"])
        for target in targets.itertuples():
            mark = page.get_element_by_id(f"{target.measure_id}-{target.start}")
            assert target.quote.startswith(mark.text)


def test_a_line_that_quotes_a_promise_leads_to_its_words(pages):
    page = pages["zh/05-what-is-promised.html"]
    (line,) = [each for each in page.iter("tr") if "地区生产总值增长6.6%" in each.text_content()][
        :1
    ]
    (href,) = line.xpath(".//a/@href")
    assert href == "list.html#M002-20"
    assert pages["zh/list.html"].get_element_by_id("M002-20").text == "6.6%"


def test_rows_of_another_list_do_not_lead_to_ours(pages):
    page = pages["zh/08-what-about-another-list.html"]
    assert page.xpath("//td[starts-with(., 'M0')]") and not page.xpath("//td/a")


def test_slides_say_what_the_notebook_says(pages):
    for path in NOTEBOOKS:
        if path.stem[:2] not in SLIDES:
            continue
        article = read_article(path)
        for language in LANGUAGES:
            page = pages[f"slides/{language}/{path.stem}.html"]
            assert page.findtext(".//h1") == article["title"][language]
            gap, ours = "" if language == "zh" else " ", pages[f"{language}/{path.stem}.html"]
            said = {part.get("id"): part.xpath(".//li/text()") for part in page.iter("section")}
            about = read_readme(language)
            assert gap.join(said["slide-answer"]) == about["questions"][path.stem]["answer"]
            points = [len(re.findall("(?m)^- ", part)) for part in find_doubts(path, language)]
            assert [len(said["slide-doubt"])] == points  # each point, not the first alone
            assert all(doubt in ours.text_content() for doubt in said["slide-doubt"])
            assert gap.join(said["slide-limits"]) in " ".join(
                pages[f"{language}/index.html"].get_element_by_id("limits").text_content().split()
            )
            wide = ours.xpath("//figure/img[@height <= @width]/@alt")
            assert len(wide) > 1 and page.xpath("//img/@alt") == wide


def find_doubts(path, language):
    """Return the parts of a notebook's prose that say how sure we are."""
    cells = nbformat.read(path, as_version=4).cells
    prose = [cell.source for cell in cells if language in cell.metadata.get("tags", [])]
    heading = {"zh": "有多大把握？", "en": r"How sure are we\?"}[language]
    return re.findall(rf"^## {heading}\n(.+?)(?=^## |\Z)", "\n".join(prose), re.M | re.S)


def test_a_table_too_tall_for_a_wall_is_no_slide(pages):
    for language in LANGUAGES:
        page = pages[f"slides/{language}/05-what-is-promised.html"]
        assert page.xpath("//section[@id='slide-05-targets']") == []
        assert page.get_element_by_id("slide-05-units") is not None


def test_the_font_has_every_chinese_character_and_its_licence_is_there(built):
    characters = set(
        "".join(c.decode("utf-8") for n, c in built[1].items() if n.endswith((".html", ".js")))
    )
    known = TTFont(io.BytesIO(built[1]["assets/fonts/xq.woff"])).getBestCmap()
    assert [each for each in characters if "\u2e80" <= each and ord(each) not in known] == []
    assert len(built[1]["assets/fonts/xq.woff"]) < 1_000_000
    assert built[1]["assets/fonts/OFL.txt"] == (ROOT / "xq" / "fonts" / "OFL.txt").read_bytes()


def test_no_notebook_has_a_formula():
    """Formulas would need a renderer that works offline."""
    for path in NOTEBOOKS:
        for cell in nbformat.read(path, as_version=4).cells:
            assert cell.cell_type == "code" or not re.search(r"\$\S.*\$|\\[(\[]", cell.source)


# What stops it


def write_notebook(folder, *cells):
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    path = folder / "11-new.ipynb"
    path.write_text(nbformat.writes(notebook), "utf-8")
    return path


def prose(text, language):
    return nbformat.v4.new_markdown_cell(text, metadata={"tags": [language]})


def code(text, printed="", tags=()):
    outputs = [nbformat.v4.new_output("stream", text=printed)] if printed else []
    return nbformat.v4.new_code_cell(text, outputs=outputs, metadata={"tags": list(tags)})


def test_a_notebook_without_an_answer_is_named(tmp_path):
    path = write_notebook(tmp_path, prose("# 问？", "zh"), prose("# Ask?", "en"))
    with pytest.raises(PageError, match=r"11-new.ipynb: expected one cell tagged answer"):
        read_article(path)


def test_a_notebook_without_doubts_is_named(tmp_path):
    answer = code("1", "It is so.\n是这样。", ["answer"])
    path = write_notebook(tmp_path, prose("# 问？", "zh"), prose("# Ask?", "en"), answer)
    with pytest.raises(PageError, match=r"11-new.ipynb: the zh prose has no .*有多大把握"):
        read_article(path)


def test_what_a_new_notebook_says_is_found_by_language(tmp_path):
    path = write_notebook(
        tmp_path,
        prose("# 问？", "zh"),
        prose("# Ask?", "en"),
        code("a = 1"),
        code("a", "1"),
        prose("## 有多大把握？\n\n- **很大。** 因为[数过](x.csv)。", "zh"),
        prose(
            "## How sure are we?\n\n- **Very, by `a`.** 数 [counted](x.csv).\n- **Who** did? I.",
            "en",
        ),
        code("print()", "It is so. All of it.\n是这样。全都是。\n", ["answer"]),
    )
    article = read_article(path)
    assert article["title"] == {"zh": "问？", "en": "Ask?"}
    assert article["answer"] == {"zh": ["是这样。", "全都是。"], "en": ["It is so.", "All of it."]}
    assert article["doubts"] == {"zh": ["很大。"], "en": ["Very, by a.", "Who did?"]}
    cells = article["cells"]
    assert cells[1].place == cells[0].id and cells[5].place == cells[4].id
    shown = select_cells(article, "en")
    assert [cell.source for cell in shown[:2]] == ["# Ask?", "a = 1\n\n\na"]


def test_a_page_has_what_code_printed_in_its_own_language():
    said = "共3行\n3 rows\n其中1行\n1 of them\n"
    assert choose_lines(said, "zh") == "共3行\n其中1行\n"
    assert choose_lines(said, "en") == "3 rows\n1 of them\n"
    for whole in ("3 rows\n", "共3行\n3 rows: 教育局\n", "共3行\n3 rows\n教育局\n", "a\n共3行\n"):
        assert choose_lines(whole, "zh") == choose_lines(whole, "en") == whole


def test_links_lead_to_pages_and_a_stray_one_is_named():
    tables = read_tables()
    links = make_links([{"name": "01-a"}], tables, "en")
    where, meaning = links("Rows", "../data/lexicon/glossary.csv")
    assert re.fullmatch(r"glossary\.html#g\d+", where) and meaning.startswith("One line of")
    assert links("no such term", "../data/lexicon/glossary.csv") == ("glossary.html", "")
    assert links("x", "01-a.ipynb") == ("01-a.html", "")
    assert links("x", "../data/measures.csv") == ("table-measures.html", "")
    assert links("x", "../README.md") == ("index.html", "")
    with pytest.raises(PageError, match=r"links to \.\./nowhere\.md"):
        links("x", "../nowhere.md")


def test_nearly_every_link_to_the_glossary_finds_its_term(pages):
    links = [each for page in pages.values() for each in page.xpath("//main//a/@href")]
    links = [each for each in links if each.startswith("glossary.html")]
    assert links.count("glossary.html") < len(links) / 20


def test_tables_get_headers_and_places_of_rows():
    html = "<table border='1'><thead><tr><th></th><th>a</th></tr></thead><tbody><tr><th>0</th><td>M001</td></tr></tbody></table>"
    text = finish(html, "en", links=None, rows=make_rows(read_tables()))
    assert "<td></td>\n" in text or "<td></td>" in text
    assert '<th scope="col">a</th>' in text and '<th scope="row" class="number">0</th>' in text
    assert '<td><a href="list.html#M001">M001</a></td>' in text
    assert 'tabindex="0"' in text and "border" not in text


def test_promises_cut_a_text_without_losing_a_character():
    spans = [(2, 4, "a"), (3, 6, "b"), (2, 4, "c")]
    promises = [{"start": str(s), "end": str(e), "place": place} for s, e, place in spans]
    pieces = mark_promises("0123456789", promises)
    assert pieces == [
        ("01", "", False),
        ("2", "a", True),
        ("3", "b", True),
        ("45", "", True),
        ("6789", "", False),
    ]


# In a browser

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium here (Debian: apt install chromium)"
)


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    with open_browser(tmp_path_factory.mktemp("chromium")) as tab:
        tab.show(1280)
        yield tab


def open_page(tab, site, name, then=""):
    file, _, place = name.partition("#")
    tab.open((site / file).as_uri() + (f"#{place}" if place else ""), then)


def has_chinese_font():
    """Say whether this system has a font of its own for Chinese."""
    lister = shutil.which("fc-list")
    return lister is None or bool(subprocess.check_output([lister, ":lang=zh"]).strip())


def find_boxes(tab):
    """Return texts of which some Chinese character is drawn with a font that has none."""
    for domain in ("DOM", "CSS"):
        tab.send(f"{domain}.enable")
    han = r"/[\u3400-\u9fff]/gu"
    tab.run(
        "for (const each of document.querySelectorAll('body *')) {"
        "  const own = [...each.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join('');"
        f"  const many = (own.match({han}) || []).length;"
        "  if (many && each.checkVisibility() && !each.closest('script, details:not([open])')) each.dataset.han = many;"
        "}"
    )
    root = tab.send("DOM.getDocument", depth=0)["root"]["nodeId"]
    nodes = tab.send("DOM.querySelectorAll", nodeId=root, selector="[data-han]")["nodeIds"]
    boxes = []
    for node in nodes[:400]:
        fonts = tab.send("CSS.getPlatformFontsForNode", nodeId=node)["fonts"]
        ours = sum(font["glyphCount"] for font in fonts if font["isCustomFont"])
        attributes = tab.send("DOM.getAttributes", nodeId=node)["attributes"]
        if fonts and ours < int(attributes[attributes.index("data-han") + 1]):
            boxes.append(tab.send("DOM.getOuterHTML", nodeId=node)["outerHTML"][:200])
    return boxes


AXE = """axe.run({resultTypes: ["violations"], %s}).then(result => result.violations
    .filter(each => ["serious", "critical"].includes(each.impact))
    .map(each => each.id + ": " + each.nodes.slice(0, 3).map(node => node.html.slice(0, 150)).join(" | ")))"""


@pytest.fixture(scope="module")
def visits(tab, site, pages):
    """Open every page once, and note what the tests below ask: opening takes longest."""
    axe = (Path(find_spec("axe_core_python").origin).parent / "axe.min.js").read_text("utf-8")
    chinese = has_chinese_font()
    noted = {}
    for name in pages:
        if name == "index.html":
            continue  # it leads on at once
        open_page(tab, site, name)
        noted[name] = {
            "requests": tab.find_requests(),
            "complaints": tab.find_complaints(),
            "broken": tab.run("[...document.images].filter(i => !i.naturalWidth).map(i => i.src)"),
            "wide": tab.run("document.documentElement.scrollWidth > innerWidth"),
        }
        tab.show(390, 844)
        noted[name]["wide on a phone"] = tab.run(
            "document.documentElement.scrollWidth > innerWidth"
        )
        tab.show(1280)
        if ALL or SAMPLE.search(name):
            noted[name]["boxes"] = [] if chinese else find_boxes(tab)
            tab.run(axe + "; 1")
            # Code is folded, and most of a page; its colours have a test of their own.
            tab.run("for (const each of document.querySelectorAll('.highlight')) each.remove()")
            # Articles take long: the Chinese ones by day, the English ones by night.
            if name.startswith("zh/") or name[3:-5] not in NAMES:
                noted[name]["light"] = tab.run(AXE % "")
            if name.startswith("en/") or name[3:-5] not in NAMES:
                tab.show(1280, dark=True)
                noted[name]["dark"] = tab.run(AXE % "runOnly: ['color-contrast']")
                tab.show(1280)
    return noted


@needs_chromium
def test_pages_ask_for_nothing_but_files_of_the_site(visits, site):
    for name, noted in visits.items():
        asked = [each for each in noted["requests"] if not each.startswith(("data:", "about:"))]
        assert asked and all(each.startswith(site.as_uri() + "/") for each in asked), name


@needs_chromium
def test_pages_complain_of_nothing_and_show_every_picture(visits):
    assert {
        name: noted["complaints"] for name, noted in visits.items() if noted["complaints"]
    } == {}
    assert {name: noted["broken"] for name, noted in visits.items() if noted["broken"]} == {}


@needs_chromium
@pytest.mark.parametrize("screen", ["wide", "wide on a phone"])
def test_no_page_is_wider_than_the_screen(visits, screen):
    assert [name for name, noted in visits.items() if noted[screen]] == []


@needs_chromium
@pytest.mark.skipif(has_chinese_font(), reason="this system has a Chinese font of its own")
def test_no_chinese_character_is_a_box(visits):
    """Without a Chinese font in the system each Chinese character must come from ours."""
    assert {name: noted["boxes"] for name, noted in visits.items() if noted.get("boxes")} == {}


@needs_chromium
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_no_serious_fault(visits, colours):
    assert {name: noted[colours] for name, noted in visits.items() if noted.get(colours)} == {}


@needs_chromium
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_colour_of_code_can_be_read(tab, site, pages, dark):
    """WCAG asks for a contrast of 4.5; every kind of word is looked at once."""
    try:
        tab.show(1280, dark=dark)
        for name in NAMES:
            open_page(tab, site, f"en/{name}.html")
            tab.run("document.getElementById('unfold').click()")
            pairs = tab.run(
                "[...new Set([...document.querySelectorAll('.highlight span')].map(each =>"
                " getComputedStyle(each).color + '|' + getComputedStyle(each.closest('pre')).backgroundColor))]"
            )
            assert len(pairs) >= 3
            for pair in pairs:
                one, two = (find_light(colour) for colour in pair.split("|"))
                assert (max(one, two) + 0.05) / (min(one, two) + 0.05) >= 4.5, (name, pair)
    finally:
        tab.show(1280)


def find_light(colour):
    """Return the relative luminance of a colour such as "rgb(0, 0, 0)", as WCAG defines it."""
    parts = [int(each) / 255 for each in re.findall(r"\d+", colour)[:3]]
    parts = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@needs_chromium
def test_the_door_leads_to_the_language_of_the_browser(tab, site):
    open_page(tab, site, "index.html", "location.pathname.endsWith('/en/index.html')")


@needs_chromium
@pytest.mark.parametrize(
    ("page", "words", "first"),
    [
        ("zh/index.html", "承诺", "zh/"),
        ("zh/index.html", "growth", "zh/"),
        ("en/list.html", "growth", "en/"),
        ("en/02-who-does-what.html", "承诺", "en/"),
    ],
)
def test_search_finds_words_of_both_languages(tab, site, page, words, first):
    open_page(tab, site, page)
    tab.press("/", "/")
    assert tab.run("document.activeElement.id") == "query"
    tab.send("Input.insertText", text=words)
    tab.wait("document.querySelectorAll('#hits a').length > 3")
    texts = tab.run("[...document.querySelectorAll('#hits a')].map(a => a.textContent)")
    assert any(words in each.lower() for each in texts)
    assert first in tab.run("document.querySelector('#hits a').href")
    tab.press("ArrowDown")
    assert tab.run("document.activeElement === document.querySelector('#hits a')")
    tab.press("Escape")
    assert tab.run("document.getElementById('hits').hidden")
    assert tab.run("document.activeElement.id") == "query"


@needs_chromium
def test_a_word_that_is_nowhere_is_not_found(tab, site):
    open_page(tab, site, "zh/index.html")
    tab.press("/", "/")
    tab.send("Input.insertText", text="承诺 xyzzy")
    tab.wait("document.getElementById('hits').textContent.includes('没有找到')")


@needs_chromium
@pytest.mark.parametrize(
    ("page", "place"),
    [("zh/05-what-is-promised.html", "figure-05-units"), ("en/list.html", "M094")],
)
def test_the_other_language_opens_at_the_same_place(tab, site, page, place):
    open_page(tab, site, f"{page}#{place}", "scrollY > 500")
    before = tab.run(f"document.getElementById('{place}').getBoundingClientRect().top")
    other = {"zh": "en", "en": "zh"}[page[:2]] + page[2:]
    tab.run("document.getElementById('switch').click()")
    tab.wait(f"location.pathname.endsWith('/{other}') && scrollY > 500")
    tab.wait("document.readyState === 'complete'")
    after = tab.run(f"document.getElementById('{place}').getBoundingClientRect().top")
    assert abs(after - before) < 450  # half a screen


@needs_chromium
def test_dark_is_the_systems_choice_and_can_be_changed(tab, site):
    paper = "getComputedStyle(document.body).backgroundColor"
    try:
        tab.show(1280, dark=True)
        open_page(tab, site, "en/index.html")
        dark = tab.run(paper)
        tab.run("document.getElementById('theme').click()")
        light = tab.run(paper)
        assert dark != light
        open_page(tab, site, "en/tables.html")  # it is kept
        assert tab.run(paper) == light
        tab.run("localStorage.clear()")
        open_page(tab, site, "en/tables.html")
        assert tab.run(paper) == dark
    finally:
        tab.run("localStorage.clear()")
        tab.show(1280)


@needs_chromium
def test_tables_are_filtered_sorted_and_paged(tab, site):
    cells = "[...document.querySelectorAll('#table tbody tr')].map(r => r.cells[{}].textContent)"
    open_page(tab, site, "zh/table-terms.html")
    many = len(read_script((site / "data/terms.csv.js").read_bytes())) - 1
    assert many > 400 and len(tab.run(cells.format(0))) == 200
    tab.run("document.getElementById('after').click()")
    assert len(tab.run(cells.format(0))) == 200
    open_page(tab, site, "en/table-measures.html")
    assert len(tab.run(cells.format(0))) == 135
    press = "document.querySelectorAll('#table th button')[2].click()"
    tab.run(press)
    numbers = [int(each) for each in tab.run(cells.format(2))]
    assert numbers == sorted(numbers)
    tab.run(press)
    assert [int(each) for each in tab.run(cells.format(2))] == numbers[::-1]
    assert (
        tab.run("document.querySelectorAll('#table th')[2].getAttribute('aria-sort')")
        == "descending"
    )
    tab.run("document.getElementById('filter').focus()")
    tab.send("Input.insertText", text="大运河")
    found = xq.load_table("measures")["text"].str.contains("大运河").sum()
    assert 0 < found == len(tab.run(cells.format(0)))
    open_page(tab, site, "en/table-targets.html")
    assert tab.run("document.querySelector('#table tbody a').href").endswith("list.html#M002-20")


@needs_chromium
def test_the_keyboard_reaches_the_text_and_the_menu(tab, site):
    try:
        tab.show(390, 844)
        open_page(tab, site, "zh/01-what-is-in-the-list.html")
        tab.send(
            "Input.dispatchKeyEvent", type="keyDown", key="Tab", code="Tab", windowsVirtualKeyCode=9
        )
        assert tab.run("document.activeElement.className") == "skip"
        box = tab.run(
            "(b => [b.width, b.height, b.left])(document.activeElement.getBoundingClientRect())"
        )
        assert box[0] > 40 and box[1] > 20 and box[2] >= 0
        tab.run("document.getElementById('menu').focus()")
        tab.press("Enter", "\r")
        assert tab.run("getComputedStyle(document.getElementById('contents')).display") == "block"
        tab.press("Escape")
        assert tab.run("getComputedStyle(document.getElementById('contents')).display") == "none"
    finally:
        tab.show(1280)


@needs_chromium
def test_a_link_into_something_folded_opens_it(tab, site, pages):
    place = pages["zh/01-what-is-in-the-list.html"].xpath("//details[@class='solution']/@id")[0]
    open_page(tab, site, f"zh/01-what-is-in-the-list.html#{place}")
    assert tab.run(f"document.getElementById('{place}').open")


@needs_chromium
def test_prints_with_every_figure_whole(tab, site, pages):
    for name, page in pages.items():
        if name == "index.html" or not (name.endswith("/index.html") or name[3:-5] in NAMES):
            continue
        if not (ALL or SAMPLE.search(name)):
            continue
        open_page(tab, site, name)
        images = []
        for sheet in pypdfium2.PdfDocument(tab.print()):
            width, height = sheet.get_size()
            assert (round(width), round(height)) == (595, 842)  # A4
            found = sheet.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=5)
            images += [image.get_bounds() for image in found]
        # A picture cut in two would stand on two sheets, and go over an edge of each.
        assert len(images) == len(page.xpath("//img")), name
        for left, bottom, right, top in images:
            assert 0 <= left < left + 80 < right <= width and 0 <= bottom < top <= height, name


@needs_chromium
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080), (1024, 768)])
def test_nothing_on_a_slide_is_cut_tiny_or_at_its_edge(tab, site, pages, width, height):
    try:
        tab.show(width, height)
        for name in pages:
            if not name.startswith("slides/"):
                continue
            open_page(tab, site, name)
            parts = tab.run(
                "[...document.querySelectorAll('.slide')].map(slide => { const box ="
                " slide.getBoundingClientRect(), own = [...slide.children].filter(each =>"
                " each.className !== 'unseen').map(each => each.getBoundingClientRect());"
                " return [slide.id, Math.min(...own.map(each => each.top)) - box.top,"
                " box.bottom - Math.max(...own.map(each => each.bottom)),"
                " Math.min(...[...slide.querySelectorAll('li')].map(each =>"
                " parseFloat(getComputedStyle(each).fontSize)), 1e4)]; })"
            )
            for place, above, below, size in parts:
                least = (
                    0.015 if "figure" in place or "slide-0" in place or "slide-1" in place else 0.04
                )
                assert min(above, below) >= least * height, (name, place)
                assert size >= 0.038 * height, (name, place)
    finally:
        tab.show(1280)


@needs_chromium
def test_slides_print_one_a_page(tab, site, pages):
    for name, page in pages.items():
        if name.startswith("slides/"):
            open_page(tab, site, name)
            sheets = list(pypdfium2.PdfDocument(tab.print()))
            assert len(sheets) == len(page.xpath("//section")), name
            for sheet in sheets:
                width, height = sheet.get_size()
                boxes = [each.get_bounds() for each in sheet.get_objects(max_depth=5)]
                assert width > height and boxes, name
                text = pypdfium2.raw.FPDF_PAGEOBJ_TEXT
                words = [each.get_bounds() for each in sheet.get_objects([text], max_depth=5)]
                for left, bottom, right, top in words:
                    assert left > 15 and right < width - 15 and bottom > 12 and top < height - 12
            # Text and figures use the width of the page.
            said = [each.get_bounds() for each in sheets[1].get_objects([text], max_depth=5)]
            assert max(right for _, _, right, _ in said) > 0.75 * width, name
