"""The states of a 办件 and the words people read for them (procedures A0.3)."""

from enum import StrEnum


class Status(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    RESUBMITTED = "resubmitted"
    PRELIMINARY_PASSED = "preliminary_passed"
    UNDER_REVIEW = "under_review"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    AUTO_CLOSED = "auto_closed"
    EFFECTED = "effected"
    ARCHIVED = "archived"


ON_A_DESK = frozenset({Status.SUBMITTED, Status.RESUBMITTED, Status.PRELIMINARY_PASSED, Status.UNDER_REVIEW})
UNDECIDED = ON_A_DESK | {Status.SUPPLEMENT_REQUESTED}

TITLES: dict[Status, str] = {
    Status.DRAFT: "还没提交",
    Status.SUBMITTED: "已收到，等待初审",
    Status.SUPPLEMENT_REQUESTED: "请您补充材料",
    Status.RESUBMITTED: "已收到补充材料",
    Status.PRELIMINARY_PASSED: "初审已通过，等待县里审核",
    Status.UNDER_REVIEW: "县里正在审核",
    Status.APPROVED: "审核通过",
    Status.REJECTED: "未通过",
    Status.WITHDRAWN: "已撤回",
    Status.AUTO_CLOSED: "已自动关闭",
    Status.EFFECTED: "已办好",
    Status.ARCHIVED: "已办好并归档",
}

# Typed reasons for handing a case back to the post before.
SEND_BACK_REASONS: dict[str, str] = {
    "data_entry": "录入与材料不一致",
    "unreadable": "图片看不清",
    "region": "行政区划不对",
    "preliminary_incomplete": "初审内容不完整",
    "other": "其他（请写明）",
}

# 不予通过 (procedures A1): every rejection carries one of these, a text and the remedies.
REJECT_REASONS: dict[str, str] = {
    "IDENTITY_MISMATCH": "身份信息与公安登记不一致",
    "NOT_ELIGIBLE_AGE": "年龄不符合规定",
    "NOT_ELIGIBLE_STUDENT": "在校学生不在参保范围",
    "NOT_LOCAL_HOUSEHOLD": "户籍不在本县",
    "ALREADY_ENROLLED": "已经参加城乡居民养老保险",
    "IN_EMPLOYEE_SCHEME": "正在参加职工基本养老保险",
    "RECEIVING_OTHER_PENSION": "已经领取其他基本养老保险待遇",
    "DECEASED_ON_RECORD": "登记信息显示已死亡",
    "ATTACHMENT_UNREADABLE": "上传的证件看不清",
    "PENDING_CASE_EXISTS": "已有同样的业务正在办理",
    "NO_LEGAL_TITLE": "申请人无权办理",
    "FALSE_COMMITMENT": "承诺内容不实",
    "NO_ERROR_FOUND": "核查后没有发现错误",
    "OTHER": "其他（请写明）",
}

# 救济途径, on every refusal (社会保险法第八十三条; 社会保险经办条例第五十二条).
REMEDIES: tuple[str, ...] = (
    "带上证据到县社保经办机构或乡镇事务所，请求核查。",
    "收到本通知之日起60日内，可以依法申请行政复议。",
    "收到本通知之日起6个月内，可以依法向人民法院提起行政诉讼。",
)
