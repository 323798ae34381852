"""湖南: 城乡居民基本养老保险经办工作流程, as far as the national 规程 of 2019 leaves it standing (docs/decisions)."""

from msgspec import structs

from domain.actor import Post
from domain.case.chain import Chain, Step
from domain.local import national
from domain.local.definition import PaymentDays, Profile, Switch

PROFILE: Profile = structs.replace(
    national.PROFILE,
    code="hunan",
    title="湖南",
    chains=national.CHAINS
    | {
        # 收到接收函15个工作日内办理转出.
        "transfer_out": Chain(
            steps=(Step(Post.COUNTY_ACCOUNT, preliminary=True), Step(Post.COUNTY_ACCOUNT)),
            limit_working_days=15,
            source="湖南省经办工作流程九（二）",
        ),
    },
    payment_days=PaymentDays(25, "湖南省经办工作流程二十一 核心提示3"),
    switches=national.SWITCHES
    | {
        "region_code_layout": Switch(value="6+2+2+2", source="湖南省经办工作流程三 附件3"),
        # 原则上禁止一人多岗，允许多人一岗.
        "one_person_one_post": Switch(value=True, source="湖南省经办工作流程二 核心提示3"),
        # County users are set up by the province, township users by the county.
        "county_users_by_province": Switch(value=True, source="湖南省经办工作流程二（一）"),
        # Numbers come from the bank's write-back or the person; the office may only clear them.
        "staff_may_enter_bank_account": Switch(value=False, source="湖南省经办工作流程二十 核心提示5"),
        # 只转关系，不转基金，次年由省中心统一结算.
        "intra_province_settlement": Switch(value="central", source="湖南省经办工作流程九 核心提示4"),
        # 必须在年内将相关情况核实清楚.
        "suspensions_within_year": Switch(value=True, source="湖南省经办工作流程七 核心提示2"),
        # A birth date that disagrees with the ID number goes to the province and needs a special authority.
        "birth_conflict_needs_authority": Switch(value=True, source="湖南省经办工作流程五 核心提示3"),
    },
)
