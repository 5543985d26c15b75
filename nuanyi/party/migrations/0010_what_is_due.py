"""What is due of a branch, as the regulations of 2018 say it; each line may be changed from a day on."""

from datetime import date

from django.db import migrations

IN_FORCE = date(2018, 10, 28)
LINES = (
    ("assembly", 3, 0, "《中国共产党支部工作条例（试行）》第十一条：党支部党员大会一般每季度召开1次"),
    (
        "committee",
        1,
        7,
        "同上第十二条：支部委员会会议一般每月召开1次；正式党员7人以上设支部委员会（条文序号未核对）",
    ),
    ("group", 1, 0, "同上第十三条：党小组会一般每月召开1次；划分党小组的支部"),
    ("lesson", 3, 0, "同上第十六条：按期上党课；条文未定次数，每季度1次是本系统的默认值，可以改"),
    ("themed", 1, 0, "同上第十六条：每月相对固定1天开展主题党日（条文序号见转载文本）"),
)


def forwards(apps, schema_editor):
    rules = apps.get_model("party", "LifeRule").objects
    for kind, months, least, source in LINES:
        rules.create(kind=kind, from_date=IN_FORCE, months=months, members_at_least=least, source=source)


class Migration(migrations.Migration):
    dependencies = [("party", "0009_organisation_life")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
