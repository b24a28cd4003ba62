"""One normaliser for whatever is read: what it changes, and where, is kept.

`normalise` returns a text as it is read and the edits that led there; `restore` undoes them.
Wording is never changed. `fold` gives a copy to look words up in, character for character.
"""

import re
import unicodedata

INVISIBLE = r"\x00-\x08\x0e-\x1b\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
# Radicals that stand for characters in the text of a PDF; Unicode itself maps only some.
_RADICALS = str.maketrans(
    "⺁⺇⺝⺟⺠⻄⻅⻆⻉⻋⻑⻒⻓⻔⻗⻘⻙⻚⻛⻜⻝⻠⻢⻣⻤⻥⻦⻧⻨⻩⻬⻰⻳",
    "厂几月母民西见角贝车長長长门雨青韦页风飞食食马骨鬼鱼鸟卤麦黄齐龙龟",
)
_RADICAL = r"\u2e80-\u2fd5\uf900-\ufaff\U0002f800-\U0002fa1f"
_WIDE = "０-９Ａ-Ｚａ-ｚ％"
_HALF = str.maketrans(",;:?!.()｡､｢｣", "，；：？！。（）。、「」")

_UNSEEN = (
    r"(?P<markup></?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>)"
    rf"|(?P<invisible>[{INVISIBLE}]+)|(?P<space>\s+)"
)
_NOISE = (
    rf"{_UNSEEN}|(?P<halfwidth>[,;:?!.()｡-､])"
    rf"|(?P<fullwidth>[{_WIDE}]+|(?<=[0-9０-９])．(?=[0-9０-９]))|(?P<radical>[{_RADICAL}]+)"
)
_UNSEEN, _PLAIN = re.compile(_UNSEEN), re.compile(_NOISE)
_QUOTED = re.compile(rf'(?P<quote>\A"|""|"\Z)|{_NOISE}')
_ESCAPED = re.compile(rf"(?P<escape>\\\|)|{_NOISE}")
_MAY_BE_NOISE = re.compile(rf"[<\s,;:?!.()\"\\｡-､．{_WIDE}{_RADICAL}{INVISIBLE}]")
_CHINESE = re.compile(r"[\u2e80-\u2fdf\u3001-\u303f\u3400-\u9fff\uff01-\uff65“”‘’—…]")
_BRACKETS = re.compile(r"\([^()]*[\u3400-\u9fff][^()]*\)")
_BREAK = re.compile(r"[\n\r]|<br\b", re.I)

# Where one name of a unit ends and the next may begin.
_NAME_ENDS = re.compile(
    r"(?:[局委办部厅院会团室处科社站所队镇乡村]|中心|街道|公司|集团|银行|政府|学校|大学|联盟|总队"
    r"|各[省市区县州盟旗]|[各有]关?(?:单位|部门|地区))$"
)
_NAME_BEGINS = re.compile(
    r"(?!分|支|直属|办公|委员会|管理|服务|等)(?:[各省市区县州镇街乡]|国家|中国|中共|\w[^，。；、：:（(]{1,18}?"
    r"(?:[局委办部厅院会团室处社站所]|中心|街道|公司|集团|银行|政府))"
)
_BRANCH = re.compile(r"\w{1,6}(?:分局|支局|分行|支行|支队|大队|分公司|分中心)")
_ROLE_ENDS = re.compile(r"(?:牵头|负责|配合|主责|参与|协同|落实|牽頭|負責)$")
_LABEL = re.compile(r"\w{2,6}(?:单位|部门|單位|部門|主体)[：:]")
_ITEM = re.compile(r"[0-9]{1,3}[.、．)）](?![0-9])|[（(][0-9一二三四五六七八九十]+[）)]")

# Characters of the words that give a list its form, in their traditional shape.
_FORM = str.maketrans(
    "責單位時間實務號備註標項內領導牽頭門舉進據協與參負會辦級區縣鎮鄉長鄰業劃開動啟續態貫徹類說議廳處級場總訂質點發關體獎鋪現組織",
    "责单位时间实务号备注标项内领导牵头门举进据协与参负会办级区县镇乡长邻业划开动启续态贯彻类说议厅处级场总订质点发关体奖铺现组织",
)


def normalise(text, *, kind="text", quoting="", wrapped=False):
    r"""Return a text as it is read, and the edits made.

    Parameters
    ----------
    text : str
        A cell or paragraph as published.
    kind : {"text", "label", "number", "units"}
        In a text a space or line break may part two phrases and is kept where it does; in a label
        it means nothing; between two names of units it becomes "、".
    quoting : {"", '"', "|"}
        How the file wraps the text: in quotes as Excel does, or with "|" written as "\|".
    wrapped : bool
        Lines end where the page does, as in a PDF: a break parts phrases only after a mark.

    Returns
    -------
    str
        The text as read.
    list of (str, int, str, str)
        Rule, start in the text as published, the characters there, and what they became.
    """
    if not _MAY_BE_NOISE.search(text):
        return text, []
    quoted = quoting == '"' and len(text) > 1 and text[0] == text[-1] == '"'
    noise = _QUOTED if quoted else _ESCAPED if quoting == "|" else _PLAIN
    visible = text[1:-1].replace('""', '"') if quoted else text
    visible = _UNSEEN.sub("", visible.replace("\\|", "|") if quoting == "|" else visible)
    pairs = set()
    if "(" in text and kind != "number":
        pairs = {at for hit in _BRACKETS.finditer(text) for at in (hit.start(), hit.end() - 1)}
    kept, edits = [], []
    done = seen = 0  # how far the text and its visible part are read
    left = ""  # the last characters kept
    for hit in noise.finditer(text):
        rule, before = hit.lastgroup, hit.group()
        gap = text[done : hit.start()]
        done = hit.end()
        left = (left + gap)[-24:]
        seen += len(gap)
        kept.append(gap)
        if rule in ("quote", "escape"):
            after = before[1:] if len(before) == 2 else ""
            seen += len(after)
        elif rule in ("space", "markup"):
            right = visible[seen : seen + 24]
            rule, after = _part(rule, before, left, right, kind, wrapped)
        elif rule == "invisible":
            after = ""
        else:
            seen += len(before)
            right = visible[seen : seen + 1]
            after = _reshape(rule, before, left[-1:], right, kind, hit.start() in pairs)
        if after != before:
            edits.append((rule, hit.start(), before, after))
        kept.append(after)
        left = (left + after)[-24:]
    kept.append(text[done:])
    return "".join(kept), edits


def restore(text, edits):
    """Return a text as published: undo edits, given as (start, before, after) in order."""
    parts, done, shift = [], 0, 0
    for start, before, after in edits:
        at = start + shift
        parts += [text[done:at], before]
        done = at + len(after)
        shift += len(after) - len(before)
    return "".join([*parts, text[done:]])


def fold(text):
    """Return a text with the traditional characters of headings, roles and dates simplified."""
    return text.translate(_FORM)


def _reshape(rule, before, left, right, kind, paired):
    """Return what a character that has two shapes is read as."""
    if rule == "radical":
        return unicodedata.normalize("NFKC", before.translate(_RADICALS))
    if rule == "fullwidth":
        return unicodedata.normalize("NFKC", before)
    if before in "()":
        return before.translate(_HALF) if paired else before
    if before == ".":
        ends = "\u3400" <= left <= "\u9fff" and (not right or "\u3400" <= right <= "\u9fff")
        return "。" if ends and kind != "number" else before
    beside = _CHINESE.match(left) or _CHINESE.match(right) or before > "\uff00"
    return before.translate(_HALF) if beside else before


def _part(rule, before, left, right, kind, wrapped):
    """Return the rule and what a space, a line break or a tag between two texts is read as."""
    breaks = _BREAK.search(before) is not None
    if rule == "markup" and not breaks:
        return rule, ""
    a, b = left[-1:], right[:1]
    if not a or not b or a == "\n":
        return rule, ""
    if kind == "units" and (mark := _separate(left, right, breaks)):
        return "separator", mark
    if breaks and _is_number_cut(left, right):
        return "wrap", ""
    if kind == "text" and breaks:
        if not wrapped or (_ITEM.match(right) and a in "。；;！：:"):
            return rule, "\n"
        both_latin = a.isascii() and b.isascii() and a.isalpha() and b.isalpha()
        return "wrap", " " if both_latin else ""
    if kind == "text":
        apart = (a.isalpha() and b.isalpha()) or (a.isdigit() and b.isdigit())
    else:
        apart = a.isascii() and a.isalpha() and b.isascii() and b.isalpha()
    return rule, (" " if breaks else before) if apart else ""


def _is_number_cut(left, right):
    """Tell whether a line break falls within a number, or between it and its unit."""
    if _ITEM.match(right) or not re.search(r"[0-9０-９][.．]?$", left):
        return False
    return re.match(r"[0-9０-９.．%％万亿]", right) is not None


def _separate(left, right, breaks):
    """Return the mark for a space or break between two names of units, or "" if it parts none."""
    name = re.split("[，。；、：,;:]", left)[-1]
    if not name or _BRANCH.match(right):
        return ""
    if _LABEL.match(right):
        return "；"
    begins = _NAME_BEGINS.match(right)
    if _ROLE_ENDS.search(name) and begins:
        return "，"
    if begins and _NAME_ENDS.search(name):
        return "、"
    place = re.search("[省市区县州盟旗]$", name)
    named = re.match("[各省市区县州]", right) and len(name) > 2 and not place
    return "、" if breaks and named else ""
