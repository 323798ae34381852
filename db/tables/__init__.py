"""The tables as Piccolo sees them, every one; a test holds them against the database.

The SQL of the migrations makes the tables, their keys and their checks. Piccolo knows keys of one column only: the one
marked here is enough for it, and is not by itself unique in county tables.
"""

from piccolo.table import Table

from db.tables.access import (
    AssistantAppointment,
    LoginAttempt,
    LogoutTokenSeen,
    OidcState,
    OneTimeCode,
    ParkedForm,
    ResidentAccount,
    SpecialAuthorityGrant,
    StaffPost,
    StaffRelative,
    StaffUser,
    WebSession,
)
from db.tables.accounts import AccountBalance, AccountStatement, IndividualAccount, LedgerEntry
from db.tables.audit import AuditEntry, AuditHead, AuditSeal
from db.tables.books import (
    AccountingPeriod,
    AgencyBankAccount,
    DocumentLine,
    FundDocument,
    LedgerAccount,
    PaymentOrder,
    Receipt,
    Voucher,
    VoucherLine,
    VoucherReview,
)
from db.tables.cases import Attachment, CaseEvent, CaseMaterial, CasePause, Commitment, IssuedDocument, ServiceCase
from db.tables.comparison import ComparisonResult, SourceBatch, SourceRecord, SourceState
from db.tables.contributions import (
    CategorySpell,
    ContributionAdjustment,
    ContributionYear,
    DebitAgreement,
    DebitMember,
    LandLossAward,
    SubsidyDue,
    SuspensionSpell,
    ZeroConsent,
)
from db.tables.messages import ExchangeFile, ExchangeMessage, Message
from db.tables.people import Beneficiary, IdentityIndex, Participation, Person, PersonChange, PersonIdentity
from db.tables.places import Region, RegionMapping, RegionVersion
from db.tables.reference import (
    CalendarApplied,
    CalendarDay,
    CalendarYear,
    County,
    FundSource,
    Installation,
    ParameterProposal,
    PolicyParameter,
)
from db.tables.runs import BatchRun, RunChunk, RunException

TABLES: tuple[type[Table], ...] = (
    Installation,
    County,
    CalendarYear,
    CalendarDay,
    CalendarApplied,
    PolicyParameter,
    ParameterProposal,
    FundSource,
    Region,
    RegionVersion,
    RegionMapping,
    IdentityIndex,
    Person,
    PersonIdentity,
    PersonChange,
    Participation,
    Beneficiary,
    IndividualAccount,
    AccountBalance,
    LedgerEntry,
    AccountStatement,
    AccountingPeriod,
    LedgerAccount,
    AgencyBankAccount,
    FundDocument,
    DocumentLine,
    Receipt,
    Voucher,
    VoucherLine,
    VoucherReview,
    PaymentOrder,
    ContributionYear,
    SubsidyDue,
    CategorySpell,
    ContributionAdjustment,
    ZeroConsent,
    LandLossAward,
    DebitAgreement,
    DebitMember,
    SuspensionSpell,
    BatchRun,
    RunChunk,
    RunException,
    ServiceCase,
    CasePause,
    CaseEvent,
    Attachment,
    CaseMaterial,
    Commitment,
    IssuedDocument,
    SourceState,
    SourceBatch,
    SourceRecord,
    ComparisonResult,
    Message,
    ExchangeMessage,
    ExchangeFile,
    AuditEntry,
    AuditSeal,
    AuditHead,
    WebSession,
    LoginAttempt,
    OneTimeCode,
    OidcState,
    ParkedForm,
    LogoutTokenSeen,
    ResidentAccount,
    StaffUser,
    StaffRelative,
    StaffPost,
    AssistantAppointment,
    SpecialAuthorityGrant,
)
