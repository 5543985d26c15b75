"""The indentation of a template is for whoever writes it."""

from django.template import engines
from django.template.loader import get_template


def test_a_page_comes_without_indentation_and_a_letter_as_it_was_written(tmp_path, monkeypatch):
    engine = engines["django"].engine
    monkeypatch.setattr(engine, "dirs", [tmp_path])
    (tmp_path / "unindented.html").write_text("<p>\n    two\n\t<b>words</b>  here\n</p>\n")
    (tmp_path / "unindented.txt").write_text("Dear,\n    yours\n")
    assert get_template("unindented.html").render() == "<p>\ntwo\n<b>words</b>  here\n</p>\n"
    assert get_template("unindented.txt").render() == "Dear,\n    yours\n"


def test_templates_of_rooms_and_those_that_stand_in_for_others_are_found():
    for name in ("front/phone.html", "stations/worker/nearest.html", "account/login.html"):
        template = get_template(name)
        assert "/nuanyi/" in template.origin.name, name
        assert "\n " not in template.template.source, name
