"""Every 事项 is whole: in the list, with a chain in every profile, with fields that can be read, with a test of its own."""

from pathlib import Path

import msgspec
import pytest

from domain.case.item import ServiceItem
from domain.items import ITEMS
from domain.local import PROFILES

ROOT = Path(__file__).parents[2]


def test_no_item_file_is_left_out_of_the_list() -> None:
    on_disk = {path.stem for path in (ROOT / "domain/items").glob("*.py")} - {"__init__"}
    assert on_disk == {item.code for item in ITEMS}


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)
def test_an_item_has_its_test(item: ServiceItem) -> None:
    assert (ROOT / "tests/items" / f"test_{item.code}.py").exists()


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)
def test_an_item_cites_its_basis(item: ServiceItem) -> None:
    assert item.basis


@pytest.mark.rule("R-004")
@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)
def test_no_paper_is_asked_for_without_an_article(item: ServiceItem) -> None:
    assert all(material.basis for material in item.materials)


@pytest.mark.rule("R-030")
def test_the_attachment_matrix_is_the_one_of_the_procedure_and_nothing_more() -> None:
    asked = {item.code: [material.code for material in item.materials] for item in ITEMS}
    assert asked == {
        "enrollment": ["id_document", "household_front", "household_own"],
        "basic_info_change": [],
        "key_info_change": ["id_document"],
        "household_address_change": [],
        "beneficiary_designation": [],
        "contribution_suspension": [],
        "contribution_resumption": [],
        "contribution_refund": [],
        "direct_debit_agreement": [],
        "account_dispute": [],
        "benefit_claim": ["id_document"],
        "benefit_dispute": [],
        "benefit_suspension": [],
        "benefit_resumption": [],
        "bank_account_change": [],
        "deregistration": [],
        "transfer_in": ["id_document"],
        "transfer_out": [],
        "scheme_linkage": [],
        "case_reversal": [],
    }


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)
def test_every_field_of_a_page_is_a_field_of_the_payload_with_a_title(item: ServiceItem) -> None:
    fields = {field.name: field for field in msgspec.structs.fields(item.payload)}
    asked = [name for page in item.pages for name in page.fields]
    assert len(asked) == len(set(asked)), "a field is asked twice"
    for name in asked:
        schema = msgspec.json.schema(item.payload)
        assert "title" in str(schema["$defs"][item.payload.__name__]["properties"][name]), name
    assert set(asked) <= set(fields)


@pytest.mark.parametrize("profile", [p for p in PROFILES if not p.historic], ids=lambda profile: profile.code)
def test_every_profile_in_force_has_a_chain_for_every_item(profile) -> None:  # type: ignore[no-untyped-def]
    assert {item.code for item in ITEMS} <= set(profile.chains)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.code)
def test_the_last_step_decides_and_only_the_last(profile) -> None:  # type: ignore[no-untyped-def]
    for code, chain in profile.chains.items():
        if chain.steps:
            assert [step.preliminary for step in chain.steps][-1] is False, code
            assert all(step.preliminary for step in chain.steps[:-1]), code
