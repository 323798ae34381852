"""Read-only: the audit log, the comparison sources, and outside production the messages that would have been sent."""

from datetime import date, datetime, timedelta
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.review import KINDS
from backoffice.viewer import AnyRequest, actor_of, now, supervision, text
from db.queries import access, records
from domain.agency import audit_chain, sources_import
from domain.case.item import SOURCE_TITLES, Source
from domain.errors import NotFound, Refused
from web import forms
from web.guards import post_required
from web.pages import BEIJING, go, page

ACTIONS = {
    **{f"case.{kind}": title for kind, title in KINDS.items()}, "case.opened": "查看业务", "attachment.opened": "查看附件原图",
    "person.opened": "查看参保档案", "person.unmasked": "查看完整号码", "search.name": "按姓名查询", "search.id_number": "按证件号码查询",
    "search.case_no": "按业务编号查询", "login": "登录", "logout": "退出", "login_refused": "登录被拒", "staff.added": "增加人员",
    "staff.frozen": "冻结账号", "staff.unfrozen": "恢复账号", "staff.reset": "重置密码", "staff.post_assigned": "增加岗位",
    "staff.post_ended": "结束岗位", "staff.relative_declared": "登记亲属", "assistant.appointed": "聘任协办员",
    "assistant.ended": "结束聘任", "authority.asked": "申请非常规权限", "authority.granted": "批准非常规权限",
    "authority.refused": "拒绝非常规权限", "authority.withdrawn": "收回非常规权限", "calendar.imported": "导入放假安排",
    "region.imported": "导入行政区划", "source.imported": "导入比对数据", "source.up": "启用比对来源", "source.down": "停用比对来源",
    "parameters.proposed": "录入政策参数", "parameters.confirmed": "核对政策参数", "parameters.refused": "退回政策参数",
    "county.added": "设立经办机构", "document.opened": "录入业务单据", "document.declared": "申报业务单据",
    "document.approved": "审核业务单据", "document.cancelled": "作废业务单据", "document.booked": "登账", "receipt.registered": "登记到款",
    "subsidies.requested": "申请缴费补贴",
    "receipt.matched": "到款对上单据", "period.closed": "封账", "line.settled": "认定缴费", "adjustment.saved": "保存缴费调整",
    "statement.issued": "出具对账单", "certificate.issued": "出具缴费证明", "participation.issued": "出具参保证明", "payment_slip.issued": "出具缴费凭单",
    "statement.list": "下载对账单名单", "statement.pack": "打印全村对账单", "statement.file": "下载全村对账单",
    "benefit.confirmed": "确认待遇", "benefit.account_cleared": "清除发放账户", "benefit.redetermination_proposed": "提出重新核定",
    "one_off.proposed": "提出一次性调整", "one_off.approved": "一次性调整审核通过", "one_off.cancelled": "取消一次性调整",
    "benefit.redetermination_approved": "重新核定审核通过", "benefit.redetermination_cancelled": "取消重新核定",
    "delegated.programme_proposed": "提出代发项目", "delegated.programme_approved": "代发项目复核通过",
    "delegated.programme_refused": "代发项目没有通过", "delegated.list_imported": "导入代发名单", "delegated.list_approved": "代发名单复核通过",
    "delegated.list_cancelled": "作废代发名单", "delegated.answered": "决定代发要不要接着发", "delegated.drafted": "编代发名单",
    "delegated.cancelled": "取消代发名单", "delegated.reviewed": "复核代发名单", "delegated.funded": "登记代发资金到账",
    "delegated.file_written": "生成代发文件", "delegated.returned": "收下代发回盘", "delegated.reissued": "代发重发", "delegated.given_up": "代发退回",
    "delegated.booked": "代发登账", "delegated.given_back": "代发资金退回委托单位", "delegated.closed": "结束代发月份", "delegated.reported": "下载代发结果",
    "notice.opened": "打印告知书", "notice.handed": "登记告知书已送达", "notice.list": "打开告知书名单",
    "village_pack.made": "编制村里名册", "village_pack.opened": "下载村里名册", "village_check.reported": "村里报告核对情况",
    "village_check.followed": "处理村里报告的情况",
    "run.prepared": "准备批次", "run.tried": "批次试算", "run.reviewed": "复核批次",
    "card.asked": "请银行开卡", "card.withdrawn": "不再等银行回写", "card.handed": "登记卡（折）已领取", "card.list": "下载发放花名册",
    "account.asked": "请银行核对账户", "agency_bank.added": "登记代理银行", "bank.account_opened": "银行回写开卡",
    "bank.account_checked": "银行回写账户核对",
    "exchange.uploaded": "上传对方文件", "exchange.read": "下载收发文件", "exchange.sent_again": "重发文件",
    "exchange.settled": "办结对账差异", "special_contribution.determined": "核定特殊缴费",
    "relation.ended": "终止养老保险关系", "relation.restored": "撤销终止", "settlement.booked": "注销结算登账", "settlement.released": "发放待领结算款",
    "payment.taken_out": "移出发放计划", "commitment.verified": "记录核实", "commitment.checked": "抽查承诺", "commitment.false": "记录承诺不实",
    "commitment.repaired": "承诺已改正", "deregistration.served": "发出申请注销告知书", "deregistration.decided": "直接注销",
    "deregistration.withdrawn": "撤回申请注销告知书",
    "transfer.asked": "发出接收函", "transfer.received": "收到接收函", "transfer.left": "办理转出", "transfer.answered": "收到转出审批表",
    "transfer.booked": "转入记账", "transfer.finished": "收到转移办结反馈", "transfer.refused": "不予转出", "transfer.lapsed": "接收函过期",
    "transfer.not_confirmed": "不予确认转入", "transfer.cancelled": "取消转出", "transfer.ordered": "开出转移支付单", "transfer.paid": "转移款付出",
    "transfer.difference": "登记转移到账差异", "transfer.cleared": "办结转移到账差异", "transfer.asked_about": "核查转移记录",
    "transfer.answered_about": "答复转移记录核查", "transfer.recovered": "收回垫付补贴",
    "dual.suspended": "重复参保领取先暂停", "dual.ended": "重复参保领取属实", "dual.cleared": "重复参保领取不属实",
    "recovery.registered": "登记追缴", "recovery.verified": "核实追缴", "recovery.withdrawn": "撤回追缴", "recovery.debtor": "填写由谁退还",
    "recovery.fraud": "标记涉嫌骗取", "recovery.noticed": "发出返还、追缴通知书", "recovery.served": "登记通知书送达", "recovery.filed": "添加追缴材料",
    "recovery.payment": "登记稽核退款", "recovery.agreed": "登记分期协议", "recovery.missed": "分期没有按时退",
    "recovery.offset": "应付款抵扣", "recovery.deducted": "交发放计划扣还",
    "recovery.deduction_ended": "停止从养老金扣还", "recovery.write_off_asked": "申请核销", "recovery.write_off_approved": "批准核销",
    "recovery.write_off_refused": "没有批准核销", "recovery.transfer_asked": "申请移送", "recovery.transfer_approved": "批准移送",
    "recovery.transfer_refused": "没有批准移送", "recovery.neglect": "记录失职",
    "linkage.asked": "发出制度衔接联系函", "linkage.left": "制度衔接转出", "linkage.paid": "制度衔接款付出", "linkage.finished": "制度衔接办结",
    "linkage.answered": "收到制度衔接信息表", "linkage.booked": "制度衔接转入记账", "linkage.cancelled": "取消制度衔接",
    "run.approved": "批准批次", "run.cancelled": "取消批次", "run.done": "批次完成",
}  # fmt: skip
PAGE_SIZE = 50
OBJECTS = (("case", "业务"), ("person", "参保人员"), ("staff_user", "人员账号"), ("assistant", "协办员"), ("authority", "非常规权限"),
           ("search", "查询"), ("calendar", "放假安排"), ("region", "行政区划"), ("source", "比对来源"),
           ("parameter_proposal", "政策参数"), ("fund_document", "业务单据"), ("receipt", "到款"), ("accounting_period", "会计月份"),
           ("batch_run", "批次"), ("exchange_file", "收发文件"), ("transfer", "关系转移"), ("settlement", "注销结算"), ("recovery", "追缴"),
           ("dual_finding", "重复参保领取"), ("scheme_linkage", "制度衔接"), ("deregistration_notice", "申请注销告知书"))  # fmt: skip
STALE_DAYS = 31  # a snapshot older than a month is worth asking about


@get("/audit", guards=[supervision])
async def audit(request: AnyRequest) -> Template:
    """By object, by actor, by day; newest first. The county's own entries only."""
    scope, asked = actor_of(request).scope, request.query_params
    shown = {name: forms.clean(str(asked.get(name, ""))) for name in ("object", "number", "staff", "day")}
    first, before = _day(shown["day"]), _int(str(asked.get("before", "")))
    rows = await records.audit(
        scope.county_code, object_kind=shown["object"], object_id=shown["number"], actor_id=_int(shown["staff"]), first=first,
        last=first + timedelta(days=1) if first else None, before=before, limit=PAGE_SIZE + 1,
    )  # fmt: skip
    return page(
        request, "records/audit.html", page_title="操作记录", rows=rows[:PAGE_SIZE], objects=OBJECTS, titles=dict(OBJECTS), actions=ACTIONS,
        asked=shown,
        staff=[(user.id, user.name) for user in await access.staff(scope.county_code, scope.region_prefix, request.state.now.date())],
        next_url=_link(shown, rows[PAGE_SIZE - 1].id) if len(rows) > PAGE_SIZE else None, first_url=_link(shown) if before else None,
    )  # fmt: skip


def _link(shown: dict[str, str], before: int | None = None) -> str:
    parts = [f"{name}={value}" for name, value in shown.items() if value and value.isascii()]
    return "/audit?" + "&".join([*parts, *([f"before={before}"] if before else [])])


def _day(text: str) -> datetime | None:
    try:
        day = forms.read_date(forms.clean(text))
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING) if day and date.min < day < date.max else None


def _int(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@get("/audit/verify", guards=[supervision])
async def verify(request: AnyRequest) -> Template:
    """Reads the whole chain of the county."""
    report = await audit_chain.verify(actor_of(request).scope.county_code)
    return page(
        request, "records/verify.html", page_title="校验操作记录", report=report, faults=audit_chain.FAULT_TITLES
    )


@get("/sources")
async def sources(request: AnyRequest) -> Template:
    return await sources_page(request)


async def sources_page(request: AnyRequest, problems: tuple[Any, ...] = ()) -> Template:
    rows = await records.source_states(actor_of(request).scope.county_code, [source.value for source in Source])
    today = request.state.now.date()
    return page(
        request, "records/sources.html", status_code=422 if problems else 200, page_title="比对来源", titles=SOURCE_TITLES,
        stale_days=STALE_DAYS, problems=problems, switches=any(actor_of(request).holds(post) for post in sources_import.POSTS),
        rows=[(row, (today - row.as_of_on).days if row.as_of_on else None) for row in rows],
    )  # fmt: skip


@post("/sources/{source:str}", guards=[post_required(*sources_import.POSTS)])
async def switch(request: AnyRequest, source: FromPath[str]) -> Response[Any] | Template:
    """Up or down: cases wait for a source that is down, or go on the commitment."""
    form, actor = await request.form(), actor_of(request)
    if source not in {known.value for known in Source}:
        raise NotFound
    try:
        await sources_import.switch(
            actor.scope.county_code, Source(source), available=text(form, "state") == "up", note=text(form, "note"), by=actor,
            at=now(request),
        )  # fmt: skip
    except Refused as refused:
        return await sources_page(request, refused.problems)
    return go(request, "/sources")


@get("/outbox", guards=[supervision])
async def outbox(request: AnyRequest) -> Template:
    """What would have been sent to people and partners. Never in production: there nobody reads people's messages."""
    if request.state.mode == "production":
        raise NotFound
    county = actor_of(request).scope.county_code
    before = _int(request.query_params.get("before", ""))
    rows = await records.messages(county, before=before, limit=PAGE_SIZE + 1)
    around: dict[str, Any] = {
        "next_url": f"/outbox?before={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None,
        "first_url": "/outbox" if before else None,
        "exchanges": [] if before else await records.exchanges(county, limit=PAGE_SIZE),
    }
    return page(request, "records/outbox.html", page_title="待发消息", rows=rows[:PAGE_SIZE], **around)


ROUTES = [audit, verify, sources, switch, outbox]
