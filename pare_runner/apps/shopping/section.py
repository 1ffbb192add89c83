"""The shop as scenario files write it."""

from __future__ import annotations

import dataclasses
from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from pare_runner.apps.core.dates import to_datetime
from pare_runner.apps.core.fields import UNSET_TIME, Timestamp, aliased, identifier, timestamp
from pare_runner.apps.shopping.models import CartItem, Item, Order, OrderStatus, Product
from pare_runner.apps.shopping.shop import Shop, check_amount, check_quantity
from pare_runner.errors import did_you_mean


@dataclass(slots=True, kw_only=True)
class ProductEntry:
    """A product as a scenario file writes it."""

    product_id: str = identifier()
    name: str
    variants: list[Item] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class CartEntry:
    """A line of the cart as a scenario file writes it; the rest comes from the item."""

    item_id: str
    quantity: int = 1


@dataclass(slots=True, kw_only=True)
class OrderLineEntry:
    """A line of an order as a scenario file writes it; at the item's price unless another was paid."""

    item_id: str
    quantity: int = 1
    price: float | None = None


@dataclass(slots=True, kw_only=True)
class OrderEntry:
    """An order as a scenario file writes it; the total is the sum of its lines unless given."""

    order_id: str = identifier()
    order_status: OrderStatus = aliased("status", default="processed")
    order_date: Timestamp = timestamp(alias="at")
    order_total: float | None = aliased("total", default=None)
    order_items: list[OrderLineEntry] = aliased("items")


@dataclass(slots=True, kw_only=True)
class ShoppingSection:
    """The YAML section. `discount_codes` maps a code to the items it holds for: `{AUTUMN: {green_lamp: 15}}`."""

    products: list[ProductEntry] = field(default_factory=list)
    cart: list[CartEntry] = field(default_factory=list)
    discount_codes: dict[str, dict[str, float]] = field(default_factory=dict)
    orders: list[OrderEntry] = field(default_factory=list)


def fill(shop: Shop, section: ShoppingSection) -> None:
    """Put the section's objects into the shop; ValueError for what does not fit together.

    Products come first, since cart, codes and orders refer to their items.
    """
    items = shop.items()
    for entry in section.products:
        product = Product(name=entry.name, product_id=_id(shop, "Product", entry.product_id, shop.products))
        shop.products[product.product_id] = product
        for variant in entry.variants:
            price = check_amount("price", variant.price)
            item_id = _id(shop, "Item", variant.item_id, items)
            item = dataclasses.replace(variant, price=price, item_id=item_id, options=dict(variant.options))
            items[item_id] = product.variants[item_id] = item
    for line in section.cart:
        item = _item(line.item_id, items)
        if item.item_id in shop.cart:
            raise ValueError(f"the item {item.item_id!r} is in the cart twice; give its quantity instead")
        shop.cart[item.item_id] = CartItem.of(item, check_quantity(line.quantity))
    for code, percents in section.discount_codes.items():
        for item_id, percent in percents.items():
            shop.add_discount_code(_item(item_id, items).item_id, {code: percent})
    for entered in section.orders:
        order = _order(shop, entered, items)
        shop.orders[order.order_id] = order


def _order(shop: Shop, entry: OrderEntry, items: Mapping[str, Item]) -> Order:
    order_id = _id(shop, "Order", entry.order_id, shop.orders)
    if not entry.order_items:
        raise ValueError(f"the order {order_id!r} has no items")
    lines: dict[str, CartItem] = {}
    for line in entry.order_items:
        item = _item(line.item_id, items)
        if item.item_id in lines:
            raise ValueError(f"the order {order_id!r} lists {item.item_id!r} twice; give its quantity instead")
        lines[item.item_id] = CartItem.of(item, check_quantity(line.quantity))
        if line.price is not None:
            lines[item.item_id].price = check_amount("price", line.price)
    total = sum(line.price * line.quantity for line in lines.values())
    return Order(
        order_status=entry.order_status,
        order_date=to_datetime(shop.now if entry.order_date == UNSET_TIME else entry.order_date),
        order_total=total if entry.order_total is None else check_amount("total", entry.order_total),
        order_id=order_id,
        order_items=lines,
    )


def _id(shop: Shop, kind: str, given: str, taken: Container[str]) -> str:
    if given and given in taken:
        raise ValueError(f"there are two objects of type {kind} with the id {given!r}")
    return given or shop.new_id(kind, taken)


def _item(item_id: str, items: Mapping[str, Item]) -> Item:
    if item_id not in items:
        hint = did_you_mean(item_id, items)
        raise ValueError(f"there is no item {item_id!r}" + (f" ({hint})" if hint else ""))
    return items[item_id]
