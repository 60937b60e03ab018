"""Rules of the site that are wrong are told, and the others hold."""

from __future__ import annotations

from pytest_django import Settings as SiteSettings

from vedette import conf
from vedette.issues.checks import check_grouping_rules
from vedette.issues.site_rules import read_rules

RULES = """
# payments
type:TimeoutError -> payments-down
tpye:KeyError -> keys

value:"*no*" -> no
"""


def test_a_line_that_is_no_rule_is_told_with_its_number_and_the_others_hold() -> None:
    rules, faults = read_rules(RULES)
    assert [rule.fingerprint for rule in rules] == [("payments-down",), ("no",)]
    assert [(fault.line, fault.text) for fault in faults] == [(4, "tpye:KeyError -> keys")]


def test_wrong_rules_are_an_error_of_the_site(settings: SiteSettings) -> None:
    settings.VEDETTE = {**settings.VEDETTE, "GROUPING_RULES": RULES}
    conf.reload()
    try:
        (message,) = check_grouping_rules()
    finally:
        del settings.VEDETTE
        conf.reload()
    assert message.id == "vedette.E201"
    assert "line 4" in message.msg
    assert "tpye" in str(message.hint)
