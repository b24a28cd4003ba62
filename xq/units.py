"""Who leads, who shares: the responsible units named in the unit cells.

A cell is cut into pieces that together are the cell again: names, the marks between them, and the
words that give roles: verbs after the names, labels before them, a bracket behind one of them.
What is none of these is left over; `check_list` says so.
"""

import re
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.stats import rankdata

from .door import check_choice, check_count, check_frame, check_index, check_texts

# The roles, and the words that give them: the first role that has a word in a phrase, except that
# words of ROLELESS alone give none, and every other verb, such as 负责 or 落实, gives "joint".
ROLES = {
    "lead": ("牵头", "主责", "主办", "主抓", "总负责", "负总责", "为主"),
    "joint": ("配合", "参与", "参加", "协助", "协办", "协同", "支持"),
    "all": ("分别", "分头", "各负其责"),
}
ROLELESS = ("指导", "监督", "督导", "督办", "统筹", "协调", "主管")

# ── the words of the grammar ──


def _any(*words):
    """Return a pattern of words, the longest first."""
    return "|".join(sorted({*" ".join(words).split()}, key=len, reverse=True))


_BY_DUTY = "(?:按照?|依据?|依照|根据)(?:各自)?(?:职责|职能|分工)(?:分工)?"
_ADVERBS = _any(
    "共同 联合 分别 分头 各自 具体 积极 密切 统一 主动 认真 切实 全力 组织 贯彻 抓好 做好",
    "予以 给予 总 抓 直接 主要 全面",
)
_VERBS = _any(
    *ROLES["lead"],
    *ROLES["joint"],
    *ROLELESS,
    "各负其责 负责 落实 落实到位 实施 推进 推动 承担 承办 完成 执行 办理 抓总 分工 做好工作",
    "做好相关工作 做好有关工作",
)
_WORDS = f"(?:{_BY_DUTY}|{_ADVERBS}|{_VERBS})"
_PHRASE = f"{_WORDS}{{0,6}}(?:{_BY_DUTY}|{_VERBS})"
_MASK, _ROLE, _WRAP = "\ue000\ue001\ue002"  # stand for brackets, see _mask
_LAST = f"局厅委办院所署处会社联协队室校馆站台组班团部司府门位道镇乡村区市县州盟旗心行构等{_MASK}"
_VERB = re.compile(
    rf"{_PHRASE}\Z"
    rf"|(?<=[{_LAST}]){_WORDS}{{0,4}}(?:牵头|负责)(?:(?:{_ADVERBS})?(?:{_VERBS})){{0,3}}"
    "(?!单位|部门|科室|地区|机构|领导|同志|[人制的])"
    rf"|(?<=[{_LAST}]){_PHRASE}(?=由|会同|各|有关|相关|其他|国家|自治区|[省市区县州])"
)
_HOW = f"(?:{_BY_DUTY}|{_ADVERBS}|{_any(*ROLELESS)})*"
_ROLELESS_ALONE = re.compile(f"{_HOW}(?:{_any(*ROLELESS)}){_HOW}")
_OPEN = re.compile(
    "(?<![高平同初中优上])等(?:(?:各|有关|相关|其他|其它|职能|成员|责任|配合|主管|行业|部门[和及、]"
    "|[省市区县州直级属个家0-9一二三四五六七八九十]){0,6}"
    "(?:部门|单位|地区|地方|机构|企业|方面|科室|处室))?\\Z"
)
_AND = "以及|及|与|暨|和(?![平田硕顺]|县|龙市|政县|静县|林格尔|布克)"
_WITH = "会同(?!县)|联合(?=各|有关|相关|[省市区县])"
_LEADING = re.compile(f"(?P<share>并?(?:会同(?!县)|联合))|并?由|请|其中|{_AND}")
_BETWEEN = re.compile(f"(?P<share>{_WITH})|{_AND}")
_TAIL = re.compile("结合|根据|依据|按照|依照|围绕|聚焦|立足|按要求|按期|按时|认真|切实|积极|严格")
_NOBODY = re.compile(r"(?:暂?无|没有|待定|暂缺|略|不涉及)(?:单位|部门)?|[-—–－─―_*]+")

_LABELS = _any(
    "牵头 主责 主办 主抓 主管 总牵头 第一责任 首要责任 主要责任 责任 配合 协办 协助 协作 协同 参与",
    "参加 落实 实施 承办 会办 成员 支持 共同 具体 督办 监督 指导 相关 有关",
)
_PLACE = "单位|部门|科室|处室|地区|机构|主体"
_LABEL = re.compile(
    rf"各?(?:(?:[省市区县州]|国家)[级直])?(?:{_LABELS}){{1,2}}[{_MASK}{_ROLE}]{{0,20}}(?:{_PLACE})?"
    rf"(?:[和及与、/](?:{_LABELS}){{0,2}}(?:{_PLACE}|人)?)?[{_MASK}{_ROLE}]{{0,20}}[：:]"
)
_LABEL_ALONE = re.compile(
    "(?:牵头|主责|主办|责任|配合|协办|协助|牵头责任)(?:单位|部门)"
    r"(?:\Z|(?=各|有关|相关|国家|自治区|[省市区县]))"
)
_NO_UNITS = re.compile(
    "(?:时限|时间|期限|时点|节点|日期|领导|[任责系]人|联络员|电话|目标|措施|备注|进度|要求|内容|任务)\\Z"
)

# ── the names of units ──

_GENERIC = "单位|部门|机构|企业|政府|组织|团体|地区|地方"
_SURE = re.compile(
    "(?:[局厅委办院所署处社联协队室馆站台组班]|(?<![干总])部|(?<!社)会|集团|兵团|公司|中心|供电"
    "|[银分支人总]行|农发行|海关|机关|[省市区县州]政府|人民政府|党组|大学|运营商)\\Z"
)
_LIKELY = re.compile(
    f"(?:{_GENERIC}|校|街道|镇街|园|科|股|基地|联盟|[省市区县镇乡村州盟旗团]|[工农建中交]行)\\Z"
)
_SEVERAL = re.compile("各|有关|相关|其他|所有|全[省市区县]|[省市区县州][级直属]")
_AREA = re.compile("(?:[省市区县镇乡村州盟旗]|街道|园区)\\Z")
_ONLY_GENERIC = re.compile(f"(?:{_GENERIC})\\Z")
_NO_NAME = re.compile(
    "[的了要年月0-9]|工作|任务|情况|问题|完成|推进|落实|负责|配合|职责|分工|实际|结合|除外|同上|重视"
    "|加强|做好|抓好|推动|组织|长期|持续"
)
_LONGEST = 30  # characters of a name outside brackets
_LONGEST_UNCLEAR = 12  # of one whose ending is none of a unit

# One name, although 、 or 和 is in it: 各市、县（市、区）人民政府; 各镇、街道; 各有关部门、单位.
_LEVEL = "自治[区县州]|直辖市|[省县市区州旗盟镇乡]|街道?|镇街|街镇|乡镇|开发区|功能区|园区|新区"
_LEVEL = f"(?:{_LEVEL}){_MASK}*"
_ONE_NAME = re.compile(
    rf"(?:各(?:地级以上|设区的?)?{_LEVEL}(?:[、和]{_LEVEL})+"
    r"|(?:各|有关|相关|其他)[^、，,；;。\s]{0,8}(?:部门|单位|地区)、(?:单位|部门|机构|企业))"
    "(?=人民政府|政府|党委|党工委|管委会|办事处|有关部门|各部门|等|按|分别|共同|负责|牵头|配合"
    rf"|落实|结合|组织|[{_WRAP}{_ROLE}、，,；;。\s]|\Z)"
)

# A name without its level takes that of the last name that has one: 省教育厅、科技厅.
_INNER = "省|(?<!城)市(?!场|政)|(?<![社园])区(?![域块划])|县(?!域)|州|盟|旗"
_LEVEL_OF = re.compile(
    "(?:自治区|自治州|[\u4e00-\u9fff]{2,8}?(?:自治区|自治州|自治县|自治旗)"
    "|(?:[\u4e00-\u9fff]{2,4}?(?<!城)(?<!社)(?<!园)(?<!开发)(?<!保护)(?<!示范))??"
    "(?:省|市(?!场|政(?![府务协法数研]))|区(?![域块划])|县(?!域)|州|盟|旗))(?![级直属内])"
)
_PARTY = "组织部|宣传部|统战部|社会工作部|政法委"
_SHORT = re.compile(
    "(?!各|有关|相关|其他|国家|国务院|国网|中央|中共|中国|全|团|驻|街道|乡镇|社区|党|[省市区县][级直属])"
    f"(?!.+(?:{_INNER}))"
    "[\u4e00-\u9fff]{0,14}(?:(?<!分)局|[厅委]|办|办公室|办公厅|[残妇文侨]联|工商联|社科联|科协|工会"
    f"|红十字会|供销社|法院|检察院|委员会|{_PARTY}){_MASK}*"
)
_OF_PARTY = re.compile(f"(?:{_PARTY})\\Z")
_MAYBE_PARTY = re.compile(
    "(?:网信办|编办|台办|金融办|改革办|财经办|老干部局|政研室|巡察办|农办)\\Z"
)

_BRACKETS = dict(zip("（(〔[【〈<《“「『", "）)〕]】〉>》”」』", strict=True))
_RESERVED = re.compile(f"[{_MASK}{_ROLE}{_WRAP}]")
_QUOTES = "《“「『"
_BRACKET_MARKS = re.escape("".join([*_BRACKETS, *_BRACKETS.values()]))
_ANY_BRACKET = re.compile(f"[{_BRACKET_MARKS}]")
_ROLE_BRACKET = re.compile(f"{_PHRASE}(?:单位|部门)?|[主牵配协]")
_VERB_BEFORE = re.compile(f"(?:{_PHRASE})\\Z")
_LABEL_GOES_ON = re.compile(f"(?:{_PLACE})?[：:]")
_MARKS = rf"、，,；;。/／|：:\s…★☆※{_WRAP}{_ROLE}{_BRACKET_MARKS}"
_MARK = re.compile(rf"[、，,；;。/／|：:\s…★☆※.．{''.join(_BRACKETS)}]")
_TOKEN = re.compile(
    rf"(?P<run>(?:[^{_MARKS}.．]|(?<=[0-9A-Za-z])[.．\s](?=[0-9A-Za-z]))+)"
    rf"|(?P<role>{_ROLE}+)|(?P<strong>[；;。{_WRAP}]+)|(?P<weak>[{_MARKS}.．])"
)


def find_units(cells, *, role=None):
    """Find the units named in unit cells, with their roles.

    Names stand before a verb (区财政局牵头，区人社局、区商务局等按职责分工负责), which covers every
    name since the last one; or behind a label (牵头单位：…；配合单位：…); or before a bracket that
    gives the role of that name: 区财政局（牵头）. The words nearest to a name win. Other
    brackets belong to the name they follow: 各县（市、区）.

    Parameters
    ----------
    cells : Series of str
        Unit cells as returned by `read_list` (``units``), indexed by measure.
    role : {"lead", "joint", "all"} or Series of these, optional
        The role of names without any words, where the column says it: "lead" for the cells of a
        column 牵头单位, "joint" for 配合单位. A Series has the index of `cells`, and may have
        missing values.

    Returns
    -------
    DataFrame
        One row per unit named, in document order, with columns

        - ``measure_id`` : the index label of the cell
        - ``order`` : int, position of the name in its cell, from 1
        - ``clause`` : int, number of the clause in its cell, from 1; names of a clause share their
          verb or label
        - ``unit_written`` : str, the name as written
        - ``start``, ``end`` : int, character span of the name in the cell
        - ``role`` : str, "lead" (牵头, 主办), "joint" (按职责分工负责, 配合, 落实) or "all"
          (分别负责); missing where nothing says it, and with 指导 or 统筹 alone
        - ``role_written`` : str, the words that give the role, with 等 where it stands before them
        - ``open_list`` : bool, a list of the clause ends in 等: others may be meant, absence proves
          nothing
        - ``unit`` : str, the name with the level or place it leaves out, taken from the last name
          that has one: 省科技厅 for 科技厅 in 省教育厅、科技厅
        - ``doubt`` : str, "elided_prefix" (``unit`` was completed so), "unclear_name" (it does not
          end as units do), or empty

    Raises
    ------
    TypeError
        If ``cells`` is no Series of texts.
    ValueError
        If two cells have the same label, or ``role`` is no role or lacks a cell.

    See Also
    --------
    check_list : also lists the words of the cells that were not understood.
    """
    check_texts(cells, "cells")
    roles = _check_role(role, cells)
    rows = []
    for (label, cell), default in zip(cells.items(), roles, strict=True):
        rows += [(label, *row) for row in _read_cell(cell, _cut(cell), default)]
    columns = ["measure_id", "order", "clause", "unit_written", "start", "end"]
    columns += ["role", "role_written", "open_list", "unit", "doubt"]
    numbers = dict.fromkeys(["order", "clause", "start", "end"], "int64")
    texts = dict.fromkeys(["unit_written", "role", "role_written", "unit", "doubt"], "str")
    return pd.DataFrame(rows, columns=columns).astype(numbers | texts | {"open_list": bool})


def doubt_units(cells):
    """List what to doubt in unit cells, for `check_list`.

    Parameters
    ----------
    cells : Series of str
        As for `find_units`.

    Returns
    -------
    DataFrame
        One row per doubt, by problem and then in document order; none if the cells are sound.
        Columns

        - ``problem`` : str, "leftover" (words that are no unit, mark, verb or label, such as
          结合实际), "no_unit" (无, —, or words without a name), "elided_prefix" or "unclear_name"
          (see `find_units`)
        - ``measure_id`` : the index label of the cell
        - ``start``, ``end`` : int, character span in the cell
        - ``found`` : str, what stands there
    """
    doubts = []
    for number, (label, cell) in enumerate(cells.items()):
        pieces = _cut(cell)
        found = [(_LEFT[kind], *span) for kind, *span in pieces if kind in _LEFT]
        units = _read_cell(cell, pieces, None)
        found += [(doubt, start, end) for _, _, _, start, end, *_, doubt in units if doubt]
        if not units and not found and cell.strip():
            found = [("no_unit", 0, len(cell))]
        doubts += [(p, number, start, end, label, cell[start:end]) for p, start, end in found]
    doubts = [(p, label, *span, words) for p, _, *span, label, words in sorted(doubts)]
    table = pd.DataFrame(doubts, columns=["problem", "measure_id", "start", "end", "found"])
    return table.astype({"problem": "str", "start": "int64", "end": "int64", "found": "str"})


_LEFT = {"rest": "leftover", "none": "no_unit"}  # kind of piece → problem


def _read_cell(cell, pieces, default):
    """Return the units of a cell, as the rows of `find_units` without their label."""
    rows, prefix = [], ""
    for order, row in enumerate(_give_roles(cell, pieces, default), 1):
        clause, kind, start, end, *closing = row
        name = cell[start:end]
        added = _complete(name, prefix)
        if not added:
            prefix = _find_prefix(name) or prefix
        doubt = "elided_prefix" if added else "unclear_name" if kind == "unclear" else ""
        rows.append((order, clause, name, start, end, *closing, added + name, doubt))
    return rows


def _check_role(role, cells):
    """Return the role of each cell's column, None where nothing is said."""
    if not isinstance(role, pd.Series):
        if role is not None:
            check_choice(role, "role", [*ROLES])
        return [role] * len(cells)
    check_index(role, "role")
    if not (known := cells.index.isin(role.index)).all():
        label = cells.index[~known][0]
        raise ValueError(f"role has no value for cell {label!r}; give it the index of cells")
    given = [None if pd.isna(value) else value for value in role.reindex(cells.index)]
    for value in {*given} - {None}:
        check_choice(value, "role", [*ROLES])
    return given


# ── a cell cut into pieces ──


def _cut(cell):
    """Return the pieces of a cell, (kind, start, end) in order, which together are the cell.

    Kinds: "name", "unclear" (a name that does not end as units do), "mark", "word" (由, 和),
    "share" (会同), "open" (等), "verb", "label", "role" (a bracket), "none" (无), "rest".
    """
    text = _ONE_NAME.sub(lambda hit: re.sub("[、和]", _MASK, hit[0]), _mask(cell))
    pieces, at = [], 0
    labels = _LABEL.finditer(text) if "：" in text or ":" in text else ()
    for label in labels:
        pieces += _cut_part(text, at, label.start())
        pieces.append(("label", *label.span()))
        at = label.end()
    return pieces + _cut_part(text, at, len(text))


def _mask(cell):
    """Return a cell with brackets put out of the way, each character at its place.

    A bracket that belongs to a name becomes _MASK throughout, one that gives a role _ROLE. Where a
    bracket encloses a whole clause, the marks themselves become _WRAP.
    """
    cell = _RESERVED.sub("?", cell)
    if not _ANY_BRACKET.search(cell):
        return cell
    opened, partner = [], {}
    waiting = dict.fromkeys(_BRACKETS.values(), 0)
    for hit in _ANY_BRACKET.finditer(cell):
        mark, at = hit[0], hit.start()
        if mark in _BRACKETS:
            opened.append(at)
            waiting[_BRACKETS[mark]] += 1
        elif waiting[mark]:
            while True:  # those opened within and never closed fall away
                start = opened.pop()
                waiting[_BRACKETS[cell[start]]] -= 1
                if _BRACKETS[cell[start]] == mark:
                    break
            partner[start] = at
    parts, at = [], 0  # at: all before it is in parts
    closing = set()
    for hit in _ANY_BRACKET.finditer(cell):
        start = hit.start()
        if start < at:
            continue
        parts.append(cell[at:start])
        at = start + 1
        if start in closing:
            parts.append(_WRAP)
        elif start not in partner:
            parts.append(hit[0])
        else:
            end = partner[start]
            if _encloses(cell, start, end):
                parts.append(_WRAP)
                closing.add(end)
            else:
                role = hit[0] not in _QUOTES and _ROLE_BRACKET.fullmatch(cell, start + 1, end)
                parts.append((_ROLE if role else _MASK) * (end + 1 - start))
                at = end + 1
    return "".join(parts) + cell[at:]


def _encloses(cell, start, end):
    """Return whether a bracket encloses clauses, rather than belonging to what is before it."""
    before = cell[max(start - 16, 0) : start]
    if cell[start] in _QUOTES or _LABEL_GOES_ON.match(cell, end + 1):
        return False
    if cell[start] == "【" or not before or _MARK.match(before[-1]):
        return True
    return bool(_LABEL.match(cell, start + 1) or _VERB_BEFORE.search(before))


def _cut_part(text, begin, stop):
    """Return the pieces of a part of a cell that has no labels of units in it."""
    pieces = []
    skipping = False  # after a label that is not one of units, such as 完成时限：
    strict = False  # after a verb within a run: what follows may be its object
    for token in _TOKEN.finditer(text, begin, stop):
        kind, (start, end) = token.lastgroup, token.span()
        if kind == "strong" or token[0] == "\n":
            skipping = strict = False
        if kind == "run" and text[end : end + 1] in ("：", ":"):
            skipping = bool(_NO_UNITS.search(token[0]))
            pieces.append(("rest", start, end))
        elif skipping:
            pieces[-1] = ("rest", pieces[-1][1], end)
        elif kind == "run":
            fresh = (
                start == begin or text[start - 1] in f"；;。{_WRAP}" or text[start - 1].isspace()
            )
            label = fresh and _LABEL_ALONE.match(token[0])
            alone = label and label.end() == end - start
            if label and (not alone or re.match(rf"[\s{_WRAP}]|\Z", text[end : end + 1])):
                pieces.append(("label", start, start + label.end()))
                start += label.end()
            cut = _cut_run if end - start < 100 else _cut_run.__wrapped__
            run = cut(text[start:end], strict)
            pieces += [(kind, start + a, start + b) for kind, a, b in run]
            kinds = [kind for kind, *_ in run]
            strict = "verb" in kinds[:-1] and kinds[-1] == "rest"
        else:
            pieces.append((kind if kind in ("role", "strong") else "mark", start, end))
            strict = strict and token[0] == "、"
    return pieces


@lru_cache(maxsize=4096)  # units return again and again
def _cut_run(run, strict):
    """Return the pieces of a run of characters without marks.

    `strict`: a name has to end as units do.
    """
    if len(run) <= 2 and run.isdecimal():
        return [("mark", 0, len(run))]  # the number before 1. or 2、
    pieces, at = [], 0
    for verb in _VERB.finditer(run):
        pieces += _cut_names(run, at, verb.start(), strict)
        pieces.append(("verb", *verb.span()))
        at, strict = verb.end(), True
    return pieces + _cut_names(run, at, len(run), strict)


def _cut_names(run, start, end, strict):
    """Return the pieces of a run without verbs: names, the words between them, 等, the rest."""
    pieces = []
    while leading := _LEADING.match(run, start, end):
        pieces.append(("share" if leading["share"] else "word", *leading.span()))
        start = leading.end()
    opened = _OPEN.search(run, max(start, end - 24), end)
    stop = rest = opened.start() if opened else end
    for tail in _TAIL.finditer(run, start, stop):
        if tail.start() == start or _ends_as_unit(run, start, tail.start()):
            rest = tail.start()
            break
    last = start
    bare = start + len(run[start:rest].rstrip(_MASK))
    if _ends(_SURE, run, start, bare) or _ends(_LIKELY, run, start, bare):
        for word in _BETWEEN.finditer(run, start, bare):
            if _parts(run, last, word, bare):
                others = _OPEN.search(run, max(last, word.start() - 24), word.start())
                pieces.append(_name(run, last, (others or word).start(), strict))
                if others:
                    pieces.append(("open", *others.span()))
                pieces.append(("share" if word["share"] else "word", *word.span()))
                last = word.end()
    if last < rest:
        pieces.append(_name(run, last, rest, strict))
    if rest < stop:
        pieces.append(("rest", rest, stop))
    if opened:
        pieces.append(("open", *opened.span()))
    return pieces


def _ends_as_unit(run, start, end):
    """Return whether a stretch of it is surely a name: 市水务局, 各街道."""
    several = _SEVERAL.match(run, start, end) and _ends(_LIKELY, run, start, end)
    return bool(several) or _ends(_SURE, run, start, end)


def _parts(run, start, word, end):
    """Return whether a word such as 和 stands between two names, rather than in one."""
    left, right = word.span()
    if _ONLY_GENERIC.fullmatch(run, right, end) or right == end:
        return False  # 各有关部门和单位
    if _ends(_SURE, run, start, left):
        return True
    if not _ends(_LIKELY, run, start, left):
        return False
    several = _SEVERAL.match(run, start, left) or _SEVERAL.match(run, right, end)
    areas = _ends(_AREA, run, start, left) and _ends(_AREA, run, right, end)
    return bool(several or areas or _LEVEL_OF.match(run, right, end))


def _ends(pattern, run, start, end):
    """Return whether a pattern ends a stretch of it, apart from brackets."""
    while start < end and run[end - 1] == _MASK:
        end -= 1
    return end - start > 1 and bool(pattern.search(run, max(start, end - 4), end))


def _name(run, start, end, strict):
    """Return the piece a stretch of it is: a name, or none."""
    name = run[start:end].replace(_MASK, "")
    if _NOBODY.fullmatch(name):
        return ("none", start, end)
    if not 2 <= len(name) <= _LONGEST or not any(map(str.isalpha, name)):
        return ("rest", start, end)
    if _ends(_SURE, run, start, end) or _ends(_LIKELY, run, start, end):
        return ("name", start, end)
    if strict or len(name) > _LONGEST_UNCLEAR or _NO_NAME.search(name):
        return ("rest", start, end)
    return ("unclear", start, end)


# ── pieces put together ──


def _give_roles(cell, pieces, default):
    """Return the names of a cell, (clause, kind, start, end, role, words, open) in order."""
    named, group = [], []
    clause, opened, shared = 0, None, None
    label = (default, "")

    def close(role, words):
        nonlocal clause, opened, shared
        clause += bool(group)
        for kind, start, end, own in group:
            named.append((clause, kind, start, end, *(own or (role, words)), opened is not None))
        group.clear()
        opened = shared = None

    def close_without_verb():
        words = cell[slice(*opened)] if opened else ""
        close(*(shared or (label if label[1] else (label[0], words))))

    for kind, start, end in pieces:
        words = cell[start:end]
        if kind in ("name", "unclear"):
            group.append((kind, start, end, None))
        elif kind == "open":
            opened = (start, end)
        elif kind == "role":
            words = words[1:-1]
            if _FOR_ALL.search(words):
                close(_find_role(words), words)
            elif group and group[-1][2] == start:
                group[-1] = (*group[-1][:3], (_find_role(words), words))
        elif kind == "verb":
            before = cell[slice(*opened)] if opened and opened[1] == start else ""
            close(*(shared or (_find_role(words), before + words)))
        elif kind == "share":
            if group:
                close("lead", words)
            shared = ("joint", words)
        elif kind == "label":
            close_without_verb()
            words = words.rstrip("：: ")
            label = (_find_label(words), words)
        elif kind == "strong":
            close_without_verb()
    close_without_verb()
    return named


_FOR_ALL = re.compile("共同|分别|分头|分工|职责|各")  # in a bracket: for all names of the clause


def _find_role(words):
    """Return the role a verb gives, None where it gives none."""
    if _ROLELESS_ALONE.fullmatch(words):
        return None
    if words in ("主", "牵"):
        return "lead"
    found = (role for role, those in ROLES.items() if any(word in words for word in those))
    return next(found, "joint")


def _find_label(words):
    """Return the role a label gives, None where it gives none or two."""
    lead = any(word in words for word in (*ROLES["lead"], "第一责任", "首要责任", "主要责任"))
    if lead and re.search("[和及与、/]", words):
        return None
    if not lead and any(word in words for word in ROLELESS):
        return None
    return "lead" if lead else "joint"


def _find_prefix(name):
    """Return the level or place a name begins with: 省, 市委, 西青区."""
    hit = _LEVEL_OF.match(name)
    if not hit or hit.end() == len(name):
        return ""
    return hit[0] + ("委" if name.startswith("委", hit.end()) and len(name) > hit.end() + 1 else "")


def _complete(name, prefix):
    """Return what is to be put before a name that leaves out its level, if anything."""
    if not prefix or not _SHORT.fullmatch(_mask(name)) or _LEVEL_OF.match(name):
        return ""
    level = prefix.removesuffix("委")
    if _OF_PARTY.search(name):
        return level + "委"
    return prefix if _MAYBE_PARTY.search(name) else level


def score_centrality(
    responsibilities, *, extra=(0, 3), weights="observed", draws=200, random_state=0
):
    """Score how central each unit is in the two-mode network of units and tasks.

    A unit and a task are linked when the unit is named in one of the task's measure rows. A clause
    that ends in 等 may mean more units than it names; the rank intervals take that seriously: in
    each draw, every such clause gains a random number of units it does not name.

    Parameters
    ----------
    responsibilities : DataFrame
        Columns ``measure_id``, ``task_id``, ``clause``, ``unit_id``, ``open_list``.
    extra : (int, int)
        Fewest and most units an open clause may leave unnamed; each number equally likely.
    weights : {"observed", "uniform"}
        Who may be left unnamed: units in proportion to their measure rows, or all alike.
    draws : int
        Number of simulated networks.
    random_state : int
        Seed of the simulation.

    Returns
    -------
    DataFrame
        One row per unit, most tasks first (ties by ``unit_id``), with columns

        - ``unit_id`` : str
        - ``n_tasks`` : int, tasks the unit is linked to, its degree
        - ``degree`` : float, share of the table's tasks
        - ``betweenness`` : float, two-mode betweenness, 0 to 1
        - ``rank``, ``rank_low``, ``rank_high`` : int, rank by tasks (1 = most; ties share the
          best rank), and the 2.5 and 97.5 percentiles of the simulated ranks
        - ``betweenness_rank``, ``betweenness_rank_low``, ``betweenness_rank_high`` : int, the
          same by betweenness

    Raises
    ------
    TypeError
        If ``responsibilities`` is no DataFrame, ``open_list`` is not bool, or a number is not
        whole.
    ValueError
        If a column, a value or every row is missing, or an argument is out of its range.

    Notes
    -----
    Two-mode measures as in Borgatti & Everett (1997), doi:10.1016/S0378-8733(96)00301-2. Being
    named often is a duty on paper, not power: see notebook 02.
    """
    columns = ["measure_id", "task_id", "clause", "unit_id", "open_list"]
    check_frame(responsibilities, "responsibilities", *columns, filled=columns)
    table = responsibilities[columns].reset_index(drop=True)
    if table.empty:
        raise ValueError("responsibilities has no rows; give it one row per unit and measure row")
    if table["open_list"].dtype != bool:
        raise TypeError(
            f"responsibilities: open_list has the type {table['open_list'].dtype}; expected bool: "
            "map its words to True and False"
        )
    check_choice(weights, "weights", ["observed", "uniform"])
    check_count(draws, "draws", 1)
    check_count(random_state, "random_state")
    if not isinstance(extra, tuple | list) or len(extra) != 2:
        raise TypeError(f"extra is {str(extra)[:60]}; expected two whole numbers, like (0, 3)")
    for number, least in zip(extra, (0, extra[0]), strict=True):
        check_count(number, "extra", least)

    links = pd.crosstab(table["unit_id"], table["task_id"]).astype(bool)
    units = links.index
    open_clauses = _find_unnamed(table, links, weights)
    links = links.to_numpy()
    observed = _score_links(links)
    rng = np.random.default_rng(random_state)
    simulated = []
    for _ in range(draws):
        filled = links.copy()
        sizes = rng.integers(*extra, size=len(open_clauses), endpoint=True)
        for (task, chance, most), size in zip(open_clauses, sizes, strict=True):
            gained = rng.choice(len(units), min(size, most), replace=False, p=chance)
            filled[gained, task] = True
        simulated.append(_rank(_score_links(filled)))
    low, high = np.quantile(simulated, [0.025, 0.975], axis=0, method="inverted_cdf").astype(int)
    rank = _rank(observed)
    result = pd.DataFrame(
        {
            "unit_id": units,
            "n_tasks": links.sum(axis=1),
            "degree": observed[0],
            "betweenness": observed[1],
            "rank": rank[0],
            "rank_low": low[0],
            "rank_high": high[0],
            "betweenness_rank": rank[1],
            "betweenness_rank_low": low[1],
            "betweenness_rank_high": high[1],
        }
    )
    return result.sort_values(["rank", "unit_id"], ignore_index=True)


def _find_unnamed(table, links, weights):
    """Return for each open clause its task, each unit's chance to be unnamed, and how many can."""
    weight = table["unit_id"].value_counts()[links.index] if weights == "observed" else 1.0
    named = table.groupby("measure_id")["unit_id"].agg(set)
    clauses = table[table["open_list"]].groupby(["measure_id", "clause"])["task_id"].first()
    found = []
    for (measure_id, _), task_id in clauses.items():
        chance = np.where(links.index.isin(named[measure_id]), 0.0, weight)
        most = np.count_nonzero(chance)
        found.append((links.columns.get_loc(task_id), chance / max(chance.sum(), 1e-12), most))
    return found


def _score_links(links):
    """Return degree and two-mode betweenness of each row of a units × tasks matrix."""
    return np.array([links.mean(axis=1), np.round(_score_betweenness(links), 9)])


def _score_betweenness(links):
    """Return the betweenness of each row of a units × tasks matrix, as a share of the most it can.

    Brandes' algorithm (2001), doi:10.1080/0022250X.2001.9990249, from all nodes at once. The
    values are networkx's, some 30 times sooner; sparse products, for they sum in one order on
    every processor.
    """
    n, m = links.shape
    edges = np.zeros((n + m, n + m))
    edges[:n, n:] = links
    edges[n:, :n] = links.T
    edges = csr_array(edges)
    layer = np.eye(n + m)  # number of shortest paths, from each column's node to the nodes reached
    layers, paths = [layer], layer
    while layer.any():
        layer = np.where(paths == 0, edges @ layer, 0.0)
        layers.append(layer)
        paths = paths + layer
    through = np.zeros_like(paths)  # share of the shortest paths from a column's node by this one
    for nearer, layer in zip(layers[-2:0:-1], layers[:1:-1], strict=True):
        share = np.divide(1 + through, paths, where=layer > 0, out=np.zeros_like(paths))
        through += nearer * (edges @ share)
    # The most a unit can have with n units and m tasks, from Borgatti and Everett.
    s, t = divmod(n - 1, m)
    most = m**2 * (s + 1) ** 2 + m * (s + 1) * (2 * t - s - 1) - t * (2 * s - t + 3)
    return through[:n].sum(axis=1) / max(most, 1)  # both count each pair twice


def _rank(scores):
    """Return ranks along the last axis, 1 for the highest; ties share the best rank."""
    return rankdata(-scores, method="min", axis=-1).astype(int)
