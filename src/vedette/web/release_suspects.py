"""Which of a release's commits touched the code in which its new issues were raised."""

from __future__ import annotations

from dataclasses import dataclass, field

from vedette.issues.queries import Issue, get_event, list_release_issues
from vedette.releases.queries import Commit, get_release, list_suspects
from vedette.web.event.view import view_of
from vedette.web.fragments import Look, Values, card
from vedette.web.issues.coming import own_paths

MOST_ISSUES = 5
"""Those seen last: of each an event is read, with its whole stack trace."""


@dataclass(slots=True)
class Suspected:
    """A commit, the files that it touched of those in which issues were raised, and these issues."""

    commit: Commit
    files: dict[str, None] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)


@card("cards/release_suspects.html", on="release")
def suspects_card(look: Look) -> Values:
    """Return the commits that are suspected of a release's new issues, those of most issues first."""
    found = get_release(look.names["id"])
    if found is None:
        return {"suspected": [], "issues": 0}
    issues = list_release_issues(found.service, found.version, kind="new", limit=MOST_ISSUES)
    by_commit: dict[tuple[str, str], Suspected] = {}
    for issue in issues:
        event = get_event(look.store, issue)
        if event is None:
            continue
        paths = own_paths(view_of(dict(event.payload)))
        for suspect in list_suspects(found.service, found.version, paths=paths):
            commit = suspect.commit
            suspected = by_commit.setdefault((commit.repository, commit.sha), Suspected(commit))
            suspected.files.update(dict.fromkeys(suspect.files))
            suspected.issues.append(issue)
    return {
        "suspected": sorted(by_commit.values(), key=lambda each: -len(each.issues)),
        "issues": len(issues),
    }
