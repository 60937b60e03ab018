"""The git checkout in which a release is made: its commits, with the files that each changed."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vedette.releases.queries import Commit

TIMEOUT_S = 30
_FIELDS = "%x00%H%x00%an%x00%cI%x00%B%x00"
# Names as they are, of the whole repository, of its first commit too, whatever a person's own settings say.
_SETTINGS = ("-c", "core.quotePath=false", "-c", "diff.relative=false", "-c", "log.showRoot=true")
_HASH = re.compile(r"[0-9a-f]{4,64}")
_REMOTE = re.compile(r"(?:.*[:/])?([^/:]+/[^/:]+?)(?:\.git)?/*")


class CheckoutError(Exception):
    """Git cannot say what was asked; the message is one line."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """The repository that holds *directory*."""

    directory: Path

    def head(self) -> str:
        """Return the hash of the commit that is checked out.

        Raises:
            CheckoutError: If this is no checkout, or has no commit.
        """
        return self._git("rev-parse", "--verify", "HEAD^{commit}").decode().strip()

    def repository(self) -> str:
        """Return how the repository is called where it was cloned from, such as ``acme/shop``; else the directory's name.

        Raises:
            CheckoutError: If this is no checkout.
        """
        top = Path(os.fsdecode(self._git("rev-parse", "--show-toplevel").removesuffix(b"\n")))
        try:
            remote = self._git("config", "--get", "remote.origin.url").decode("utf-8", "replace").strip()
        except CheckoutError:
            return top.name
        match = _REMOTE.fullmatch(remote)
        return match[1] if match else top.name

    def list_commits(
        self, *, until: str = "HEAD", since: str = "", limit: int, repository: str = ""
    ) -> list[Commit]:
        """Return the commits that *until* has and *since* has not, the newest first; without *since* the last *limit*.

        Raises:
            CheckoutError: If this is no checkout, or does not reach these commits.
        """
        wanted = f"{self._known(since)}..{self._known(until)}" if since else self._known(until)
        named = repository or self.repository()
        # What a person's own settings say of logs must not change what this one says.
        arguments = [
            "log",
            "-z",
            "--name-only",
            "--no-color",
            "--no-ext-diff",
            "--no-show-signature",
            "--find-renames",
        ]
        arguments += [f"--max-count={limit}", f"--format={_FIELDS}", wanted, "--"]
        return list(_commits(self._git(*arguments), repository=named))

    def has(self, commit: str) -> bool:
        """Tell whether *commit* is in the repository.

        Raises:
            CheckoutError: If git cannot be asked.
        """
        try:
            self._known(commit)
        except _UnknownCommitError:
            return False
        return True

    def _known(self, commit: str) -> str:
        if commit != "HEAD" and not _HASH.fullmatch(commit):
            raise CheckoutError(f"{commit[:70]!r} is not the hash of a commit")
        try:
            return self._git("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}").decode().strip()
        except CheckoutError as error:
            self.head()
            if self._git("rev-parse", "--is-shallow-repository").strip() == b"true":
                raise _UnknownCommitError(
                    f"this is a shallow clone that does not reach {commit}: fetch more of it "
                    "(fetch-depth: 0 of actions/checkout, git fetch --unshallow)"
                ) from error
            raise _UnknownCommitError(f"the repository has no commit {commit}") from error

    def _git(self, *arguments: str) -> bytes:
        command = ["git", "-C", str(self.directory), *_SETTINGS, *arguments]
        environ = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
        try:
            # The arguments are fixed but for hashes, which were checked; there is no shell.
            done = subprocess.run(  # noqa: S603
                command,
                env=environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except FileNotFoundError:
            raise CheckoutError("git is not installed") from None
        except subprocess.TimeoutExpired:
            raise CheckoutError(f"git did not answer within {TIMEOUT_S} s") from None
        if done.returncode:
            raise CheckoutError(self._reason(done.stderr))
        return done.stdout

    def _reason(self, said: bytes) -> str:
        lines = said.decode("utf-8", "replace").splitlines() or ["it said nothing"]
        reason = lines[0].removeprefix("fatal: ")
        if reason.startswith("not a git repository"):
            return f"{self.directory} is not in a git checkout"
        if "Needed a single revision" in reason:
            return "the checkout has no commit yet"
        return f"git: {reason[:200]}"


class _UnknownCommitError(CheckoutError):
    """The repository does not have the commit."""


def _commits(log: bytes, *, repository: str) -> Iterator[Commit]:
    """Read what `_FIELDS` had written: four fields and an empty one, then file names up to an empty one.

    Neither a message nor a name can hold a NUL.
    """
    parts = iter(log.decode("utf-8", "replace").split("\0"))
    next(parts)
    while sha := next(parts, ""):
        author, written, message, _ = (next(parts, "") for _ in range(4))
        files = []
        while name := next(parts, "").removeprefix("\n"):
            files.append(name)
        yield Commit(
            sha=sha,
            repository=repository,
            author=author,
            message=message.strip(),
            at=dt.datetime.fromisoformat(written).astimezone(dt.UTC),
            files=tuple(files),
        )
