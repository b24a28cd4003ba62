import ast
import errno
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from packaging.requirements import Requirement

import make

ROOT = Path(make.__file__).parent
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
# One match per pin: the name, the version, and the lines with its hashes.
PINS = re.findall(r"^([a-z0-9-]+)==(\S+)[^\n]*\\\n((?:    --hash=.*\n)+)", LOCK, re.M)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
POSIX_ONLY = pytest.mark.skipif(os.name == "nt", reason="not so on Windows")


@pytest.fixture
def venv(tmp_path, monkeypatch):
    """Let make.py believe that its folder is an empty one."""
    folder = tmp_path.resolve() / ".venv"
    monkeypatch.setattr(make, "ROOT", folder.parent)
    monkeypatch.setattr(make, "VENV", folder)
    return folder


def run_make(folder, *words, **variables):
    """Run a copy of make.py that uses this very Python, as in the conda environment."""
    folder.mkdir(exist_ok=True)
    shutil.copy(ROOT / "make.py", folder)
    env = os.environ | {"CONDA_DEFAULT_ENV": "xq"} | variables
    args = [sys.executable, "make.py", *words]
    return subprocess.run(args, cwd=folder, env=env, capture_output=True, text=True, timeout=60)


# What the user types, and what comes back


@pytest.mark.parametrize("words", [[], ["help"], ["-h"], ["--help"]])
def test_help_has_one_line_for_each_command(words, capsys):
    assert make.main(words) == 0
    said = capsys.readouterr().out
    chinese_first, chinese_commands, first, commands = said.split("\n\n")
    assert "提自己的问题" in chinese_first
    assert re.findall(r"make\.py (\w+)", chinese_commands) == list(make.COMMANDS)
    lines = commands.splitlines()
    assert len(lines) == 1 + len(make.COMMANDS)
    for command in ("figures", "test", "lab", "site", "ledger", "followup", "data", "lint"):
        called = re.escape(Path(sys.executable).stem)
        assert sum(bool(re.match(f"  {called} make.py {command} ", line)) for line in lines) == 1
    likely = re.findall(rf"^  .+: {called} make\.py (\w+)$", first, re.M)
    assert likely == ["site", "lab", "figures"] and set(likely) <= set(make.COMMANDS)


@pytest.mark.parametrize("words", [["figure"], ["lint", "xq"], ["site", "zh"]])
def test_unknown_words_get_one_line_and_exit_2(words, capsys):
    assert make.main(words) == 2
    said = capsys.readouterr()
    chinese, english = said.err.splitlines()
    assert said.out == "" and chinese.startswith("make.py: 没有这个命令或用法：")
    for line in (chinese, english):
        assert repr(words[-1]) in line and all(command in line for command in make.COMMANDS)


def test_every_command_has_steps():
    assert list(make.STEPS) == list(make.COMMANDS)


@pytest.mark.parametrize(
    ("words", "script", "said"),
    [
        (["data"], "data/build.py", "make.py: data failed: the last line above says why."),
        (["site"], "notebooks/pages/build.py", "make.py: site failed: the line above says why."),
        (["figures", "9"], "notebooks/run.py", "make.py: figures failed: the lines above say why."),
        (
            ["ledger", "list.docx"],
            "data/ledger.py",
            "make.py: ledger failed: the lines above say why.",
        ),
        (
            ["followup", "returned", "--today", "2024-12-01"],
            "data/followup.py",
            "make.py: followup failed: the lines above say why.",
        ),
        (
            ["data", "--reports"],
            "data/build.py",
            "make.py: data failed: the last line above says why.",
        ),
    ],
)
def test_failing_step_ends_with_one_line_and_exit_1(tmp_path, words, script, said):
    folder = tmp_path / "新 用户"
    (folder / script).parent.mkdir(parents=True)
    (folder / script).write_text("import sys\nsys.exit(f'odd {sys.argv[1:]}')", "utf-8")
    done = run_make(folder, *words)
    assert done.returncode == 1 and done.stdout == ""
    odd, chinese, english = done.stderr.splitlines()
    assert (odd, english) == (f"odd {words[1:]}", said)
    assert chinese.startswith(f"make.py: {words[0]}没有成功：原因见上面") and chinese[-1] == "。"


def test_the_ledger_is_named_also_where_chinese_cannot_be_shown(tmp_path):
    folder = tmp_path / "新"
    folder.mkdir()
    (folder / "data").mkdir()
    (folder / "data" / "ledger.py").write_text("open('ledger.xlsx', 'w').close()", "utf-8")
    done = run_make(folder, "ledger", PYTHONIOENCODING="ascii")
    assert done.returncode == 0 and done.stderr == "" and (folder / "ledger.xlsx").exists()
    assert re.fullmatch(r"The ledger is in .*\\u65b0.ledger\.xlsx\n", done.stdout)


def test_more_words_go_to_the_last_step_which_runs_in_parallel(monkeypatch):
    ran = []
    monkeypatch.setattr(make, "run", lambda args, env: ran.append(args) or 0)
    make.run_command("test", ["-k", "door", "-x"], "python", None)
    assert [args[2] for args in ran] == ["ruff", "ruff", "pytest"]
    assert ran[0] == ["python", "-m", "ruff", "check", "."]
    assert ran[-1][3:] == ["--numprocesses=logical", "--maxprocesses=4", "-k", "door", "-x"]


def test_steps_after_a_failure_do_not_run(monkeypatch):
    ran = []
    monkeypatch.setattr(make, "run", lambda args, env: ran.append(args) or 1)
    with pytest.raises(make.Problem, match="ruff check failed: mend the lines named above"):
        make.run_command("test", [], "python", None)
    assert len(ran) == 1


def test_lab_opens_the_first_notebook_and_says_so(monkeypatch, capsys, tmp_path):
    ran = []
    monkeypatch.setattr(make, "run", lambda args, env: ran.append((args, env)) or 0)
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", "mine")  # the user's own settings stay
    make.run_command("lab", ["--no-browser"], "python", tmp_path)
    ((args, env),) = ran
    first = "notebooks/01-what-is-in-the-list.ipynb"
    assert args[2:4] == ["jupyterlab", "."]  # so that links to ../data open, too
    assert args[-2:] == [f"--LabApp.default_url=/lab/tree/{first}", "--no-browser"]
    assert first in capsys.readouterr().out.splitlines()[0]
    assert env["JUPYTER_CONFIG_DIR"] == "mine"


def test_missing_lock_gets_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("CONDA_DEFAULT_ENV", raising=False)
    monkeypatch.setattr(make, "LOCK", tmp_path / "requirements.lock")
    assert make.main(["lint"]) == 1
    said = capsys.readouterr()
    chinese, english = said.err.splitlines()
    assert said.out == "" and "requirements.lock is missing" in english
    assert chinese == "make.py: 缺少requirements.lock：请重新取得完整的仓库。"


def test_all_that_is_said_is_said_in_chinese_too():
    source = (ROOT / "make.py").read_text(encoding="utf-8")
    told = [*make.COMMANDS.values(), *(wish for _, wish in make.FIRST), *make.MADE.values()]
    told += [cause for _, cause in make.CAUSES] + [make.AGAIN]
    told += [remedy for steps in make.STEPS.values() for *_, remedy in steps]
    texts = {  # what is told or raised in words; what is put in later stands as {}
        node.value
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("tell", "Problem")
        for node in ast.walk(call)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert len(texts) > 15
    for text in [*told, *texts]:
        left = re.sub(r"[(（][^()（）]*[)）]", "", make.to_chinese(text))  # there stand commands
        assert not re.search(r"[a-z]{2,} [a-z]{2,}", left), left


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 1, "the disk is full"),
        (PermissionError(errno.EACCES, "Permission denied", ".venv"), 1, "may not be written"),
        (KeyboardInterrupt(), 130, "make.py: stopped."),
    ],
)
def test_no_traceback_reaches_the_user(monkeypatch, capsys, error, code, said):
    def find_python(lock):
        raise error

    monkeypatch.delenv("CONDA_DEFAULT_ENV", raising=False)
    monkeypatch.setattr(make, "find_python", find_python)
    assert make.main(["lint"]) == code
    assert said in capsys.readouterr().err.strip().split("\n")[-1]


# Which Pythons


@pytest.mark.parametrize("version", [(2, 7), (3, 8), (3, 10), (3, 15), (4, 0)])
def test_other_pythons_are_told_what_to_install(version, capsys):
    with pytest.raises(SystemExit) as caught:
        make.check_python(version)
    said = capsys.readouterr().err
    assert caught.value.code == 1 and said.count("\n") == 1
    assert f"needs Python 3.11 to 3.14 and this is {version[0]}.{version[1]}: " in said


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 9)])
def test_the_oldest_and_the_newest_are_welcome(version, capsys):
    make.check_python(version)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", ["python2.7", "python3.6", "python3.8", "python3.10"])
def test_old_pythons_that_are_here_say_one_line(name):
    python = shutil.which(name)
    if not python or subprocess.run([python, "-c", ""], capture_output=True).returncode:
        pytest.skip(f"no {name} here")
    env = os.environ | {"PYTHONPATH": ""}
    done = subprocess.run([python, "make.py"], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert f"this is {name.removeprefix('python')}: install Python 3.13" in done.stderr


def test_python_2_can_read_it_as_far_as_can_be_told_without_one():
    text = (ROOT / "make.py").read_text("utf-8")
    tree = ast.parse(text, feature_version=(3, 7))
    assert text.startswith("# -*- coding: utf-8 -*-\n")
    new = (ast.JoinedStr, ast.AnnAssign, ast.Nonlocal, ast.NamedExpr, ast.YieldFrom, ast.Await)
    for node in ast.walk(tree):
        assert not isinstance(node, new), ast.unparse(node)
        if isinstance(node, ast.Raise):
            assert node.cause is None
        elif isinstance(node, ast.arguments):
            assert not (node.kwonlyargs or node.posonlyargs)
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            assert not any(isinstance(one, ast.Starred) for one in node.elts), ast.unparse(node)
        elif isinstance(node, ast.Call):
            assert not any(isinstance(one, ast.Starred) for one in node.args[:-1])
    # All that runs before the check of the version is what every Python has.
    before = text[: text.index("\ncheck_python(")]
    assert re.findall(r"^import (.+)", before, re.M) == ["os", "sys"]


def test_make_needs_nothing_but_python():
    tree = ast.parse((ROOT / "make.py").read_text("utf-8"))
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert "subprocess" in names
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


@POSIX_ONLY
def test_no_prompt_is_left_open():
    """PYTHONINSPECT makes Python ask for more when a program ends, if it was run by hand."""
    import pty  # not on Windows

    master, slave = pty.openpty()
    env = os.environ | {"PYTHONINSPECT": "1"}
    args = [sys.executable, ROOT / "make.py", "figure"]
    kept = dict(stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    done = subprocess.run(args, env=env, timeout=60, **kept)
    os.close(master)
    os.close(slave)
    assert done.returncode == 2 and done.stderr.count(b"what is") == 1
    assert done.stderr.endswith(b"lint\n")


# What reaches child processes


def test_the_users_own_settings_do_not_reach_the_notebooks(tmp_path, monkeypatch):
    dropped = [
        "MPLBACKEND",
        "MATPLOTLIBRC",
        "JUPYTER_PATH",
        "MPLCONFIGDIR",
        "PIP_TARGET",
        "PIP_DRY_RUN",
    ]
    dropped += ["PYTHONHOME", "PYTHONINSPECT", "PYTHONWARNINGS", "PYTHONPATH", "PYTHONOPTIMIZE"]
    for name in dropped:
        monkeypatch.setenv(name, "elsewhere")
    monkeypatch.setenv("PIP_INDEX_URL", "mirror")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    env = make.child_env(tmp_path)
    assert "elsewhere" not in env.values()
    assert env["PIP_INDEX_URL"] == "mirror" and env["PYTHONDONTWRITEBYTECODE"] == "1"
    assert env["PYTHONPATH"] == str(ROOT) and env["PYTHONUTF8"] == env["PYTHONNOUSERSITE"] == "1"
    assert all(Path(env[name]).is_dir() for name in make.PRIVATE_FOLDERS)


@pytest.mark.parametrize("name", ["PREFIX", "ROOT", "USER", "PYTHON", "REQUIRE_VIRTUALENV"])
def test_pip_is_not_told_to_install_elsewhere(name):
    assert not make.is_kept(f"PIP_{name}")


FAKE_PIP = """
import os, sys
assert sys.argv[1:] == ["config", "list"]
print(":env:.timeout='5'")
print("global.index-url='https://one.example/simple'")
print("global.target='/elsewhere'")
print("global.timeout='60'")
print("install.index-url='https://two.example/simple'")
print("install.trusted-host='a.example\\\\nb.example'")
print("freeze.timeout='7'")
"""


def test_pip_gets_from_its_settings_only_where_packages_come_from(tmp_path):
    (tmp_path / "pip.py").write_text(FAKE_PIP, "utf-8")
    env = make.pip_env([sys.executable, tmp_path / "pip.py"])
    assert {name: value for name, value in env.items() if name[:4] == "PIP_"} == {
        name: os.environ[name] for name in os.environ if name[:4] == "PIP_" and make.is_kept(name)
    } | {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "https://two.example/simple",
        "PIP_TIMEOUT": "5",
        "PIP_TRUSTED_HOST": "a.example\nb.example",
    }


def test_settings_pip_cannot_read_are_said():
    with pytest.raises(make.Problem, match=r"settings \(line 3 is odd\): mend that, then run"):
        make.pip_env([sys.executable, "-c", "raise SystemExit('see here\\nline 3 is odd')"])


def test_a_child_gives_its_code_and_what_it_said(capfd):
    say = "import sys; sys.stderr.buffer.write(b'\\xe5\\xad\\x97\\xff\\nend\\n'); print('out')\n"
    say += "sys.exit(3)"
    heard = []
    env = make.child_env()
    assert make.run([sys.executable, "-c", say], env, heard) == 3
    assert "".join(heard).split() == ["字\ufffd", "end"]
    assert make.run([sys.executable, "-c", say], env) == 3
    said = capfd.readouterr()
    assert said.out.split() == ["out", "out"] and said.err.split()[:2] == ["字\ufffd", "end"]
    assert said.err.count("end") == 2


# Setting up


def test_stamp_changes_with_lock_python_and_folder_only():
    stamp = make.stamp(b"pandas==3.1.1", "3.13.0", "/新 用户/xq")
    assert stamp == make.stamp(b"pandas==3.1.1", "3.13.0", "/新 用户/xq")
    assert stamp != make.stamp(b"pandas==3.1.2", "3.13.0", "/新 用户/xq")
    assert stamp != make.stamp(b"pandas==3.1.1", "3.13.1", "/新 用户/xq")
    assert stamp != make.stamp(b"pandas==3.1.1", "3.13.0", "/moved/xq")


def test_venv_is_ready_only_with_its_python_and_the_same_stamp(tmp_path):
    assert not make.is_ready(tmp_path, "a")
    make.venv_python(tmp_path).parent.mkdir()
    make.venv_python(tmp_path).touch()
    assert not make.is_ready(tmp_path, "a")  # half made: no stamp
    (tmp_path / "xq-stamp").write_text("a", "utf-8")
    assert make.is_ready(tmp_path, "a") and not make.is_ready(tmp_path, "b")
    make.venv_python(tmp_path).unlink()
    assert not make.is_ready(tmp_path, "a")


def fake_steps(venv, monkeypatch, *, ensurepip=True, pip=True):
    """Record the steps of make_venv instead of running them."""
    steps = []
    there = {"ensurepip": ensurepip or None, "pip": pip or None}
    monkeypatch.setattr(make.importlib.util, "find_spec", there.get)
    monkeypatch.setattr(make, "pip_env", lambda pip: {"PIP": "1"})
    monkeypatch.setattr(make, "set_up", lambda what, args, env: steps.append((args, env)))
    monkeypatch.setattr(make, "link_project", lambda folder: steps.append((["link", folder], {})))
    return steps


def test_packages_are_installed_by_the_lock_then_tried(venv, monkeypatch):
    steps = fake_steps(venv, monkeypatch)
    make.make_venv()
    create, pip, install, link, tried = [args for args, _ in steps]
    assert link == ["link", venv]
    python = make.venv_python(venv)
    assert create == [sys.executable, "-m", "venv", "--without-pip", venv]
    assert pip == [python, "-m", "ensurepip", "--default-pip"]
    assert install[:3] == [python, "-m", "pip"] and install[-1] == make.LOCK
    # jieba is a source package: with its own setuptools, not one that may be missing here.
    assert {"--require-hashes", "--use-pep517"} < set(install) and steps[2][1] == {"PIP": "1"}
    assert tried == [python, "-c", f"import {make.IMPORTS}"]


def test_scripts_find_the_project_from_any_folder(tmp_path):
    pytest.importorskip("venv", reason="this Python has no venv")
    folder = tmp_path / "课堂 xq"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / ".venv"], check=True)
    make.link_project(folder / ".venv")
    (folder / "of_ours.py").write_text("print('found')", "utf-8")
    script = tmp_path / "mine.py"
    script.write_text("import of_ours", "utf-8")
    python = make.venv_python(folder / ".venv")
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    assert subprocess.check_output([python, script], cwd=tmp_path, env=env).strip() == b"found"


def test_what_is_tried_can_be_imported():
    names = make.IMPORTS.split(", ")
    assert {"xq", "pandas", "jupyterlab", "pytest"} <= set(names)
    assert [name for name in names if importlib.util.find_spec(name) is None] == []


def test_without_ensurepip_this_pythons_pip_is_used(venv, monkeypatch):
    steps = fake_steps(venv, monkeypatch, ensurepip=False)
    make.make_venv()
    assert len(steps) == 4
    assert steps[1][0][:5] == [sys.executable, "-m", "pip", "--python", make.venv_python(venv)]


def test_without_any_pip_nothing_is_deleted(venv, monkeypatch):
    venv.mkdir()
    fake_steps(venv, monkeypatch, ensurepip=False, pip=False)
    with pytest.raises(make.Problem, match="no pip: install its venv package"):
        make.make_venv()
    assert venv.exists()


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("ERROR: OSError: [Errno 28] No space left on device", "the disk is full"),
        ("OSError: [WinError 112] There is not enough space on the disk", "the disk is full"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "is not the file that requirements.lock names"),
        ("SSLError(... CERTIFICATE_VERIFY_FAILED ...)", "certificate is not trusted"),
        (
            "NewConnectionError: ... Temporary failure in name resolution\n"
            "ERROR: No matching distribution found for pandas==3.1.1",
            "the package mirror cannot be reached; check",
        ),
        ("ReadTimeoutError: Read timed out.", "the package mirror cannot be reached"),
        (
            "ERROR: No matching distribution found for x==1",
            "mirror lacks a file .*, or cannot be reached",
        ),
        ("PermissionError: [Errno 13] Permission denied: '.venv'", "may not be written"),
        ("PermissionError: [WinError 5] Zugriff verweigert: '.venv'", "may not be written"),
        ("OSError: [Errno 30] Read-only file system", "the disk is read-only"),
        ("ModuleNotFoundError: No module named 'xq'", "the lines above say why"),
    ],
)
def test_the_true_cause_is_told(said, cause):
    with pytest.raises(make.Problem) as caught:
        make.set_up("it failed", [sys.executable, "-c", f"raise SystemExit({said!r})"], None)
    assert re.match(f"it failed: .*{cause}.*, then run the same command again$", str(caught.value))


def test_little_room_is_told_if_nothing_else_is(monkeypatch):
    # 19.9 MB are too little for anything, 20 MB are taken for another cause.
    room = SimpleNamespace(free=19_900_000)
    monkeypatch.setattr(make.shutil, "disk_usage", lambda folder: room)
    assert make.find_cause("odd").startswith(f"the disk is full (20 MB free in {ROOT}, 20 MB free")
    assert "mirror" in make.find_cause("Read timed out")
    room.free = 20_000_000
    assert make.find_cause("odd") == "the lines above say why"


def test_without_room_for_temporary_files_the_cause_is_told_too(monkeypatch):
    def gettempdir():
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(make.tempfile, "gettempdir", gettempdir)
    assert make.find_cause("[Errno 28]").startswith("the disk is full (")


@POSIX_ONLY
def test_a_killed_step_is_told_apart():
    kill = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    with pytest.raises(make.Problem, match="signal 9, perhaps for lack of memory"):
        make.set_up("it failed", [sys.executable, "-c", kill], None)


def test_an_old_venv_is_deleted(venv):
    make.remove_venv()  # none yet
    make.venv_python(venv).parent.mkdir(parents=True)
    make.venv_python(venv).touch()
    make.remove_venv()
    assert not venv.exists()


@POSIX_ONLY
@pytest.mark.parametrize("target", ["there", "nowhere"])
def test_a_link_is_never_followed(venv, target):
    kept = venv.parent / "there" / "thesis.txt"
    kept.parent.mkdir()
    kept.touch()
    venv.symlink_to(venv.parent / target)
    with pytest.raises(make.Problem, match=rf"is a link to .*{target}: .* delete the link itself"):
        make.remove_venv()
    assert kept.exists() and venv.is_symlink()


def test_a_file_in_its_place_is_left_alone(venv):
    venv.write_text("work", "utf-8")
    with pytest.raises(make.Problem, match="is a file where a folder should be"):
        make.remove_venv()
    assert venv.read_text("utf-8") == "work"


def test_a_venv_in_use_is_left_alone(venv, monkeypatch):
    venv.mkdir()
    monkeypatch.setattr(make.sys, "executable", str(venv / "bin" / "python"))
    with pytest.raises(make.Problem, match="deactivate"):
        make.remove_venv()
    assert venv.exists()


def test_what_cannot_be_deleted_is_said(venv, monkeypatch):
    def rmtree(folder):
        raise PermissionError(errno.EACCES, "Permission denied", "a.dll")

    venv.mkdir()
    monkeypatch.setattr(make.shutil, "rmtree", rmtree)
    with pytest.raises(make.Problem, match=r"cannot delete a\.dll \(Permission denied\): close"):
        make.remove_venv()


# Two runs at once


def find_python(venv, monkeypatch, *, while_waiting=None, fails=False):
    """Call find_python with a stand-in for make_venv: how often that was called, and what for."""
    made, waited = [], []

    def make_venv():
        made.append(make.is_ready(venv, "x"))
        if fails:
            raise make.Problem("no network")
        make.venv_python(venv).parent.mkdir(parents=True)
        make.venv_python(venv).touch()

    def wait_for_lock(lock, alone):
        waited.append(alone)
        if alone and while_waiting:
            while_waiting()

    monkeypatch.setattr(make, "make_venv", make_venv)
    monkeypatch.setattr(make, "wait_for_lock", wait_for_lock)
    found = make.find_python(None)
    return found, len(made), waited


def test_a_set_up_is_done_alone_and_once(venv, monkeypatch):
    found, made, waited = find_python(venv, monkeypatch)
    assert found == (make.venv_python(venv), venv) and made == 1
    assert waited == [False, True, False]  # shared again while it is in use
    _, made, waited = find_python(venv, monkeypatch)
    assert made == 0 and waited == [False]


def test_what_another_run_made_meanwhile_is_used(venv, monkeypatch):
    def other():
        make.make_venv()
        wanted = make.stamp(make.LOCK.read_bytes(), make.platform.python_version(), venv.parent)
        (venv / "xq-stamp").write_text(wanted, "utf-8")

    _, made, _ = find_python(venv, monkeypatch, while_waiting=other)
    assert made == 1  # by the other


def test_a_failed_set_up_is_not_trusted(venv, monkeypatch):
    with pytest.raises(make.Problem):
        find_python(venv, monkeypatch, fails=True)
    assert not (venv / "xq-stamp").exists()


HOLD = """
import sys, make
with open(sys.argv[1], "r+b") as file:
    print(make.take_lock(file, sys.argv[2] == "alone"), flush=True)
    sys.stdin.read()
"""


@POSIX_ONLY
@pytest.mark.parametrize(
    ("held", "wanted", "free"),
    [("alone", True, False), ("alone", False, False), ("shared", True, False)]
    + [("shared", False, True)],
)
def test_a_lock_keeps_others_out_until_its_process_is_dead(tmp_path, held, wanted, free):
    path = tmp_path / "lock"
    path.touch()
    args = [sys.executable, "-c", HOLD, path, held]
    pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with subprocess.Popen(args, cwd=ROOT, **pipes) as other, path.open("r+b") as file:
        assert other.stdout.readline() == "True\n"
        assert make.take_lock(file, wanted) is free
        other.kill()
        other.wait()
        assert make.take_lock(file, wanted)


def test_waiting_is_said_once(monkeypatch, capsys):
    answers = iter([False, False, True])
    monkeypatch.setattr(make, "take_lock", lambda file, alone: next(answers))
    monkeypatch.setattr(make.time, "sleep", lambda seconds: None)
    make.wait_for_lock(None, alone=True)
    assert capsys.readouterr().out.count("Waiting for another run of make.py") == 1
    assert next(answers, "none left") == "none left"


def test_on_windows_one_byte_far_away_is_locked(tmp_path, monkeypatch):
    calls = []

    def locking(number, mode, size):
        calls.append((os.lseek(number, 0, os.SEEK_CUR), mode, size))
        if mode == "unlock" or held:
            raise OSError(errno.EACCES, "Permission denied")

    fake = SimpleNamespace(locking=locking, LK_UNLCK="unlock", LK_NBLCK="lock")
    monkeypatch.setattr(make, "fcntl", None)
    monkeypatch.setattr(make, "msvcrt", fake, raising=False)
    (tmp_path / "lock").write_text("abc", "utf-8")
    with (tmp_path / "lock").open("r+b") as file:
        held = False
        assert make.take_lock(file, True)
        assert calls == [(1 << 30, "unlock", 1), (1 << 30, "lock", 1)]
        held = True
        assert not make.take_lock(file, True)
        assert make.take_lock(file, False)  # there is no shared lock


@POSIX_ONLY
def test_a_file_system_without_locks_is_no_obstacle(monkeypatch):
    def flock(file, how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(make.fcntl, "flock", flock)
    assert make.take_lock(None, True)


# The lock file of packages


def test_every_dependency_is_in_the_lock_within_its_bound():
    pins = {name: version for name, version, _ in PINS}
    wanted = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]
    for need in map(Requirement, wanted):
        assert need.specifier and pins[need.name] in need.specifier, need


def test_every_pin_has_a_hash_and_there_is_no_address():
    assert len(PINS) == len(re.findall("^[^ #\n]", LOCK, re.M)) > 100
    assert "://" not in LOCK and "setuptools" not in LOCK
    # pip takes sha256 only as 64 hexadecimal digits.
    for name, _, hashes in PINS:
        assert re.fullmatch(r"(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+", hashes), name


def test_conda_gets_the_same_lock_and_a_python_that_fits():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    python, pip, pinned = conda["dependencies"]
    assert conda["name"] == "xq" and pip == "pip"
    assert pinned == {"pip": ["-r requirements.lock"]}
    make.check_python(tuple(map(int, python.removeprefix("python=").split("."))))
    assert PROJECT["requires-python"] == ">={}.{}".format(*make.OLDEST)
