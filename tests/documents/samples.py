"""One long example of every document: what must still look right."""

import struct
import zlib
from datetime import date, datetime, timedelta, timezone

from web.documents import contents as c

CHINA = timezone(timedelta(hours=8))
AT = datetime(2026, 11, 21, 14, 5, tzinfo=CHINA)
AGENCY = "青禾县城乡居民社会养老保险管理服务中心"
CASE = "439901-20261121-000127"
VERIFY = "https://portal.qinghe.example/verify/q7Zt2mXw9KcLbR4sVn81"
PLACE = "青禾县石桥乡白果村第一村民小组老枫树坳安置区12栋3单元502室"
REGION = {"region_code": "439901020301", "region_name": "青禾县 石桥乡 白果村 一组"}


def signature_image() -> bytes:
    """A 120×40 PNG with a diagonal stroke."""
    rows = b"".join(b"\0" + bytes(0 if abs(x - 3 * y) < 3 else 255 for x in range(120)) for y in range(40))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 120, 40, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def signature(image: bytes = b"") -> c.Signature:
    return c.Signature(name="古丽扎尔·艾合买提江", signed_at=AT, manner="网上实名登录后签名", image=image)


# fmt: off
SEALS = (
    c.Seal(title="村（居）委会", organisation="石桥乡白果村村民委员会", opinion="情况属实。", handler="田小禾", on=date(2026, 11, 21)),
    c.Seal(title="乡镇（街道）事务所", organisation="石桥乡人力资源和社会保障服务所", opinion="初审通过。", handler="石建国", on=date(2026, 11, 23)),
    c.Seal(title="县社保经办机构", organisation=AGENCY),
)

COMMITMENT = (
    "依据人社部发〔2019〕84号第六条、第七条，办理参保登记不用交单位证明、非在校证明、未参保证明。\n"
    "我承诺：\n"
    "一、我不是在校学生，不是机关事业单位工作人员，没有参加职工基本养老保险，也没有领取其他基本养老保险待遇；\n"
    "二、我填写的内容和上传的证件都是真实的。\n"
    "社保经办机构可以向公安、税务等部门核对。如果承诺不实，登记会被撤销，多得的钱要退回，以后也可能不能再用承诺的方式办理。"
)

BENEFICIARIES = (
    c.Beneficiary(name="艾合买提江·吐尔逊", id_type="居民身份证", id_number="439901197109301049", relation="配偶", share_percent=50),
    c.Beneficiary(name="㐂䶮", id_type="港澳台居民居住证", id_number="439901199502085118", relation="子女", share_percent=25),
    c.Beneficiary(name="Maria Fernanda Oliveira", id_type="外国人护照", id_number="PA1234567", relation="其他亲属", share_percent=25),
)

REGISTRATION = c.RegistrationForm(
    agency=AGENCY, case_number=CASE, printed_at=AT, applied_on=date(2026, 11, 21),
    name="古丽扎尔·艾合买提江", id_type="居民身份证", id_number="439901196804123024", sex="女", ethnic_group="维吾尔族",
    born_on=date(1968, 4, 12), category="最低生活保障对象（重度残疾人）", household_type="农业户口",
    household_address=PLACE, phone="13800000127", address=PLACE, postcode="439900", tier="每年1000元",
    card_number="6217 0000 0000 0000 127", beneficiaries=BENEFICIARIES, filled_by="村协办员田小禾", channel="网上（村协办员代办）",
    commitment=COMMITMENT, commitment_version="2026-1", signature=signature(signature_image()), seals=SEALS, **REGION,
)

CHANGE = c.ChangeForm(
    agency=AGENCY, case_number=CASE, printed_at=AT, applied_on=date(2026, 11, 21),
    name="古丽扎尔·艾合买提江", id_type="居民身份证", id_number="439901196804123024", phone="13800000127",
    item_title="关键信息变更（姓名、出生日期、证件号码）",
    changes=(
        c.ChangedField(title="姓名", old="古丽扎尔", new="古丽扎尔·艾合买提江"),
        c.ChangedField(title="出生日期", old="1968年4月2日", new="1968年4月12日"),
        c.ChangedField(title="证件号码", old="439901196804023028", new="439901196804123024"),
        c.ChangedField(title="户口所在地", old="青禾县柳湾镇东坪村二组", new=PLACE),
    ),
    basis="变更后的居民身份证（2026年11月3日签发），正反两面图片已上传",
    channel="网上", signature=signature(), seals=SEALS, **REGION,
)

RECEIPT = c.Receipt(
    agency=AGENCY, case_number=CASE, printed_at=AT, item_title="参保登记", basis="规程第七条、第八条",
    subject_name="古丽扎尔·艾合买提江", applicant_name="古丽扎尔·艾合买提江", filed_by="白果村协办员田小禾",
    channel="网上（村协办员代办）", received_on=date(2026, 12, 30), limit_days=3, due_on=date(2027, 1, 5), provisional=True,
    materials=("有效身份证件（2张）", "户口簿首页（1张）", "户口簿本人页（1张）"), verify_url=VERIFY,
    enquiry_phone="0739-0012333", enquiry_address="青禾县柳湾镇政务服务中心一楼5号窗口（工作日上午9点到下午5点）",
)

SUPPLEMENT = c.SupplementNotice(
    agency=AGENCY, case_number=CASE, printed_at=AT, item_title="参保登记", applicant_name="古丽扎尔·艾合买提江",
    subject_name="古丽扎尔·艾合买提江", received_on=date(2026, 11, 21), paused_on=date(2026, 11, 23), told_on=date(2026, 11, 23),
    points=(
        c.SupplementPoint(missing="身份证有照片的一面，重新拍一张", reason="上传的照片反光，看不清号码最后四位", basis="规程第七条"),
        c.SupplementPoint(missing="身份证有国徽的一面", reason="只上传了有照片的一面", basis="规程第七条"),
        c.SupplementPoint(missing="户口簿首页", reason="上传的是另一户的首页，户号和本人页不一致", basis="规程第七条"),
        c.SupplementPoint(missing="户口簿本人页", reason="照片缺右半边，看不到登记事项变更栏", basis="规程第七条"),
        c.SupplementPoint(missing="受益人㐂䶮的证件号码", reason="填写的号码少一位", basis="规程第三十八条"),
        c.SupplementPoint(missing="选择正确的村民小组", reason="填写的是白果村二组，户口簿上是白果村一组", basis="规程第八条"),
    ),
    portal_url="https://portal.qinghe.example", enquiry_phone="0739-0012333",
    offices="石桥乡白果村村民委员会、石桥乡人力资源和社会保障服务所，或者青禾县政务服务中心一楼5号窗口",
)

REJECTED = c.ResultNotice(
    agency=AGENCY, case_number=CASE, printed_at=AT, item_title="参保登记", applicant_name="古丽扎尔·艾合买提江", subject_name="古丽扎尔·艾合买提江",
    received_on=date(2026, 11, 21), decided_on=date(2026, 11, 25), outcome="rejected",
    reasons=(
        c.Reason(title="正在参加职工基本养老保险", text="职工养老保险库显示您自2025年3月起在青禾县某公司参保缴费（数据截至2026年11月20日）。",
                 basis="国发〔2014〕8号 二"),
        c.Reason(title="户籍不在本县", text="公安户籍库登记的地址在邻县，应当在户籍所在地参保。", basis="国发〔2014〕8号 二"),
    ),
    remedies=(
        "带上证据到县社保经办机构或乡镇事务所，请求核查。",
        "收到本通知之日起60日内，可以依法申请行政复议。",
        "收到本通知之日起6个月内，可以依法向人民法院提起行政诉讼。",
    ),
    reconsideration_body="青禾县人民政府", court="青禾县人民法院", enquiry_phone="0739-0012333",
    enquiry_address="青禾县柳湾镇政务服务中心一楼5号窗口（工作日上午9点到下午5点）",
)

APPROVED = c.ResultNotice(
    agency=AGENCY, case_number=CASE, printed_at=AT, item_title="参保登记", applicant_name="古丽扎尔·艾合买提江", subject_name="古丽扎尔·艾合买提江",
    received_on=date(2026, 11, 21), decided_on=date(2026, 11, 25), outcome="approved",
    result="您已经成为参保人员，个人账户已经建立，可以选择档次缴费。", enquiry_phone="0739-0012333",
)

SLIP = c.ConfirmationSlip(
    agency=AGENCY, case_number=CASE, printed_at=AT, item_title="参保登记", resident_name="古丽扎尔·艾合买提江",
    id_number_masked="439901********3024",
    answers=(
        ("性别", "女"), ("民族", "维吾尔族"), ("户口性质", "农业户口"), ("户口所在地", PLACE), ("联系电话", "138****0127"),
        ("居住地址", PLACE), ("缴费档次", "每年1000元"), ("受益人", "艾合买提江·吐尔逊 50%；㐂䶮 25%；Maria Fernanda Oliveira 25%"),
    ),
    assistant_name="田小禾", village="石桥乡白果村", confirm_url="https://portal.qinghe.example/confirm/q7Zt2mXw9KcLbR4sVn81",
    valid_until=datetime(2026, 12, 5, 23, 59, tzinfo=CHINA),
)

RECORD = c.PersonalRecord(
    agency=AGENCY, case_number=CASE, printed_at=AT, name="古丽扎尔·艾合买提江",
    facts=(("姓名", "古丽扎尔·艾合买提江"), ("证件号码", "439901199402293024"), ("户口所在地", PLACE)),
    insurance=(("参保状态", "正常参保"), ("首次参保日期", "2015年1月1日")),
    beneficiaries=(("㐂䶮", "儿子，份额100%"),),
    changes=(("手机号码", "13800000127", "13900000127", "2026年11月20日 09:30", "古丽扎尔·艾合买提江，网上"),),
)

SAMPLES: tuple[tuple[str, c.Sheet], ...] = (
    ("registration_form", REGISTRATION),
    ("change_form", CHANGE),
    ("receipt", RECEIPT),
    ("supplement", SUPPLEMENT),
    ("result", REJECTED),
    ("result", APPROVED),
    ("confirmation_slip", SLIP),
    ("personal_record", RECORD),
)
