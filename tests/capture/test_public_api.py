"""The package's own names."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import vedette


def test_every_public_name_can_be_had() -> None:
    for name in vedette.__all__:
        assert getattr(vedette, name) is not None
        assert name in dir(vedette)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        vedette.nonsense  # noqa: B018


def test_capture_loads_no_library_that_only_the_store_or_the_pages_need() -> None:
    code = (
        "import sys\n"
        "from django.conf import settings\n"
        "settings.configure()\n"
        "import vedette.middleware, vedette.capture.logging, vedette.capture.formatters\n"
        "print([name for name in ('duckdb', 'concurrent_log_handler', 'python_ipware') if name in sys.modules])\n"
    )
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environ
    )
    assert done.stdout == "[]\n"


def test_the_middleware_has_the_name_that_settings_use() -> None:
    from django.utils.module_loading import import_string

    from vedette.capture.middleware import Vedette

    assert import_string("vedette.middleware.Vedette") is Vedette
