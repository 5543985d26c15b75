"""Regions and grids. Codes are prefixes of one another: 4503 (a city as root), 450311, 450311100, 450311100201."""

from __future__ import annotations

from typing import Any, TypedDict

from django.db import models
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.personal import NOBODY


class Geometry(TypedDict):
    """A GeoJSON MultiPolygon (RFC 7946) in WGS-84."""

    type: str
    coordinates: list[Any]


class Level(models.TextChoices):
    """Steps of the tree."""

    CITY = "city", _("City")
    DISTRICT = "district", _("District")
    TOWNSHIP = "township", _("Township or subdistrict")
    COMMUNITY = "community", _("Village or community")


class Region(models.Model):
    """A node of the tree, by its GB/T 2260 or statistical code (4, 6, 9 or 12 digits)."""

    PERSONAL = NOBODY

    code = models.CharField(primary_key=True, max_length=12)
    name = models.CharField(max_length=60)
    level = models.CharField(max_length=10, choices=Level)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    geometry_wgs84: models.JSONField[Geometry | None, Geometry | None] = models.JSONField(
        null=True, blank=True
    )
    synthetic = models.BooleanField(default=False)
    ended_date = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class RegionChange(models.Model):
    """From ``day`` on a place has another name, another code, or is part of another (撤并更名).

    Only the name changes where both codes are one. What was delivered before stays under the code of its day.
    """

    PERSONAL = NOBODY

    day = models.DateField()
    old_code = models.CharField(max_length=12)
    old_name = models.CharField(max_length=60)
    new_code = models.CharField(max_length=12)
    new_name = models.CharField(max_length=60)
    because = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["day", "pk"]
        constraints = [models.UniqueConstraint("old_code", "day", name="region_changes_once_a_day")]


class Load(models.Model):
    """A file of shapes or names that was taken in, with what stood there before, so that it can be taken back."""

    PERSONAL = NOBODY

    class What(models.TextChoices):
        """What it drew."""

        GRIDS = "grids", _("Grids")
        REGIONS = "regions", _("Regions")

    at = models.DateTimeField()
    what = models.CharField(max_length=10, choices=What)
    made = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    #: ``[code, what stood there: fields by name, or null for what was new]`` in the order of the file
    before: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list)

    class Meta:
        ordering = ["-pk"]


class Grid(models.Model):
    """A polygon inside a community with a code of its own. The box is kept for a fast first look."""

    PERSONAL = NOBODY

    code = models.CharField(primary_key=True, max_length=20)
    name = models.CharField(max_length=60)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="grids")
    geometry_wgs84: models.JSONField[Geometry, Geometry] = models.JSONField()
    west_wgs84 = models.FloatField()
    south_wgs84 = models.FloatField()
    east_wgs84 = models.FloatField()
    north_wgs84 = models.FloatField()
    synthetic = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]
        indexes = [models.Index("west_wgs84", "east_wgs84", name="grid_box")]

    def __str__(self) -> str:
        return self.name
