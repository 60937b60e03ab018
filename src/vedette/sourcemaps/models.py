"""The tables of uploaded source maps.

Times are microseconds since 1970-01-01 UTC, as in the catalogue.
"""

from __future__ import annotations

from django.db import models


class BundleRow(models.Model):
    """What was uploaded at once: a file, named by its SHA-1. `used_us` is when an event last needed something of it, by the day."""

    checksum = models.CharField(max_length=40, unique=True)
    bytes = models.BigIntegerField()
    files = models.IntegerField()
    maps = models.IntegerField()
    created_us = models.BigIntegerField()
    used_us = models.BigIntegerField()
    actor = models.CharField(max_length=150, default="")

    class Meta:
        app_label = "vedette"
        db_table = "vedette_bundle"

    def __str__(self) -> str:
        return self.checksum


class BundleReleaseRow(models.Model):
    """A bundle belongs to a service, and to a release of it where `release` is not ``""``."""

    bundle = models.ForeignKey(BundleRow, on_delete=models.CASCADE, related_name="releases")
    service = models.CharField(max_length=200)
    release = models.CharField(max_length=250, default="")
    dist = models.CharField(max_length=64, default="")

    class Meta:
        app_label = "vedette"
        db_table = "vedette_bundle_release"
        constraints = (
            models.UniqueConstraint(
                fields=["service", "release", "dist", "bundle"], name="vedette_bundle_release_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.service} {self.release}"


class BundleFileRow(models.Model):
    """A file in a bundle; see `vedette.sourcemaps.bundle.Item`."""

    bundle = models.ForeignKey(BundleRow, on_delete=models.CASCADE, related_name="items", db_index=False)
    entry = models.CharField(max_length=1000)
    kind = models.CharField(max_length=20)
    url = models.CharField(max_length=1000)
    debug_id = models.CharField(max_length=32, default="")
    reference = models.CharField(max_length=1000, default="")
    size = models.BigIntegerField()

    class Meta:
        app_label = "vedette"
        db_table = "vedette_bundle_file"
        indexes = (
            models.Index(fields=["debug_id", "kind"], name="vedette_bundle_file_debug"),
            models.Index(fields=["bundle", "url"], name="vedette_bundle_file_url"),
        )

    def __str__(self) -> str:
        return self.url
