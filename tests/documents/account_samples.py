"""One example of every document of the account and the fund, and long ones of what can be long."""

from datetime import date, timedelta
from typing import Any

import msgspec

from tests.documents.samples import AGENCY, AT, PLACE, VERIFY, signature
from tests.make import id_number
from web.documents import account_contents as account
from web.documents import benefit_contents as benefit
from web.documents import fund_contents as fund
from web.documents import leaving_contents as leaving
from web.documents import linkage_contents as linkage
from web.documents import notice_contents as notice
from web.documents import payment_contents as payment
from web.documents import recovery_contents as recovery
from web.documents import transfer_contents as transfer
from web.documents.paper import Paper

NAME = "古丽扎尔·艾合买提江"
ID_NUMBER = id_number(date(1968, 4, 12), 302)
MASKED = "439901********" + ID_NUMBER[-4:]
PHONE = "0739-0012333"
VILLAGE = "青禾县 石桥乡 白果村"
BANK = "青禾县农村商业银行石桥支行"
BANK_ACCOUNT = "8201 0000 0000 1234 567"
PAYEE = "青禾县城乡居民基本养老保险基金收入户"
NAMES = (NAME, "王大山", "㐂䶮", "李秀英", "欧阳春生")
TITLES = ("个人缴费", "村集体补助", "其他资助", "省级补贴", "市级补贴", "县级补贴", "政府代缴", "转入")


# fmt: off
def statement(years: int, first: int = 1987, **more: Any) -> account.AccountStatement:
    """A line a year, each with every source."""
    lines, standing, interest = [], 0, 0
    for year in range(first, first + years):
        earned = standing * 262 // 10000 + 7
        interest += earned
        standing += 100_000 + 20_000 + 5_000 + 6_000 + 1_500 + 1_500 + 10_000 + earned - 3
        lines.append(account.StatementYear(
            year=year, personal_fen=100_000, collective_fen=20_000, other_assistance_fen=5_000, subsidy_province_fen=6_000,
            subsidy_city_fen=1_500, subsidy_county_fen=1_500, government_paid_fen=10_000, interest_fen=earned, other_fen=-3,
            closing_fen=standing, note="利率2.62%" if year % 3 else "补缴上年，利率2.62%",
        ))
    principal = (100_000 * years, 20_000 * years, 5_000 * years, 6_000 * years, 1_500 * years, 1_500 * years, 10_000 * years, -3 * years)
    earned_by = (interest, *[0] * 7)
    balances = tuple(
        account.SourceBalance(title=title, principal_fen=fen, interest_fen=earned)
        for title, fen, earned in zip(TITLES, principal, earned_by, strict=True)
    )
    facts: dict[str, Any] = {
        "agency": AGENCY, "printed_at": AT, "number": "DZ-439901-2026-00001278", "name": NAME, "id_number_masked": MASKED,
        "region_name": VILLAGE + " 一组", "enrolled_on": date(first, 3, 1), "contribution_years": years,
        "period": f"{first}年至{first + years - 1}年", "as_of_on": date(first + years - 1, 12, 31), "verify_url": VERIFY,
        "enquiry_phone": PHONE, "years": tuple(lines), "balances": balances,
    }
    return account.AccountStatement(**facts | more)


STATEMENT = statement(15, 2011)

CERTIFIED: dict[str, Any] = {
    "agency": AGENCY, "printed_at": AT, "name": NAME, "id_type": "居民身份证", "id_number": ID_NUMBER, "region_name": VILLAGE,
    "enrolled_on": date(2011, 3, 1), "status": "正常缴费", "contribution_years": 15, "as_of_on": date(2026, 11, 21),
    "verify_url": VERIFY, "handler": "石建国", "enquiry_phone": PHONE,
}
PARTICIPATION = account.ParticipationCertificate(number="CB-439901-2026-00000311", category="重度残疾人（二级）", **CERTIFIED)


def paid_years(count: int) -> tuple[account.PaidYear, ...]:
    return tuple(
        account.PaidYear(year=year, tier="每年1000元", personal_fen=100_000 if year % 5 else 90_000,
                         government_paid_fen=0 if year % 5 else 10_000, last_paid_on=date(year, 5, 20),
                         note="" if year % 7 else "补缴")
        for year in range(2026 - count, 2026)
    )  # fmt: skip


CONTRIBUTION = account.ContributionCertificate(number="JF-439901-2026-00000312", years=paid_years(8), **CERTIFIED)

PAYMENT_SLIP = account.PaymentSlip(
    agency=AGENCY, printed_at=AT, number="PD-439901-2026-00004711", name=NAME, id_number_masked=MASKED, region_name=VILLAGE,
    payments=(
        account.Payment(year=2025, tier="每年1000元", amount_fen=100_000, paid_on=date(2026, 3, 5), booked_on=date(2026, 3, 7),
                        channel="税务（手机缴费）", voucher_number="343015260300012345"),
        account.Payment(year=2026, tier="每年10000元", amount_fen=10_000_10, paid_on=date(2026, 11, 20),
                        channel="银行柜台", voucher_number="YH20261120-0098"),
    ),
    issued_on=date(2026, 11, 21), verify_url=VERIFY, enquiry_phone=PHONE,
)


def debited(count: int) -> tuple[account.DebitedPerson, ...]:
    relations = ("本人", "配偶", "子女", "父母", "其他亲属")
    return tuple(
        account.DebitedPerson(name=NAMES[i % 5], id_number=id_number(date(1968, 4, 12) + timedelta(400 * (i % 40)), 300 + i), relation=relations[i % 5],
                              tier="每年1000元" if i % 2 else "每年200元", standard_fen=100_000 if i % 2 else 20_000)
        for i in range(count)
    )


AGREEMENT = account.DebitAgreement(
    agency=AGENCY, printed_at=AT, number="DK-439901-2026-00000052", payer_name=NAME, payer_id_type="居民身份证",
    payer_id_number=ID_NUMBER, bank=BANK, bank_account=BANK_ACCOUNT, people=debited(4), address=PLACE, phone=PHONE,
    mobile="13800000127", signed_on=date(2026, 11, 21), signature=signature(), registered_on=date(2026, 11, 22),
    outlet="石桥支行营业部", teller="0412 田小禾",
)

DECLARED: dict[str, Any] = {
    "agency": AGENCY, "printed_at": AT, "office": "石桥乡人力资源和社会保障服务所", "declarant": NAME,
    "declarant_id_number": ID_NUMBER, "declared_on": date(2026, 11, 21), "bank": BANK, "bank_account": BANK_ACCOUNT,
    "account_name": PAYEE, "payment_state": "未缴费", "slip_number": "JZ20261121000127", "note": "白果村2026年集中缴费",
    "handler": "石建国", "handled_on": date(2026, 11, 21),
}
BATCH = fund.BatchDeclaration(number="SB-439901-2026-000127", people_times=126, total_fen=100_000_10, **DECLARED)


def assisted(count: int) -> tuple[fund.AssistedPerson, ...]:
    return tuple(
        fund.AssistedPerson(name=NAMES[i % 5], id_number=id_number(date(1968, 4, 12), i), region_name="石桥乡白果村一组", year=2026,
                            amount_fen=10_000 + i)
        for i in range(count)
    )


COLLECTIVE = fund.CollectiveAssistanceDeclaration(
    number="BZ-439901-2026-000031", giver="石桥乡白果村股份经济合作社", giver_kind="村集体补助",
    minutes="2026年9月12日村民会议，到会112人，同意109人", people=assisted(6), **DECLARED,
)

ADJUSTMENT = fund.AdjustmentDeclaration(
    number="TZ-439901-2026-000008", contribution_year=2026, personal_fen=-80_000, phone="13800000127",
    items=(
        fund.AdjustedItem(name=NAME, id_number=ID_NUMBER, item="个人缴费", before_fen=100_000, after_fen=20_000,
                          basis="税务退库通知书2026-0098", note="缴错档次"),
        fund.AdjustedItem(name=NAME, id_number=ID_NUMBER, item="县级补贴", before_fen=3_000, after_fen=0,
                          basis="青财社〔2026〕12号"),
    ),
    **DECLARED,
)

SLIP = fund.BankSlip(
    agency=AGENCY, printed_at=AT, number="JZ-439901-2026-0127", title="银行代收进账单", dated_on=date(2026, 11, 21), payee=PAYEE,
    bank=BANK, account=BANK_ACCOUNT, source="银行代收城乡居民个人缴费", amount_fen=100_000_10, people=126, note="2026年11月20日收缴",
)

ESTIMATE = fund.SubsidyEstimate(
    agency=AGENCY, printed_at=AT, number="CS-439901-202610", year=2026, month=10, maker="田小禾", reviewer="石建国", approver="何青",
    lines=tuple(
        fund.EstimateLine(tier=f"第{place}档（{yuan}元）", standard_fen=yuan * 100, people_times=1_000 * i + 7,
                          personal_fen=yuan * 100 * (1_000 * i + 7), province_fen=3_000 * (1_000 * i + 7), city_fen=1_005 * i,
                          county_fen=2_000 * (1_000 * i + 7), government_paid_fen=10_000 * (i % 3))
        for i, (place, yuan) in enumerate(zip("一二三四五六七八九十", (200, 300, 500, 800, 1000, 1500, 2000, 3000, 4000, 6000), strict=True), 1)
    ),
)


def back_payments(count: int) -> tuple[fund.BackPayment, ...]:
    return tuple(
        fund.BackPayment(name=NAMES[i % 5], id_number=id_number(date(1968, 4, 12), i), region_name="石桥乡白果村一组",
                         year=2011 + i % 15, tier="每年200元", amount_fen=20_000 + i, paid_on=date(2026, 6, 1) if i % 2 else None)
        for i in range(count)
    )


BACK_PAYMENTS = fund.BackPaymentList(
    agency=AGENCY, printed_at=AT, number="BJ-439901-2026-0012", region_name="石桥乡", declared_on=date(2026, 11, 21), payee=PAYEE,
    bank=BANK, account=BANK_ACCOUNT, lines=back_payments(8), maker="田小禾", reviewer="石建国",
)


def village(count: int) -> fund.VillageList:
    return fund.VillageList(
        agency=AGENCY, printed_at=AT, number="MC-4399010203-2026-01", title="2026年度缴费情况公示名册", region_name=VILLAGE,
        as_of_on=date(2026, 11, 21), maker="田小禾", note="有异议的，请在2026年12月1日前告诉村委会。",
        columns=(
            fund.Column(title="姓名", width=4), fund.Column(title="身份证号码", width=5), fund.Column(title="村民小组", width=2),
            fund.Column(title="缴费身份", width=4), fund.Column(title="档次", width=3), fund.Column(title="个人缴费", width=3, is_number=True),
            fund.Column(title="政府补贴", width=3, is_number=True), fund.Column(title="缴费状态", width=2),
        ),
        rows=tuple(
            (NAMES[i % 5], f"439901********{i:04d}", "一组", "普通参保人员", "每年1000元", "1,000.00", "65.00", "已缴费" if i % 4 else "未缴费")
            for i in range(count)
        ),
        totals=(f"{count}人", "", "", "", "", f"{count * 1000:,}.00", f"{count * 65:,}.00", ""),
    )


VILLAGE_LIST = village(12)


def scanned(count: int) -> fund.VillageList:
    """Each row with its code."""
    codes = tuple(f"https://portal.test/checks/{i:016d}" for i in range(count))
    return msgspec.structs.replace(village(count), title="待遇领取人员核对名册", totals=(), codes=codes, first=201)


SCANNED_LIST = scanned(12)

VOUCHER = fund.FundVoucher(
    agency=AGENCY, printed_at=AT, number="2026-11-0127", period="2026年11月", dated_on=date(2026, 11, 21), attachments=3,
    source="到款登记 JZ-439901-2026-0127", maker="田小禾", reviewer="石建国",
    lines=(
        fund.VoucherEntry(summary="税务11月20日入库的个人缴费，126人次", account="收入户存款", debit_fen=100_000_10),
        fund.VoucherEntry(summary="税务11月20日入库的个人缴费，126人次", account="保险费收入——个人缴费", credit_fen=90_000_00),
        fund.VoucherEntry(summary="其中村集体补助", account="保险费收入——集体补助", credit_fen=10_000_10),
    ),
)

INTEREST = fund.InterestSheet(
    agency=AGENCY, printed_at=AT, number="JX-439901-2026", year=2026, rate="2.62%", rate_document="人社厅发〔2026〕记账利率公告（示例）",
    posted_on=date(2026, 12, 31), funds=TITLES, maker="田小禾", reviewer="石建国", approver="何青",
    lines=tuple(
        fund.TownshipInterest(region_name=name, accounts=20_000 + i, amounts_fen=tuple(123_456_789 * (i + 1) // (k + 1) for k in range(8)))
        for i, name in enumerate(("柳湾镇", "石桥乡", "东坪镇", "枫林街道"))
    ),
    note="本次结息按月计算，上月底以前到账的钱从下个月起计息。",
)


def land_people(count: int) -> tuple[fund.LandLossPerson, ...]:
    return tuple(
        fund.LandLossPerson(region_name="石桥乡白果村一组", name=NAMES[i % 5], id_number=id_number(date(1968, 4, 12), i),
                            amount_fen=300_000 + i, year_number=i % 4)
        for i in range(count)
    )


LAND_LOSS = fund.LandLossDeclaration(
    agency=AGENCY, printed_at=AT, number="BD-439901-2026-0003", declared_on=date(2026, 11, 21), people=land_people(7), maker="田小禾",
    reviewer="石建国", approver="何青",
)

DETERMINED = benefit.DeterminationSheet(
    agency=AGENCY, printed_at=AT, number="HD-439901-20261121-000127", name=NAME, sex="女", id_type="居民身份证", id_number=ID_NUMBER,
    born_on=date(1966, 11, 10), region_name=VILLAGE, contribution_years=17, account_fen=13_912_345, eligible_on=date(2026, 11, 10),
    from_month="2026年12月", bank="青禾县农村商业银行", account_tail="4567", determined_on=date(2026, 11, 24), handler="夏雨",
    reason="2012年的缴费漏记了", enquiry_phone=PHONE, signature=signature(), total_fen=123_456,
    parts=(
        benefit.PensionPart(title="基础养老金", payer="中央财政", amount_fen=14_300),
        benefit.PensionPart(title="缴费年限加发", payer="县财政", amount_fen=9_056),
        benefit.PensionPart(title="个人账户养老金", payer="个人账户（个人缴费）", amount_fen=100_100),
    ),
)

CALCULATED = benefit.CalculationSheet(
    agency=AGENCY, printed_at=AT, number="JS-439901-20261121-000127", name=NAME, sex="女", id_number=ID_NUMBER, hardship="最低生活保障对象",
    household_place=PLACE, region_code="439901020301", first_paid="2011年6月", contribution_years=17, balance_fen=3_891_236,
    personal_fen=2_700_001, subsidy_province_fen=102_002, subsidy_city_fen=25_503, subsidy_county_fen=25_504,
    other_assistance_fen=340_005, government_paid_fen=170_006, land_loss_fen=500_007, interest_fen=28_208, from_month="2026年12月",
    pension_fen=45_295, basic_central_fen=14_301, basic_province_fen=2_002, basic_city_fen=503, basic_county_fen=504, extra_fen=405,
    own_part_fen=19_606, subsidy_part_fen=1_107, assistance_part_fen=2_458, government_paid_part_fen=1_229,
    land_loss_part_fen=3_180, handler="夏雨", made_on=date(2026, 11, 24),
    steps=(
        benefit.ReckonedStep(depth=0, title="每月养老金", inputs="缴费年限17年", result="452.95元", article="国发〔2014〕8号 六"),
        benefit.ReckonedStep(depth=1, title="个人账户养老金", inputs="账户储存额38,912.36元，计发月数139", result="275.80元", article="国发〔2014〕8号 六"),
        benefit.ReckonedStep(depth=2, title="2026年的利息", inputs="利率2.5%", result="206.25元", article="规程第十七条、第十八条"),
    ),
)

NOTICE = notice.BenefitNotice(
    agency=AGENCY, printed_at=AT, number="GZ-202612-00000127", name=NAME, id_number_masked=MASKED, region_name=VILLAGE + " 一组",
    sixty_on=date(2026, 12, 3), enrolled_on=date(2011, 7, 8), as_of_on=date(2026, 11, 21), enquiry_phone=PHONE, enquiry_address=PLACE,
    short=("按月领养老金要缴满15年，您还差1年。", "还可以缴的年份：2012年至2013年。"),
    steps=("满60周岁以后办“待遇领取申请”。", "经办机构5个工作日内算好。"),
    sources=(notice.NoticeAmount(title="个人缴费", amount_fen=1_234_567), notice.NoticeAmount(title="省级补贴", amount_fen=45_601)),
    parts=(
        notice.NoticeAmount(title="基础养老金（中央）", amount_fen=14_301),
        notice.NoticeAmount(title="基础养老金（省级）", amount_fen=2_002),
        notice.NoticeAmount(title="个人账户养老金", amount_fen=9_211),
    ),
    years=tuple(
        notice.NoticeYear(year=year, personal_fen=20_000 + year, subsidy_fen=3_000 + year, government_paid_fen=year % 3 * 1_000)
        for year in (2011, *range(2014, 2027))
    ),
)


def townships(count: int) -> tuple[payment.TownshipPayment, ...]:
    return tuple(
        payment.TownshipPayment(region_name=f"第{i + 1}乡镇", people=1_234 + i, central_fen=17_646_200 + i, province_fen=2_468_000 + i,
                                city_fen=617_000 + i, county_fen=123_400 + i, account_fen=8_172_820 + i, change_fen=-66_600 + i)
        for i in range(count)
    )


APPROVAL = payment.PaymentApproval(
    agency=AGENCY, printed_at=AT, number="FF-202612", month="2026年12月", pay_on=date(2026, 12, 25), lines=townships(12), maker="林静",
    reviewer="贺清", approver="冯远",
)
PAID = payment.PaymentSummary(
    agency=AGENCY, printed_at=AT, number="ZF-202612", month="2026年12月", pay_on=date(2026, 12, 25), maker="贺清",
    parts=(
        payment.PaidPart(title="基础养老金（中央）", amount_fen=143_000_00), payment.PaidPart(title="个人账户养老金", amount_fen=66_230_00),
        payment.PaidPart(title="扣回以前多发的", amount_fen=-1_230_00),
    ),
    banks=(
        payment.BankPayment(bank="农商银行", files=2, people=812, amount_fen=200_000_00),
        payment.BankPayment(bank="邮储银行", files=1, people=31, amount_fen=8_000_00),
    ),
)

TAKERS = tuple(
    leaving.Taker(name=name, id_number=ID_NUMBER, relation=relation, share=f"{share}%", bank=BANK, account="尾号4567", amount_fen=fen,
                  guardian=guardian, paid="等付款")
    for name, relation, share, fen, guardian in (
        (NAMES[1], "儿子", 60, 225480, ""), (NAMES[2], "孙子女、外孙子女", 40, 150320, NAMES[4]),
    )
)
SETTLED = leaving.SettlementSheet(
    agency=AGENCY, printed_at=AT, number="ZX-439901-00000017", name=NAME, id_number=ID_NUMBER, household_place=PLACE,
    household_type="农业户口", scheme="城乡居民基本养老保险", receiving_since="2024年5月", starting_fen=360000, starting_own_fen=300000,
    starting_subsidy_fen=50000, starting_assistance_fen=10000, paid_fen=253350, ended_on=date(2025, 3, 10), cause="去世",
    returned_fen=300360, returned_own_fen=250000, restored_fen=10360, arrears_fen=0, funeral_fen=143000, overpaid_fen=67560,
    from_account_fen=67560, from_funeral_fen=0, from_arrears_fen=0, payable_fen=375800, recover_fen=0,
    months=tuple(leaving.SettledMonth(month=f"2025年{month}月", kind="多发", amount_fen=16890) for month in range(4, 8)), takers=TAKERS,
    handler="何静", made_on=date(2025, 8, 3),
)
DEREGISTERED = leaving.DeregistrationForm(
    agency=AGENCY, printed_at=AT, number="439901-20250801-0000031", applied_on=date(2025, 8, 1), name=NAME, id_type="居民身份证",
    id_number=ID_NUMBER, region_code="439901020301", region_name=VILLAGE, cause="去世", happened_on=date(2025, 3, 10),
    applicant_name=NAMES[1], relation="儿子", phone=PHONE, pay_to="下面写的账户", funeral="在这里领，没有在别处领过",
    takers=tuple(leaving.Taker(name=t.name, id_number=t.id_number, relation=t.relation, share=t.share, bank=t.bank, account=BANK_ACCOUNT,
                               guardian=t.guardian) for t in TAKERS),
    channel="网上", commitment="我承诺：\n一、我填写的注销原因和日期是真实的；\n二、我是法定继承人。", commitment_version="2026-1",
    signature=signature(),
)
SUMMONED = leaving.DeregistrationNotice(
    agency=AGENCY, printed_at=AT, number="ZG-439901-00000005", name=NAME, id_number_masked=MASKED, region_name=VILLAGE, cause="去世",
    happened_on=date(2025, 3, 10), finding="2025年8月1日的死亡人员名单", come_by=date(2025, 9, 1), issued_on=date(2025, 8, 5),
    enquiry_phone=PHONE, enquiry_address="青禾县青禾大道1号",
)

OVERPAID = "去世以后多领：2026年11月30日起不应再领，应发到2026年11月。多发627.69元，账户、丧葬补助金等抵扣以后还差375.60元。"
DEMANDED = recovery.RecoveryNotice(
    agency=AGENCY, printed_at=AT, number="ZJ-439901-00000003", addressee=NAMES[1], relation="儿子", name=NAME, id_number_masked=MASKED,
    facts=OVERPAID, amount_fen=37560, deadline_on=date(2027, 3, 31), issued_on=date(2027, 3, 1), bank=BANK, bank_account=BANK_ACCOUNT,
    account_name="青禾县社会保险基金收入户", enquiry_phone=PHONE, enquiry_address="青禾县青禾大道1号",
)
RETURNED_ITEMS = (
    recovery.RefundItem(title="基础养老金（中央财政）", amount_fen=30000), recovery.RefundItem(title="个人账户养老金（个人缴费）", amount_fen=7560),
)
REFUNDED = recovery.RefundRegistration(
    agency=AGENCY, printed_at=AT, number="4399012027030100000031", scheme="城乡居民基本养老保险", id_number=ID_NUMBER, name=NAME,
    auditor="陆平", audited_on=date(2027, 3, 1), amount_fen=37560, items=RETURNED_ITEMS, audit_kind="去世以后多领", region_name=VILLAGE,
    reason=OVERPAID, payer=NAMES[1], paid_on=date(2027, 3, 18), slip_no="20270318004512", handler="秦岚", handled_on=date(2027, 3, 18),
    reviewer="陆平",
)
REPAID = recovery.RepaymentAgreement(
    agency=AGENCY, printed_at=AT, number="FQ-439901-00000002", debtor=NAMES[1], relation="儿子", name=NAME, id_number_masked=MASKED,
    facts=OVERPAID, total_fen=37560, missed_at_most=2, signed_on=date(2027, 3, 2), handler="秦岚",
    parts=tuple(recovery.RepaymentPart(number=n, due_on=date(2027, 2 + n, 20), amount_fen=6260) for n in range(1, 7)),
)
HANDED_OVER = recovery.TransferFile(
    agency=AGENCY, printed_at=AT, number="YS-439901-00000003", name=NAME, id_number=ID_NUMBER, region_name=VILLAGE, cause="去世以后多领",
    facts=OVERPAID, debtor=NAMES[1], relation="儿子", principal_fen=37560, recovered_fen=6260, written_off_fen=0, open_fen=31300, suspicion="涉嫌骗取",
    items=(recovery.RefundItem(title="基础养老金（中央财政）", amount_fen=31300),), asked_by="秦岚", reason="到期拒不退还，已催三次",
    made_on=date(2027, 8, 2), papers=tuple(
        recovery.TransferPaper(kind=kind, on=date(2027, 3, day), text=text)
        for kind, day, text in (
            ("调查核实", 1, "陆平核实：和发放记录核对无误"), ("冒领社会保险待遇追缴通知书", 1, "发给" + NAMES[1] + "，375.60元，期限2027-03-31"),
            ("送达", 3, "秦岚、赵敏送达；本人签字；影像20270303-017"), ("退款", 18, NAMES[1] + "退还62.60元，单据20270318004512"),
        )
    ),
)

LETTER_NO = "519901-2026-127"
TRANSFER_APPLICATION = transfer.TransferApplication(
    agency=AGENCY, printed_at=AT, number=LETTER_NO, applied_on=date(2026, 11, 20), name=NAME, sex="女", born_on=date(1968, 4, 12),
    id_number=ID_NUMBER, household_type="农村", household_address=PLACE, moved_on=date(2026, 10, 8), phone="13800000031",
    address="石桥乡白果村一组12号", village_from="石桥乡白果村", village_to="新桥镇新桥村", agency_from=AGENCY, agency_to="外省县社会养老保险中心",
)
TRANSFER_LETTER = transfer.TransferLetter(
    agency="外省县社会养老保险中心", printed_at=AT, number=LETTER_NO, addressee=AGENCY, name=NAME, id_number=ID_NUMBER,
    household_address="外省县新桥镇新桥村一组9号", region_code="519901010101", moved_on=date(2026, 10, 8), sent_on=date(2026, 11, 20),
    valid_until=date(2026, 12, 20), payee="外省县基金收入户", bank=BANK, bank_account=BANK_ACCOUNT, handler="石建国", phone=PHONE,
)
TRANSFER_FORM = transfer.TransferForm(
    agency=AGENCY, printed_at=AT, number=LETTER_NO, agency_from=AGENCY, agency_to="外省县社会养老保险中心", name=NAME, id_number=ID_NUMBER,
    enrolled_on=date(2011, 3, 1), years=16, out_on=date(2026, 12, 4), settled_to="2026年12月", handler="何静",
    lines=tuple(
        transfer.TransferYear(
            year=year, item="缴费和补贴", counted="算", personal_fen=100_000 + year, collective_fen=1_001, other_assistance_fen=1_002,
            subsidy_province_fen=3_003, subsidy_city_fen=504, subsidy_county_fen=1_005, government_paid_fen=2_006, land_loss_fen=307,
            total_fen=108_828 + year,
        )
        for year in range(2011, 2027)
    ),
)
LINKAGE_LETTER = linkage.LinkageLetter(
    agency=AGENCY, printed_at=AT, number="439901-2026-L128", addressee="省城社会保险中心", name=NAME, id_number=ID_NUMBER, employee="8年5个月",
    here="7年", sent_on=date(2026, 11, 20), payee="青禾县基金收入户", bank=BANK, bank_account=BANK_ACCOUNT,
    handler="石建国", phone=PHONE,
)
LINKAGE_SHEET = linkage.LinkageSheet(
    agency=AGENCY, printed_at=AT, number="职保联〔2026〕7号", addressee="省城社会保险中心", name=NAME, id_number=ID_NUMBER,
    enrolled_on=date(2011, 3, 1), years=16, left_on=date(2026, 12, 4), settled_to="2026年12月", handler="何静", lines=TRANSFER_FORM.lines,
)

ACCOUNT_SAMPLES: tuple[tuple[str, Paper], ...] = (
    ("transfer_application", TRANSFER_APPLICATION),
    ("transfer_letter", TRANSFER_LETTER),
    ("transfer_form", TRANSFER_FORM),
    ("linkage_letter", LINKAGE_LETTER),
    ("linkage_sheet", LINKAGE_SHEET),
    ("account_statement", STATEMENT),
    ("participation_certificate", PARTICIPATION),
    ("contribution_certificate", CONTRIBUTION),
    ("payment_slip", PAYMENT_SLIP),
    ("debit_agreement", AGREEMENT),
    ("batch_declaration", BATCH),
    ("bank_slip", SLIP),
    ("collective_assistance_declaration", COLLECTIVE),
    ("land_loss_declaration", LAND_LOSS),
    ("adjustment_declaration", ADJUSTMENT),
    ("back_payment_list", BACK_PAYMENTS),
    ("subsidy_estimate", ESTIMATE),
    ("fund_voucher", VOUCHER),
    ("interest_sheet", INTEREST),
    ("village_list", VILLAGE_LIST),
    ("determination_sheet", DETERMINED),
    ("calculation_sheet", CALCULATED),
    ("payment_approval", APPROVAL),
    ("payment_summary", PAID),
    ("benefit_notice", NOTICE),
    ("deregistration_form", DEREGISTERED),
    ("settlement_sheet", SETTLED),
    ("deregistration_notice", SUMMONED),
    ("return_notice", DEMANDED),
    ("demand_notice", DEMANDED),
    ("refund_registration", REFUNDED),
    ("repayment_agreement", REPAID),
    ("transfer_file", HANDED_OVER),
)
