"""System checks of how errors are grouped."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error

from vedette import conf


def check_grouping_rules(app_configs: object = None, **_: Any) -> list[CheckMessage]:
    """Report each line of ``GROUPING_RULES`` that is no rule (vedette.E201)."""
    # A process that only captures knows no rules until there is an error.
    from vedette.issues.site_rules import read_rules

    settings, _problems = conf.load_site()
    _rules, faults = read_rules(settings.GROUPING_RULES)
    return [
        Error(
            f"VEDETTE['GROUPING_RULES'], line {fault.line}: {fault.reason}.",
            hint=f"The line is {fault.text[:200]!r}; a rule looks like: type:TimeoutError path:**/payments/** -> payments-down",
            id="vedette.E201",
        )
        for fault in faults
    ]
