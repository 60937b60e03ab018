"""A task, and the tags on it."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse

# Open tasks by due date, those without one last; then finished ones, the latest first.
MOST_URGENT_FIRST = (
    models.F("done_at").desc(nulls_first=True),
    models.F("due_on").asc(nulls_last=True),
    "id",
)


class Tag(models.Model):
    """A word that a person puts on tasks; each person has their own."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=40)

    class Meta:
        """A person has each word once."""

        ordering: ClassVar = ["name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "name"], name="tag_once_per_owner")]

    def __str__(self) -> str:
        return self.name


class Task(models.Model):
    """Something a person means to do, perhaps by a day, perhaps after other tasks."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tasks")
    title = models.CharField(max_length=200)
    notes = models.TextField(blank=True, max_length=10_000)
    due_on = models.DateField("due date", null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True, editable=False)
    tags = models.ManyToManyField(Tag, blank=True, related_name="tasks")
    # The tasks to finish before this one. `operations.order_task` is its only writer: it keeps
    # the order free of cycles.
    after = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="before", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        """The most urgent task comes first."""

        ordering = MOST_URGENT_FIRST

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the task's own page."""
        return reverse("task", args=[self.pk])

    @property
    def is_done(self) -> bool:
        """Say whether the task is finished."""
        return self.done_at is not None

    def is_overdue(self, today: date) -> bool:
        """Say whether the task is open and its day has passed."""
        return self.done_at is None and self.due_on is not None and self.due_on < today
