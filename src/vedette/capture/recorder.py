"""The recorder of this process, built from the site's settings when it is first needed."""

from __future__ import annotations

import atexit
import os
import threading
from pathlib import Path

from vedette import conf
from vedette.pipeline.drops import Drops
from vedette.pipeline.journal import Journal
from vedette.pipeline.recorder import Recorder, Resource
from vedette.record.signals import Signal

# Whoever logs while the recorder is built, as a signal's handler may, asks for it again.
_lock = threading.RLock()
_is_building = False
_recorder: Recorder | None = None
_settings: conf.Settings | None = None


class _Silent(Recorder):
    """What stands in for the recorder where the settings are unusable: the site works, ``manage.py check`` reports."""

    __slots__ = ()

    def record(self, signal: Signal) -> bool:
        """Record nothing."""
        return False

    def flush(self) -> None:
        """Write nothing."""


def recorder() -> Recorder:
    """Return the recorder of this process; where the settings are unusable, one that records nothing."""
    return _recorder if _recorder is not None else _build()


def settings() -> conf.Settings:
    """Return the settings that the recorder was built with; defaults where the site's are unusable."""
    if _settings is None:
        _build()
    return _settings if _settings is not None else conf.Settings()


def replace(new: Recorder | None) -> Recorder | None:
    """Put *new* in the recorder's place and return what was there; for `vedette.testing`."""
    global _recorder
    with _lock:
        previous, _recorder = _recorder, new
    return previous


def reset() -> None:
    """Forget the recorder and the settings, after writing what is pending; for tests and for changed settings."""
    global _recorder, _settings
    with _lock:
        if _recorder is not None:
            _recorder.flush()
            _recorder.journal.close()
        _recorder = _settings = None
    conf.reload()


def _build() -> Recorder:
    global _recorder, _settings, _is_building
    from django.conf import settings as site

    if not site.configured:
        # A log record from inside the site's settings module: reading them now would keep half of them for good.
        return _silent()
    with _lock:
        if _recorder is not None:
            return _recorder
        if _is_building:
            return _silent()
        _is_building = True
        try:
            _settings = conf.load_site()[0]
            _recorder = _for(conf.get())
        except Exception:  # noqa: BLE001 - the host's edge: unusable settings must not reach the site
            _recorder = _silent()
        finally:
            _is_building = False
        return _recorder


def _for(values: conf.Settings) -> Recorder:
    drops = Drops()
    journal = Journal(
        directory=values.journal_dir,
        host=values.HOST,
        drops=drops,
        segment_bytes=values.JOURNAL_SEGMENT_BYTES,
        max_bytes=values.JOURNAL_MAX_BYTES,
    )
    resource = Resource(
        service=values.SERVICE, environment=values.ENVIRONMENT, release=values.RELEASE, host=values.HOST
    )
    return Recorder(journal=journal, resource=resource, drops=drops)


def _silent() -> Recorder:
    drops = Drops()
    return _Silent(journal=Journal(directory=Path(), host="", drops=drops), resource=Resource(), drops=drops)


def _after_fork_in_child() -> None:
    # A thread of the parent may have held the lock; in the child nobody would let go of it.
    global _lock, _is_building
    _lock, _is_building = threading.RLock(), False


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


@atexit.register
def _flush_at_exit() -> None:
    if _recorder is not None:
        _recorder.flush()
