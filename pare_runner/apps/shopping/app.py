"""The shopping app: what a customer does in the shop."""

from __future__ import annotations

from typing import Any, ClassVar

from pare_runner.apps.core.dates import to_datetime
from pare_runner.apps.core.notices import Notice
from pare_runner.apps.core.paging import page
from pare_runner.apps.core.tools import READ, WRITE, ToolSpec, agent_tool
from pare_runner.apps.shopping.models import (
    CANCELLABLE,
    ORDER_STATUSES,
    CartItem,
    Order,
    Product,
    ProductListResult,
)
from pare_runner.apps.shopping.screens import (
    CartView,
    OrderDetailView,
    OrderListView,
    ProductDetail,
    ShoppingHome,
    VariantDetail,
)
from pare_runner.apps.shopping.section import ShoppingSection, fill
from pare_runner.apps.shopping.shop import Shop, check_quantity


class StatefulShoppingApp(Shop):
    """A shop: products with variants, a cart, discount codes and orders."""

    name_in_benchmark: ClassVar[str] = "Shopping"
    section: ClassVar[type | None] = ShoppingSection
    screens: ClassVar[tuple[type[Any], ...]] = (
        ShoppingHome,
        ProductDetail,
        VariantDetail,
        CartView,
        OrderListView,
        OrderDetailView,
    )
    notices: ClassVar[dict[str, Notice]] = {
        "add_product": Notice("new product", user=("name",), agent=("name",)),
        "add_item_to_product": Notice(
            "new variant of a product",
            user=("product_id", "price", "available", "options?"),
            agent=("product_id", "price", "available", "options?"),
        ),
        "update_item": Notice(
            "item changed",
            user=("item_id", "new_price?", "new_availability?"),
            agent=("item_id", "new_price?", "new_availability?"),
        ),
        "add_discount_code": Notice("new discount code", user=("item_id",), agent=("item_id", "discount_code")),
        "update_order_status": Notice(
            "order status changed", user=("order_id", "status"), agent=("order_id", "status")
        ),
        "cancel_order": Notice("order cancelled", user=("order_id",), agent=("order_id",)),
    }

    def root_screen(self) -> ShoppingHome:
        """The home page of the shop."""
        return ShoppingHome(self)

    # Products -------------------------------------------------------------------------------------------------------

    @agent_tool(READ, data=True)
    def list_all_products(self, offset: int = 0, limit: int = 10) -> ProductListResult:
        """List the products by name; where several have the same name, the later ones show their id after it.

        Args:
            offset: How many to skip.
            limit: How many to return at most.

        Returns:
            products (product id by name) and metadata (range shown, total number).
        """
        shown, span = page(self._labels(), offset, limit)
        return {"products": dict(shown), "metadata": {"range": span, "total": len(self.products)}}

    @agent_tool(READ, data=True)
    def get_product_details(self, product_id: str) -> Product:
        """Look at a product and all its variants.

        Args:
            product_id: Id of the product.

        Returns:
            The product.
        """
        return self.product(product_id)

    @agent_tool(READ, data=True)
    def search_product(self, product_name: str, offset: int = 0, limit: int = 10) -> list[Product]:
        """Find products whose name contains a text, in any case.

        Args:
            product_name: The text.
            offset: How many matches to skip.
            limit: How many to return at most.

        Returns:
            Matching products.
        """
        wanted = product_name.casefold()
        return page([found for found in self.products.values() if wanted in found.name.casefold()], offset, limit)[0]

    # Cart -----------------------------------------------------------------------------------------------------------

    @agent_tool(WRITE)
    def add_to_cart(self, item_id: str, quantity: int = 1) -> str:
        """Put pieces of an available item into the cart.

        Args:
            item_id: Id of the item.
            quantity: How many pieces.

        Returns:
            Id of the item.
        """
        check_quantity(quantity)
        item = self.item(item_id)
        if not item.available:
            raise ValueError(f"the item {item_id!r} is not available")
        line = self.cart.get(item_id)
        self.cart[item_id] = CartItem.of(item, quantity + (line.quantity if line else 0))
        return item_id

    @agent_tool(WRITE)
    def remove_from_cart(self, item_id: str, quantity: int = 1) -> str:
        """Take pieces of an item out of the cart.

        Args:
            item_id: Id of the item.
            quantity: How many pieces, at most as many as are in the cart.

        Returns:
            Id of the item.
        """
        check_quantity(quantity)
        line = self.cart.get(item_id)
        if line is None:
            raise ValueError(f"the item {item_id!r} is not in the cart")
        if quantity > line.quantity:
            raise ValueError(f"the cart holds only {line.quantity} of the item {item_id!r}, not {quantity}")
        line.quantity -= quantity
        if not line.quantity:
            del self.cart[item_id]
        return item_id

    @agent_tool(READ)
    def list_cart(self) -> dict[str, Any]:
        """List what is in the cart, at today's prices.

        Returns:
            Line of the cart by item id.
        """
        return dict(self.cart)

    @agent_tool(WRITE)
    def checkout(self, discount_code: str | None = None) -> str:
        """Order everything in the cart and empty it.

        Args:
            discount_code: A discount code, which must hold for every item in the cart.

        Returns:
            Id of the order.
        """
        if not self.cart:
            raise ValueError("the cart is empty")
        total = 0.0
        for item_id, line in self.cart.items():
            percent = self._percent(item_id, discount_code) if discount_code else 0.0
            total += line.price * line.quantity * (1 - percent / 100)
        order_id = self.new_id("Order", self.orders)
        self.orders[order_id] = Order(
            order_status="processed",
            order_date=to_datetime(self.now),
            order_total=total,
            order_id=order_id,
            order_items=self.cart,
        )
        self.cart = {}
        return order_id

    # Discount codes -------------------------------------------------------------------------------------------------

    @agent_tool(READ)
    def get_discount_code_info(self, discount_code: str = "") -> dict[str, float]:
        """Look up what a discount code holds for.

        Args:
            discount_code: The code.

        Returns:
            Percentage off by item id; empty for an unknown code.
        """
        codes = self.discount_codes.items()
        return {item_id: percents[discount_code] for item_id, percents in codes if discount_code in percents}

    @agent_tool(READ, data=True)
    def get_all_discount_codes(self) -> dict[str, list[str]]:
        """List the discount codes.

        Returns:
            Ids of the items each code holds for.
        """
        found: dict[str, list[str]] = {}
        for item_id, percents in self.discount_codes.items():
            for code in percents:
                found.setdefault(code, []).append(item_id)
        return found

    # Orders ---------------------------------------------------------------------------------------------------------

    @agent_tool(READ)
    def list_orders(self) -> dict[str, Order]:
        """List the orders, oldest entry first.

        Returns:
            Order by its id.
        """
        return dict(self.orders)

    @agent_tool(READ)
    def get_order_details(self, order_id: str) -> Order:
        """Look at an order.

        Args:
            order_id: Id of the order.

        Returns:
            The order.
        """
        return self.order(order_id)

    @agent_tool(WRITE, env=True)
    def cancel_order(self, order_id: str) -> str:
        """Cancel an order that is processed or shipped.

        Args:
            order_id: Id of the order.

        Returns:
            Id of the order.
        """
        order = self.order(order_id)
        if order.order_status not in CANCELLABLE:
            raise ValueError(f"the order {order_id!r} is {order.order_status} and can no longer be cancelled")
        order.order_status = "cancelled"
        return order_id

    # Scenario files and checks --------------------------------------------------------------------------------------

    def populate(self, section: ShoppingSection) -> None:
        """Fill the shop with what a scenario file says."""
        fill(self, section)

    def argument_values(self, tool: ToolSpec, argument: str) -> list[Any]:
        """Values a call would succeed with: items in stock or in the cart, orders that can still be cancelled."""
        match tool.name, argument:
            case "add_to_cart", "item_id":
                return [item_id for item_id, item in self.items().items() if item.available]
            case (("remove_from_cart" | "remove_item"), "item_id"):
                return list(self.cart)
            case "checkout", "discount_code":
                return [code for code, items in self.get_all_discount_codes().items() if set(self.cart) <= set(items)]
            case "get_discount_code_info", "discount_code":
                return list(self.get_all_discount_codes())
            case "cancel_order", "order_id":
                return [order_id for order_id, order in self.orders.items() if order.order_status in CANCELLABLE]
            case _, ("status" | "order_status"):
                return list(ORDER_STATUSES)
            case (("add_order" | "add_order_multiple_items"), "order_id"):
                return []
            case "add_order_multiple_items", "items":
                return [{item_id: 1} for item_id in self.items()]
            case "search_product", "product_name":
                return [product.name for product in self.products.values()]
        return super().argument_values(tool, argument)

    def _labels(self) -> list[tuple[str, str]]:
        labels: dict[str, str] = {}
        for product in sorted(self.products.values(), key=lambda product: product.name):
            label = product.name
            while label in labels:
                label = f"{label} ({product.product_id})"
            labels[label] = product.product_id
        return list(labels.items())

    def _percent(self, item_id: str, discount_code: str) -> float:
        percents = self.discount_codes.get(item_id, {})
        if discount_code not in percents:
            raise ValueError(f"the discount code {discount_code!r} does not hold for the item {item_id!r}")
        return percents[discount_code]
