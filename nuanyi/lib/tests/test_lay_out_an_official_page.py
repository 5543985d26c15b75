"""An official document as another program lays it out: GB/T 9704-2012, 5.2.3."""

import subprocess

import pypdfium2

from nuanyi.lib import official


def test_a_page_holds_lines_of_28_signs_and_no_more_than_22_of_them(tmp_path):
    paper = official.Paper()
    paper.text("暖" * 28 * 40)
    (tmp_path / "paper.docx").write_bytes(paper.data())
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            tmp_path,
            tmp_path / "paper.docx",
        ],
        check=True,
        capture_output=True,
        timeout=240,
    )
    page = pypdfium2.PdfDocument(tmp_path / "paper.pdf")[0].get_textpage().get_text_range()
    lines = [line.count("暖") for line in page.splitlines() if "暖" in line]
    assert lines[0] == 26, "the first line begins two signs further in"
    assert set(lines[1:]) == {28}
    assert 21 <= len(lines) <= 22
