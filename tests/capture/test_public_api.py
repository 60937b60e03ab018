"""The package's own names."""

from __future__ import annotations

import pytest

import vedette


def test_every_public_name_can_be_had() -> None:
    for name in vedette.__all__:
        assert getattr(vedette, name) is not None
        assert name in dir(vedette)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        vedette.nonsense  # noqa: B018


def test_the_middleware_has_the_name_that_settings_use() -> None:
    from django.utils.module_loading import import_string

    from vedette.capture.middleware import Vedette

    assert import_string("vedette.middleware.Vedette") is Vedette
