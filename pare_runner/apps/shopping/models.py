"""Data models of the shopping app."""

from __future__ import annotations

import typing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypedDict

from pare_runner.apps.core.fields import identifier
from pare_runner.errors import bracketed_hint

OrderStatus = Literal["processed", "shipped", "delivered", "cancelled"]
ORDER_STATUSES: tuple[str, ...] = typing.get_args(OrderStatus)
CANCELLABLE = ("processed", "shipped")

OrderDate = int | float | datetime | str
"""A checkout notes a datetime, population code may give a number; state files may hold any text."""


def check_status(status: str) -> str:
    """`status` if it is one an order can have; ValueError otherwise."""
    if status not in ORDER_STATUSES:
        raise ValueError(f"{status!r} is not an order status{bracketed_hint(status, ORDER_STATUSES)}")
    return status


@dataclass(slots=True, kw_only=True)
class Item:
    """A variant of a product: what one can buy. `options` says what sets it apart (`{color: green}`)."""

    price: float
    available: bool = True
    item_id: str = identifier()
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Product:
    """A product; `variants` maps item ids to items."""

    name: str
    product_id: str = identifier()
    variants: dict[str, Item] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class CartItem:
    """A line of the cart or of an order: `quantity` pieces of an item at `price` each."""

    item_id: str
    quantity: int
    price: float
    available: bool = True
    options: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, item: Item, quantity: int) -> CartItem:
        """A line with the price, availability and options the item has now."""
        return cls(
            item_id=item.item_id,
            quantity=quantity,
            price=item.price,
            available=item.available,
            options=dict(item.options),
        )


@dataclass(slots=True, kw_only=True)
class Order:
    """An order; `order_items` maps item ids to lines. States of old files have statuses that nobody can set."""

    order_status: str
    order_date: OrderDate
    order_total: float
    order_id: str = identifier()
    order_items: dict[str, CartItem] = field(default_factory=dict)


class ProductMetadata(TypedDict):
    """Which part of the `total` products a page shows: [first, last)."""

    range: tuple[int, int]
    total: int


class ProductListResult(TypedDict):
    """A page of products: name → product id."""

    products: dict[str, str]
    metadata: ProductMetadata
