"""Figures drawn during the tests go to a temporary folder, never over the committed ones."""

import os
import tempfile

import pytest

_folder = tempfile.TemporaryDirectory(prefix="xq-figures-")
os.environ["XQ_FIGURES"] = _folder.name  # notebook kernels inherit it


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish():
    _folder.cleanup()
