"""Write the Word templates of the service desk's letters (nuanyi/cases/letters). Run again after changing a text here.

A4, margins and type as in GB/T 9704-2012 (3.7/2.7/2.8 cm, 仿宋 16 pt on 28 pt lines, title 22 pt): a frame that offices know.
"""

from __future__ import annotations

from pathlib import Path

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

NUANYI = Path(__file__).resolve().parent.parent / "nuanyi"
HERE = NUANYI / "cases" / "letters"
PAPERS_OF_THE_PATH = NUANYI / "party" / "papers"
STEPS = (["步骤", "日期"], "steps", ["step", "day"])
CLAIM = (["起止日期", "工作量", "欠付金额（元）", "证据"], "claim", ["days", "work", "yuan", "evidence"])
PARTS = (["付款日期", "金额（元）"], "instalments", ["day", "yuan"])

LETTERS: dict[str, list[object]] = {
    "apply_mediation": [
        "调解申请书",
        "编号：{{ number }}",
        "申请人：{{ worker }}　　联系电话：{{ phone }}",
        "被申请人：{{ employer }}",
        "请求事项：请调解组织就以下劳动报酬争议进行调解，合计 {{ total }} 元。",
        CLAIM,
        "事实和理由：{{ facts }}",
        "依据：《中华人民共和国劳动争议调解仲裁法》第十二条（可以书面申请，也可以口头申请）、第十四条（自收到申请之日起十五日内未达成协议的，可以依法申请仲裁）。",
        "此致",
        "{{ unit }}",
        "联系人和电话：{{ contact }}",
        ">申请人（签名）：　　　　　　",
        ">{{ today }}",
    ],
    "agreement": [
        "调解协议书",
        "申请人：{{ worker }}",
        "被申请人：{{ employer }}",
        "编号：{{ number }}",
        "调解时间和地点：{{ hearing }}",
        "争议事项：劳动报酬，合计 {{ total }} 元。",
        CLAIM,
        "双方自愿达成如下协议：{{ outcome }}",
        "被申请人按下列日期付清：",
        PARTS,
        "依据《中华人民共和国劳动争议调解仲裁法》第十四条，本协议由双方当事人签名或者盖章，经调解员签名并加盖调解组织印章后生效，对双方当事人具有约束力。",
        "本协议一式三份，双方各执一份，调解组织存档一份。",
        ">申请人（签名）：　　　　　　",
        ">被申请人（盖章）：　　　　　　",
        ">调解员（签名）：{{ mediator }}　　　　",
        "调解组织联系人和电话：{{ contact }}",
        ">{{ unit }}（印章）",
        ">{{ today }}",
    ],
    "notice": [
        "告知书",
        ">编号：{{ number }}",
        "{{ employer }}：",
        "我单位收到一名新就业从业人员（{{ worker }}）关于劳动报酬的诉求，编号 {{ ref }}，主张欠付合计 {{ total }} 元：",
        CLAIM,
        "请于 {{ answer_by }} 前核实情况并书面答复，或者与我单位联系安排调解。调解时间和地点：{{ hearing }}。",
        "依据《中华人民共和国劳动争议调解仲裁法》第六条，与争议事项有关的证据属于用人单位掌握管理的，用人单位应当提供；不提供的，应当承担不利后果。",
        "请勿查问、猜测或者为难提出诉求的人员。",
        "联系人和电话：{{ contact }}",
        ">{{ unit }}",
        ">{{ today }}",
    ],
    "legal_aid": [
        "法律援助申请表",
        ">编号：{{ number }}",
        "{{ aid_agency }}：",
        "申请人：{{ worker }}　　联系电话：{{ phone }}",
        "对方当事人：{{ employer }}",
        "申请事项：{{ matter }}",
        "申请的援助方式：□ 法律咨询　□ 代拟法律文书　□ 劳动争议调解、仲裁代理　□ 诉讼代理",
        "案情：{{ facts }}",
        "涉及金额：{{ total }} 元",
        CLAIM,
        "经济状况：□ 经济困难　□ 依照《中华人民共和国法律援助法》第四十二条免予核查（进城务工人员请求支付劳动报酬或者工伤事故人身损害赔偿等）",
        "法律援助机构应当自收到申请之日起七日内进行审查，作出是否给予法律援助的决定（第四十三条）。本件应在 {{ decide_by }} 前决定。",
        "本人承诺以上内容真实。",
        ">申请人（签名）：　　　　　　",
        ">{{ today }}",
        "代为转交的单位：{{ unit }}",
        "联系人和电话：{{ contact }}",
    ],
}


HEAD = [
    "姓名：{{ person }}　　工作单位：{{ workplace }}（{{ place }}）",
    "党组织：{{ organisation }}　　编号：{{ number }}",
]
SIGNED = [">党支部（盖章）：　　　　　　", ">{{ today }}"]
PAPERS: dict[str, list[object]] = {
    "talk": [
        "入党申请人谈话记录",
        *HEAD,
        "申请日期：{{ asked }}　　谈话人：{{ instructor }}",
        "依据：《中国共产党发展党员工作细则》第七条（党组织收到入党申请书后，应当在一个月内派人同入党申请人谈话）。",
        "谈话时间、地点：",
        "入党动机和对党的认识：",
        "工作、学习和现实表现：",
        "谈话人意见：",
        ">谈话人（签名）：　　　　　　",
        ">申请人（签名）：　　　　　　",
        ">{{ today }}",
    ],
    "activist": [
        "入党积极分子推荐和备案表",
        *HEAD,
        STEPS,
        "推荐方式和推荐意见：",
        "支部委员会（支部大会）研究意见：",
        "上级党委备案意见：",
        "培养联系人（一至两名正式党员）：",
        *SIGNED,
    ],
    "half_year": [
        "入党积极分子半年考察记录",
        *HEAD,
        STEPS,
        "考察期间：　　　　年　　月　　日至　　　　年　　月　　日",
        "培养联系人意见：",
        "党员和群众意见：",
        "支部考察意见：",
        *SIGNED,
    ],
    "review": [
        "发展对象政治审查结论",
        *HEAD,
        STEPS,
        "审查方式（同本人谈话、查阅有关档案材料、找有关单位和人员了解情况以及必要的函调或者外调）：",
        "审查情况：",
        "审查结论：",
        *SIGNED,
    ],
    "meeting": [
        "支部大会接收预备党员决议",
        *HEAD,
        STEPS,
        "支部大会于　　　　年　　月　　日召开，有表决权的正式党员应到　　名，实到　　名。",
        "讨论情况：",
        "表决结果：赞成　　票，不赞成　　票，弃权　　票。",
        "决议：",
        *SIGNED,
    ],
    "full": [
        "预备党员转正决议",
        *HEAD,
        STEPS,
        "预备期：　　　　年　　月　　日至　　　　年　　月　　日",
        "教育考察情况：",
        "表决结果：赞成　　票，不赞成　　票，弃权　　票。",
        "决议（按期转正、延长预备期或者取消预备党员资格）：",
        *SIGNED,
    ],
}


def _font(paragraph: Paragraph, name: str, size: int, bold: bool = False) -> None:
    for run in paragraph.runs:
        run.font.size, run.font.bold, run.font.name = Pt(size), bold, "Times New Roman"
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _paragraph(document: object, text: str, *, title: bool = False) -> None:
    right = text.startswith(">")
    paragraph = document.add_paragraph(text.lstrip(">"))  # type: ignore[attr-defined]
    form = paragraph.paragraph_format
    form.space_after = form.space_before = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(36 if title else 28)
    if title:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        form.space_after = Pt(14)
    elif right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    else:
        form.first_line_indent = Pt(32)
    _font(paragraph, "宋体" if title else "仿宋", 22 if title else 16, title)


def _table(document: object, heads: list[str], source: str, fields: list[str]) -> None:
    table = document.add_table(rows=4, cols=len(heads))  # type: ignore[attr-defined]
    table.style = "Table Grid"
    for n, head in enumerate(heads):
        table.cell(0, n).text = head
        table.cell(2, n).text = "{{ row." + fields[n] + " }}"
    table.cell(1, 0).text = "{%tr for row in " + source + " %}"
    table.cell(3, 0).text = "{%tr endfor %}"
    for row in table.rows:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                _font(paragraph, "仿宋", 14)


def write(file: Path, parts: list[object]) -> None:
    """One template."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(3.7), Cm(3.5)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    for n, part in enumerate(parts):
        if isinstance(part, str):
            _paragraph(document, part, title=n == 0)
        else:
            _table(document, *part)  # type: ignore[misc]
    document.core_properties.author = "Nuanyi"
    document.save(str(file))


if __name__ == "__main__":
    for folder, texts in ((HERE, LETTERS), (PAPERS_OF_THE_PATH, PAPERS)):
        folder.mkdir(exist_ok=True)
        for name, parts in texts.items():
            write(folder / f"{name}.docx", parts)
