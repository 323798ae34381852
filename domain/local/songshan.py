"""赤峰市松山区: 城乡居民基本养老保险经办规程实施办法 (赤松政办发〔2020〕56号)."""

from msgspec import structs

from domain.local import national
from domain.local.definition import Profile, Switch

PROFILE: Profile = structs.replace(
    national.PROFILE,
    code="songshan",
    title="赤峰市松山区",
    chains=national.CHAINS
    | {
        # 手续齐全的当场办理: the promise is the same day, the legal limit stays.
        "enrollment": structs.replace(
            national.CHAINS["enrollment"], target_working_days=0, source="规程第八条; 松山办法第五条"
        ),
    },
    switches=national.SWITCHES
    | {
        "whole_district_enrollment": Switch(value=True, source="松山办法第四条"),
        "certification_report_by": Switch(value="11-30", source="松山办法第二十六条"),
    },
)
