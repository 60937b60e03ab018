"""What an import brings along: a site pays for what it uses."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest

# What may be in a process that captures and does nothing else.
CAPTURE_NEEDS = {"asgiref", "django", "msgspec", "python-ipware", "sentry-sdk", "sqlparse", "vedette"}
# sentry-sdk loads its own transport's needs; concurrent-log-handler is named by the site's LOGGING.
CAPTURE_TOLERATES = {"certifi", "concurrent-log-handler", "portalocker", "typing-extensions", "urllib3"}


def _modules_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def _distributions(modules: set[str]) -> set[str]:
    known = packages_distributions()
    tops = {name.partition(".")[0] for name in modules}
    return {owner.lower().replace("_", "-") for top in tops for owner in known.get(top, ())}


def test_importing_the_package_loads_no_other() -> None:
    before = _distributions(_modules_after("pass"))

    assert _distributions(_modules_after("import vedette")) - before <= {"vedette"}


@pytest.mark.parametrize("layer", ["record", "store", "wire", "pipeline"])
def test_a_plain_layer_is_imported_without_django(layer: str) -> None:
    code = f"import pkgutil, importlib, vedette.{layer} as layer\n" + (
        "for found in pkgutil.walk_packages(layer.__path__, layer.__name__ + '.'): importlib.import_module(found.name)"
    )

    assert "django" not in _modules_after(code)


def test_capture_in_a_site_loads_neither_the_store_s_engine_nor_the_pages() -> None:
    code = "import django; django.setup(); import vedette.middleware"

    modules = _modules_after(code)

    assert not {"duckdb", "vedette.web.views", "vedette.cli"} & modules
    before = _distributions(_modules_after("pass"))
    assert _distributions(modules) - before <= CAPTURE_NEEDS | CAPTURE_TOLERATES
