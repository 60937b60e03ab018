"""Tasks and tags in Django's admin."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from apps.tasks.models import Tag, Task


@admin.register(Task)
class TaskAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Find a task by its title or its owner."""

    list_display = ("title", "owner", "due_on", "done_at")
    list_select_related = ("owner",)
    list_filter = ("due_on", "done_at")
    search_fields = ("title", "owner__username")
    autocomplete_fields: ClassVar = ("owner", "tags")


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Find a tag by its name or its owner."""

    list_display = ("name", "owner")
    list_select_related = ("owner",)
    search_fields = ("name", "owner__username")
    autocomplete_fields: ClassVar = ("owner",)
