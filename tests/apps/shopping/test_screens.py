"""Taps through the shop."""

from __future__ import annotations

from collections.abc import Callable

from pare_runner.apps.phone import Phone
from pare_runner.apps.shopping.app import StatefulShoppingApp
from pare_runner.apps.shopping.screens import (
    CartView,
    OrderDetailView,
    OrderListView,
    ProductDetail,
    ShoppingHome,
    VariantDetail,
)
from pare_runner.kernel.events import CompletedEvent

Tap = Callable[..., CompletedEvent]


def test_from_the_shelf_to_the_order_and_back(tap: Tap, shop: StatefulShoppingApp) -> None:
    assert shop.current_state == ShoppingHome(shop)
    assert tap("list_products").metadata.return_value["products"] == {"Desk lamp": "lamp", "Mug": "mug"}
    tap("view_product", product_id="mug")
    assert shop.current_state == ProductDetail(shop, "mug")
    tap("view_variant", item_id="blue_mug")
    assert shop.current_state == VariantDetail(shop, "blue_mug")
    tap("add_to_cart", quantity=2)
    assert shop.current_state == CartView(shop)
    tap("remove_item", item_id="green_lamp", quantity=2)
    assert shop.current_state == CartView(shop)
    order_id = tap("checkout", discount_code="AUTUMN").metadata.return_value
    assert shop.current_state == OrderDetailView(shop, order_id)
    assert tap("view_order").metadata.return_value["order_total"] == 14.4
    for screen in (CartView, VariantDetail, ProductDetail, ShoppingHome):
        tap("go_back")
        assert type(shop.current_state) is screen
    assert "go_back" not in shop.user_tools()


def test_cart_and_orders_from_home(tap: Tap, shop: StatefulShoppingApp) -> None:
    assert list(tap("view_cart").metadata.return_value) == ["green_lamp"]
    assert shop.current_state == CartView(shop)
    tap("go_back")
    assert list(tap("list_orders").metadata.return_value) == ["o1", "o2"]
    assert shop.current_state == OrderListView(shop)
    tap("view_order", order_id="o2")
    assert shop.current_state == OrderDetailView(shop, "o2")


def test_every_screen_offers_what_it_shows(tap: Tap, phone: Phone) -> None:
    tap("view_product", product_id="lamp")
    offered = {name for name in phone.user_tools() if name.startswith("Shopping__")}
    assert offered == {"Shopping__view_variant", "Shopping__go_back"}
