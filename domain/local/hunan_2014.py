"""湖南 before the 规程 of 2019: explains how old cases were timed, takes no new case (R-044)."""

from domain.actor import Channel, Post
from domain.case.chain import Chain, Step
from domain.local.definition import Profile
from domain.local.hunan import PROFILE as HUNAN

PROFILE = Profile(
    code="hunan_2014",
    title="湖南（2019年规程以前）",
    historic=True,
    chains={
        "enrollment": Chain(
            steps=(
                Step(Post.TOWNSHIP_CLERK, preliminary=True, working_days=15),
                Step(Post.COUNTY_ENROLLMENT, working_days=15),
            ),
            limit_working_days=30,
            source="湖南省经办工作流程四 二(二)(三), superseded by 规程第八条",
        ),
    },
    channels=frozenset({Channel.VILLAGE_COUNTER, Channel.TOWNSHIP_COUNTER, Channel.COUNTY_COUNTER}),
    channels_source="湖南省经办工作流程四 二(一)、核心提示",
    switches=HUNAN.switches,
    payment_days=HUNAN.payment_days,
)
