"""What must hold between accounts, documents and vouchers: each check one statement that returns what breaks it.

Every statement returns rows (object, detail); none means that it holds. To be run in one snapshot.
"""

from collections.abc import Callable

from db import engine
from db.funds import FUNDS

# Which account of the vouchers mirrors which fund of the ledger; interest has one for all.
INCOME = {
    "personal": "contribution_income", "collective": "collective_income", "other_assistance": "other_assistance_income",
    "subsidy_province": "subsidy_income_province", "subsidy_city": "subsidy_income_city",
    "subsidy_county": "subsidy_income_county", "government_paid": "government_paid_income", "land_loss": "land_loss_income",
}  # fmt: skip
PAYABLE = "account_interest_payable"
# What leaves the accounts as an expense of the fund, or comes to them from another county, is not its income: entries of these
# kinds have accounts of their own.
OTHERS = {40: "pension_from_accounts", 41: "account_return", 50: "transfer_income", 51: "transfer_expense", 52: "transfer_income", 53: "transfer_expense"}
_KINDS = f"({', '.join(map(str, OTHERS))})"
AT_MOST = 20  # findings shown of each check; the count says how many there are

_BOTH = [(fund, "not is_interest", f"{fund}_fen") for fund in FUNDS] + [
    (fund, "is_interest", f"{fund}_interest_fen") for fund in FUNDS
]


def _balances() -> str:
    """Per account and fund: what the entries add up to is what the balance says."""
    sums = ", ".join(f"coalesce(sum({fund}_fen) filter (where {which}), 0) as {kept}" for fund, which, kept in _BOTH)
    differ = ", ".join(f"b.{kept}" for _, _, kept in _BOTH)
    added = ", ".join(f"coalesce(s.{kept}, 0)" for _, _, kept in _BOTH)
    words = " || ' '".join(
        f" || case when b.{kept} is distinct from coalesce(s.{kept}, 0)"
        f" then '{kept} ' || coalesce(b.{kept}::text, '-') || '≠' || coalesce(s.{kept}, 0) else '' end"
        for _, _, kept in _BOTH
    )
    return (
        f"with s as (select account_id, {sums} from ledger_entry where county_code = $1 group by account_id)"
        f" select coalesce(b.account_id, s.account_id) as object, ''{words} as detail"
        " from (select * from account_balance where county_code = $1) b full join s on s.account_id = b.account_id"
        f" where b.account_id is null or ({differ}) is distinct from ({added})"
    )


def _documents() -> str:
    """Per document: its entries by fund are what its voucher puts on the fund's income account."""
    sums = ", ".join(f"coalesce(sum({fund}_fen) filter (where {which}), 0) as {kept}" for fund, which, kept in _BOTH)
    sides = ", ".join(
        f"coalesce(sum(l.credit_fen - l.debit_fen) filter (where l.account = '{income}'), 0) as {fund}_fen"
        for fund, income in INCOME.items()
    )
    differ = " or ".join(f"coalesce(e.{fund}_fen, 0) <> coalesce(v.{fund}_fen, 0)" for fund in FUNDS)
    interest = " + ".join(f"e.{fund}_interest_fen" for fund in FUNDS)
    return (
        f"with e as (select document_id, {sums} from ledger_entry where county_code = $1 and kind not in {_KINDS} group by document_id),"
        f" v as (select v.document_id, {sides}, coalesce(sum(l.credit_fen - l.debit_fen) filter (where l.account ="
        f" '{PAYABLE}'), 0) as interest_fen from voucher v join voucher_line l using (county_code, period, number)"
        " where v.county_code = $1 group by v.document_id)"
        " select coalesce(e.document_id, v.document_id) as object, 'entries and voucher disagree' as detail"
        f" from e full join v on v.document_id = e.document_id where {differ}"
        f" or coalesce({interest}, 0) <> coalesce(v.interest_fen, 0)"
    )


def _control() -> str:
    """The county as a whole: all balances of a fund together, less what has accounts of its own, are what the vouchers put on
    its income account."""
    rows = [f"('{income}', (select coalesce(sum({fund}_fen), 0) from account_balance where county_code = $1)"
            f" - (select {fund}_fen from paid))" for fund, income in INCOME.items()]  # fmt: skip
    interest = " + ".join(f"{fund}_interest_fen" for fund in FUNDS)
    rows.append(f"('{PAYABLE}', (select coalesce(sum({interest}), 0) from account_balance where county_code = $1)"
                " - (select interest_fen from paid))")  # fmt: skip
    paid = ", ".join(f"coalesce(sum({fund}_fen) filter (where not is_interest), 0) as {fund}_fen" for fund in FUNDS)
    of_interest = " + ".join(f"coalesce({fund}_fen, 0)" for fund in FUNDS)
    return (
        f"with paid as (select {paid}, coalesce(sum({of_interest}) filter (where is_interest), 0) as interest_fen from ledger_entry"
        f" where county_code = $1 and kind in {_KINDS}), a(account, fen) as (values {', '.join(rows)}), v as (select account, sum(credit_fen - debit_fen) as fen"
        " from voucher_line where county_code = $1 group by account)"
        " select a.account as object, 'accounts ' || a.fen || ', vouchers ' || coalesce(v.fen, 0) as detail"
        " from a left join v using (account) where a.fen <> coalesce(v.fen, 0)"
    )


def _others() -> str:
    """Per document: what it took out of the accounts, or brought to them, is what its voucher has on the account of that."""
    amounts = " + ".join(f"coalesce({fund}_fen, 0)" for fund in FUNDS)
    account = " ".join(f"when {kind} then '{code}'" for kind, code in OTHERS.items())
    return (
        f"with e as (select document_id, case kind {account} end as account, sum({amounts}) as fen from ledger_entry"
        f" where county_code = $1 and kind in {_KINDS} group by 1, 2), v as (select v.document_id, l.account,"
        " sum(l.debit_fen - l.credit_fen) as fen from voucher v join voucher_line l using (county_code, period, number)"
        f" where v.county_code = $1 and l.account in ({', '.join(repr(code) for code in OTHERS.values())}) group by 1, 2)"
        " select coalesce(e.document_id, v.document_id) as object, coalesce(-e.fen, 0) || ' charged, ' || coalesce(v.fen, 0)"
        " || ' in the voucher' as detail from e full join v on v.document_id = e.document_id and v.account = e.account"
        " where coalesce(-e.fen, 0) <> coalesce(v.fen, 0)"
    )


_LEVELS = (("province", "subsidy_province"), ("city", "subsidy_city"), ("county", "subsidy_county"),
           ("government_paid", "government_paid"))  # fmt: skip


def _subsidies() -> str:
    """Per account and year: credited is never beyond what is due, and is what the ledger holds."""
    sums = ", ".join(f"sum(credited_{level}_fen) as {level}" for level, _ in _LEVELS)
    beyond = " or ".join(
        f"credited_{level}_fen not between least({level}_fen, 0) and greatest({level}_fen, 0)" for level, _ in _LEVELS
    )
    held = ", ".join(f"coalesce(sum({fund}_fen), 0) as {level}" for level, fund in _LEVELS)
    differ = " or ".join(f"coalesce(d.{level}, 0) <> coalesce(e.{level}, 0)" for level, _ in _LEVELS)
    return (
        f"with d as (select account_id, year, {sums}, bool_or({beyond}) as beyond from subsidy_due where county_code = $1"
        f" group by account_id, year), e as (select account_id, contribution_year::int as year, {held} from ledger_entry"
        " where county_code = $1 and not is_interest and contribution_year is not null and kind = any($2)"
        " group by account_id, contribution_year)"
        " select coalesce(d.account_id, e.account_id) as object, 'subsidies of ' || coalesce(d.year, e.year) as detail"
        f" from d full join e using (account_id, year) where d.beyond or {differ}"
    )


def _entrusted() -> str:
    """Other bureaus' money: what lies on its account is what came for their months and was neither paid nor given back."""
    last = (
        "select distinct on (t.month_id, t.person_id) t.month_id, t.state, t.amount_fen from delegated_transfer t where t.county_code = $1"
        " order by t.month_id, t.person_id, t.round desc"
    )
    return (
        f"with t as ({last}), s as (select month_id, sum(amount_fen) filter (where state = 'paid') as paid,"
        " sum(amount_fen) filter (where state = 'returned') as back from t group by month_id), m as (select coalesce(sum("
        " case when m.arrival_id is null then 0 else m.total_fen end - case when m.payment_id is null then 0 else s.paid end"
        " - case when m.return_id is null then 0 else s.back end), 0) as fen from delegated_month m join s on s.month_id = m.id"
        " where m.county_code = $1), v as (select coalesce(sum(debit_fen - credit_fen), 0) as fen from voucher_line"
        " where county_code = $1 and account = 'entrusted_account')"
        " select 'entrusted_account' as object, m.fen || ' of the months, ' || v.fen || ' in the vouchers' as detail from m, v"
        " where m.fen <> v.fen"
    )


# Title, statement, whether it is handed the kinds of entry given to `broken`.
CHECKS: tuple[tuple[str, Callable[[], str], str], ...] = (
    ("entries add up to balances", _balances, ""),
    ("documents agree with their vouchers", _documents, ""),
    ("accounts agree with the control accounts", _control, ""),
    ("pensions out of accounts agree with their vouchers", _others, ""),
    ("debit is credit", lambda: (
        "select period || '-' || number as object, sum(debit_fen - credit_fen)::text as detail from voucher_line"
        " where county_code = $1 group by period, number having sum(debit_fen) <> sum(credit_fen)"), ""),
    ("voucher numbers have no gap", lambda: (
        "select p.period::text as object, p.last_number || ' given, ' || count(v.number) || ' there' as detail"
        " from accounting_period p left join voucher v using (county_code, period) where p.county_code = $1"
        " group by p.period, p.last_number having p.last_number <> count(v.number)"
        " or p.last_number <> coalesce(max(v.number), 0)"), ""),
    ("no entry without its document", lambda: (
        "select e.document_id as object, e.n || ' entries' as detail from (select document_id, count(*) as n from ledger_entry"
        " where county_code = $1 group by document_id) e left join fund_document d on d.county_code = $1"
        " and d.id = e.document_id where d.state is distinct from 'booked'"), ""),
    ("debts are what was recovered, written off and is open, item by item", lambda: (
        "select r.id as object, i.item || ' ' || i.principal_fen as detail from recovery r join recovery_item i on i.county_code = $1"
        " and i.recovery_id = r.id left join (select recovery_id, item, sum(amount_fen) as fen from recovery_entry where county_code = $1"
        " group by 1, 2) e on e.recovery_id = r.id and e.item = i.item where r.county_code = $1 and e.fen > i.principal_fen"
        " union all select r.id, 'sums' from recovery r where r.county_code = $1 and (r.principal_fen, r.recovered_fen, r.written_off_fen)"
        " is distinct from ((select sum(principal_fen) from recovery_item where county_code = $1 and recovery_id = r.id),"
        " (select coalesce(sum(amount_fen) filter (where source <> 'write_off'), 0) from recovery_entry where county_code = $1"
        " and recovery_id = r.id), (select coalesce(sum(amount_fen) filter (where source = 'write_off'), 0) from recovery_entry"
        " where county_code = $1 and recovery_id = r.id))"), ""),
    ("booked money has its voucher", lambda: (
        "select d.id as object, d.kind as detail from fund_document d where d.county_code = $1 and d.state = 'booked'"
        " and exists (select from ledger_entry e where e.county_code = $1 and e.document_id = d.id)"
        " and not exists (select from voucher v where v.county_code = $1 and v.document_id = d.id)"), ""),
    ("a line is booked once", lambda: (
        "select l.document_id || '/' || l.line_no as object, count(e.id) || ' entries' as detail from document_line l"
        " left join ledger_entry e on e.county_code = l.county_code and e.document_id = l.document_id"
        " and e.line_no = l.line_no where l.county_code = $1 and l.state = 'booked' and l.amount_fen <> 0"
        " group by l.document_id, l.line_no, l.amount_fen having count(e.id) <> 1"), ""),
    ("contribution years agree with the ledger", lambda: (
        "with e as (select account_id, contribution_year::int as year, sum(personal_fen) as fen from ledger_entry"
        " where county_code = $1 and not is_interest and personal_fen is not null and contribution_year is not null"
        " group by account_id, contribution_year)"
        " select coalesce(y.account_id, e.account_id) as object, coalesce(y.year, e.year) || ': ' || coalesce(y.personal_fen, 0)"
        " || ' recorded, ' || coalesce(e.fen, 0) || ' in the ledger' as detail from (select * from contribution_year"
        " where county_code = $1) y full join e using (account_id, year)"
        " join individual_account a on a.county_code = $1 and a.id = coalesce(y.account_id, e.account_id) and a.status = 'open'"
        " where coalesce(y.personal_fen, 0) <> coalesce(e.fen, 0)"), ""),
    ("subsidies are credited as they are due", _subsidies, "subsidy"),
    ("no voucher mixes the fund with entrusted money", lambda: (
        "select period || '-' || number as object, string_agg(account, ', ') as detail from voucher_line where county_code = $1"
        " group by period, number having count(distinct account like 'entrusted%') > 1"), ""),
    ("entrusted money agrees with its months", _entrusted, ""),
)  # fmt: skip


async def broken(county_code: int, check: int, kinds: tuple[int, ...]) -> tuple[int, list[tuple[str, str]]]:
    """How many things break CHECKS[check], and the first of them. `kinds`: entry kinds that carry subsidies."""
    _, statement, wants = CHECKS[check]
    args: tuple[object, ...] = (county_code, list(kinds)) if wants else (county_code,)
    rows = await engine.fetch(
        f"with found as materialized ({statement()}) select object::text, detail, count(*) over () as n from found"
        f" order by 1 limit {AT_MOST}",
        *args,
    )
    return (rows[0]["n"] if rows else 0), [(row["object"], row["detail"].strip()) for row in rows]


async def sizes(county_code: int) -> tuple[int, int, int]:
    """Accounts, entries and vouchers that were looked at."""
    row = await engine.fetchrow(
        "select (select count(*) from account_balance where county_code = $1), (select count(*) from ledger_entry"
        " where county_code = $1), (select count(*) from voucher where county_code = $1)",
        county_code,
    )
    assert row is not None
    return row[0], row[1], row[2]
