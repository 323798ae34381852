"""The formula of domain/rules/pension.py as a country model of OpenFisca, with whole 分 throughout: the yardstick of bench/calculation.py.

Only what the bench's counties pay: basic pension of three levels, a supplement a year beyond 15, an age supplement of two bands.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import ETERNITY, MONTH
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from db.benefit_items import COLUMNS
from db.funds import FUNDS

Ints = np.ndarray[Any, np.dtype[np.int64]]
PERSON = build_entity(key="person", plural="people", label="who draws a pension", is_person=True)
Balances = msgspec.defstruct("Balances", [(fund, int, 0) for fund in FUNDS])
_DECODER = msgspec.json.Decoder(Balances)


def arrays(rows: Sequence[Any]) -> dict[str, Ints]:
    """The facts of a county as columns."""
    held = [_DECODER.decode(row[3]) for row in rows]
    month = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    born = np.fromiter((row[2].toordinal() for row in rows), np.int64, len(rows))
    facts = {
        "month": month,
        "years": np.fromiter((row[1] for row in rows), np.int64, len(rows)),
        "age": _ages(month, born),
    }
    return facts | {
        f"balance_{fund}": np.fromiter((getattr(each, fund) for each in held), np.int64, len(rows)) for fund in FUNDS
    }


def _ages(month: Ints, born: Ints) -> Ints:
    """Whole years on the first day of the month."""
    day = (born - date(1970, 1, 1).toordinal()).astype("datetime64[D]")
    year, moon = day.astype("datetime64[Y]"), day.astype("datetime64[M]")
    of_year = (moon - year.astype("datetime64[M]")).astype(np.int64) + 1
    later = (of_year > month % 100) | ((of_year == month % 100) & (day > moon.astype("datetime64[D]")))
    ages: Ints = month // 100 - (year.astype(np.int64) + 1970) - later
    return ages


def _variable(name: str, formula: Any = None, period: str = MONTH) -> type[Variable]:
    body = {"value_type": int, "entity": PERSON, "definition_period": period, "label": name}
    return type(name, (Variable,), body | ({"formula": formula} if formula else {}))


def _basic(level: str) -> Any:
    return lambda person, period, parameters: person.filled_array(parameters(period).basic[level], dtype=np.int32)


def _long(person: Any, period: Any, parameters: Any) -> Ints:
    beyond: Ints = np.maximum(person("years", period) - 15, 0) * parameters(period).long.county
    return beyond


def _age(person: Any, period: Any, parameters: Any) -> Ints:
    age, bands = person("age", period), parameters(period).age
    reached: Ints = np.where(age >= 70, bands.county_70, np.where(age >= 65, bands.county_65, 0))
    return reached


def _held(person: Any, period: Any) -> Ints:
    total: Ints = sum(person(f"balance_{fund}", period).astype(np.int64) for fund in FUNDS)
    return total


def _whole(person: Any, period: Any) -> Ints:
    whole: Ints = (2 * _held(person, period) + 139) // 278
    return whole


def _product(person: Any, period: Any, fund: str) -> Ints:
    product: Ints = person("account_whole", period).astype(np.int64) * person(f"balance_{fund}", period)
    return product


def _cut(fund: str) -> Any:
    return lambda person, period: _product(person, period, fund) // np.maximum(person("account_held", period), 1)


def _remainder(fund: str) -> Any:
    return lambda person, period: _product(person, period, fund) % np.maximum(person("account_held", period), 1)


def _rest(person: Any, period: Any) -> Ints:
    rest: Ints = person("account_whole", period) - sum(person(f"cut_{fund}", period) for fund in FUNDS)
    return rest


def _part(fund: str) -> Any:
    """Cut off, and one 分 more for the largest remainders, on a tie for the earlier source."""

    def formula(person: Any, period: Any) -> Ints:
        own, rank = person(f"remainder_{fund}", period), 0
        for other in FUNDS:
            if other != fund:
                theirs = person(f"remainder_{other}", period)
                rank = rank + (theirs >= own if FUNDS.index(other) < FUNDS.index(fund) else theirs > own)
        part: Ints = person(f"cut_{fund}", period) + (rank < person("account_rest", period))
        return part

    return formula


def _system(entered: Sequence[tuple[str, str, str, str]]) -> Any:
    """`entered`: kind, key, yuan a month, from."""
    tree: dict[str, Any] = {"basic": {}, "long": {}, "age": {}}
    for kind, key, value, on in entered:
        values = tree[kind.partition("_")[0]].setdefault(key.replace("/", "_"), {"values": {}})["values"]
        values[on] = {"value": round(float(value) * 100)}
    system = TaxBenefitSystem([PERSON])
    system.parameters = ParameterNode("", data=tree)
    inputs = ["years", "age", *(f"balance_{fund}" for fund in FUNDS)]
    made = [_variable(name, period=ETERNITY) for name in inputs]
    made += [_variable(f"basic_{level}", _basic(level)) for level in tree["basic"]]
    made += [_variable("long_county", _long), _variable("age_county", _age)]
    made += [_variable("account_held", _held), _variable("account_whole", _whole), _variable("account_rest", _rest)]
    made += [_variable(f"{name}_{fund}", formula(fund)) for fund in FUNDS
             for name, formula in (("cut", _cut), ("remainder", _remainder), ("account", _part))]  # fmt: skip
    system.add_variables(*made)
    return system


def calculated(facts: Sequence[dict[str, Ints]], entered: Sequence[tuple[str, str, str, str]]) -> dict[str, int]:
    """分 of everybody together by column of db/benefit_items.py."""
    system, totals = _system(entered), dict.fromkeys(COLUMNS, 0)
    every = {name: np.concatenate([each[name] for each in facts]) for name in facts[0]}
    for month in np.unique(every["month"]):
        chosen, period = every["month"] == month, f"{month // 100}-{month % 100:02d}"
        simulation = SimulationBuilder().build_default_simulation(system, count=int(chosen.sum()))
        for name, values in every.items():
            if name != "month":
                simulation.set_input(name, "ETERNITY", values[chosen].astype(np.int32))
        for column in COLUMNS:
            if column.removesuffix("_fen") in system.variables:
                totals[column] += int(simulation.calculate(column.removesuffix("_fen"), period).sum(dtype=np.int64))
    return totals
