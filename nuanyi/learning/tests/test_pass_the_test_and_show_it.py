import io
import json
import re
from datetime import date, timedelta
from random import Random
from uuid import uuid4

import pypdfium2
import pytest
import zxingcpp
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from nuanyi.learning import kinds, rules, signing
from nuanyi.learning.models import BankQuestion, Certificate, Paper
from nuanyi.learning.services import exams
from nuanyi.ledger import queries as ledger
from nuanyi.lib import clock
from nuanyi.lib.base64url import b64, from_b64
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotAllowed, NotFound
from nuanyi.lib.figures import Window
from nuanyi.units import queries as units

NETWORK = "203.0.113.9"


@pytest.fixture
def bank(cast):
    told = [
        {"q": f"第{n}题？", "options": ["对", "错"], "right": n % 2, "why": "书上写着"} for n in range(15)
    ]
    assert exams.add_questions(actor=cast.actor("office"), told=told) == 15
    return told


def right_answers(paper):
    return {question.pk: question.right for question in exams.questions_of(paper)}


def pass_it(**more):
    paper = exams.begin(key=uuid4(), device=uuid4(), network=NETWORK, **more)
    return exams.hand_in(key=paper.pk, answers=right_answers(paper))


@given(st.integers(1, 40), st.integers(0, 1000))
def test_a_paper_asks_nothing_twice_and_at_most_ten(size, seed):
    paper = rules.draw_paper(list(range(size)), Random(seed))
    assert len(set(paper)) == len(paper) == min(10, size)


def test_eight_of_ten_pass_and_seven_do_not():
    assert [right for right in range(11) if rules.passed(right, 10)] == [8, 9, 10]
    assert not rules.passed(0, 0)


def test_a_paper_is_marked_once_and_a_retry_waits(bank):
    morning = clock.midnight(clock.today()) + timedelta(hours=9)  # three papers a day: not over midnight
    device = uuid4()

    def again(minutes):
        with clock.held_at(morning + timedelta(minutes=minutes)):
            return exams.begin(key=uuid4(), device=device, network=NETWORK)

    with clock.held_at(morning):
        paper = exams.begin(key=uuid4(), device=device, network=NETWORK)
        same = exams.begin(key=paper.pk, device=device, network=NETWORK)
        assert same.questions == paper.questions
        wrong = {pk: 1 - right for pk, right in right_answers(paper).items()}
        assert exams.hand_in(key=paper.pk, answers=wrong).passed is False
        assert exams.hand_in(key=paper.pk, answers=right_answers(paper)).passed is False
        with pytest.raises(IllegalMove):
            exams.certify(key=paper.pk, name="小明")
    with pytest.raises(IllegalMove) as waiting:
        again(1)
    assert waiting.value.code == "wait"
    again(11)
    again(22)
    with pytest.raises(IllegalMove):
        again(40)


def test_after_twenty_minutes_a_paper_is_not_taken(bank):
    paper = exams.begin(key=uuid4(), device=uuid4(), network=NETWORK)
    with clock.held_at(clock.now() + timedelta(minutes=21)), pytest.raises(IllegalMove):
        exams.hand_in(key=paper.pk, answers=right_answers(paper))


def test_a_stranger_checks_the_paper_without_us_and_a_changed_letter_is_found(bank):
    made = exams.certify(key=pass_it().pk, name="李 小四")
    pdf = Client().get(f"/exam/{made.paper_id}/pdf/").content
    page = pypdfium2.PdfDocument(io.BytesIO(pdf))[0]
    text = page.get_textpage().get_text_range()
    assert "李 小四" in text
    assert units.issuer() in text
    assert "雁山区" in units.issuer()
    (code,) = zxingcpp.read_barcodes(page.render(scale=3).to_pil())
    picture = Image.open(io.BytesIO(Client().get(f"/exam/{made.paper_id}/png/").content))
    (shown,) = zxingcpp.read_barcodes(picture)
    assert shown.text == code.text
    key = signing.public_key()
    assert signing.read(code.text, key) == (made.number, f"{made.day:%Y-%m-%d}", "李 小四")
    line, _dot, signature = code.text.rpartition("#")[2].partition(".")
    forged = b64(from_b64(line).replace("小四".encode(), "小五".encode()))
    assert signing.read(f"{forged}.{signature}", key) is None
    assert signing.read("nonsense", key) is None
    assert "李".encode() not in bytes(made.sealed_name)


@given(st.text(max_size=60))
def test_no_text_that_we_did_not_sign_is_genuine(text):
    key = b"\x01" * 32
    assert signing.read(text, key) is None


def test_the_badge_is_a_jws_that_another_library_would_check(bank):
    made = exams.certify(key=pass_it().pk, name="李小四")
    told = Client().get(f"/exam/{made.paper_id}/badge/").content.decode()
    head, body, signature = told.split(".")

    header = json.loads(from_b64(head))
    assert (header["alg"], header["jwk"]["crv"]) == ("EdDSA", "Ed25519")
    key = Ed25519PublicKey.from_public_bytes(from_b64(header["jwk"]["x"]))
    key.verify(from_b64(signature), f"{head}.{body}".encode())
    with pytest.raises(InvalidSignature):
        key.verify(from_b64(signature), f"{head}.{body}x".encode())
    credential = json.loads(from_b64(body))
    assert credential["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert {"id", "issuer", "validFrom", "credentialSubject", "@context"} <= credential.keys()
    assert credential["credentialSubject"]["achievement"]["criteria"]["narrative"]


def test_a_certificate_is_written_once_counted_once_and_its_name_stays(bank):
    paper = pass_it()
    first = exams.certify(key=paper.pk, name="李小四")
    assert exams.certify(key=paper.pk, name="李小四") == first
    with pytest.raises(Conflict):
        exams.certify(key=paper.pk, name="王五")
    assert ledger.sums((kinds.CERTIFICATES,), Window())[()] == 1
    for bad in ("", "一", "x" * 21, "李|四"):
        with pytest.raises(BadInput):
            exams.certify(key=pass_it().pk, name=bad)


def test_a_revoked_number_stands_on_the_list_and_its_paper_is_gone(cast, bank):
    made = exams.certify(key=pass_it().pk, name="李小四")
    with pytest.raises(NotAllowed):
        exams.revoke(actor=cast.actor("clerk"), number=made.number, words="替考")
    exams.revoke(actor=cast.actor("office"), number=made.number, words="替考")
    assert Client().get("/verify/revoked.json").json()["revoked"] == [made.number]
    assert Client().get(f"/exam/{made.paper_id}/pdf/").status_code == 404


def test_a_number_that_somebody_types_is_ours_or_not_and_never_says_whose(cast, bank):
    made = exams.certify(key=pass_it().pk, name="李小四")
    stranger = Client()
    good = stranger.get("/verify/", {"number": f" {made.number.lower()} "}).content.decode()
    assert "note good" in good
    assert "李小四" not in good
    assert "note bad" not in good
    assert "note bad" in stranger.get("/verify/", {"number": "2611XXXXXX"}).content.decode()
    exams.revoke(actor=cast.actor("office"), number=made.number, words="替考")
    assert "已撤销" in stranger.get("/verify/", {"number": made.number}).content.decode()


def test_a_firm_sees_tens_of_days_that_are_over_and_nobody(cast, bank, district):
    """With an exact number of the moment a firm that sends one worker learned whether that one failed."""
    firm = exams.make_firm_code(actor=cast.actor("office"), firm="甲站点", unit=district["gonghui"])
    with clock.held_at(clock.now() - timedelta(days=1)):
        for number in range(11):
            exams.certify(key=pass_it(firm=firm.code).pk, name=f"李小四{number}")
    page = f"/exam/firm/{firm.code}/"
    assert "10 人以上" in Client().get(page).content.decode()
    before = exams.passed_by(firm.code)[1]
    for name in ("王小五", "赵小六"):
        exams.certify(key=pass_it(firm=firm.code).pk, name=name)
    failed = exams.begin(key=uuid4(), device=uuid4(), firm=firm.code, network=NETWORK)
    exams.hand_in(key=failed.pk, answers={})
    assert exams.passed_by(firm.code)[1] == before == 10
    assert "李小四" not in Client().get(page).content.decode()
    made = Certificate.objects.filter(paper__firm=firm).order_by("pk")[0]
    exams.revoke(actor=cast.actor("office"), number=made.number, words="替考")
    assert exams.passed_by(firm.code)[1] == 10, "a revocation is no question either"
    other = exams.make_firm_code(actor=cast.actor("office"), firm="乙站点", unit=district["gonghui"])
    assert "不足十人" in Client().get(f"/exam/firm/{other.code}/").content.decode()
    with pytest.raises(NotFound):
        exams.passed_by("nothing1")


def test_a_rider_takes_the_test_on_the_phone_from_begin_to_certificate(bank, client):
    key = uuid4()
    assert client.post("/exam/", {"key": str(key), "phone": str(uuid4())}).url == f"/exam/{key}/"
    paper = Paper.objects.get()
    page = client.get(f"/exam/{key}/").content.decode()
    assert page.count("<legend>") == 10
    answers = {f"q{pk}": right for pk, right in right_answers(paper).items()}
    wrong = paper.questions[0]
    told = {**answers, f"q{wrong}": 1 - answers[f"q{wrong}"]}
    marked = client.post(f"/exam/{key}/", told).content.decode()
    moment = marked[marked.index('<div class="passed">') :]
    assert moment.index("通过了") < moment.index("10 题答对 9 题") < moment.index("</div>")
    assert marked.count("正确答案") == 10
    own = [tag for tag in re.findall(r"<span[^>]*data-own[^>]*>", marked) if "hidden" not in tag]
    assert (len(own), marked.count('class="wrong"'), len(re.findall(r"<details[^>]*\sopen\b", marked))) == (
        10,
        1,
        1,
    )
    again = client.get(f"/exam/{key}/").content.decode()
    assert 'class="wrong"' not in again, "what was ticked stays with the phone"
    assert client.post(f"/exam/{key}/", {"name": "李小四"}).status_code == 302
    assert Certificate.objects.get().day == clock.today()
    assert client.get(f"/exam/{uuid4()}/").status_code == 404


def test_a_question_that_is_retired_is_asked_no_more_and_old_papers_keep_it(cast, bank):
    paper = exams.begin(key=uuid4(), device=uuid4(), network=NETWORK)
    exams.retire_question(actor=cast.actor("office"), pk=paper.questions[0])
    assert len(exams.questions_of(paper)) == 10
    assert BankQuestion.objects.filter(active=True).count() == 14


def test_the_office_takes_the_lessons_questions_over_and_makes_a_firms_address(cast, district):
    browser = cast.client("office")
    told = "红灯停在哪里？\n- 线前\n* 线后\n= 停在停止线后"
    assert browser.post("/office/learning/bank/", {"questions": told}).status_code == 302
    assert BankQuestion.objects.get().right == 1
    assert browser.post("/office/learning/bank/", {"questions": "没有选项"}).status_code == 422
    told = {"firm": "乙站点", "unit": district["gonghui"].pk}
    assert browser.post("/office/learning/bank/", told).status_code == 302
    assert "乙站点" in browser.get("/office/learning/bank/").content.decode()
    assert browser.post("/office/learning/bank/lessons/").status_code == 302


def test_the_day_on_the_paper_is_chinas(bank):
    with clock.held_at(clock.midnight(date(2026, 6, 2)) + timedelta(minutes=5)):
        assert exams.certify(key=pass_it().pk, name="李小四").day == date(2026, 6, 2)


def test_a_question_is_written_in_fields_and_an_option_left_empty_moves_no_answer(cast):
    browser = cast.client("office")
    told = {"question": "红灯亮了？", "option": ["闯", "", "停车等", ""], "right": "3", "why": "红灯停"}
    assert browser.post("/office/learning/bank/", told).status_code == 302
    made = BankQuestion.objects.get()
    assert (made.options, made.right, made.why) == (["闯", "停车等"], 1, "红灯停")
    refused = browser.post("/office/learning/bank/", told | {"question": "绿灯？", "right": "2"})
    assert refused.status_code == 422  # the ticked option is empty
    assert BankQuestion.objects.count() == 1
