"""Addresses of the directory for other systems (Open Referral HSDS 3.0)."""

from django.urls import path

from nuanyi.matrix import hsds

urlpatterns = [
    path("", hsds.root, name="hsds"),
    path("services", hsds.services),
    path("services/<uuid:key>", hsds.services),
    path("organizations", hsds.organizations),
    path("organizations/<uuid:key>", hsds.organizations),
    path("taxonomies", hsds.taxonomies),
    path("taxonomies/<uuid:key>", hsds.taxonomies),
    path("taxonomy_terms", hsds.taxonomy_terms),
    path("taxonomy_terms/<uuid:key>", hsds.taxonomy_terms),
    path("service_at_locations", hsds.service_at_locations),
    path("service_at_locations/<uuid:key>", hsds.service_at_locations),
]
