"""全国: 城乡居民基本养老保险经办规程 (2019), the default of every county."""

from domain.actor import Channel, Post
from domain.case.chain import Chain, Step
from domain.local.definition import PaymentDays, Profile, Switch

PRELIMINARY = Step(Post.TOWNSHIP_CLERK, preliminary=True)

CHAINS: dict[str, Chain] = {
    "enrollment": Chain(
        steps=(PRELIMINARY, Step(Post.COUNTY_ENROLLMENT)), limit_working_days=3, source="规程第四条、第八条"
    ),
    "beneficiary_designation": Chain(limit_working_days=0, source="规程第三十八条; design: nothing to review"),
    "basic_info_change": Chain(limit_working_days=0, source="规程第九条第一款"),
    "key_info_change": Chain(
        steps=(PRELIMINARY, Step(Post.COUNTY_ACCOUNT)), limit_working_days=3, source="规程第四条、第十条"
    ),
    # 第四十条 sets no limit for this one; design: the limit of the other reviewed changes.
    "household_address_change": Chain(
        steps=(Step(Post.COUNTY_ACCOUNT),),
        limit_working_days=3,
        source="规程第四十条第二款; design: limit as in 第十条",
    ),
    # The 规程 sets no limit for these two; the limits are Hunan's. 15日内 for the resumption is taken as 10 working days, which
    # is never later (X-12 in the conflicts of the sources).
    "contribution_suspension": Chain(
        steps=(PRELIMINARY, Step(Post.COUNTY_ENROLLMENT)), limit_working_days=15, source="湖南省经办工作流程六（三）"
    ),
    "contribution_resumption": Chain(
        steps=(PRELIMINARY, Step(Post.COUNTY_ACCOUNT)),
        limit_working_days=10,
        source="湖南省经办工作流程六（三）（15日以内，按10个工作日办）",
    ),
    "contribution_refund": Chain(
        steps=(PRELIMINARY, Step(Post.COUNTY_COLLECTION)),
        limit_working_days=10,
        source="规程第十四条 sets no limit; design: the ceiling of 社会保险经办条例 (10个工作日)",
    ),
    # The three parties sign (湖南省经办工作流程十三); the bank checks name and account afterwards.
    "direct_debit_agreement": Chain(
        steps=(Step(Post.COUNTY_COLLECTION),),
        limit_working_days=10,
        source="湖南省经办工作流程十三 sets no limit; design: the ceiling of 社会保险经办条例 (10个工作日)",
    ),
    # 立即核查并及时告知: filed at the township, decided by the county.
    "account_dispute": Chain(
        steps=(PRELIMINARY, Step(Post.COUNTY_ACCOUNT)),
        limit_working_days=10,
        source="规程第二十条 says at once; design: the ceiling of 社会保险经办条例 (10个工作日)",
    ),
    # One person of the benefit desk determines, another one reviews.
    "benefit_claim": Chain(
        steps=(PRELIMINARY, Step(Post.COUNTY_BENEFIT, preliminary=True), Step(Post.COUNTY_BENEFIT)),
        limit_working_days=5,
        source="规程第四条、第二十四条、第六十二条",
    ),
    # 立即核查: as the dispute about the account.
    "benefit_dispute": Chain(
        steps=(PRELIMINARY, Step(Post.COUNTY_BENEFIT)),
        limit_working_days=10,
        source="规程第二十五条 says at once; design: the ceiling of 社会保险经办条例 (10个工作日)",
    ),
    # The township files within the month, the county decides; what was stopped wrongly is restored sooner than it may be stopped.
    "benefit_suspension": Chain(
        steps=(PRELIMINARY, Step(Post.COUNTY_BENEFIT)), limit_working_days=15, source="湖南省经办工作流程七（三）（15个工作日）"
    ),
    "benefit_resumption": Chain(
        steps=(PRELIMINARY, Step(Post.COUNTY_BENEFIT)),
        limit_working_days=10,
        source="规程第三十三条 says at once; design: the ceiling of 社会保险经办条例 (10个工作日)",
    ),
    # The bank checks name and number; there is nothing for people to review.
    "bank_account_change": Chain(limit_working_days=0, source="规程第二十八条; design: the bank verifies the account"),
    # 自收到转入申请的5个工作日内告知审核结果; the letter goes out with it.
    "transfer_in": Chain(
        steps=(PRELIMINARY, Step(Post.COUNTY_ACCOUNT)), limit_working_days=5, source="规程第四条、第四十二条"
    ),
    # Opened by the letter; one person settles the account, another one signs.
    "transfer_out": Chain(
        steps=(Step(Post.COUNTY_ACCOUNT, preliminary=True), Step(Post.COUNTY_ACCOUNT)),
        limit_working_days=10,
        source="规程第四十三条 says in time; design: the ceiling of 社会保险经办条例 (10个工作日)",
    ),
    # The clocks between the two schemes are beside it.
    "scheme_linkage": Chain(
        steps=(PRELIMINARY, Step(Post.COUNTY_ACCOUNT)), limit_working_days=15, source="人社部发〔2014〕17号第九条（15个工作日）"
    ),
    "deregistration": Chain(
        steps=(PRELIMINARY, Step(Post.COUNTY_ACCOUNT)), limit_working_days=5, source="规程第四条、第三十九条"
    ),
    # Filed by one member of staff, decided by the head: what was approved wrongly is put right by a new case.
    "case_reversal": Chain(
        steps=(Step(Post.COUNTY_HEAD),),
        limit_working_days=3,
        source="design: 社会保险经办条例第三十七条 asks for approval by level",
    ),
}

SWITCHES: dict[str, Switch] = {
    # 告知承诺 is the resident's own act (规程第三十八条); an assistant only collects and uploads (第四条).
    "assistant_may_commit": Switch(value=False, source="规程第四条、第三十八条"),
    "region_code_layout": Switch(value="6+2+2+2", source="湖南省经办工作流程三 附件3; design: the default everywhere"),
    "sex_change_against_id_number": Switch(value="key_change", source="GB 11643; design (R-060)"),
    "birth_conflict_needs_authority": Switch(value=False, source="规程第九条第二款"),
    "one_person_one_post": Switch(value=False, source="规程第六十二条"),
    "county_users_by_province": Switch(value=False, source="规程第四条"),
    "whole_district_enrollment": Switch(value=False, source="规程第七条"),
    # The day of the year by which the report of certifications is due, as 11-30.
    "certification_report_by": Switch(value="", source="规程第三十一条 sets no day"),
    # Whether what was stopped has to be cleared up before the year ends.
    "suspensions_within_year": Switch(value=False, source="规程第三十三条 sets no day"),
    # Whether the counter may type in where a pension goes.
    # How money follows a relation inside one province: cash next month, or settled by the province next year (R-385; X-17).
    "intra_province_settlement": Switch(value="cash", source="规程第四十三条"),
    # Whether subsidies of the year that have not come yet go along.
    "transfer_unreceived_subsidies": Switch(value=False, source="规程第四十三条: what is in the account"),
    "staff_may_enter_bank_account": Switch(value=True, source="规程第六条、第二十八条; design: with the person and the card at the counter"),
}

PROFILE = Profile(
    code="national",
    title="全国经办规程（2019）",
    chains=CHAINS,
    channels=frozenset(Channel),
    channels_source="规程第六条、第七条",
    switches=SWITCHES,
    payment_days=PaymentDays(25, "规程第二十八条; design: the 25th as in Hunan, no day is set"),
)
