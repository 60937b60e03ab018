"""Which issue an event belongs to: `group`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from vedette.issues.grouping.explanation import Explanation, Reason
from vedette.issues.grouping.fingerprints import expand, fingerprint_of, is_default, with_fingerprint
from vedette.issues.grouping.rules import Rule, rule_for
from vedette.issues.grouping.standing_rules import standing_rules
from vedette.issues.grouping.strategies import Basis, basis_of
from vedette.issues.grouping.titles import TITLE_CHARS, MainFrame, heading_of
from vedette.issues.grouping.variants import Variant, Variants, hash_of
from vedette.issues.grouping.versions import GROUPING_VERSION, version_named
from vedette.wire.values import Mapping, short, text_of

_IS_HASH = re.compile(r"[0-9a-f]{32}").fullmatch
_NOTHING = Variant("none", "nothing", ())


class Grouping(NamedTuple):
    """Which issue an event belongs to, and how that is called.

    The event belongs to the issue that has any of `hashes`, the first of them first: where only the site's own frames
    count, then where all do.
    """

    hashes: tuple[str, ...]
    title: str
    culprit: str
    type: str
    value: str
    main_frame: MainFrame | None
    explanation: Explanation
    version: str


def group(event: Mapping, *, rules: Sequence[Rule] = (), version: str = GROUPING_VERSION) -> Grouping:
    """Return which issue *event*, Sentry's event as JSON, belongs to; raises `UnknownVersion`, and for no event.

    The first of *rules* that fits sets fingerprint and title, then one of those that hold for every site; the client's
    fingerprint counts where none fits.
    """
    chosen = version_named(version)
    platform = text_of(event.get("platform")) or "other"
    basis = basis_of(event, platform=platform, is_trace_first=chosen.is_trace_first)
    rule = rule_for(event, rules=(*rules, *standing_rules(platform)), platform=platform)
    reasons = _reasons(event, basis, rule)
    heading = heading_of(event, chain=basis.chain, platform=platform)
    title = heading.title
    if rule and rule.title:
        title = short(expand(rule.title, event=event), TITLE_CHARS)
    return Grouping(
        hashes=tuple(reason.hash for reason in reasons),
        title=title,
        culprit=heading.culprit,
        type=heading.type,
        value=heading.value,
        main_frame=heading.main_frame,
        explanation=Explanation(reasons),
        version=chosen.name,
    )


def _reasons(event: Mapping, basis: Basis, rule: Rule | None) -> tuple[Reason, ...]:
    checksum = event.get("checksum")
    if isinstance(checksum, str) and checksum and rule is None:
        variant = Variant("checksum", "checksum", ())
        return (Reason(checksum if _IS_HASH(checksum) else hash_of([checksum]), variant),)
    variants: Variants = basis.variants or {"none": _NOTHING}
    fingerprint = rule.fingerprint if rule else fingerprint_of(event)
    if fingerprint and not (len(fingerprint) == 1 and is_default(fingerprint[0])):
        strategy = "rule" if rule else "client"
        variants = with_fingerprint(variants, fingerprint, strategy=strategy, event=event)
    return tuple(_hashed(variants.values(), rule))


def _hashed(variants: Iterable[Variant], rule: Rule | None) -> list[Reason]:
    found: dict[str, Reason] = {}
    for variant in variants:
        value = hash_of(chain.from_iterable([part.texts for part in variant.parts]))
        found.setdefault(value, Reason(value, variant, rule.text if rule else ""))
    return list(found.values())
