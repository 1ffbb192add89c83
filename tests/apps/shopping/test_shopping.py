"""Behaviour of the shopping app."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pare_runner.apps.core.tools import READ, ToolKind
from pare_runner.apps.phone import Phone
from pare_runner.apps.shopping.app import StatefulShoppingApp
from pare_runner.kernel.events import EventType

from .conftest import SECTION, START, convert, new_shop

DOCUMENTED_STATE: dict[str, Any] = {
    "products": {
        "p1": {
            "name": "Tea pot",
            "product_id": "p1",
            "variants": {"i1": {"price": 12.5, "available": True, "item_id": "i1", "options": {"size": 2}}},
        }
    },
    "cart": {"i1": {"item_id": "i1", "quantity": 2, "price": 12.5, "available": True, "options": {"size": 2}}},
    "discount_codes": {"i1": {"AUTUMN": 15.0}},
    "orders": {
        "checked_out": {
            "order_status": "processed",
            "order_date": "2025-10-09T08:53:20+00:00",
            "order_total": 25.0,
            "order_id": "checked_out",
            "order_items": {"i1": {"item_id": "i1", "quantity": 2, "price": 12.5, "available": True, "options": {}}},
        },
        "added": {
            "order_status": "shipped",
            "order_date": 1760000000.5,
            "order_total": 9.5,
            "order_id": "added",
            "order_items": {},
        },
        "odd": {
            "order_status": "delivered",
            "order_date": "last week",
            "order_total": 1.0,
            "order_id": "odd",
            "order_items": {},
        },
    },
}


class TestProducts:
    def test_list_is_sorted_and_paged(self, shop: StatefulShoppingApp) -> None:
        shop.add_product("Anchor")
        page = shop.list_all_products(offset=1, limit=1)
        assert page == {"products": {"Desk lamp": "lamp"}, "metadata": {"range": (1, 2), "total": 3}}

    def test_search_ignores_case_and_keeps_order(self, shop: StatefulShoppingApp) -> None:
        assert [product.product_id for product in shop.search_product("M")] == ["lamp", "mug"]
        assert [product.product_id for product in shop.search_product("MUG")] == ["mug"]
        assert [product.product_id for product in shop.search_product("m", offset=1)] == ["mug"]
        assert shop.search_product("sofa") == []

    def test_new_product_and_variant(self, shop: StatefulShoppingApp) -> None:
        product_id = shop.add_product("Chair")
        item_id = shop.add_item_to_product(product_id, 40.0, {"wood": "oak"}, False)
        item = shop.get_product_details(product_id).variants[item_id]
        assert (item.price, item.options, item.available) == (40.0, {"wood": "oak"}, False)


class TestCart:
    def test_adding_again_adds_to_the_line(self, shop: StatefulShoppingApp) -> None:
        assert shop.add_to_cart("green_lamp", 3) == "green_lamp"
        shop.add_to_cart("blue_mug")
        assert {key: line.quantity for key, line in shop.list_cart().items()} == {"green_lamp": 5, "blue_mug": 1}

    def test_removing_the_last_piece_removes_the_line(self, shop: StatefulShoppingApp) -> None:
        shop.remove_from_cart("green_lamp")
        assert shop.cart["green_lamp"].quantity == 1
        shop.remove_from_cart("green_lamp")
        assert shop.list_cart() == {}

    def test_checkout(self, shop: StatefulShoppingApp) -> None:
        shop.add_to_cart("blue_mug")
        order = shop.get_order_details(shop.checkout("AUTUMN"))
        assert order.order_total == pytest.approx(12.5 * 2 * 0.8 + 8 * 0.9)
        assert order.order_status == "processed"
        assert order.order_date == datetime.fromtimestamp(START, UTC)
        assert list(order.order_items) == ["green_lamp", "blue_mug"]
        assert shop.cart == {}

    def test_checkout_without_code(self, shop: StatefulShoppingApp) -> None:
        assert shop.get_order_details(shop.checkout("")).order_total == 25.0

    def test_a_code_must_hold_for_every_item(self, shop: StatefulShoppingApp) -> None:
        shop.update_item("red_lamp", new_availability=True)
        shop.add_to_cart("red_lamp")
        with pytest.raises(ValueError, match="red_lamp"):
            shop.checkout("AUTUMN")

    def test_discount_codes(self, shop: StatefulShoppingApp) -> None:
        shop.add_discount_code("green_lamp", {"FLASH": 5})
        assert shop.get_discount_code_info("AUTUMN") == {"green_lamp": 20.0, "blue_mug": 10.0}
        assert shop.get_discount_code_info("no") == {}
        assert shop.get_all_discount_codes() == {"AUTUMN": ["green_lamp", "blue_mug"], "FLASH": ["green_lamp"]}


class TestOrders:
    def test_only_processed_and_shipped_orders_can_be_cancelled(self, shop: StatefulShoppingApp) -> None:
        assert shop.cancel_order("o1") == "o1"
        assert shop.orders["o1"].order_status == "cancelled"
        with pytest.raises(ValueError, match="delivered"):
            shop.cancel_order("o2")

    def test_status_changes_are_announced(self, phone: Phone) -> None:
        phone.call(EventType.ENV, "Shopping", "update_order_status", {"order_id": "o1", "status": "delivered"})
        [told] = phone.notifications.agent
        assert "o1" in told.message
        assert "delivered" in told.message
        assert len(phone.notifications.user) == 1

    def test_recorded_orders_keep_what_is_given(self, shop: StatefulShoppingApp) -> None:
        assert shop.add_order("o3", "processed", 1760000000.0, 5.0, "blue_mug", 1) == "o3"
        shop.add_order_multiple_items("o4", "delivered", 1760000000, 30, {"blue_mug": 1, "green_lamp": 2})
        state = shop.get_state()
        assert state is not None
        assert state["orders"]["o3"]["order_date"] == 1760000000.0
        assert {key: line["quantity"] for key, line in state["orders"]["o4"]["order_items"].items()} == {
            "blue_mug": 1,
            "green_lamp": 2,
        }
        assert list(shop.list_orders()) == ["o1", "o2", "o3", "o4"]


FAILING: list[tuple[str, dict[str, Any]]] = [
    ("get_product_details", {"product_id": "no"}),
    ("list_all_products", {"offset": 9}),
    ("add_to_cart", {"item_id": "green_lamp", "quantity": 0}),
    ("add_to_cart", {"item_id": "no"}),
    ("add_to_cart", {"item_id": "red_lamp"}),
    ("remove_from_cart", {"item_id": "green_lamp", "quantity": -1}),
    ("remove_from_cart", {"item_id": "green_lamp", "quantity": 3}),
    ("remove_from_cart", {"item_id": "blue_mug"}),
    ("checkout", {"discount_code": "no"}),
    ("cancel_order", {"order_id": "o2"}),
    ("cancel_order", {"order_id": "no"}),
    ("get_order_details", {"order_id": "no"}),
    ("add_item_to_product", {"product_id": "no", "price": 1}),
    ("add_item_to_product", {"product_id": "lamp", "price": -1}),
    ("update_item", {"item_id": "green_lamp"}),
    ("update_item", {"item_id": "no", "new_price": 1}),
    ("update_item", {"item_id": "green_lamp", "new_price": -1, "new_availability": False}),
    ("add_discount_code", {"item_id": "no", "discount_code": {"A": 1}}),
    ("add_discount_code", {"item_id": "green_lamp", "discount_code": {"A": 1, "B": 101}}),
    ("update_order_status", {"order_id": "o1", "status": "lost"}),
    ("update_order_status", {"order_id": "no"}),
    *(
        ("add_order_multiple_items", {"order_id": "o9", "order_status": "shipped", "items": {"blue_mug": 1}} | wrong)
        for wrong in (
            {"order_id": "o1"},
            {"order_id": ""},
            {"order_status": "processing"},
            {"items": {}},
            {"items": {"blue_mug": 1, "no": 1}},
            {"items": {"blue_mug": 0}},
            {"order_total": -1},
        )
    ),
]


@pytest.mark.parametrize(("function", "args"), FAILING)
def test_failed_calls_change_nothing(phone: Phone, function: str, args: dict[str, Any]) -> None:
    shop = phone.apps["Shopping"]
    before = shop.get_state()
    if function == "add_order_multiple_items":
        args = {"order_date": 0, "order_total": 1} | args
    event = phone.call(EventType.ENV, "Shopping", function, args)
    assert event.metadata.exception_type == "ValueError"
    assert event.metadata.exception
    assert shop.get_state() == before
    assert phone.notifications.agent == []


def test_empty_cart_cannot_be_checked_out() -> None:
    shop = new_shop()
    with pytest.raises(ValueError, match="empty"):
        shop.checkout()
    assert shop.orders == {}


def test_read_tools_change_nothing_and_values_work(phone: Phone) -> None:
    shop = phone.apps["Shopping"]
    before = shop.get_state()
    for name, spec in shop.tools(ToolKind.AGENT).items():
        if spec.operation is READ:
            required = [argument.name for argument in spec.arguments if argument.required]
            args = {argument: shop.argument_values(spec, argument)[0] for argument in required}
            assert not phone.call(EventType.AGENT, "Shopping", name, args).failed()
    assert shop.get_state() == before


@pytest.mark.parametrize("name", ["add_to_cart", "remove_from_cart", "checkout", "cancel_order", "update_order_status"])
def test_write_tools_succeed_with_the_values_offered(name: str) -> None:
    shop = new_shop(SECTION)
    spec = shop.tools()[name]
    values = {argument.name: shop.argument_values(spec, argument.name) for argument in spec.arguments}
    for argument, offered in values.items():
        for value in offered:
            shop = new_shop(SECTION)
            others = {other: found[0] for other, found in values.items() if found and other != argument}
            spec.function(shop, **others, **{argument: value})
    assert any(values.values())


class TestState:
    def test_documented_state_is_kept(self) -> None:
        shop = new_shop()
        shop.load_state(DOCUMENTED_STATE)
        assert json.dumps(shop.get_state()) == json.dumps(DOCUMENTED_STATE)
        assert shop.orders["checked_out"].order_date == datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC)

    def test_round_trip(self, shop: StatefulShoppingApp) -> None:
        shop.services.clock.advance_to(START + 0.123456)
        shop.checkout("AUTUMN")
        copy = new_shop()
        copy.load_state(json.loads(json.dumps(shop.get_state())))
        assert json.dumps(copy.get_state()) == json.dumps(shop.get_state())

    def test_missing_ids_are_the_keys(self) -> None:
        shop = new_shop()
        shop.load_state(
            {
                "products": {"p": {"name": "Pen", "variants": {"i": {"price": 1}}}},
                "orders": {"o": {"order_status": "shipped", "order_date": 0, "order_total": 0}},
            }
        )
        assert shop.known_ids() == {"product_id": ["p"], "item_id": ["i"], "order_id": ["o"]}


class TestSection:
    def test_defaults(self, shop: StatefulShoppingApp) -> None:
        first, second = shop.orders["o1"], shop.orders["o2"]
        assert (first.order_total, first.order_items["blue_mug"].price) == (24.0, 8.0)
        assert first.order_date == datetime.fromtimestamp(START - 2 * 86400, UTC)
        assert (second.order_total, second.order_items["red_lamp"].price) == (25.0, 20.0)
        assert second.order_date == datetime.fromtimestamp(START, UTC)
        assert shop.cart["green_lamp"].options == {"color": "green"}

    def test_documented_names_and_new_ids(self) -> None:
        shop = new_shop(
            {
                "products": [{"name": "Pen", "variants": [{"item_id": "i", "price": 1}, {"price": 2}]}],
                "orders": [
                    {
                        "order_id": "o",
                        "order_status": "delivered",
                        "order_date": "2025-11-01T10:00:00Z",
                        "order_total": 3,
                        "order_items": [{"item_id": "i"}],
                    }
                ],
            }
        )
        [product] = shop.products.values()
        assert len(product.product_id) == 32
        assert [len(item_id) for item_id in product.variants] == [1, 32]
        assert shop.orders["o"].order_status == "delivered"

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"cart": [{"item_id": "gren_lamp"}]}, "did you mean 'green_lamp'"),
            ({"cart": [{"item_id": "blue_mug"}, {"item_id": "blue_mug"}]}, "twice"),
            ({"cart": [{"item_id": "blue_mug", "quantity": 0}]}, "at least 1"),
            ({"products": [*SECTION["products"], {"id": "lamp", "name": "X"}]}, "two objects of type Product"),
            (
                {"products": [*SECTION["products"], {"name": "X", "variants": [{"id": "blue_mug", "price": 1}]}]},
                "two objects of type Item",
            ),
            ({"products": [{"name": "X", "variants": [{"price": -1}]}]}, "price"),
            ({"discount_codes": {"AUTUMN": {"blu_mug": 10}}}, "did you mean 'blue_mug'"),
            ({"discount_codes": {"AUTUMN": {"blue_mug": 110}}}, "AUTUMN"),
            ({"orders": [*SECTION["orders"], SECTION["orders"][0]]}, "two objects of type Order"),
            ({"orders": [{"id": "o", "items": []}]}, "no items"),
            ({"orders": [{"id": "o", "items": [{"item_id": "blue_mug"}] * 2}]}, "twice"),
        ],
    )
    def test_what_does_not_fit_together(self, change: dict[str, Any], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            new_shop({**SECTION, **change})

    def test_status_is_checked_when_the_file_is_read(self) -> None:
        _, conversion = convert({"orders": [{"status": "processing", "items": []}]})
        [(path, _, hint)] = conversion.problems
        assert path == ("orders", 0, "status")
        assert hint == "did you mean 'processed'?"
