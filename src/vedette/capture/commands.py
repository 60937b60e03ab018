"""Management commands, each a job: what it asks, logs and captures is in one trace."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from vedette.capture import exceptions, sdk, wrapping
from vedette.capture.jobs import Job, started
from vedette.capture.recorder import recorder
from vedette.record.context import current_request, is_recording
from vedette.record.signals import Span

OP = "command"
SERVERS = frozenset(
    {
        "celery",
        "daphne",
        "db_worker",
        "dbshell",
        "grunserver",
        "process_tasks",
        "qcluster",
        "rqscheduler",
        "rqworker",
        "run_huey",
        "runapscheduler",
        "rundramatiq",
        "runserver",
        "runserver_plus",
        "runworker",
        "shell",
        "shell_plus",
        "test",
        "testserver",
    }
)
"""Commands that serve, work off a queue or wait for a person: what they do is no single piece of work."""


def install() -> None:
    """Observe the commands that are run from here on, from the command line or by `call_command`."""
    wrapping.wrap(BaseCommand, "execute", _observed)


def _observed(original: wrapping.Method) -> wrapping.Method:
    # A command may have an option of any name: `shell` has one that is called `command`.
    def execute(command: BaseCommand, /, *args: Any, **options: Any) -> Any:
        job = _begun(command)
        if job is None:
            return original(command, *args, **options)
        previous = job.enter()
        is_done = False
        try:
            result = original(command, *args, **options)
            is_done = True
            return result
        finally:
            # Also where the command ends by `sys.exit` or by Ctrl-C, which are none of `Exception`'s.
            _finish(command, job, None if is_done else sys.exc_info()[1])
            job.leave(previous)

    return execute


def _begun(command: BaseCommand) -> Job | None:
    if current_request.get() is not None or not is_recording.get():
        return None  # part of the request, the command or the task that calls it
    try:
        module = type(command).__module__
        name = module.rpartition(".")[2]
        if name in SERVERS or module.startswith("vedette."):
            return None
        return started(op=OP, name=name, scopes_of=sdk.scopes_opener())
    except Exception:  # noqa: BLE001 - the host's edge: the command must run, recorded or not
        recorder().drops.count(Span.table, "capture_failed")
        return None


def _finish(command: BaseCommand, job: Job, error: BaseException | None) -> None:
    is_program: bool = getattr(command, "_called_from_command_line", False)
    attributes = {}
    code = _exit_code(error)
    if is_program:
        attributes["process.exit.code"] = str(code)
    if isinstance(error, Exception):
        # What a caller of `call_command` makes of an error is its own; past the command line nobody handles it.
        if is_program and not isinstance(error, CommandError):
            exceptions.note(job, error)
        else:
            job.exception_type = exceptions.type_name(error)
    elif error is not None and code:
        job.exception_type = exceptions.type_name(error)
    job.finish(is_failed=code != 0, attributes=attributes)


def _exit_code(error: BaseException | None) -> int:
    if error is None:
        return 0
    if isinstance(error, SystemExit):
        # As the interpreter reads it: none is success, what is no number is printed and a failure.
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    return (
        error.returncode
        if isinstance(error, CommandError)
        else 130
        if isinstance(error, KeyboardInterrupt)
        else 1
    )
