"""Addresses of Open311 GeoReport v2."""

from django.urls import path, register_converter

from nuanyi.reports import open311


class FormConverter:
    """The ending of an address: the form of the answer."""

    regex = "json|xml"

    def to_python(self, value: str) -> str:
        """As it is."""
        return value

    def to_url(self, value: str) -> str:
        """As it is."""
        return value


register_converter(FormConverter, "form")

app_name = "open311"
urlpatterns = [
    path("discovery.<form:form>", open311.discovery, name="discovery"),
    path("services.<form:form>", open311.services, name="services"),
    path("services/<slug:code>.<form:form>", open311.service, name="service"),
    path("requests.<form:form>", open311.requests, name="requests"),
    path("tokens/<str:ref>.<form:form>", open311.token, name="token"),
    path("requests/<str:ref>.<form:form>", open311.one, name="one"),
]
