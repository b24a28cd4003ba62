"""Fetch the work reports of nation, provinces and cities."""

import hashlib
import os
import re
import sys
import tarfile
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

import pooch

from .door import check_count, describe, shorten
from .tables import load_table

REPOSITORY, COMMIT = "lawtext/gov", "fc1a2f67a589763dc905aaa90f2b1ba356bbccde"
MIRRORS = (
    "https://raw.githubusercontent.com/{repository}/{commit}/{path}",
    "https://cdn.jsdelivr.net/gh/{repository}@{commit}/{path}",
)
ARCHIVE = "https://codeload.github.com/{repository}/tar.gz/{commit}"
WHOLE = 200  # more files than this are fetched as one archive
FOLDERS = re.compile("政府工作报告-.*")  # where a path begins, whatever the archive puts before it


class FetchError(ValueError):
    """A report is neither here nor to be had; the message says where to put it."""


def fetch_reports(
    *,
    level=None,
    place=None,
    year=None,
    source=None,
    folder=None,
    mirrors=MIRRORS,
    progress=True,
):
    """Fetch work reports to your computer: nation 1954 to 2026, provinces and cities 2003 to 2026.

    The texts stay with you; this collection may not reprint them. Every file is checked against
    the SHA-256 in ``data/panel/reports.csv``; one that is incomplete or not the one expected is
    never used. What has been fetched once is kept, so that a run cut short goes on where it was.

    Parameters
    ----------
    level : str or list of str, optional
        "nation", "province" (with the four municipalities) or "city"; all if omitted.
    place : str or list of str, optional
        Places, as in the column ``place`` or ``place_en`` of the registry: "天津市", "Tianjin".
    year : int or iterable of int, optional
        The year whose work a report plans: ``2022``, ``range(2003, 2027)``.
    source : path, optional
        A copy of the repository that you have: its folder, or an archive of it (.tar.gz, .tar.xz).
    folder : path, optional
        Where fetched reports are kept; your cache folder if omitted.
    mirrors : list of str, optional
        Addresses to try in turn, with ``{repository}``, ``{commit}``, ``{path}`` to be filled in;
        ``[]`` to stay off the network. If more than 200 files are wanted the whole repository is
        fetched instead.
    progress : bool, default True
        Say on the error stream what is being fetched.

    Returns
    -------
    DataFrame
        One row per report, in the order of the registry, with the columns of
        ``load_table("panel_reports")`` and

        - ``text`` : str, the report, as Markdown

    Raises
    ------
    TypeError
        If an argument is of another kind than said above.
    FetchError
        If there is no such report, if a file is another one or cannot be read, or if it could
        not be downloaded whole; the message says what to put where.

    Notes
    -----
    Source: https://github.com/lawtext/gov, at one commit; the texts there are from the
    governments' own sites. Uses pooch.
    """
    check_addresses(mirrors)
    for name, path in [("source", source), ("folder", folder)]:
        if path is not None and not isinstance(path, str | os.PathLike):
            raise TypeError(f"{name} is {describe(path)}; expected a path")
    rows = find_rows(level=level, place=place, year=year)
    if source is not None:
        texts = read_source(Path(os.path.expanduser(source)), rows)
    else:
        kept = Path(os.path.expanduser(folder or pooch.os_cache("xq")))
        texts = fetch_missing(rows, kept, mirrors, progress)
    return rows.assign(text=rows["path"].map(texts))


def find_rows(*, level=None, place=None, year=None):
    """Return the rows of the registry that are asked for."""
    rows = load_table("panel_reports").astype({"level": "str"})
    asked = {}
    for name, given in [("level", level), ("place", place)]:
        if given is None:
            continue
        given = [given] if isinstance(given, str) else given
        if not isinstance(given, Iterable) or not all(isinstance(one, str) for one in given):
            raise TypeError(f"{name} is {describe(given)}; expected a text or a list of texts")
        asked[name] = given = [*given]
        held = rows[name].isin(given)
        rows = rows[held | rows["place_en"].isin(given)] if name == "place" else rows[held]
    if year is not None:
        given = [*year] if isinstance(year, Iterable) and not isinstance(year, str) else [year]
        for one in given:
            check_count(one, "year")
        asked["year"] = given
        rows = rows[rows["year"].isin(given)]
    if rows.empty:
        names = load_table("panel_reports")[["place", "place_en"]].stack().unique()
        near = [name for one in asked.get("place", []) for name in get_close_matches(one, names)]
        meant = f"did you mean {near}? " if near else ""
        raise FetchError(
            f"no report with {shorten(asked)}; {meant}xq.load_table('panel_reports') lists them all"
        )
    return rows.reset_index(drop=True)


def check_addresses(mirrors):
    """Raise unless something is a list of addresses."""
    if not isinstance(mirrors, list | tuple) or not all(isinstance(one, str) for one in mirrors):
        raise TypeError(
            f"mirrors is {describe(mirrors)}; expected a list of addresses, as xq.panel.MIRRORS"
        )


def iter_archive(file):
    """Yield path and content of every work report in an archive of the repository."""
    with tarfile.open(file) as pack:
        for member in pack:
            path = FOLDERS.search(member.name)
            if path and member.isfile():
                yield path.group(), pack.extractfile(member).read()


def read_source(source, rows):
    """Return path → text, from a copy of the repository on this computer."""
    wanted = dict(zip(rows["path"], rows["sha256"], strict=True))
    try:
        if source.is_dir():
            return {path: decode(source / path, sha256) for path, sha256 in wanted.items()}
        texts = {}
        for path, body in iter_archive(source):
            if path in wanted:
                texts[path] = decode(path, wanted[path], body)
    except (OSError, tarfile.TarError, EOFError) as problem:
        raise FetchError(
            f"{source} cannot be read: {shorten(problem, 120)}. Name the folder or the archive of "
            f"https://github.com/{REPOSITORY} at commit {COMMIT[:8]}"
        ) from None
    if missing := [path for path in wanted if path not in texts]:
        raise FetchError(
            f"{source} lacks {len(missing)} of {len(wanted)} reports, the first {missing[0]}; "
            f"it should be https://github.com/{REPOSITORY} at commit {COMMIT[:8]}"
        )
    return texts


def decode(path, sha256, body=None):
    """Return a report as text, from its file if not given; raise if it is not the one expected."""
    body = path.read_bytes() if body is None else body
    if hashlib.sha256(body).hexdigest() != sha256:
        raise FetchError(
            f"{path} is not the report expected (its SHA-256 differs from the one in "
            "data/panel/reports.csv). Delete it and run this again."
        )
    return body.decode("utf-8")


def fetch_missing(rows, folder, mirrors, progress):
    """Return path → text, from the folder of kept reports, filled from the network."""
    wanted = dict(zip(rows["path"], rows["sha256"], strict=True))
    try:
        kept = [path for path in wanted if (folder / path).exists()]
        texts = {path: decode(folder / path, wanted[path]) for path in kept}
        missing = [path for path in wanted if path not in texts]
        if len(missing) > WHOLE and mirrors:
            unpack_archive(folder, progress)
            return texts | {path: decode(folder / path, wanted[path]) for path in missing}
        for number, path in enumerate(missing, 1):
            say(progress, f"downloading {path} ({number} of {len(missing)}) …")
            texts[path] = download(path, wanted[path], folder, mirrors)
    except OSError as problem:
        raise FetchError(
            f"{folder} cannot be read or written: {problem.strerror}. Put the reports themselves "
            "there, or name another folder"
        ) from None
    return texts


def say(progress, line):
    """Say a line on the error stream, if wanted."""
    if progress:
        print(line, file=sys.stderr, flush=True)


def unpack_archive(folder, progress):
    """Download the whole repository and keep its reports."""
    address = ARCHIVE.format(repository=REPOSITORY, commit=COMMIT)
    say(progress, f"downloading all reports (about 45 MB) from {urlsplit(address).netloc} …")
    pooch.get_logger().setLevel("ERROR")  # what it would say is said here
    try:
        file = pooch.retrieve(address, known_hash=None, fname="gov.tar.gz", path=folder)
        for path, body in iter_archive(file):
            keep(folder / path, body)
    except (OSError, tarfile.TarError, EOFError) as problem:
        (folder / "gov.tar.gz").unlink(missing_ok=True)
        raise FetchError(
            f"the reports could not be downloaded: {shorten(problem, 120)}\nDownload {address} in "
            "a browser and name the file: xq.fetch_reports(source='gov.tar.gz')"
        ) from None
    Path(file).unlink()


def keep(path, body):
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part")
    half.write_bytes(body)
    half.replace(path)


def download(path, sha256, folder, mirrors):
    """Return the text of one report, from the first mirror that has it whole."""
    place = folder / path
    row = {"repository": REPOSITORY, "commit": COMMIT, "path": path}
    failures = [] if mirrors else ["no mirror is named"]
    pooch.get_logger().setLevel("ERROR")
    for mirror in mirrors:
        try:
            address = mirror.format(**row)
            pooch.retrieve(address, known_hash=sha256, fname=place.name, path=place.parent)
            return decode(place, sha256)
        except Exception as problem:  # whatever the network does, or a mirror without sense
            failures.append(f"{mirror}: {shorten(problem, 120)}")
    raise FetchError(
        f"{path} could not be downloaded:\n  " + "\n  ".join(failures) + "\nDownload "
        f"{MIRRORS[0].format(**row)} in a browser, save it as {place}, and run this again."
    )
