"""Work reports from the network or from a copy: nothing half-written, nothing unexpected."""

import hashlib
import io
import re
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pandas as pd
import pytest
import xq
from xq.panel import COMMIT, iter_archive

CONTENT = "**政府工作报告**\n\n今年发展主要预期目标是：增长5%。\n".encode()
PATH = "政府工作报告-其他地市/甲市/2099.md"
OTHER = "政府工作报告-其他地市/乙市/2099.md"


def register(path, place, content=CONTENT):
    row = {"report_id": f"{place}_2099", "place": place, "place_en": "A", "level": "city"}
    row |= {"code": "990100", "parent": "", "year": 2099, "file_year": 2099, "path": path}
    return row | {"sha256": hashlib.sha256(content).hexdigest(), "chars": len(content.decode())}


@pytest.fixture
def registry(monkeypatch):
    """Two registered reports whose text we know."""
    rows = pd.DataFrame([register(PATH, "甲市"), register(OTHER, "乙市")])
    monkeypatch.setattr("xq.panel.load_table", lambda name: rows.copy())


@pytest.fixture
def server():
    """Serve what the test asks for: (address, answers by the first part of the path)."""
    answers = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body, length = answers.get(self.path.split("/")[1], (None, 0))
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_address[1]}", answers
        httpd.shutdown()


def fetch(folder, *mirrors, **more):
    more = {"place": "甲市", "progress": False} | more
    addresses = [f"{mirror}/{{path}}" for mirror in mirrors]
    return xq.fetch_reports(folder=folder, mirrors=addresses, **more)


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))


def pack(contents, root="gov-abc"):
    """Return an archive as GitHub makes them: one folder around everything."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path, content in contents.items():
            member = tarfile.TarInfo(f"{root}/{path}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def test_a_good_file_is_downloaded_once_and_kept(registry, server, tmp_path):
    address, answers = server
    answers["good"] = CONTENT, len(CONTENT)
    table = fetch(tmp_path, f"{address}/good")
    assert table["text"].tolist() == [CONTENT.decode()]
    assert table["report_id"].tolist() == ["甲市_2099"]
    assert files(tmp_path) == [PATH]
    answers.clear()  # from now on only the kept file can answer
    assert fetch(tmp_path, f"{address}/good")["text"].tolist() == [CONTENT.decode()]


def test_the_next_mirror_is_tried(registry, server, tmp_path):
    address, answers = server
    answers["good"] = CONTENT, len(CONTENT)
    assert len(fetch(tmp_path, f"{address}/missing", f"{address}/good")) == 1


@pytest.mark.parametrize("case", ["wrong", "missing", "half", "offline"])
def test_nothing_half_written_is_ever_used(case, registry, server, tmp_path):
    address, answers = server
    answers["wrong"] = CONTENT + b"!", len(CONTENT) + 1
    answers["half"] = CONTENT[:20], len(CONTENT)  # the connection breaks off
    if case == "offline":
        address = "http://127.0.0.1:9"
    with pytest.raises(xq.FetchError) as caught:
        fetch(tmp_path, f"{address}/{case}")
    assert files(tmp_path) == []
    for part in (f"{PATH} could not be downloaded", "in a browser", str(tmp_path)):
        assert part in str(caught.value)


def test_a_run_cut_short_goes_on_where_it_was(registry, server, tmp_path, capsys):
    address, answers = server
    answers["good"] = CONTENT, len(CONTENT)
    fetch(tmp_path, f"{address}/good")
    fetch(tmp_path, f"{address}/good", place=["甲市", "乙市"], progress=True)
    said = capsys.readouterr().err
    assert f"downloading {OTHER} (1 of 1)" in said and PATH not in said


def test_many_files_come_as_one_archive(registry, server, tmp_path, monkeypatch):
    address, answers = server
    monkeypatch.setattr("xq.panel.WHOLE", 1)
    body = pack({PATH: CONTENT, OTHER: CONTENT, "README.md": b"no report"})
    answers["archive"] = body, len(body)
    monkeypatch.setattr("xq.panel.ARCHIVE", f"{address}/archive/{{commit}}")
    table = fetch(tmp_path, address, place=None)
    assert table["text"].tolist() == [CONTENT.decode()] * 2
    assert files(tmp_path) == sorted([PATH, OTHER])  # neither the archive nor other files stay
    answers["broken"] = body[: len(body) // 2], len(body) // 2
    for path in files(tmp_path):
        (tmp_path / path).unlink()
    monkeypatch.setattr("xq.panel.ARCHIVE", f"{address}/broken")
    with pytest.raises(xq.FetchError, match="could not be downloaded.*\n.*name the file"):
        fetch(tmp_path, address, place=None)
    assert not list(tmp_path.glob("gov.tar.gz*"))


@pytest.mark.parametrize("kind", ["folder", "archive"])
def test_a_copy_of_the_repository_is_read(kind, registry, tmp_path):
    if kind == "folder":
        source = tmp_path / "copy"
        (source / PATH).parent.mkdir(parents=True)
        (source / PATH).write_bytes(CONTENT)
    else:
        source = tmp_path / "gov.tar.gz"
        source.write_bytes(pack({PATH: CONTENT}))
        assert [path for path, _ in iter_archive(source)] == [PATH]
    assert xq.fetch_reports(place="甲市", source=source)["text"].tolist() == [CONTENT.decode()]
    with pytest.raises(xq.FetchError, match=f"lacks 1 of 2|cannot be read.*{COMMIT[:8]}"):
        xq.fetch_reports(source=source)


def test_another_text_in_place_of_the_report_is_refused(registry, tmp_path):
    (tmp_path / PATH).parent.mkdir(parents=True)
    (tmp_path / PATH).write_bytes(CONTENT[:-3])
    with pytest.raises(xq.FetchError, match="is not the report expected.*Delete it"):
        fetch(tmp_path)
    with pytest.raises(xq.FetchError, match="is not the report expected"):
        xq.fetch_reports(place="甲市", source=tmp_path)
    (tmp_path / "no.tar.gz").write_bytes(b"no archive")
    with pytest.raises(xq.FetchError, match="cannot be read"):
        xq.fetch_reports(place="甲市", source=tmp_path / "no.tar.gz")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"year": 1966}, xq.FetchError, "no report with .*1966.*lists them all"),
        ({"level": "village"}, xq.FetchError, "no report with .*village"),
        ({"place": "Hangzou"}, xq.FetchError, "did you mean .*Hangzhou"),
        ({"level": 3}, TypeError, "level is 3; expected a text"),
        ({"place": [3]}, TypeError, "place is a list .*expected a text"),
        ({"year": "2022"}, TypeError, "year is a str .*expected a whole number"),
        ({"mirrors": "https://one.example"}, TypeError, "mirrors is a str .*a list of addresses"),
        ({"mirrors": [3]}, TypeError, "mirrors is a list .*a list of addresses"),
        ({"folder": 3}, TypeError, "folder is 3; expected a path"),
        ({"source": 3}, TypeError, "source is 3; expected a path"),
        ({"mirrors": []}, xq.FetchError, "no mirror is named\nDownload https://raw.git.* in a"),
        ({"mirrors": ["{nothing}"]}, xq.FetchError, "{nothing}: KeyError"),
    ],
)
def test_what_cannot_be_fetched_is_said(arguments, error, message, tmp_path):
    usual = {"level": "nation", "year": 2022, "folder": tmp_path, "progress": False}
    with pytest.raises(error, match=message):
        xq.fetch_reports(**usual | arguments)


def test_a_folder_that_cannot_be_used_is_said(registry, tmp_path):
    (tmp_path / PATH).mkdir(parents=True)  # a folder in the place of the file
    said = "cannot be read or written: (Is a directory|Permission denied)"  # Windows: the latter
    with pytest.raises(xq.FetchError, match=said):
        fetch(tmp_path)


def test_places_are_known_by_both_names():
    chinese = xq.panel.find_rows(place="天津市", year=range(2020, 2023))
    english = xq.panel.find_rows(place="Tianjin", year=[2020, 2021, 2022])
    assert chinese["report_id"].tolist() == ["天津市_2020", "天津市_2021", "天津市_2022"]
    assert chinese.equals(english)


def test_the_registry_and_the_older_table_name_the_same_files():
    older = xq.load_table("reports").set_index("path")["sha256"]
    registry = xq.load_table("panel_reports").set_index("path")["sha256"]
    assert (registry[older.index] == older).all()
    assert all(re.fullmatch("[0-9a-f]{64}", sha) for sha in registry)
