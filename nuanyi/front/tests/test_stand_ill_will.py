import pytest
from csp.middleware import CSPMiddleware
from django.http import HttpResponse
from django.test import RequestFactory

from nuanyi.census.models import Establishment
from nuanyi.census.services import exports
from nuanyi.front import middleware
from nuanyi.lib import sheets
from nuanyi.lib.content_policy import directives


def test_a_body_of_fifty_megabytes_is_refused_by_its_announced_length(cast):
    answer = cast.client("office").post(
        "/office/census/imports/new/", headers={"content-length": str(50 << 20)}
    )
    assert answer.status_code == 413


def test_a_name_with_a_script_is_shown_and_never_run_and_a_formula_stays_text(cast):
    for name in ("<script>alert(1)</script>", "=HYPERLINK(1)"):
        Establishment.objects.create(name=name, name_key=name, sector="courier", region_code="450311100")
    page = cast.client("office").get("/office/census/establishments/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    body = exports.export_masked(actor=cast.actor("office"), what="establishments", filters={})
    assert "=HYPERLINK(1)" in [row[0] for sheet in sheets.read(body) for row in sheet.rows]


def test_a_form_without_its_token_is_refused_in_words(cast):
    from django.test import Client

    answer = Client(enforce_csrf_checks=True, headers={"accept-language": "zh-CN"}).post(
        "/help/mine/", {"code": "A"}
    )
    assert answer.status_code == 403
    assert "没有保存" in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "source", "connects"),
    [
        ("", "", False),
        ("https://t0.tianditu.gov.cn/{z}", "https://t0.tianditu.gov.cn", False),
        ("https://maps.example/district.pmtiles", "https://maps.example", True),
    ],
)
def test_a_page_may_ask_the_base_map_that_was_chosen_and_no_other_stranger(
    settings, address, source, connects
):
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives(address)}
    page = CSPMiddleware(lambda _request: HttpResponse())(RequestFactory().get("/"))
    answered = page["Content-Security-Policy"]
    assert dict(middleware.safe_headers())["Content-Security-Policy"] == answered
    parts = dict(part.strip().split(" ", 1) for part in answered.split(";"))
    assert parts["img-src"] == f"'self' data: blob: {source}".strip()
    assert parts["connect-src"] == ("'self' " + source if connects else "'self'")
    assert parts["script-src"] == "'self'"


@pytest.mark.parametrize(
    ("path", "kind", "is_part"),
    [
        ("/static/front/phone.css", "text/css", True),
        ("/static/front/shell.js", "text/javascript", True),
        ("/static/front/icon-32.png", "image/png", True),
        ("/reports/2022-11.png", "image/png", False),
        ("/static/front/icon.svg", "image/svg+xml", False),
        ("/static/front/500.html", "text/html", False),
        ("/sw.js", "text/javascript", False),
        ("/", "text/html", False),
    ],
)
def test_whatever_could_be_opened_as_a_page_or_run_as_a_worker_has_its_policies(path, kind, is_part):
    """A style sheet and a script of a page are neither: a first visit over a slow line does not pay for their headers."""
    served = middleware.SafeHeaders(lambda _request: HttpResponse(content_type=f"{kind}; charset=utf-8"))
    answer = CSPMiddleware(served)(RequestFactory().get(path))
    for header in ("Content-Security-Policy", "Permissions-Policy", "Cross-Origin-Opener-Policy"):
        assert (header not in answer) is is_part, (path, header)
