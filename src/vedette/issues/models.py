"""The issues' tables.

Times are microseconds since 1970-01-01 UTC, as in the catalogue.  People are named by their user name: the site's own tables
are in another database.
"""

from __future__ import annotations

from django.db import models


class IssueRow(models.Model):
    """Errors that are one problem; see `vedette.issues.queries.Issue`.

    `status` is ``unresolved``, ``resolved`` or ``ignored``.  A resolution may wait for a release: `resolved_after` is the
    newest release of the service when it was resolved "in the next release", `resolved_in` the release named.  `resolved_commit`
    waits for a release that holds the commit.  An ignored issue may wake: at a time, past a count of events, or past one of users.
    """

    service = models.CharField(max_length=200)
    title = models.CharField(max_length=250)
    culprit = models.CharField(max_length=250)
    type = models.CharField(max_length=500)
    value = models.CharField(max_length=4096)
    level = models.CharField(max_length=16)
    platform = models.CharField(max_length=64)
    is_handled = models.BooleanField(default=True)
    status = models.CharField(max_length=16, default="unresolved")
    is_regressed = models.BooleanField(default=False)
    assignee = models.CharField(max_length=150, default="")
    first_us = models.BigIntegerField()
    last_us = models.BigIntegerField()
    first_release = models.CharField(max_length=250, default="")
    last_release = models.CharField(max_length=250, default="")
    events = models.BigIntegerField(default=0)
    last_event_id = models.CharField(max_length=32, default="")
    grouping_version = models.CharField(max_length=20)
    status_us = models.BigIntegerField(null=True)
    resolved_in = models.CharField(max_length=250, default="")
    resolved_after = models.CharField(max_length=250, default="")
    resolved_commit = models.CharField(max_length=64, default="")
    ignored_until_us = models.BigIntegerField(null=True)
    ignored_until_events = models.BigIntegerField(null=True)
    ignored_until_users = models.BigIntegerField(null=True)

    class Meta:
        app_label = "vedette"
        db_table = "vedette_issue"
        indexes = (
            models.Index(fields=["service", "status", "last_us"], name="vedette_issue_listed"),
            models.Index(fields=["last_us"], name="vedette_issue_last"),
            models.Index(fields=["service", "first_release"], name="vedette_issue_first_release"),
        )

    def __str__(self) -> str:
        return f"{self.id}: {self.title}"


class IssueHashRow(models.Model):
    """A hash by which events belong to an issue, and what events with that hash have in common, in a sentence.

    `events` counts those whose first hash it is: `Error.fingerprint`.  All that an issue says of its events is kept by hash
    as well, so that issues can be put together and taken apart without asking the store.
    """

    service = models.CharField(max_length=200)
    hash = models.CharField(max_length=32)
    issue = models.ForeignKey(IssueRow, on_delete=models.CASCADE, related_name="hashes")
    reason = models.CharField(max_length=500)
    title = models.CharField(max_length=250)
    culprit = models.CharField(max_length=250, default="")
    type = models.CharField(max_length=500, default="")
    value = models.CharField(max_length=4096, default="")
    level = models.CharField(max_length=16, default="error")
    platform = models.CharField(max_length=64, default="")
    is_handled = models.BooleanField(default=True)
    events = models.BigIntegerField(default=0)
    first_us = models.BigIntegerField()
    last_us = models.BigIntegerField()
    first_release = models.CharField(max_length=250, default="")
    last_release = models.CharField(max_length=250, default="")
    last_event_id = models.CharField(max_length=32, default="")

    class Meta:
        app_label = "vedette"
        db_table = "vedette_issue_hash"
        constraints = (models.UniqueConstraint(fields=["service", "hash"], name="vedette_issue_hash_once"),)

    def __str__(self) -> str:
        return self.hash


class IssueUserRow(models.Model):
    """A person whom an ignored issue has met since it was ignored until it affects more users."""

    issue = models.ForeignKey(IssueRow, on_delete=models.CASCADE, related_name="users")
    user = models.CharField(max_length=200)

    class Meta:
        app_label = "vedette"
        db_table = "vedette_issue_user"
        constraints = (models.UniqueConstraint(fields=["issue", "user"], name="vedette_issue_user_once"),)

    def __str__(self) -> str:
        return self.user


class CommentRow(models.Model):
    """What somebody wrote of an issue."""

    issue = models.ForeignKey(IssueRow, on_delete=models.CASCADE, related_name="comments")
    at_us = models.BigIntegerField()
    author = models.CharField(max_length=150)
    text = models.TextField()

    class Meta:
        app_label = "vedette"
        db_table = "vedette_issue_comment"

    def __str__(self) -> str:
        return self.text[:60]
