"""Rules that hold for every site, after its own."""

from __future__ import annotations

from vedette.issues.grouping.families import family_of
from vedette.issues.grouping.rule_text import parse
from vedette.issues.grouping.rules import Rule

# A page that was open while a release went out asks for scripts that are gone.  Each bundler and browser has its own
# words for it, each script its own name, and none of it is a fault of the place that asked.
_STANDING = {
    "javascript": parse(
        """
        type:ChunkLoadError -> chunkloaderror
        value:"ChunkLoadError: *" -> chunkloaderror
        value:"Loading chunk * failed*" -> chunkloaderror
        value:"Loading CSS chunk * failed*" -> chunkloaderror
        value:"Failed to fetch dynamically imported module*" -> chunkloaderror
        value:"error loading dynamically imported module*" -> chunkloaderror
        value:"Importing a module script failed*" -> chunkloaderror
        """
    )
}


def standing_rules(platform: str) -> tuple[Rule, ...]:
    """Return the rules for events of *platform*."""
    return _STANDING.get(family_of(platform), ())
