"""Account forms."""

from __future__ import annotations

from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User


class SignUp(UserCreationForm):  # type: ignore[type-arg]
    """A new account: a name and a password, typed twice."""

    class Meta(UserCreationForm.Meta):
        """A user's name is all that is asked for."""

        model = User
        fields = ("username",)
