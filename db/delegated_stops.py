"""Which months of an allowance are due, and what stands against each: SQL for every statement that pays or asks (代发).

A pension that stops does not stop the allowances beside it: each is asked for, and until somebody has said a word its months are
held. The word is kept with the stop it was said of. Death needs no word.
"""

# $1 county, $2 situations of a sentence in which no pension is paid, $3 the last month that may be due, $4 the first one,
# $5 a month of payments whose own lines do not count as paid.
_STOPS = (
    "with death as materialized (select person_id, min(month)::int as month from (select person_id, ended_month as month from benefit"
    " where county_code = $1 and state in ('ended', 'settled') and end_reason = '死亡' union all select person_id, to_char(happened_on, 'YYYYMM')::int"
    " from death_report_line where county_code = $1 and kind = 'death' and state = 'true' and person_id is not null union all"
    " select person_id, to_char(happened_on, 'YYYYMM')::int from termination where county_code = $1 and cause = 'death'"
    " and state = 'registered') x group by person_id),"
    " deaths as (select id from source_batch where county_code = $1 and source = 'deaths' order by as_of_on desc, id desc limit 1),"
    " named as (select p.id as person_id, (r.data::json ->> 'died_on')::date as died_on from deaths join source_record r"
    " on r.county_code = $1 and r.source = 'deaths' and r.batch_id = deaths.id join person p on p.county_code = $1"
    " and p.id_index = r.id_index where not exists (select from benefit b where b.county_code = $1 and b.person_id = p.id)),"
    " stop as materialized (select s.* from (select person_id, 'suspension' as kind, id, first_month,"
    " case state when 'lifted' then last_month end as last_month, reason from benefit_suspension where county_code = $1"
    " and (state = 'confirmed' or state = 'lifted' and last_month >= first_month)"
    " union all select person_id, 'sentence', id, first_month, last_month, situation from sentence_spell where county_code = $1"
    " and situation = any($2::text[])"
    " union all select person_id, 'ended', ended_month, ended_month + case ended_month % 100 when 12 then 89 else 1 end, null,"
    " end_reason from benefit where county_code = $1 and state in ('ended', 'settled')"
    " union all select person_id, 'death_match', to_char(died_on, 'YYYYMM')::int, to_char(died_on + interval '1 month', 'YYYYMM')::int,"
    " null, '' from named) s where not exists (select from death x where x.person_id = s.person_id))"
)


def judged(whose: str) -> str:
    """CTEs up to `judged`: programme_id, person_id, due_month, amount_fen and why it is not paid ('' when it is), and `told`: the
    stops of each allowance with the words said of them. `whose`: conditions on delegated_allowance a.

    A stop that is over matters while a month from before its end is still due: then that month was held.
    """
    return (
        f"{_STOPS}, due as materialized (select a.programme_id, a.person_id, a.amount_fen, a.since_month, m.due_month,"
        " min(m.due_month) over (partition by a.programme_id, a.person_id) as first_due from delegated_allowance a cross join lateral"
        " (select to_char(d, 'YYYYMM')::int as due_month from generate_series(to_date(greatest(a.from_month, $4)::text, 'YYYYMM')::timestamp,"
        " to_date(least(coalesce(a.last_month, $3), $3)::text, 'YYYYMM')::timestamp, interval '1 month') d) m"
        f" where a.county_code = $1 and not a.void and a.from_month <= $3 and {whose} and not exists (select from delegated_line l"
        " where l.county_code = $1 and l.programme_id = a.programme_id and l.person_id = a.person_id and l.due_month = m.due_month"
        " and not l.voided and l.month_id <> $5)),"
        f" told as materialized (select a.programme_id, a.person_id, s.kind, s.id, s.first_month, s.last_month, s.reason, {_word('stopped')}"
        f" as at_stop, {_word('over')} as at_end from (select distinct programme_id, person_id from due) a join stop s"
        " on s.person_id = a.person_id),"
        " word as materialized (select u.programme_id, u.person_id, u.due_month, bool_or(y.code = 'asked') as asked,"
        " bool_or(y.code = 'stopped') as stopped from due u join told s on s.programme_id = u.programme_id and s.person_id = u.person_id"
        f" cross join lateral (select {CODE} as code) y where s.first_month <= u.due_month and {MATTERS} group by 1, 2, 3),"
        " judged as materialized (select u.programme_id, u.person_id, u.due_month, u.amount_fen, case when x.month < u.due_month then 'dead'"
        " when exists (select from benefit_suspension v where v.county_code = $1 and v.person_id = u.person_id and v.state = 'proposed'"
        " and v.reason = 'suspected_death' and v.first_month <= u.due_month) then 'verifying' when w.asked then 'asked'"
        " when w.stopped then 'stopped' else '' end as why from due u left join death x on x.person_id = u.person_id left join word w"
        " on w.programme_id = u.programme_id and w.person_id = u.person_id and w.due_month = u.due_month)"
    )


def _word(phase: str) -> str:
    return (
        "(select d.answer from delegated_decision d where d.county_code = $1 and d.person_id = a.person_id and d.programme_id = a.programme_id"
        f" and d.stop_kind = s.kind and d.stop_id = s.id and d.phase = '{phase}' order by d.id desc limit 1)"
    )


# Of a stop `s` and a due month `u`.
MATTERS = "(s.last_month is null or s.last_month >= greatest(u.since_month, u.first_due))"
CODE = (
    "case when s.at_stop in ('pay', 'pay_from_now') then '' when s.last_month is null then case when s.at_stop is null then 'asked' else 'stopped' end"
    " when s.at_end = 'pay' then '' when s.at_end = 'pay_from_now' then case when u.due_month <= s.last_month then 'stopped' else '' end"
    " when s.at_end = 'stop' then 'stopped' else 'asked' end"
)
