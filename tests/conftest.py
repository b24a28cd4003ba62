"""Notebooks run by the tests find `xq`, and draw into a temporary folder, not over `figures/`."""

import os
import tempfile
from pathlib import Path

import pytest

_folder = tempfile.TemporaryDirectory(prefix="xq-figures-")
os.environ["XQ_FIGURES"] = _folder.name  # notebook kernels inherit both
_root = str(Path(__file__).parent.parent)
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [_root, os.environ.get("PYTHONPATH")]))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish():
    _folder.cleanup()
