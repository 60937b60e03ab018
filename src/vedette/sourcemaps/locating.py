"""From a place in a script to what was written there: which map tells of it, and what it tells."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from vedette.sourcemaps import functions, paths, queries
from vedette.sourcemaps.bundle import Kind
from vedette.sourcemaps.compiled import CompiledMap, Position
from vedette.sourcemaps.document import UnreadableMapError
from vedette.sourcemaps.frames import Original, Place, Unmapped
from vedette.sourcemaps.maps import BUSY, DAMAGED, UNREADABLE, Maps, NoMapError, Script
from vedette.sourcemaps.queries import File

UNKNOWN_ID, NO_MAP, NO_COLUMN, NO_POSITION = "unknown_id", "no_map", "no_column", "no_position"
REASONS = (UNKNOWN_ID, NO_MAP, NO_COLUMN, NO_POSITION, DAMAGED, UNREADABLE, BUSY)
"""Why nothing stands in a frame's place."""
CONTEXT_LINES = 5
MOST_SCRIPTS = 1000
_LONGEST_LINE = 500
_MOST_REMEMBERED = 4096
_LINE_END = re.compile(r"\r\n|\n|\r")
_MAP: Kind = "source_map"
_SCRIPT: Kind = "minified_source"

Release = tuple[str, str, str]
"""Service, release, dist."""


@dataclass(slots=True)
class Locator:
    """Knows the maps of scripts for one round: first it is told of all scripts, then asked of each `Place` in them.

    `clean` takes secrets out of lines of source.  What takes longer than `most_s` in one round is not looked up in it.
    """

    maps: Maps
    clean: Callable[[str], str]
    most_s: float = 3.0
    monotonic: Callable[[], float] = time.monotonic
    used: set[int] = field(default_factory=set, init=False)
    _wanted: set[tuple[Release, str, str]] = field(default_factory=set, init=False)
    _scripts: dict[tuple[Release, str, str], Script | None] = field(default_factory=dict, init=False)
    _has_files: dict[Release, bool] = field(default_factory=dict, init=False)
    _told: OrderedDict[tuple[str, int, int, str, str], Original | Unmapped] = field(
        default_factory=OrderedDict, init=False
    )
    _spent_s: float = field(default=0.0, init=False)

    def begin(self, scripts: Mapping[Release, Iterable[tuple[str, str]]]) -> None:
        """Look up whose maps there are for *scripts*, addresses and debug ids by release; in a handful of statements.

        Raises:
            django.db.Error: If the state database cannot be asked.
        """
        self._scripts, self._has_files, self.used, self._spent_s = {}, {}, set(), 0.0
        self.maps.begin()
        keys = ((release, script, id) for release, some in scripts.items() for script, id in some)
        # Nobody has as many scripts: whoever names more makes them up.
        self._wanted = set(islice(keys, MOST_SCRIPTS))
        self._find_by_ids([key for key in self._wanted if key[2]])
        for release in scripts:
            rest = [key for key in self._wanted if key[0] == release and key not in self._scripts]
            self._find_by_urls(release, [script for _, script, _ in rest])

    def locate(self, place: Place, *, release: Release) -> Original | Unmapped | None:
        """Return what was written at *place*; None where nobody uploaded anything that could tell."""
        script = self._script(place, release)
        if script is None:
            if (release, place.script, place.debug_id) not in self._wanted:
                return Unmapped(BUSY)
            if place.debug_id:
                return Unmapped(UNKNOWN_ID)
            is_missed = self._has_files.get(release, False) and paths.is_script(place.script)
            return Unmapped(NO_MAP) if is_missed else None
        if not place.column:
            return Unmapped(NO_COLUMN)
        self.used |= script.bundles
        key = (script.key, place.line, place.column, place.function, place.script)
        if (told := self._told.get(key)) is not None:
            self._told.move_to_end(key)
            return told
        if self._spent_s > self.most_s:
            return Unmapped(BUSY)
        started = self.monotonic()
        told = self._look_up(script, place)
        self._spent_s += self.monotonic() - started
        if not isinstance(told, Unmapped) or told.reason not in {BUSY, UNREADABLE}:
            self._told[key] = told
            if len(self._told) > _MOST_REMEMBERED:
                self._told.popitem(last=False)
        return told

    def _script(self, place: Place, release: Release) -> Script | None:
        return self._scripts.get((release, place.script, place.debug_id)) or self._scripts.get(
            (release, place.script, "")
        )

    def _find_by_ids(self, wanted: Iterable[tuple[Release, str, str]]) -> None:
        wanted = list(wanted)
        found = queries.find_by_debug_ids({id for _, _, id in wanted})
        owners = queries.find_owners({file.bundle for files in found.values() for file in files})
        for release, script, id in wanted:
            # An id is of one build, whatever service it was uploaded for; but nobody's upload comes before a service's own.
            first, second = (
                min(
                    found.get((id, kind), ()),
                    key=lambda file: release[0] not in owners.get(file.bundle, ()),
                    default=None,
                )
                for kind in (_MAP, _SCRIPT)
            )
            if first is not None or second is not None:
                self._scripts[release, script, id] = Script(first, second)

    def _find_by_urls(self, release: Release, scripts: list[str]) -> None:
        service, version, dist = release
        if not version or not scripts:
            return
        names = {script: paths.names_of(script) for script in set(scripts)}
        asked = {name for some in names.values() for name in (*some, *(f"{each}.map" for each in some))}
        files = queries.find_by_urls(service, release=version, dist=dist, urls=asked)
        references: dict[str, str] = {}
        for script, some in names.items():
            own = next((files[name] for name in some if name in files and files[name].kind == _SCRIPT), None)
            beside = next((files[f"{name}.map"] for name in some if f"{name}.map" in files), None)
            if own is None and beside is None:
                continue
            self._scripts[release, script, ""] = Script(beside, own)
            if own is not None and (reference := self._reference(own)):
                references[script] = reference
        self._follow(release, references)
        self._has_files[release] = bool(files) or queries.has_files_of(service, version)

    def _follow(self, release: Release, references: Mapping[str, str]) -> None:
        """Put the maps that scripts name in the place of those that lie beside them."""
        service, version, dist = release
        leads = {}
        for script, reference in references.items():
            own = self._scripts[release, script, ""]
            assert own is not None
            assert own.generated is not None
            if reference == "data:":
                self._scripts[release, script, ""] = Script(None, own.generated)
                continue
            base = own.generated.url
            leads[script] = paths.names_of(paths.joined(base, reference))
        asked = {name for some in leads.values() for name in some}
        if not asked:
            return
        files = queries.find_by_urls(service, release=version, dist=dist, urls=asked, kind=_MAP)
        for script, some in leads.items():
            if (found := next((files[name] for name in some if name in files), None)) is not None:
                own = self._scripts[release, script, ""]
                self._scripts[release, script, ""] = Script(found, own.generated if own else None)

    def _reference(self, own: File) -> str:
        if own.reference:
            return own.reference
        try:
            return self.maps.reference_in(own)
        except NoMapError:
            return ""

    def _look_up(self, script: Script, place: Place) -> Original | Unmapped:
        if script.map is None and (script.generated is None or not self._is_inline(script.generated)):
            return Unmapped(NO_MAP)
        try:
            opened = self.maps.open(script)
            found = opened.position_of(line=place.line - 1, column=place.column - 1)
            if found is None:
                return Unmapped(NO_POSITION)
            return self._original(opened, found, script, place)
        except NoMapError as error:
            return Unmapped(error.reason)
        except UnreadableMapError:
            return Unmapped(DAMAGED)
        except OSError:
            return Unmapped(UNREADABLE)

    def _is_inline(self, generated: File) -> bool:
        try:
            return self.maps.reference_in(generated) == "data:"
        except NoMapError:
            return False

    def _original(self, opened: CompiledMap, found: Position, script: Script, place: Place) -> Original:
        source = opened.source_name(found.source)
        file = script.map or script.generated
        assert file is not None
        before, begins = opened.generated_before(
            line=place.line - 1, column=place.column - 1, most=functions.WINDOW
        )
        function = functions.original_name(
            place.function,
            before=before,
            begins=begins,
            name_at=lambda column: opened.name_at(line=place.line - 1, column=column),
        )
        lines = _around(opened.source_text(found.source), found.line)
        cleaned = tuple(None if line is None else self._line(line) for line in lines)
        return Original(
            path=paths.cleaned(source),
            absolute=paths.absolute(source, place.script),
            function=function,
            line=found.line + 1,
            column=found.column + 1,
            is_library=opened.is_ignored(found.source) or paths.is_library(source),
            map=file.url,
            resolved_by="debug-id" if place.debug_id and file.debug_id == place.debug_id else "release",
            before=tuple(line for line in cleaned[:CONTEXT_LINES] if line is not None),
            code=cleaned[CONTEXT_LINES],
            after=tuple(line for line in cleaned[CONTEXT_LINES + 1 :] if line is not None),
        )

    def _line(self, line: str) -> str:
        return self.clean(line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…")


def _around(text: str | None, line: int) -> list[str | None]:
    """Return the lines before *line*, itself and those after it; None for those that there are not."""
    lines = _LINE_END.split(text) if text is not None else []
    return [
        lines[number] if 0 <= number < len(lines) else None
        for number in range(line - CONTEXT_LINES, line + CONTEXT_LINES + 1)
    ]
