"""The coding exercise: ten rows, an answer sheet, and what a class made of them.

`make_sheet` writes the answer sheet, `read_sheets` reads what comes back, `list_choices`,
`score_coders` and `score_class` prepare what ``compare.ipynb`` shows.
"""

import io
import re
import unicodedata
import zipfile
from collections import namedtuple
from datetime import datetime
from functools import cache
from pathlib import Path

import openpyxl
import pandas as pd
import xq
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.writer.excel import ExcelWriter
from xq.files import ListError, read_file

HERE = Path(__file__).resolve().parent
GOLD = HERE.parent / "data" / "gold"
FIELDS = {"theme": "theme", "main": "means", "second": "means"}  # column → which list of codes
CHARACTERS = (40, 120)  # a row that a class can read and that still says something
ROWS = 10
NAME = "编码者 coder"
# column → its heading and its width; a heading is known by its first word
COLUMNS = {
    "measure_id": ("行号 row", 8),
    "text": ("原文 text", 42),
    "english": ("英译 English (a translation; the Chinese counts)", 46),
    "theme": ("主题 theme", 24),
    "main": ("主要手段 main means", 24),
    "second": ("次要手段 second means", 24),
    "remark": ("备注 remark", 18),
}
NEEDED = ("measure_id", *FIELDS)  # without these columns a sheet cannot be read whole
SHEETS = {"help": "说明 read me", "coding": "编码 coding", "codes": "编码表 codes"}

# where the parts of a codebook end that a class needs, in either language
PARTS = {"means": "^## (?:Instrument|政策工具：)", "output": "^## (?:Output|输出)$"}

Problem = namedtuple("Problem", "file cell found problem")


def read_codes():
    """Return the codes of the exercise: list, code, names and meanings in both languages.

    English is what the codebooks say; Chinese is their translation, made for class.
    """
    english, chinese = _read_codebooks(""), _read_codebooks(".zh")
    odd = set(zip(english["field"], english["code"], strict=True))
    odd ^= set(zip(chinese["field"], chinese["code"], strict=True))
    if odd:
        odd = ", ".join(sorted(code for _, code in odd))
        raise ValueError(f"the codebooks in data/gold and their translations differ in {odd}")
    names = xq.load_table("codes").drop_duplicates("code").set_index("code")["name_en"]
    english["name_en"] = english["code"].map(names)
    english["meaning_en"] = english["meaning"].map(add_english)
    codes = english.drop(columns=["name", "meaning"]).merge(chinese, on=["field", "code"])
    codes.loc[len(codes)] = {
        "field": "means",
        "code": "none",
        "name_en": "no means named",
        "meaning_en": "no action names a means",
        "name": "未写明手段",
        "meaning": "没有一个动作写明用什么办法",
    }
    return codes


def _read_codebooks(ending):
    """Return the codes that the tables of both codebooks list: field, code, name, meaning."""
    rows = []
    for field, file in {"theme": "LABELS", "means": "INSTRUMENTS"}.items():
        text = (GOLD / f"{file}{ending}.md").read_text(encoding="utf-8")
        for line in re.split(PARTS["means"], text, maxsplit=1, flags=re.M)[0].splitlines():
            cells = [cell.strip().replace("**", "") for cell in line.strip("|").split("|")]
            cells = cells[field == "means" :]  # the type of a means stands before it
            if len(cells) >= 3 and re.fullmatch("`[a-z_]+`", cells[0]):
                code, name, meaning = cells[:3]
                rows.append((field, code.strip("`"), name, meaning.replace("`", "")))
    return pd.DataFrame(rows, columns=["field", "code", "name", "meaning"])


def add_english(text):
    """Return a text in which the Chinese that the codebooks quote has its English behind it."""
    pieces, found = _read_pieces()
    return found.sub(lambda hit: f"{hit[0]} “{pieces[hit[1]]}”", text)


@cache
def _read_pieces():
    """Return Chinese → English of what the codebooks quote, and the pattern that finds it."""
    pieces = pd.read_csv(HERE / "english.csv", index_col="zh")["en"]
    longest = sorted(pieces.index, key=len, reverse=True)
    known = "|".join(map(re.escape, longest))
    # a piece of a longer word is no word
    return pieces, re.compile(rf"(?<![\u4e00-\u9fff])({known})(?![\u4e00-\u9fff])(\*?)")


def read_model():
    """Return the codings settled by the language models: measure_id, theme, main, second."""
    labels, means = xq.load_table("labels"), xq.load_table("instruments")
    labels = labels[labels["coder"] == "adjudicated"][["measure_id", "theme"]]
    means = means[means["coder"] == "adjudicated"][["measure_id", "main", "second"]]
    model = labels.merge(means, on="measure_id").astype(object)
    return model.where(model.notna(), "")


def choose_rows():
    """Return the ten rows of the exercise: measure_id and text, in the order of the list.

    The rule: the ten themes with most rows (a tie goes to the one earlier in the codebook), and of
    each the first row of 40 to 120 characters.
    """
    rows = xq.load_table("measures")[["measure_id", "text"]].merge(read_model())
    order = list(read_codes().query("field == 'theme'")["code"])
    sizes = rows["theme"].value_counts()
    themes = sorted(order, key=lambda theme: (-sizes[theme], order.index(theme)))[:ROWS]
    fitting = rows[rows["text"].str.len().between(*CHARACTERS) & rows["theme"].isin(themes)]
    chosen = fitting.drop_duplicates("theme").sort_values("measure_id", ignore_index=True)
    if len(chosen) < ROWS:
        raise ValueError(f"only {len(chosen)} themes have a row of {CHARACTERS} characters")
    return chosen[["measure_id", "text"]]


def read_english():
    """Return the English of rows that a class reads, by measure_id."""
    return pd.read_csv(HERE / "rows.en.csv", index_col="measure_id")["text"]


def make_sheet(answers=None, coder=""):
    """Return the answer sheet as the bytes of an .xlsx file, always the same ones.

    Parameters
    ----------
    answers : dict, optional
        measure_id → (theme, main, second, remark), to show a sheet filled in.
    coder : str
        The name at its top.
    """
    codes, rows, english = read_codes(), choose_rows(), read_english()
    book = openpyxl.Workbook()
    book.properties.creator = "xq"
    book.properties.created = book.properties.modified = datetime(1980, 1, 1)
    sheet = book.active
    sheet.title = SHEETS["help"]
    for line in pd.read_csv(HERE / "help.csv").itertuples(index=False):
        sheet.append(tuple(line))
    _set_up(sheet, (60, 60), heads=(1,))
    sheet = book.create_sheet(SHEETS["coding"])
    sheet.append([NAME, coder])
    sheet.append([])
    sheet.append([heading for heading, _ in COLUMNS.values()])
    for row in rows.itertuples():
        given = (answers or {}).get(row.measure_id, ())
        sheet.append([row.measure_id, row.text, english[row.measure_id], *given])
    _set_up(sheet, [width for _, width in COLUMNS.values()], heads=(3,))
    sheet.freeze_panes = "C4"
    for cell in (sheet["B1"], *[sheet.cell(x, y) for x in range(4, 4 + ROWS) for y in range(4, 8)]):
        cell.fill = PatternFill("solid", fgColor="FFF9E3")
    sheet = book.create_sheet(SHEETS["codes"])
    sheet.append(["主题和手段 themes and means", "含义", "meaning"])
    ends, last = {}, 1
    for field, own in codes.groupby("field", sort=False):
        ends[field] = f"{quote_sheetname(sheet.title)}!$A${last + 1}:$A${last + len(own)}"
        last += len(own) + 1
        for code in own.itertuples():
            meaning = f"{code.name_en}: {code.meaning_en}"
            sheet.append([f"{code.code} {code.name}", code.meaning, meaning])
        sheet.append([])  # an empty line after each list
    _set_up(sheet, (34, 50, 66), heads=(1,))
    sheet = book[SHEETS["coding"]]
    for place, column in enumerate(COLUMNS, 1):
        if column in FIELDS:
            offer = DataValidation("list", ends[FIELDS[column]], allow_blank=True)
            offer.error = "请从列表中选 · Please pick from the list"
            offer.showErrorMessage = True
            letter = get_column_letter(place)
            offer.add(f"{letter}4:{letter}{3 + ROWS}")
            sheet.add_data_validation(offer)
    return _to_bytes(book)


def _set_up(sheet, widths, heads):
    """Set widths, heights, frames and A4 paper of a sheet."""
    line = Side("thin", color="999999")
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    for row in sheet.iter_rows():
        lines = 1
        for cell, width in zip(row, widths, strict=False):
            text = str(cell.value or "")
            broad = sum(2 if character > "\u2e80" else 1.1 for character in text)
            lines = max(lines, -(-broad // (width - 2)))
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(name="Microsoft YaHei", size=10, bold=cell.row in heads)
            if any(each.value for each in row):
                cell.border = Border(line, line, line, line)
        sheet.row_dimensions[row[0].row].height = 16 * lines + 4
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape"
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0
    sheet.print_title_rows = f"{heads[0]}:{heads[0]}"
    sheet.oddFooter.center.text = "&A · &P / &N"


def _to_bytes(book):
    """Return a workbook as bytes that know neither clock nor version of a compressor."""
    written, fixed = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        ExcelWriter(book, archive).save()
    with zipfile.ZipFile(written) as archive, zipfile.ZipFile(fixed, "w") as copy:
        for name in archive.namelist():
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.create_system = 3  # as on Unix, so that Windows makes the same bytes
            copy.writestr(member, archive.read(name))
    return fixed.getvalue()


def read_sheets(folder):
    """Read the answer sheets that a class handed in.

    Parameters
    ----------
    folder : str or path
        Where they are, one Excel file a coder.

    Returns
    -------
    codings : DataFrame
        One row per coder and row of the exercise: ``coder``, ``measure_id``, ``theme``, ``main``,
        ``second``, ``remark``, ``file``. What is missing or not understood is an empty text.
    problems : DataFrame
        What was missing or not understood: ``file``, ``cell``, ``found``, ``problem``.

    Raises
    ------
    ValueError
        If there is no such folder, or no sheet in it that can be read.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ValueError(
            f"there is no folder {str(folder)!r}; put the returned .xlsx files into one and name "
            "it here · 没有这个文件夹，请把收回的 .xlsx 放进一个文件夹，并在这里写上它的名字"
        )
    codings, problems = [], []
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~$")):
            continue  # left by a system or by an open Excel; they hold no answer
        try:
            codings += _read_sheet(path, problems)
        except ListError as error:
            said = f"读不了 · cannot be read: {error.reason}. {error.remedy}"
            problems.append(Problem(path.name, "", "", said))
    problems = pd.DataFrame(problems, columns=Problem._fields)
    if not codings:
        said = "; ".join(problems["file"] + ": " + problems["problem"]) or "it is empty"
        raise ValueError(f"no answer sheet can be read in {str(folder)!r} · 没有可读的答卷：{said}")
    columns = ["coder", "measure_id", *FIELDS, "remark", "file"]
    return pd.DataFrame(codings)[columns].fillna(""), problems


def _read_sheet(path, problems):
    """Return the codings of one file as dicts; add to `problems` what is not understood."""

    def note(cell, found, problem):
        problems.append(Problem(path.name, cell, found, problem))

    if path.is_dir():
        note("", "", "是文件夹，没有读 · is a folder and was not read; move its files up")
        return []
    source = read_file(path)
    if source.form not in ("xlsx", "xls"):
        note("", path.suffix, "不是Excel文件，请另存为 .xlsx · no Excel file: save it as .xlsx")
        return []
    known = _make_lookup()
    asked = list(choose_rows()["measure_id"])
    ours = {NAME} | {heading for heading, _ in COLUMNS.values()}
    columns, unknown, coder, found = {}, {}, "", {}
    for row in source.rows:
        sheet = source.sheets[row.table - 1]
        places = [f"{sheet}!{get_column_letter(at + 1)}{row.line}" for at in range(len(row.cells))]
        texts = [text.strip() for text in row.cells]
        heads = _find_headings(texts)
        if heads:
            known_row = "measure_id" in heads.values()
            columns[row.table] = heads if known_row else {}
            unknown[row.table] = [at for at, text in enumerate(texts) if text and at not in heads]
            lost = [COLUMNS[column][0] for column in NEEDED if column not in heads.values()]
            if lost:
                note(places[0], "", _say_lost(lost, texts))
            else:
                for at in unknown[row.table]:
                    said = "不认识这个表头，整列没有读 · unknown heading; its column was not read"
                    note(places[at], texts[at], said)
        elif columns.get(row.table):
            texts = ["" if at in unknown[row.table] else text for at, text in enumerate(texts)]
            _read_row(texts, places, columns[row.table], known, asked, found, note)
        elif NAME.split()[0] in (texts[0] if texts else ""):
            coder = texts[1] if len(texts) > 1 else ""
            for place, text in zip(places[2:], texts[2:], strict=True):
                if text and text not in ours:
                    note(place, text, "没有读 · not read")
    if not columns:
        note("", "", f"找不到表头“{COLUMNS['measure_id'][0]}” · the headings are missing")
    if not any(columns.values()):
        return []
    for measure in asked:
        if measure not in found:
            note("", measure, "缺这一行 · this row is missing")
    if not coder:
        coder = path.stem
        note("", "", f"没有写姓名，用文件名“{coder}” · no name; the file's is used")
    return [{"coder": coder, "file": path.name} | cells for cells in found.values()]


def _find_headings(texts):
    """Return place → column if two or more are headings of the answer sheet, else nothing."""
    words = {heading.split()[0]: column for column, (heading, _) in COLUMNS.items()}
    words |= {heading.split()[1]: column for column, (heading, _) in COLUMNS.items()}
    places = {}
    for at, text in enumerate(texts):
        column = words.get(text.split()[0]) if text else None
        if column and column not in places.values():
            places[at] = column
    return places if len(places) > 1 else {}


def _say_lost(lost, texts):
    """Say which columns a sheet lacks, and what its headings are."""
    here = [text for text in texts if text]
    chinese = "".join(f"“{name}”" for name in lost)
    english = ", ".join(f"“{name}”" for name in lost)
    return (
        f"找不到{chinese}一栏：表头里有 {'、'.join(here)}；请改回原名 · "
        f"no column {english}: the headings are {', '.join(here)}; please restore the name"
    )


def _make_lookup():
    """Return (list, how a code may be written) → the code."""
    known = {}
    for code in read_codes().itertuples():
        for written in (code.code, code.name, code.name_en, f"{code.code} {code.name}"):
            known[code.field, _plain(written)] = code.code
    return known


def _to_measure(text):
    """Return the row that is meant: m10, １０ and M010 are the same."""
    text = unicodedata.normalize("NFKC", text).upper()
    number = re.fullmatch(r"M?\s*0*(\d{1,3})", text)
    return f"M{number[1]:0>3}" if number else text


def _plain(text):
    return re.sub(r"[\W_]+", "", text).casefold()


def _read_row(texts, places, columns, known, asked, found, note):
    """Add one row of an answer sheet to `found`; call `note` on what is not understood."""
    cells = {column: texts[at] for at, column in columns.items() if at < len(texts)}
    where = {column: places[at] for at, column in columns.items() if at < len(texts)}
    for at, text in enumerate(texts):
        if text and at not in columns:
            note(places[at], text, "这一列没有表头，没有读 · no heading above; not read")
    measure = _to_measure(cells.get("measure_id", ""))
    if measure not in asked:
        for column in cells.keys() - {"text", "english"}:
            if cells[column]:
                note(where[column], cells[column], "不是练习中的行 · no row of the exercise")
        return
    if measure in found:
        note(where["measure_id"], measure, "这一行出现两次，只用第一次 · twice; the first is used")
        return
    codes = {"measure_id": measure, "remark": cells.get("remark", "")}
    for column, field in FIELDS.items():
        text = cells.get(column, "")
        codes[column] = known.get((field, _plain(text)), "")
        if text and not codes[column]:
            note(where[column], text, "未知的编码 · unknown code")
        if not text and column != "second" and column in columns.values():
            note(where.get(column, measure), "", f"{measure}没有填 · {measure} was left empty")
    if codes["second"] == "none":  # the same as nothing
        codes["second"] = ""
    if codes["second"] and codes["main"] in ("none", codes["second"]):
        said = "主要手段为none或与之相同，不应再填 · none or the same as main: should be empty"
        note(where["second"], cells["second"], said)
    found[measure] = codes


def name_coders(codings):
    """Return codings in which each file has a coder's name of its own."""
    files = codings.groupby("coder")["file"].transform("nunique")
    told_apart = codings["coder"] + " (" + codings["file"] + ")"
    return codings.assign(coder=codings["coder"].where(files == 1, told_apart))


def set_aside(codings, field):
    """Leave out the coders who left more than half of the rows empty.

    Parameters
    ----------
    codings : DataFrame
        As `read_sheets` gives them.
    field : str
        "theme" or "main".

    Returns
    -------
    kept : DataFrame
        The codings of the others.
    told : str
        Who was left out and why, in both languages.
    """
    chinese, english = COLUMNS[field][0].split(maxsplit=1)
    filled = codings[codings[field] != ""].groupby("coder")["measure_id"].nunique()
    gaps = ROWS - filled.reindex(codings["coder"].unique(), fill_value=0)
    gaps = gaps[gaps > ROWS / 2]
    if gaps.empty:
        return codings, f"{chinese}：全部答卷计入 · {english}: all sheets are used"
    names = "；".join(f"{coder}（{chinese}{n}格空白）" for coder, n in gaps.items())
    names_en = "; ".join(f"{coder} ({english}: {n} empty)" for coder, n in gaps.items())
    told = f"下列答卷漏填太多，未计入：{names} · left out for too many gaps: {names_en}"
    return codings[~codings["coder"].isin(gaps.index)], told


def _to_codes(codings, field):
    """Return codings as `xq.score_agreement` takes them, without what was left empty."""
    filled = codings[codings[field] != ""]
    return filled.rename(columns={"measure_id": "item", field: "code"})[["item", "coder", "code"]]


def score_class(codings, field):
    """Score how far the class agrees with itself; what somebody left empty costs nothing else.

    Returns
    -------
    DataFrame
        One row: ``coders``, ``rows`` (coded by two or more), ``agree`` (the share of these on
        which all who coded them agree), ``alpha`` (Krippendorff's, which allows for gaps) with
        its interval ``alpha_low`` to ``alpha_high``; missing where there is nothing to compare.
    """
    codes = _to_codes(name_coders(codings), field)
    coders = codes.groupby("item")["coder"].nunique()
    rows = int((coders > 1).sum())
    names = ["agree", "alpha", "alpha_low", "alpha_high"]
    scores = [float("nan")] * len(names)
    if rows:
        scores = xq.score_agreement(codes, gaps=True).set_index("code").loc["(all)", names]
    columns = ["coders", "rows", *names]
    return pd.DataFrame([[codes["coder"].nunique(), rows, *scores]], columns=columns)


def score_coders(codings, model, field):
    """Score each coder against the model codings, on the rows which that coder coded.

    Returns
    -------
    DataFrame
        One row per coder: ``coder``, ``rows`` (coded), ``same`` (as the model), ``alpha``
        (Krippendorff's; missing if there is nothing to tell apart).
    """
    scores = []
    for coder, own in codings.groupby("coder", sort=False):
        own = own[own[field] != ""]
        both = own.merge(model[["measure_id", field]], on="measure_id", suffixes=("", "_model"))
        same = int((both[field] == both[f"{field}_model"]).sum())
        alpha = float("nan")
        if len(both):
            ours = model[model["measure_id"].isin(both["measure_id"])].assign(coder="(model)")
            pair = _to_codes(pd.concat([own, ours], ignore_index=True), field)
            alpha = xq.score_agreement(pair, draws=1)["alpha"][0]
        scores.append((coder, len(both), same, alpha))
    return pd.DataFrame(scores, columns=["coder", "rows", "same", "alpha"])


def list_choices(codings, model, field):
    """Return what the class and the model chose for each row, the most disputed row first.

    Returns
    -------
    DataFrame
        One row per row of the exercise: ``measure_id``, ``differ`` (the share of pairs of coders
        who chose differently; missing if fewer than two chose), ``class``, ``model``, ``text``.
    """
    codes = read_codes()
    codes = codes[codes["field"] == FIELDS[field]]
    shown = dict(zip(codes["code"], codes["code"] + " " + codes["name"], strict=True))
    filled = codings[codings[field] != ""]
    counts = filled.groupby(["measure_id", field]).size().rename("n").reset_index()
    counts = counts.sort_values(["measure_id", "n", field], ascending=[True, False, True])
    counts["class"] = counts[field].map(shown) + " × " + counts["n"].astype(str)
    counts["alike"] = counts["n"] * (counts["n"] - 1)
    by_row = counts.groupby("measure_id")
    chosen = by_row["class"].agg("，".join).to_frame()
    pairs = by_row["n"].sum() * (by_row["n"].sum() - 1)
    chosen["differ"] = 1 - by_row["alike"].sum() / pairs.where(pairs > 0)
    rows = choose_rows().merge(model[["measure_id", field]].rename(columns={field: "model"}))
    rows["model"] = rows["model"].map(shown)
    rows = rows.merge(chosen, how="left", on="measure_id").fillna({"class": ""})
    rows = rows.sort_values("differ", ascending=False, kind="stable", ignore_index=True)
    return rows[["measure_id", "differ", "class", "model", "text"]]
