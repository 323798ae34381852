"""The sources of funds of an individual account, in the order in which sheets list them (R-175)."""

from enum import StrEnum


class Fund(StrEnum):
    """The value is what fund_source and the columns of the ledger are called by; db/funds.py says the same."""

    PERSONAL = "personal"
    COLLECTIVE = "collective"
    OTHER_ASSISTANCE = "other_assistance"
    SUBSIDY_PROVINCE = "subsidy_province"
    SUBSIDY_CITY = "subsidy_city"
    SUBSIDY_COUNTY = "subsidy_county"
    GOVERNMENT_PAID = "government_paid"
    LAND_LOSS = "land_loss"
