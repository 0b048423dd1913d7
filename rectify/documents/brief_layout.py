"""The layout of the weekly brief: the headings of an office, figures that are locked, four parts that are typed."""

from .brief_words import TYPED_NAMES
from .layout import Column, Part


def _typed(field: str, label: str) -> Part:
    return Part("typed", label, name=TYPED_NAMES[field], field=field)


# Six columns of counts beside the department make up what it owed and how it reported.
DEPARTMENTS = (
    Column("部门", 60, centred=False),
    *(
        Column(name, 12)
        for name in ("应报", "按时报送", "逾期报送", "待确认", "未报送", "退回补充", "免报", "逾期措施")
    ),
)
NUMBER, CONTENT, DEPARTMENT = Column("编号", 16), Column("内容", 60, centred=False), Column("部门", 28)

BRIEF = (
    Part("title", "{标题}"),
    Part("subtitle", "{周次}（{起止日期}）"),
    Part("remark", "{版次说明}"),
    Part("heading1", "一、总体情况"),
    Part("body", "{总体情况}"),
    Part(
        "table",
        name="主要数据",
        columns=(Column("指标", 66, centred=False), Column("本周", 30), Column("上周", 30), Column("增减", 30)),
    ),
    _typed("overview", "综述"),
    Part("heading1", "二、各部门报送情况"),
    Part("body", "{报送情况}"),
    Part("table", name="部门情况", columns=DEPARTMENTS),
    Part("heading1", "三、本周销号情况"),
    Part("body", "{销号情况}"),
    Part("table", name="本周销号", columns=(NUMBER, Column("内容", 78, centred=False), DEPARTMENT, Column("结果", 34))),
    Part("heading1", "四、逾期和进展缓慢事项"),
    Part("heading2", "（一）逾期事项"),
    Part(
        "table",
        name="逾期事项",
        columns=(
            NUMBER,
            Column("内容", 44, centred=False),
            Column("部门", 24),
            Column("时限", 24),
            Column("逾期天数", 14),
            Column("原因", 34, centred=False),
        ),
        empty="本周无逾期事项。",
    ),
    Part("heading2", "（二）进展缓慢事项"),
    Part(
        "table",
        name="缓慢事项",
        columns=(
            NUMBER,
            Column("内容", 44, centred=False),
            Column("部门", 24),
            Column("进度", 14),
            Column("情况", 26, centred=False),
            Column("原因", 32, centred=False),
        ),
        empty="本周无进展缓慢事项。",
    ),
    Part("heading2", "（三）困难和问题"),
    _typed("difficulties", "困难和问题"),
    Part("heading1", "五、需领导协调事项"),
    _typed("matters", "需领导协调事项"),
    Part("heading1", "六、下周工作安排"),
    Part("body", "{到期情况}"),
    Part(
        "table",
        name="下周到期",
        columns=(NUMBER, Column("内容", 70, centred=False), DEPARTMENT, Column("时限", 26), Column("进度", 16)),
    ),
    _typed("next_week", "下周安排"),
    Part("signed", "{落款}"),
    Part("dated", "{成文日期}"),
    Part("note", "数据截至{截至日期}，取自本周定稿台账；校验码{校验码}。"),
)
