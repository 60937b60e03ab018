"""The commands that prepare a demonstration."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from apps.tasks.models import Task
from apps.tasks.operations import get_edges


@pytest.fixture
def in_development(settings: Any, tmp_path: Path) -> None:
    """Switch DEBUG on, as a test runner never does, with a directory of its own."""
    settings.DEBUG = True
    settings.DATA_DIR = tmp_path


@pytest.mark.django_db
def test_the_demo_user_keeps_its_password_and_may_see_everything(in_development: None) -> None:
    printed = []
    for _ in range(2):
        out = StringIO()
        call_command("demo_user", stdout=out)
        printed.append(out.getvalue())
    name, password = printed[0].split()
    user = User.objects.get(username=name)
    assert printed[0] == printed[1]
    assert user.check_password(password)
    assert user.is_staff
    assert user.is_superuser


@pytest.mark.django_db
def test_seeding_gives_people_a_past_and_an_order_once(in_development: None) -> None:
    call_command("seed_tasks", "--people=2", "--tasks=30", "--for=ada", stdout=StringIO())
    call_command("seed_tasks", "--people=2", "--tasks=30", "--for=ada", stdout=StringIO())
    assert Task.objects.count() == 3 * 30
    ada = User.objects.get(username="ada")
    assert get_edges(ada.pk)
    assert not ada.has_usable_password()


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["demo_user", "seed_tasks"])
def test_a_production_site_refuses_to_make_up_people(command: str) -> None:
    with pytest.raises(CommandError, match="development"):
        call_command(command)
