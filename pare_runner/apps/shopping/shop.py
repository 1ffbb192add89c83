"""The shop's side of the shopping app: its state, and what happens to it from outside."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.tools import WRITE, data_tool, env_tool
from pare_runner.apps.shopping.models import CartItem, Item, Order, OrderDate, Product, check_status


class Shop(StatefulApp):
    """Products with variants, discount codes, the cart and the orders."""

    state_fields: ClassVar[tuple[str, ...]] = ("products", "cart", "discount_codes", "orders")

    products: dict[str, Product]
    cart: dict[str, CartItem]
    discount_codes: dict[str, dict[str, float]]
    """Item id → code → percent off."""
    orders: dict[str, Order]

    def __init__(
        self,
        name: str | None = None,
        products: dict[str, Product] | None = None,
        cart: dict[str, CartItem] | None = None,
        orders: dict[str, Order] | None = None,
        discount_codes: dict[str, dict[str, float]] | None = None,
    ) -> None:
        super().__init__(name)
        self.products = dict(products or {})
        self.cart = dict(cart or {})
        self.discount_codes = dict(discount_codes or {})
        self.orders = dict(orders or {})

    def load_state(self, state: Mapping[str, Any] | None) -> None:
        """Replace the state; what comes without an id gets the key it is stored under."""
        super().load_state(state)
        for product_id, product in self.products.items():
            product.product_id = product.product_id or product_id
            for item_id, item in product.variants.items():
                item.item_id = item.item_id or item_id
        for order_id, order in self.orders.items():
            order.order_id = order.order_id or order_id

    # Products -------------------------------------------------------------------------------------------------------

    @env_tool(WRITE, data=True)
    def add_product(self, name: str) -> str:
        """Offer a new product, without variants yet.

        Args:
            name: Name of the product.

        Returns:
            Id of the product.
        """
        product_id = self.new_id("Product", self.products)
        self.products[product_id] = Product(name=name, product_id=product_id)
        return product_id

    @env_tool(WRITE, data=True)
    def add_item_to_product(
        self, product_id: str, price: float, options: dict[str, Any] | None = None, available: bool = True
    ) -> str:
        """Offer a new variant of a product.

        Args:
            product_id: Id of the product.
            price: Price of one piece.
            options: What sets the variant apart, such as its color or size.
            available: Whether it can be bought now.

        Returns:
            Id of the new item.
        """
        product = self.product(product_id)
        price = check_amount("price", price)
        item_id = self.new_id("Item", self.items())
        product.variants[item_id] = Item(
            price=price, available=available, item_id=item_id, options=dict(options) if options else {}
        )
        return item_id

    @env_tool(WRITE, data=True)
    def update_item(self, item_id: str, new_price: float | None = None, new_availability: bool | None = None) -> str:
        """Change price or availability of an item, in the cart as well; orders keep what was paid.

        Args:
            item_id: Id of the item.
            new_price: New price of one piece.
            new_availability: Whether it can be bought from now on.

        Returns:
            Id of the item.
        """
        if new_price is None and new_availability is None:
            raise ValueError("give a new price or a new availability")
        item = self.item(item_id)
        if new_price is not None:
            item.price = check_amount("price", new_price)
        if new_availability is not None:
            item.available = new_availability
        line = self.cart.get(item_id)
        if line is not None:
            line.price, line.available = item.price, item.available
        return item_id

    @env_tool(WRITE, data=True)
    def add_discount_code(self, item_id: str, discount_code: dict[str, float]) -> str:
        """Let discount codes hold for an item, beside those it has.

        Args:
            item_id: Id of the item.
            discount_code: Code and its percentage off, for each code.

        Returns:
            Id of the item.
        """
        self.item(item_id)
        checked = {code: _check_percent(code, percent) for code, percent in discount_code.items()}
        self.discount_codes.setdefault(item_id, {}).update(checked)
        return item_id

    # Orders ---------------------------------------------------------------------------------------------------------

    @env_tool(WRITE)
    def update_order_status(self, order_id: str, status: str = "shipped") -> None:
        """Change where an order stands.

        Args:
            order_id: Id of the order.
            status: processed, shipped, delivered or cancelled.
        """
        self.order(order_id).order_status = check_status(status)

    @data_tool(WRITE)
    def add_order(
        self, order_id: str, order_status: str, order_date: float, order_total: float, item_id: str, quantity: int
    ) -> str:
        """Record an order of one item.

        Args:
            order_id: Id of the order.
            order_status: processed, shipped, delivered or cancelled.
            order_date: When it was made, seconds since the epoch.
            order_total: What was paid.
            item_id: Id of the item.
            quantity: How many pieces.

        Returns:
            Id of the order.
        """
        return self._record(order_id, order_status, order_date, order_total, {item_id: quantity})

    @data_tool(WRITE)
    def add_order_multiple_items(
        self, order_id: str, order_status: str, order_date: float, order_total: float, items: dict[str, int]
    ) -> str:
        """Record an order of several items.

        Args:
            order_id: Id of the order.
            order_status: processed, shipped, delivered or cancelled.
            order_date: When it was made, seconds since the epoch.
            order_total: What was paid.
            items: Item id and quantity, for each item.

        Returns:
            Id of the order.
        """
        return self._record(order_id, order_status, order_date, order_total, items)

    # Finding things -------------------------------------------------------------------------------------------------

    def product(self, product_id: str) -> Product:
        """The product with this id; ValueError if there is none."""
        if product_id not in self.products:
            raise ValueError(f"there is no product {product_id!r}")
        return self.products[product_id]

    def item(self, item_id: str) -> Item:
        """The item with this id, of whatever product; ValueError if there is none."""
        for product in self.products.values():
            if item_id in product.variants:
                return product.variants[item_id]
        raise ValueError(f"there is no item {item_id!r}")

    def items(self) -> dict[str, Item]:
        """Item id → item, for all products."""
        return {item_id: item for product in self.products.values() for item_id, item in product.variants.items()}

    def order(self, order_id: str) -> Order:
        """The order with this id; ValueError if there is none."""
        if order_id not in self.orders:
            raise ValueError(f"there is no order {order_id!r}")
        return self.orders[order_id]

    def _record(self, order_id: str, status: str, date: OrderDate, total: float, items: Mapping[str, int]) -> str:
        if not order_id:
            raise ValueError("the order id is empty")
        if order_id in self.orders:
            raise ValueError(f"there is already an order {order_id!r}")
        if not items:
            raise ValueError(f"the order {order_id!r} has no items")
        self.orders[order_id] = Order(
            order_status=check_status(status),
            order_date=date,
            order_total=check_amount("total", total),
            order_id=order_id,
            order_items={
                item_id: CartItem.of(self.item(item_id), check_quantity(quantity))
                for item_id, quantity in items.items()
            },
        )
        return order_id


def check_amount(what: str, amount: float) -> float:
    """`amount` as a float; ValueError if it is negative or no number."""
    if not 0 <= amount < math.inf:
        raise ValueError(f"the {what} must be a number of at least 0, got {amount}")
    return float(amount)


def check_quantity(quantity: int) -> int:
    """`quantity` if it is at least one; ValueError otherwise."""
    if quantity <= 0:
        raise ValueError(f"the quantity must be at least 1, got {quantity}")
    return quantity


def _check_percent(code: str, percent: float) -> float:
    if not 0 <= percent <= 100:
        raise ValueError(f"discount code {code!r}: the percentage must be between 0 and 100, got {percent}")
    return float(percent)
