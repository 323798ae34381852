"""Who acts, through which channel, and whose records they may see (procedures A0.1, A0.2; R-021)."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class ActorKind(StrEnum):
    RESIDENT = "resident"  # 参保人员本人
    ASSISTANT = "assistant"  # 村(居)协办员
    STAFF = "staff"  # 经办人员
    SYSTEM = "system"  # the worker


class Channel(StrEnum):
    PORTAL = "portal"
    KIOSK = "kiosk"
    VILLAGE_COUNTER = "village_counter"
    TOWNSHIP_COUNTER = "township_counter"
    COUNTY_COUNTER = "county_counter"
    HOME_VISIT = "home_visit"
    DATA_DRIVEN = "data_driven"
    PARTNER = "partner"


CHANNEL_TITLES: dict[Channel, str] = {
    Channel.PORTAL: "网上",
    Channel.KIOSK: "自助终端",
    Channel.VILLAGE_COUNTER: "村（社区）",
    Channel.TOWNSHIP_COUNTER: "乡镇（街道）窗口",
    Channel.COUNTY_COUNTER: "县里窗口",
    Channel.HOME_VISIT: "上门服务",
    Channel.DATA_DRIVEN: "系统",
    Channel.PARTNER: "合作单位",
}


class Post(StrEnum):
    """岗位. The value is what the database stores."""

    TOWNSHIP_CLERK = "township_clerk"
    COUNTY_ENROLLMENT = "county_enrollment"
    COUNTY_ACCOUNT = "county_account"
    COUNTY_COLLECTION = "county_collection"
    COUNTY_BENEFIT = "county_benefit"
    FINANCE_SUPERVISOR = "finance_supervisor"
    ACCOUNTANT = "accountant"
    CASHIER = "cashier"
    COUNTY_AUDITOR = "county_auditor"
    COUNTY_HEAD = "county_head"
    COUNTY_ADMIN = "county_admin"
    DELEGATED_PAY_OFFICER = "delegated_pay_officer"


POST_TITLES: dict[Post, str] = {
    Post.TOWNSHIP_CLERK: "乡镇经办岗",
    Post.COUNTY_ENROLLMENT: "参保管理岗",
    Post.COUNTY_ACCOUNT: "个人账户管理岗",
    Post.COUNTY_COLLECTION: "征缴管理岗",
    Post.COUNTY_BENEFIT: "待遇核发岗",
    Post.FINANCE_SUPERVISOR: "财务主管",
    Post.ACCOUNTANT: "财务会计",
    Post.CASHIER: "财务出纳",
    Post.COUNTY_AUDITOR: "稽核岗",
    Post.COUNTY_HEAD: "负责人",
    Post.COUNTY_ADMIN: "县管理员",
    Post.DELEGATED_PAY_OFFICER: "生活补贴代发岗",
}


class Scope(Struct, frozen=True):
    """Whose records one may see: one home agency and, within it, the regions whose code starts with `region_prefix`.

    `region_prefix` has 6 (county), 8 (township), 10 (village) or 12 (group) digits.
    """

    county_code: int
    region_prefix: str

    def covers(self, region_code: str) -> bool:
        return region_code.startswith(self.region_prefix)


class Actor(Struct, frozen=True, kw_only=True):
    """The person (or the worker) behind a write.

    `id` is the resident account id for residents and assistants, the staff user id for staff, 0 for the worker.
    `id_index` is the keyed index of the actor's own ID number: nobody handles a case about himself (R-016).
    `assurance` is the login's level 0–4 (standards D6); `authenticated_at` is when the provider last saw the person.
    """

    kind: ActorKind
    id: int
    name: str
    scope: Scope
    channel: Channel
    organisation: str = ""
    posts: frozenset[Post] = frozenset()
    id_index: bytes | None = None
    assurance: int = 0
    authenticated_at: datetime | None = None
    relatives: frozenset[bytes] = frozenset()  # id indexes of declared relatives

    def holds(self, post: Post) -> bool:
        return post in self.posts
