"""Many lists are read into one table; one that cannot be read, or a worker that dies, loses none."""

import json
import os
from pathlib import Path

import pandas as pd
import pytest
import xq
from dask import bag
from distributed import Client, LocalCluster
from xq.many import REFUSED, TYPES

HEAD = "任务序号\t重点工作任务\t措施序号\t落实措施\t责任单位\t完成时限\n"
ROWS = [
    "1\t稳就业\t1\t新增就业2万人。\t市人社局牵头\t2023年6月底前\n",
    "\t\t2\t办好招聘会。\t市人社局\t长期\n",
]


@pytest.fixture
def lists(tmp_path):
    """Three lists of three layouts, one file that is none, one that is not there."""
    plain, levels, extra = (tmp_path / f"{name}.txt" for name in "abc")
    plain.write_text(HEAD + "".join(ROWS), encoding="utf-8")
    levels.write_text("序号\t落实措施\n1.1\t修路。\n1.2\t架桥。\n", encoding="gb18030")
    extra.write_text("序号,落实措施,类别,目标值\n1,种树。,生态,3\n2,治沙。,,\n", encoding="utf-8")
    wrong = tmp_path / "d.txt"
    wrong.write_text(HEAD + ROWS[0] + "x\t错\t1\t无\n", encoding="utf-8")
    return [plain, levels, wrong, extra, tmp_path / "none.docx"]


def test_one_table_of_measures_and_one_of_refusals(lists):
    measures, refused = xq.read_lists(lists)
    assert measures.dtypes.astype(str).to_dict() == TYPES
    assert refused.dtypes.astype(str).to_dict() == REFUSED
    assert (
        measures["list_id"].tolist()
        == [str(path) for path in lists[:2] for _ in "12"] + [str(lists[3])] * 2
    )
    assert measures["measure_no"].tolist() == ["1", "2", "1.1", "1.2", "1", "2"]
    assert [json.loads(cell) if cell else None for cell in measures["others"]] == [
        *[None] * 4,
        {"类别": "生态", "目标值": "3"},
        {"类别": "", "目标值": ""},
    ]
    for path in lists[:2] + lists[3:4]:
        one = xq.read_list(path).astype({"measure_no": "str"})
        same = [key for key in TYPES if key in one]
        own = measures[measures["list_id"] == str(path)].reset_index(drop=True)
        pd.testing.assert_frame_equal(own[same], one[same])
    assert refused["file"].tolist() == [str(lists[2]), str(lists[4])]
    assert refused["line"].tolist() == [3, 0]
    for row in refused.itertuples():  # the message in parts
        with pytest.raises(xq.ListError) as caught:
            xq.read_list(row.file)
        where = f"{row.file}, line {row.line}" if row.line else row.file
        assert str(caught.value) == f"{where}: {row.reason}. {row.remedy}"


def test_lists_may_have_names_and_columns_hold_for_all(tmp_path):
    for name in "ab":
        (tmp_path / name).write_text(f"序号\t本年打算\n1\t{name}修路。\n", encoding="utf-8")
    for files in ({"甲": tmp_path / "a", 2: tmp_path / "b"}, pd.Series([tmp_path / "b"], ["甲"])):
        measures, refused = xq.read_lists(files, columns={"本年打算": "text"})
        assert refused.empty
        assert measures["list_id"].tolist() == [str(name) for name, _ in files.items()]
    both = xq.read_lists((tmp_path / name for name in "ab"), columns={"本年打算": "text"})
    assert both.measures["text"].tolist() == ["a修路。", "b修路。"]


def test_a_heading_like_a_column_of_ours_is_kept(tmp_path):
    (tmp_path / "a").write_text(
        "序号\t落实措施\tlist_id\tothers\n1\t修路。\tX\tY\n", encoding="utf-8"
    )
    measures = xq.read_lists([tmp_path / "a"]).measures
    assert json.loads(measures["others"][0]) == {"list_id": "X", "others": "Y"}
    assert measures["list_id"].tolist() == [str(tmp_path / "a")]


def test_no_list_gives_empty_tables(lists):
    for files, n in (([], 0), (lists[4:], 1)):
        measures, refused = xq.read_lists(files)
        assert measures.dtypes.astype(str).to_dict() == TYPES and measures.empty
        assert refused.dtypes.astype(str).to_dict() == REFUSED and len(refused) == n


@pytest.mark.parametrize(
    ("files", "columns", "message"),
    [
        ("a.txt", None, "files is a str .*; expected several paths"),
        (3, None, "files is 3; expected several paths"),
        (pd.DataFrame(), None, "files is a DataFrame"),
        (["a.txt", 3], None, "files: '3' is 3; expected a path"),
        (["a.txt", "a.txt"], None, "a list is named twice: 'a.txt'"),
        (pd.Series(["a", "b"], [1, 1]), None, "a list is named twice: '1'"),
        (["a.txt"], {"本年打算": "what"}, r"columns\['本年打算'\] is 'what'"),
        (["a.txt"], 3, "columns is 3; expected a dict"),
    ],
)
def test_what_is_wrong_with_all_lists_is_said_at_once(files, columns, message):
    with pytest.raises((TypeError, ValueError), match=message):
        xq.read_lists(files, columns=columns)


def test_a_fault_of_ours_in_one_list_loses_no_other(lists, monkeypatch):
    read = xq.read_list

    def fail(path, **options):
        if path == lists[1]:
            raise ValueError("odd\nthing")
        return read(path, **options)

    monkeypatch.setattr("xq.many.read_list", fail)
    measures, refused = xq.read_lists(lists)
    assert measures["list_id"].nunique() == 2
    (fault,) = refused[refused["file"] == str(lists[1])].to_dict("records")
    assert fault["reason"].startswith("ValueError: ") and "report it" in fault["remedy"]


# ── many at once ─────────────────────────────────────────────────────────────────────────────


def join(parts):
    """Return the measures and the refusals of parts, joined."""
    return [pd.concat(tables, ignore_index=True) for tables in (parts[0::2], parts[1::2])]


def assert_same(parts, files):
    for joined, whole in zip(join(parts), xq.read_lists(files), strict=True):
        pd.testing.assert_frame_equal(joined, whole)


def test_threads_give_the_same(lists):
    parts = bag.from_sequence(lists, partition_size=2).map_partitions(xq.read_lists)
    assert_same(parts.compute(scheduler="threads", num_workers=2), lists)


def read_or_die(files):
    """Read lists, but the first worker that gets the list b.txt dies."""
    files = [Path(path) for path in files]
    if any(path.name == "b.txt" for path in files):
        try:
            os.close(os.open(files[0].with_name("died"), os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            pass
        else:
            os._exit(1)
    return xq.read_lists(files)


@pytest.fixture(scope="module")
def client():
    """Two processes of this computer."""
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(**options, silence_logs=50) as cluster, Client(cluster) as client:
        yield client


def test_two_processes_give_the_same(lists, client):
    parts = bag.from_sequence(lists, partition_size=2).map_partitions(xq.read_lists)
    assert_same(parts.compute(scheduler=client), lists)


def test_a_worker_that_is_killed_loses_nothing(lists, client):
    before = {*client.scheduler_info()["workers"]}
    parts = bag.from_sequence(lists, partition_size=1).map_partitions(read_or_die)
    assert_same(parts.compute(scheduler=client), lists)
    assert lists[1].with_name("died").exists()
    client.wait_for_workers(2)
    assert {*client.scheduler_info()["workers"]} != before
