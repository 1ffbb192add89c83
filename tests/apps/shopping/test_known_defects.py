"""PARE's known defects that concern shopping, done right."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pare_runner.apps.phone import Phone
from pare_runner.apps.shopping.app import StatefulShoppingApp
from pare_runner.apps.shopping.screens import CartView, ProductDetail, ShoppingHome, VariantDetail
from pare_runner.kernel.events import CompletedEvent, EventType, OperationType

from .conftest import SECTION, new_shop

Tap = Callable[..., CompletedEvent]


def test_kd_14_failed_taps_lead_nowhere(tap: Tap, shop: StatefulShoppingApp) -> None:
    assert tap("view_product", product_id="no").failed()
    assert (shop.current_state, shop.navigation_stack) == (ShoppingHome(shop), [])
    tap("view_product", product_id="lamp")
    assert tap("view_variant", item_id="no").failed()
    assert shop.current_state == ProductDetail(shop, "lamp")
    tap("view_variant", item_id="red_lamp")
    assert tap("add_to_cart").failed()
    assert shop.current_state == VariantDetail(shop, "red_lamp")
    for _ in range(2):
        tap("go_back")
    tap("view_cart")
    assert tap("checkout", discount_code="no").failed()
    assert shop.current_state == CartView(shop)
    assert shop.navigation_stack == [ShoppingHome(shop)]


def test_kd_18_a_tap_is_one_event(tap: Tap, phone: Phone) -> None:
    tap("view_product", product_id="mug")
    tap("view_variant", item_id="blue_mug")
    tap("add_to_cart")
    tap("checkout")
    assert [event.function_name() for event in phone.log] == [
        "open_app",
        "view_product",
        "view_variant",
        "add_to_cart",
        "checkout",
    ]
    assert {event.event_type for event in phone.log} == {EventType.USER}
    assert phone.notifications.user == []


def test_kd_19_discount_codes_are_a_logged_read(phone: Phone) -> None:
    event = phone.call(EventType.AGENT, "Shopping", "get_all_discount_codes", {})
    assert list(phone.log) == [event]
    assert event.action is not None
    assert event.action.operation_type is OperationType.READ


class TestKd33:
    def test_kd_33_ids_repeat_from_run_to_run(self) -> None:
        def ids() -> list[str]:
            shop = new_shop(SECTION)
            shop.services.begin("event", "e1")
            product_id = shop.add_product("Chair")
            return [product_id, shop.add_item_to_product(product_id, 1.0), shop.checkout()]

        assert ids() == ids()
        assert len(set(ids())) == 3

    def test_kd_33_whole_prices(self, phone: Phone, shop: StatefulShoppingApp) -> None:
        event = phone.call(EventType.ENV, "Shopping", "add_item_to_product", {"product_id": "mug", "price": 9})
        price = shop.item(event.metadata.return_value).price
        assert (price, type(price)) == (9.0, float)
        shop.update_item("green_lamp", 7)
        assert type(shop.item("green_lamp").price) is float

    def test_kd_33_no_product_is_lost_by_its_name(self, shop: StatefulShoppingApp) -> None:
        second, third = shop.add_product("Mug"), shop.add_product("Mug")
        products = shop.list_all_products()["products"]
        assert products == {
            "Desk lamp": "lamp",
            "Mug": "mug",
            f"Mug ({second})": second,
            f"Mug ({third})": third,
        }
        assert [product.product_id for product in shop.search_product("mug")] == ["mug", second, third]

    def test_kd_33_labels_never_clash(self, shop: StatefulShoppingApp) -> None:
        second = shop.add_product("Mug")
        third = shop.add_product(f"Mug ({second})")
        assert set(shop.list_all_products()["products"].values()) == {"lamp", "mug", second, third}

    def test_kd_33_cart_follows_the_item(self, shop: StatefulShoppingApp) -> None:
        shop.update_item("green_lamp", new_price=10.0, new_availability=False)
        line = shop.list_cart()["green_lamp"]
        assert (line.price, line.available) == (10.0, False)
        order = shop.get_order_details(shop.checkout())
        assert order.order_total == 20.0
        shop.update_item("green_lamp", new_price=99.0)
        assert order.order_items["green_lamp"].price == 10.0

    def test_kd_33_options_are_not_shared(self, shop: StatefulShoppingApp) -> None:
        first, second = shop.add_item_to_product("mug", 1.0), shop.add_item_to_product("mug", 2.0)
        shop.item(first).options["color"] = "grey"
        assert shop.item(second).options == {}

    @pytest.mark.parametrize("status", ["processing", "Shipped", ""])
    def test_kd_33_statuses_are_a_closed_set(self, shop: StatefulShoppingApp, status: str) -> None:
        before = shop.get_state()
        with pytest.raises(ValueError, match=r"did you mean|known"):
            shop.add_order("o9", status, 0.0, 1.0, "blue_mug", 1)
        with pytest.raises(ValueError, match="not an order status"):
            shop.update_order_status("o1", status)
        assert shop.get_state() == before

    def test_kd_33_a_status_that_only_a_state_has_stays(self, shop: StatefulShoppingApp) -> None:
        order = {
            "order_status": "processing",
            "order_date": 0.0,
            "order_total": 1.0,
            "order_id": "o",
            "order_items": {},
        }
        shop.load_state({"products": {}, "orders": {"o": order}})
        with pytest.raises(ValueError, match="is processing and can no longer be cancelled"):
            shop.cancel_order("o")
        shop.update_order_status("o", "processed")
        assert shop.cancel_order("o") == "o"

    def test_kd_33_taps_return_objects(self, tap: Tap) -> None:
        assert tap("view_product", product_id="mug").metadata.return_type == "Product"
        assert tap("view_variant", item_id="blue_mug").metadata.return_type == "Item"
