# -*- coding: utf-8 -*-
"""Set up and run xq. Needs nothing but Python; ``python make.py`` lists the commands.

Every Python since 2.7 can read this file, and is told here if it is too old: hence no f-strings
and no ``raise ... from``.
"""
# ruff: noqa: B904, E402, UP009, UP010, UP032

from __future__ import print_function

import os
import sys

OLDEST, NEWEST = (3, 11), (3, 14)  # the Pythons that every pin in the lock has a wheel for


def leave(code):
    """End with an exit code, and without the prompt that PYTHONINSPECT asks for."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.environ.get("PYTHONINSPECT"):
        os._exit(code)
    sys.exit(code)


def check_python(version):
    """End with one line unless the lock can be installed on this version of Python."""
    if not OLDEST <= tuple(version[:2]) <= NEWEST:
        line = "make.py: xq needs Python {}.{} to {}.{} and this is {}.{}: install Python 3.13, "
        line += "then run the same command with it.\n"
        sys.stderr.write(line.format(*(OLDEST + NEWEST + tuple(version[:2]))))
        leave(1)


check_python(sys.version_info)

import ast
import contextlib
import errno
import hashlib
import importlib.util
import platform
import re
import shutil
import subprocess
import sysconfig
import tempfile
import time
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
AGAIN = "then run the same command again"

COMMANDS = {
    "figures": "run the notebooks and redraw the figures (figures 2 5: those notebooks only)",
    "test": "check the code, the data, the notebooks and the figures (extra words: pytest)",
    "lab": "open the notebooks in JupyterLab",
    "site": "make the reading site, all of it as pages, in site/ and site.zip",
    "ledger": "write the ledger of measures to ledger.xlsx (ledger list.docx: of your own list)",
    "followup": "read the ledgers that came back: followup FOLDER",
    "data": "rebuild the tables in data/ from data/raw (--reports SOURCE: reports/ or panel/ too)",
    "lint": "check the style of the code",
}
# What readers, researchers and report writers come for.
FIRST = [
    ("site", "To read, teach or print"),
    ("lab", "To ask questions of your own"),
    ("figures", "To draw the figures again"),
]
MADE = {  # where the result is
    "figures": "The figures are in {0}{1}figures, what the notebooks say in {0}{1}notebooks",
    "ledger": "The ledger is in {0}{1}ledger.xlsx",
}
TAKES_MORE = ("figures", "test", "lab", "ledger", "followup", "data")

# Each step: what it is called, the arguments Python gets, what to do if it fails.
LINT = [
    ("ruff check", ["-m", "ruff", "check", "."], "mend the lines named above"),
    ("ruff format", ["-m", "ruff", "format", "--check", "."], "format the files named above"),
]
# One process for each processor; more than four would spend their time importing.
PYTEST = ["-m", "pytest", "--numprocesses=logical", "--maxprocesses=4"]
STEPS = {
    "figures": [("figures", ["notebooks/run.py"], "the lines above say why")],
    "test": LINT + [("pytest", PYTEST, "read the first failure above")],
    # Without its log the address that JupyterLab prints stays in sight.
    "lab": [
        (
            "JupyterLab",
            ["-m", "jupyterlab", ".", "--log-level=ERROR"],
            "the lines above say why",
        )
    ],
    "site": [("site", ["notebooks/pages/build.py"], "the line above says why")],
    "ledger": [("ledger", ["data/ledger.py"], "the lines above say why")],
    "followup": [("followup", ["data/followup.py"], "the lines above say why")],
    "data": [("data", ["data/build.py"], "the last line above says why")],
    "lint": LINT,
}

# What must work before a new .venv is trusted.
IMPORTS = (
    "xq, pandas, scipy, sklearn, matplotlib, networkx, jieba, rjieba, nbclient, ipykernel, "
    "jupyterlab, pytest, xdist, nbval, hypothesis, ruff"
)

# Of the user's own settings that could change a result or mislead an installation, child
# processes get only these. pip is told where packages come from, and nothing else.
PYTHON_KEPT = (
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONPYCACHEPREFIX",
    "PYTHONUNBUFFERED",
    "PYTHON_KEYRING_BACKEND",
)
PIP_KEPT = (
    "cache-dir",
    "cert",
    "client-cert",
    "default-timeout",
    "extra-index-url",
    "find-links",
    "index-url",
    "keyring-provider",
    "no-cache-dir",
    "no-index",
    "proxy",
    "retries",
    "timeout",
    "trusted-host",
    "use-deprecated",
    "use-feature",
)
DROPPED = ("MPLBACKEND", "MATPLOTLIBRC")
JUPYTER_PATHS = ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH")
PRIVATE_FOLDERS = (
    "MPLCONFIGDIR",
    "IPYTHONDIR",
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
)

# What pip, Python or the system say when something fails: its cause and the remedy. The first
# that fits counts: without a network pip says at last that it found no such version.
FULL = r"no space left|errno 28\b|disk quota|errno 122\b|not enough space|winerror 112\b"
CAUSES = [
    (
        r"do not match the hashes|hash mismatch",
        "a download is not the file that requirements.lock names; use another package mirror",
    ),
    (
        r"certificate|sslerror",
        "the package mirror's certificate is not trusted here; ask whoever runs your network "
        "for theirs (pip config set global.cert FILE)",
    ),
    (
        r"newconnectionerror|failed to establish|name resolution|getaddrinfo|timed? ?out"
        r"|connection (refused|reset|aborted|broken)|proxyerror|max retries|network is unreachable",
        "the package mirror cannot be reached; check the network, or set a mirror that can "
        "(finished downloads are kept)",
    ),
    (
        r"no matching distribution",
        "the package mirror lacks a file that requirements.lock names, or cannot be reached; check "
        "the network, or use another mirror",
    ),
    (r"permission denied|errno 13\b|access is denied|winerror 5\b", "this file may not be written"),
    (r"read-only file system|errno 30\b", "the disk is read-only; copy the repository elsewhere"),
]


# What is said, piece by piece, in Chinese: names and numbers between the pieces stay.
CHINESE = [
    ("What would you like?", "想做什么？"),
    ("To read, teach or print", "阅读、教学、打印"),
    ("To ask questions of your own", "提自己的问题"),
    ("To draw the figures again", "重画全部图"),
    ("All commands:", "全部命令："),
    (
        "run the notebooks and redraw the figures (figures 2 5: those notebooks only)",
        "运行笔记，重画图（figures 2 5：只做这两本）",
    ),
    (
        "check the code, the data, the notebooks and the figures (extra words: pytest)",
        "检查代码、数据、笔记和图（其余的词交给pytest）",
    ),
    ("open the notebooks in JupyterLab", "用JupyterLab打开笔记"),
    (
        "make the reading site, all of it as pages, in site/ and site.zip",
        "把全部内容做成网页：site/和site.zip",
    ),
    (
        "write the ledger of measures to ledger.xlsx (ledger list.docx: of your own list)",
        "生成台账ledger.xlsx（ledger 清单.docx：自己的清单）",
    ),
    (
        "read the ledgers that came back: followup FOLDER",
        "汇总各单位交回的台账：followup 文件夹",
    ),
    (
        "rebuild the tables in data/ from data/raw (--reports SOURCE: reports/ or panel/ too)",
        "从原文重建data/中的数据表（--reports 来源：也重建reports/或panel/）",
    ),
    ("check the style of the code", "检查代码格式"),
    (
        "Setting up .venv: the first time fetches about 210 MB, fills about 930 MB of disk and "
        "takes some minutes, more where the network is slow.",
        "正在安装.venv：第一次要下载约210 MB，占硬盘约930 MB，需要几分钟，网络慢时更久。",
    ),
    (
        "A pip mirror is respected, if you have set one (pip config set global.index-url ...).",
        "如果设置过pip镜像（pip config set global.index-url ……），就从那里下载。",
    ),
    ("The figures are in ", "图在"),
    (", what the notebooks say in ", "，笔记的结果在"),
    ("The ledger is in ", "台账已生成（双击打开）："),
    ("JupyterLab opens ", "JupyterLab在浏览器中打开"),
    (" in the browser: read it first.", "，请先读这一本。"),
    ("Ctrl-C here ends JupyterLab.", "在这里按Ctrl-C结束JupyterLab。"),
    (
        "Waiting for another run of make.py that uses .venv (Ctrl-C ends this one).",
        "另一个make.py正在使用.venv，等它结束（按Ctrl-C退出）。",
    ),
    ("what is ", "没有这个命令或用法："),
    ("? Commands: ", "。可用的命令："),
    ("stopped.", "已停止。"),
    (" failed: ", "没有成功："),
    ("cannot make .venv", "建不成.venv"),
    ("cannot put pip into .venv", "无法在.venv中装pip"),
    ("the packages could not be installed", "软件包没有装上"),
    ("the new packages do not work", "新装的软件包不能用"),
    (
        "this Python has no pip: install its venv package ",
        "这个Python没有pip：请安装它的venv软件包",
    ),
    ("pip cannot read its settings (", "pip读不了自己的设置（"),
    ("): mend that, ", "）：请改正，"),
    (
        ".venv must be made again: leave it (deactivate), ",
        ".venv需要重建：请先退出它（deactivate），",
    ),
    (".venv is a link to ", ".venv是一个链接，指向"),
    (
        ": nothing there is touched; delete the link itself, ",
        "；那里的内容没有动；请删除这个链接，",
    ),
    (
        ".venv is a file where a folder should be: move it away, ",
        ".venv应是文件夹，这里却是文件：请移走，",
    ),
    ("cannot delete ", "删不掉"),
    (
        "): close what uses it (JupyterLab, an editor) or delete .venv yourself, ",
        "）：请关闭正在使用它的程序（JupyterLab、编辑器），或自行删除.venv，",
    ),
    (
        "requirements.lock is missing: get a complete copy of the repository",
        "缺少requirements.lock：请重新取得完整的仓库",
    ),
    (
        "a download is not the file that requirements.lock names; use another package mirror",
        "下载到的不是requirements.lock所列的文件；请换一个软件包镜像",
    ),
    (
        "the package mirror's certificate is not trusted here; ask whoever runs your network for "
        "theirs (pip config set global.cert FILE)",
        "本机不信任软件包镜像的证书；请向网络管理员索取（pip config set global.cert 文件）",
    ),
    (
        "the package mirror cannot be reached; check the network, or set a mirror that can "
        "(finished downloads are kept)",
        "连不上软件包镜像；请检查网络，或换一个能用的镜像（下载完的会保留）",
    ),
    (
        "the package mirror lacks a file that requirements.lock names, or cannot be reached; check "
        "the network, or use another mirror",
        "软件包镜像缺少requirements.lock所列的文件，或者连不上；请检查网络，或换一个镜像",
    ),
    ("this file may not be written", "这个文件不能写入"),
    ("the disk is read-only; copy the repository elsewhere", "磁盘只读；请把仓库复制到别处"),
    ("the disk is full (", "磁盘已满（"),
    (" MB free in ", " MB可用："),
    ("); make room for 1,000 MB", "）；请腾出1,000 MB"),
    ("the system ended it with signal ", "系统终止了它，信号"),
    (", perhaps for lack of memory", "，可能是内存不足"),
    ("mend the lines named above", "请改正上面列出的行"),
    ("format the files named above", "请整理上面列出的文件"),
    ("read the first failure above", "请看上面第一处失败"),
    ("the lines above say why", "原因见上面"),
    ("the last line above says why", "原因见上面最后一行"),
    ("the line above says why", "原因见上面一行"),
    ("then run the same command again", "再运行同一条命令"),
]


class Problem(Exception):
    """Something the user can put right; its text is one line."""


def to_chinese(text, pieces=CHINESE):
    """Return what is said in Chinese; what stands in none of the pieces stays."""
    for english, chinese in pieces:
        text = text.replace(english, chinese)
    return text


def tell(text, stream=None):
    """Print a text in Chinese, where that can be shown, and in English."""
    stream = stream or sys.stdout
    chinese = re.sub(r"\.$", "。", to_chinese(text)) + "\n" * ("\n" in text)
    try:
        chinese.encode(stream.encoding or "ascii")
    except UnicodeError:
        chinese = ""
    print("\n".join([chinese, text]) if chinese else text, file=stream)


def help_text():
    """Return what one most likely wants, and one line for each command."""
    call = "{} make.py".format(Path(sys.executable).stem or "python")  # as it is called here
    likely = ["  {}: {} {}".format(wish, call, command) for command, wish in FIRST]
    lines = ["  {} {:<8} {}".format(call, *command) for command in COMMANDS.items()]
    return "\n".join(["What would you like?"] + likely + ["", "All commands:"] + lines)


def find_cause(text):
    """Say why something failed, and what to do, from what was said when it did."""
    free = {}
    with contextlib.suppress(OSError):  # a full disk has no usable folder for temporary files
        free[str(ROOT)] = shutil.disk_usage(str(ROOT)).free
        free[tempfile.gettempdir()] = shutil.disk_usage(tempfile.gettempdir()).free
    told = [cause for pattern, cause in CAUSES if re.search(pattern, text, re.I)]
    if re.search(FULL, text, re.I) or (not told and min(free.values(), default=0) < 20e6):
        left = ["{:,.0f} MB free in {}".format(free[folder] / 1e6, folder) for folder in free]
        return "the disk is full ({}); make room for 1,000 MB".format(", ".join(left))
    return told[0] if told else "the lines above say why"


def venv_python(folder):
    """Return the path of the Python inside an environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def link_project(folder):
    """Let whatever runs with an environment's Python import xq: scripts, editors, RStudio.

    The line says where the folder above the environment is in letters that every system reads.
    """
    base = {"base": str(folder), "platbase": str(folder)}
    link = Path(sysconfig.get_path("purelib", "venv", base)) / "xq.pth"
    link.write_text("import os, sys; sys.path.append(os.path.dirname(sys.prefix))\n", "ascii")


def stamp(lock, version, folder):
    """Return the text that changes whenever .venv has to be made again."""
    return "\n".join([hashlib.sha256(lock).hexdigest(), version, ascii(str(folder)), ""])


def is_ready(folder, wanted):
    """Say whether an environment was finished, and for this very stamp."""
    try:
        return venv_python(folder).exists() and (folder / "xq-stamp").read_text("utf-8") == wanted
    except OSError:
        return False


def is_kept(name):
    """Say whether a variable of the user's environment reaches the child processes."""
    if name.startswith("PIP_"):
        return name == "PIP_CONFIG_FILE" or name[4:].lower().replace("_", "-") in PIP_KEPT
    if name.startswith("PYTHON"):
        return name in PYTHON_KEPT
    return name not in DROPPED


def child_env(prefix=None):
    """Return the environment for a child process, with private folders if a prefix is given."""
    env = {name: value for name, value in os.environ.items() if is_kept(name)}
    env.update(PYTHONPATH=str(ROOT), PYTHONUTF8="1", PYTHONNOUSERSITE="1")
    if prefix is not None:
        for name in JUPYTER_PATHS:
            env.pop(name, None)
        for name in PRIVATE_FOLDERS:
            folder = prefix / "xq-profile" / name.lower()
            folder.mkdir(parents=True, exist_ok=True)
            env[name] = str(folder)
    return env


def pip_env(pip):
    """Return the environment for pip: of its settings, in files too, only those of PIP_KEPT.

    A setting such as "target" in a file cannot be undone in another way than by leaving out all
    files, so the settings that matter are read first.
    """
    env = child_env()
    args = [str(arg) for arg in pip + ["config", "list"]]
    listed = subprocess.run(args, env=env, capture_output=True)
    if listed.returncode != 0:
        said = listed.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
        raise Problem("pip cannot read its settings ({}): mend that, {}".format(said, AGAIN))
    for section in ("global", "install", ":env:"):  # the later one counts
        for line in listed.stdout.decode("utf-8", "replace").splitlines():
            name, _, value = line.partition("=")
            if name.startswith(section + ".") and name[len(section) + 1 :] in PIP_KEPT:
                variable = "PIP_" + name[len(section) + 1 :].upper().replace("-", "_")
                env[variable] = ast.literal_eval(value)
    env["PIP_CONFIG_FILE"] = os.devnull  # no files
    return env


def run(args, env, heard=None):
    """Run a child process to its end and return its exit code; `heard` gets lines of its stderr."""
    sys.stdout.flush()
    pipe = None if heard is None else subprocess.PIPE
    args = [str(arg) for arg in args]
    interrupted = False
    with subprocess.Popen(args, cwd=str(ROOT), env=env, stderr=pipe) as child:
        while True:
            try:
                for line in child.stderr or ():
                    heard.append(line.decode("utf-8", "replace"))
                    sys.stderr.write(heard[-1])
                code = child.wait()
                break
            except KeyboardInterrupt:  # the child got it too: let it tidy up
                interrupted = True
    if interrupted and code != 0:
        raise KeyboardInterrupt
    return code


def take_lock(file, alone):
    """Lock an open file, for this process alone or shared; say whether that was possible.

    The system frees the lock when the process ends, however it ends: no lock is ever stale.
    """
    try:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_UN)
            fcntl.flock(file, fcntl.LOCK_NB | (fcntl.LOCK_EX if alone else fcntl.LOCK_SH))
        else:  # there are no shared locks, and nobody can read what is locked: a byte far away
            file.seek(1 << 30)
            with contextlib.suppress(OSError):
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
            if alone:
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    except OSError as error:  # other errors: a file system without locks
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


def wait_for_lock(file, alone):
    """Take a lock; if another run has it, say so and wait."""
    told = False
    while not take_lock(file, alone):
        if not told:
            tell("Waiting for another run of make.py that uses .venv (Ctrl-C ends this one).")
            sys.stdout.flush()
            told = True
        time.sleep(0.2)


def remove_venv():
    """Delete .venv, whatever state it is in, but nothing that it may be a link to."""
    if VENV in Path(sys.executable).parent.resolve().parents:
        raise Problem(".venv must be made again: leave it (deactivate), " + AGAIN)
    if VENV.is_symlink() or os.path.realpath(str(VENV)) != str(VENV):
        raise Problem(
            ".venv is a link to {}: nothing there is touched; delete the link itself, {}".format(
                os.path.realpath(str(VENV)), AGAIN
            )
        )
    if VENV.is_file():
        raise Problem(".venv is a file where a folder should be: move it away, " + AGAIN)
    try:
        if venv_python(VENV).exists():
            venv_python(VENV).unlink()  # Windows refuses if it runs, before the rest is gone
        if VENV.exists():
            shutil.rmtree(str(VENV))
    except OSError as error:
        raise Problem(
            "cannot delete {} ({}): close what uses it (JupyterLab, an editor) or delete .venv "
            "yourself, {}".format(error.filename or ".venv", error.strerror, AGAIN)
        )


def set_up(what, args, env):
    """Run one step of making .venv; if it fails, say why."""
    heard = []
    code = run(args, env, heard)
    if code != 0:
        cause = find_cause("".join(heard))
        if code < 0:
            cause = "the system ended it with signal {}, perhaps for lack of memory".format(-code)
        raise Problem("{}: {}, {}".format(what, cause, AGAIN))


def make_venv():
    """Make .venv from the lock. It has no stamp yet, so a half-made one is not trusted."""
    python = venv_python(VENV)
    pip = [python, "-m", "pip"]
    own_pip = importlib.util.find_spec("ensurepip") is not None
    if not own_pip:  # Debian without python3-venv
        if not importlib.util.find_spec("pip"):
            raise Problem(
                "this Python has no pip: install its venv package "
                "(Debian, Ubuntu: sudo apt install python3-venv), " + AGAIN
            )
        pip = [sys.executable, "-m", "pip", "--python", python]
    remove_venv()
    tell(
        "Setting up .venv: the first time fetches about 210 MB, fills about 930 MB of disk and "
        "takes some minutes, more where the network is slow."
    )
    tell("A pip mirror is respected, if you have set one (pip config set global.index-url ...).")
    env = child_env()
    set_up("cannot make .venv", [sys.executable, "-m", "venv", "--without-pip", VENV], env)
    if own_pip:
        set_up("cannot put pip into .venv", [python, "-m", "ensurepip", "--default-pip"], env)
    install = ["--disable-pip-version-check", "--no-input", "install", "--use-pep517"]
    install += ["--require-hashes", "-r", LOCK]
    set_up("the packages could not be installed", pip + install, pip_env(pip))
    link_project(VENV)
    set_up("the new packages do not work", [python, "-c", "import " + IMPORTS], env)


def find_python(lock):
    """Return the Python to work with and its prefix; set it up first if need be.

    While it is in use, `lock` (an open file) keeps other runs from deleting it.
    """
    wanted = stamp(LOCK.read_bytes(), platform.python_version(), ROOT)
    wait_for_lock(lock, alone=False)
    if not is_ready(VENV, wanted):
        wait_for_lock(lock, alone=True)
        if not is_ready(VENV, wanted):  # nor did another run make it while this one waited
            make_venv()
            (VENV / "xq-stamp").write_text(wanted, "utf-8")
        wait_for_lock(lock, alone=False)
    return venv_python(VENV), VENV


def run_command(command, more, python, prefix):
    """Run the steps of a command in turn; more words go to the last. Stop at the first failure."""
    if command == "lab":
        prefix = None  # with the user's own settings of JupyterLab
        first = min(path.name for path in (ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))
        more = ["--LabApp.default_url=/lab/tree/notebooks/" + first] + more
        tell("JupyterLab opens notebooks/{} in the browser: read it first.".format(first))
        tell("Ctrl-C here ends JupyterLab.")
    env = child_env(prefix)
    steps = STEPS[command]
    for number, (name, args, remedy) in enumerate(steps, start=1):
        words = more if number == len(steps) else []
        if run([python] + args + words, env) != 0:
            raise Problem("{} failed: {}".format(name, remedy))
    if command in MADE:
        tell(MADE[command].format(ROOT, os.sep))


def main(argv):
    """Run one command and return the exit code."""
    command, more = (argv[0], argv[1:]) if argv else ("help", [])
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    if command in ("help", "-h", "--help"):
        tell(help_text())
        return 0
    if command not in COMMANDS or (more and command not in TAKES_MORE):
        wrong = command if command not in COMMANDS else " ".join(more)
        known = ", ".join(COMMANDS)
        tell("make.py: what is {!r}? Commands: {}".format(wrong, known), sys.stderr)
        return 2
    try:
        if os.environ.get("CONDA_DEFAULT_ENV") == "xq":
            run_command(command, more, Path(sys.executable), Path(sys.prefix))
            return 0
        if not LOCK.exists():
            raise Problem("requirements.lock is missing: get a complete copy of the repository")
        with LOCK.open("r+b" if os.access(str(LOCK), os.W_OK) else "rb") as lock:
            python, prefix = find_python(lock)
            run_command(command, more, python, prefix)
        return 0
    except Problem as problem:
        tell("make.py: {}.".format(problem), sys.stderr)
        return 1
    except OSError as error:
        cause = find_cause(str(error))
        tell("make.py: {}: {}, {}.".format(error, cause, AGAIN), sys.stderr)
        return 1
    except KeyboardInterrupt:
        tell("\nmake.py: stopped.", sys.stderr)
        return 130


if __name__ == "__main__":
    leave(main(sys.argv[1:]))
