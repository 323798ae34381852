"""What people are told about their case, in words a 70-year-old understands. (title, text) pairs."""

from datetime import date

from domain.case.status import REMEDIES


def day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def received(item: str, case_no: str, due_on: date, *, provisional: bool) -> tuple[str, str]:
    when = f"最晚{day(due_on)}告诉您结果" + ("（明年的放假安排还没公布，日期可能会变）" if provisional else "")
    return f"{item}：已收到", f"您的{item}申请已收到，编号{case_no}，{when}。办理不收任何费用。"


def done_at_once(item: str, case_no: str) -> tuple[str, str]:
    return f"{item}：已办好", f"您的{item}已经办好，编号{case_no}。如果不是您本人办理的，请马上联系社保经办机构。"


def please_confirm(item: str, filer: str) -> tuple[str, str]:
    return f"{item}：请您确认", f"{filer}帮您填好了{item}。请登录后核对，没有问题再点“确认提交”。您不确认，就不会提交。"


def supplement(item: str, case_no: str, points: list[str]) -> tuple[str, str]:
    asked = "；".join(points)
    return (
        f"{item}：请您补充",
        f"您的{item}（编号{case_no}）需要补充：{asked}。补好以后我们接着办，等您补充的日子不算在办理期限里。",
    )


def resubmitted(item: str, case_no: str, due_on: date) -> tuple[str, str]:
    return f"{item}：补充材料已收到", f"您的{item}（编号{case_no}）补充材料已收到，最晚{day(due_on)}告诉您结果。"


def approved(item: str, case_no: str, result: str) -> tuple[str, str]:
    return f"{item}：已办好", f"您的{item}（编号{case_no}）审核通过，已经办好。{result}"


def rejected(item: str, case_no: str, reason: str) -> tuple[str, str]:
    ways = "".join(f"{position}．{way}" for position, way in enumerate(REMEDIES, start=1))
    return f"{item}：未通过", f"您的{item}（编号{case_no}）没有通过。原因：{reason}。如果您不同意，可以：{ways}"


def withdrawn(item: str, case_no: str) -> tuple[str, str]:
    return f"{item}：已撤回", f"您的{item}（编号{case_no}）已经撤回，不会产生任何影响。需要时可以重新申请。"


def phone_code(code: str) -> tuple[str, str]:
    return "手机验证码", f"验证码{code}，10分钟内有效。您正在把养老保险登记的手机号码改成这个号码。请不要告诉陌生人。"


def confirmation_code(item: str, filer: str, code: str) -> tuple[str, str]:
    """The one code that is meant to be read out: to the assistant who sits beside the resident."""
    return (
        "请确认代办业务",
        f"{filer}帮您填好了{item}。内容没有问题，就把确认码{code}告诉{filer}，10分钟内有效。不是您要办的，不要告诉任何人。",
    )
