"""Fixtures of the todo site's tests; `tests/example/test_the_site.py` runs them with its settings."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

_HAS_ITS_SETTINGS = os.environ.get("DJANGO_SETTINGS_MODULE", "").startswith("todo_project.")
collect_ignore_glob = [] if _HAS_ITS_SETTINGS else ["test_*.py"]

PASSWORD = "a long password of nobody"


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Hash passwords fast: these protect nobody."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def ada(db: None) -> User:
    """Give a person."""
    return User.objects.create_user("ada", password=PASSWORD)


@pytest.fixture
def bob(db: None) -> User:
    """Give another person."""
    return User.objects.create_user("bob", password=PASSWORD)


@pytest.fixture
def page(client: Client, ada: User) -> Client:
    """Give a client in which Ada is logged in."""
    client.force_login(ada)
    return client


@pytest.fixture
def add(ada: User) -> Callable[..., Any]:
    """Give a function that adds a task of Ada's."""
    from apps.tasks.models import Task
    from apps.tasks.operations import save_task

    def add_task(
        title: str = "Buy wood", *, due_on: date | None = None, owner: User = ada, **more: Any
    ) -> Task:
        return save_task(Task(owner=owner, title=title, due_on=due_on), **more)

    return add_task
