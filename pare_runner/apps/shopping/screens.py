"""The screens of the shopping app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pare_runner.apps.core.app import Screen
from pare_runner.apps.core.tools import READ, WRITE, user_tool
from pare_runner.apps.core.transitions import arg, push, result
from pare_runner.apps.shopping.models import Item, Order, Product, ProductListResult

if TYPE_CHECKING:
    from pare_runner.apps.shopping.app import StatefulShoppingApp


@dataclass
class ShoppingScreen(Screen):
    """A screen of the shopping app."""

    app: StatefulShoppingApp


@dataclass
class ShoppingHome(ShoppingScreen):
    """The home page of the shop."""

    @user_tool(READ)
    def list_products(self, offset: int = 0, limit: int = 10) -> ProductListResult:
        """List the products by name.

        Args:
            offset: How many to skip.
            limit: How many to show.

        Returns:
            products (product id by name) and metadata (range shown, total number).
        """
        return self.app.list_all_products(offset, limit)

    @user_tool(READ, to=push("ProductDetail", product_id=arg("product_id")))
    def view_product(self, product_id: str) -> Product:
        """Open a product.

        Args:
            product_id: Id of the product.

        Returns:
            The product and all its variants.
        """
        return self.app.get_product_details(product_id)

    @user_tool(READ, to=push("CartView"))
    def view_cart(self) -> dict[str, Any]:
        """Open the cart.

        Returns:
            Line of the cart by item id.
        """
        return self.app.list_cart()

    @user_tool(READ, to=push("OrderListView"))
    def list_orders(self) -> dict[str, Order]:
        """Open the list of orders.

        Returns:
            Order by its id.
        """
        return self.app.list_orders()


@dataclass
class ProductDetail(ShoppingScreen):
    """A product."""

    product_id: str

    @user_tool(READ, to=push("VariantDetail", item_id=arg("item_id")))
    def view_variant(self, item_id: str) -> Item:
        """Open a variant.

        Args:
            item_id: Id of the item.

        Returns:
            The item.
        """
        return self.app.item(item_id)


@dataclass
class VariantDetail(ShoppingScreen):
    """A variant of a product."""

    item_id: str

    @user_tool(WRITE, to=push("CartView"))
    def add_to_cart(self, quantity: int = 1) -> str:
        """Put pieces of this item into the cart and open the cart.

        Args:
            quantity: How many pieces.

        Returns:
            Id of the item.
        """
        return self.app.add_to_cart(self.item_id, quantity)


@dataclass
class CartView(ShoppingScreen):
    """The cart."""

    @user_tool(WRITE, to=push("OrderDetailView", order_id=result()))
    def checkout(self, discount_code: str | None = None) -> str:
        """Order everything in the cart and open the order.

        Args:
            discount_code: A discount code, which must hold for every item in the cart.

        Returns:
            Id of the order.
        """
        return self.app.checkout(discount_code)

    @user_tool(WRITE)
    def remove_item(self, item_id: str, quantity: int = 1) -> str:
        """Take pieces of an item out of the cart.

        Args:
            item_id: Id of the item.
            quantity: How many pieces.

        Returns:
            Id of the item.
        """
        return self.app.remove_from_cart(item_id, quantity)


@dataclass
class OrderListView(ShoppingScreen):
    """The orders."""

    @user_tool(READ, to=push("OrderDetailView", order_id=arg("order_id")))
    def view_order(self, order_id: str) -> Order:
        """Open an order.

        Args:
            order_id: Id of the order.

        Returns:
            The order.
        """
        return self.app.get_order_details(order_id)


@dataclass
class OrderDetailView(ShoppingScreen):
    """An order."""

    order_id: str

    @user_tool(READ)
    def view_order(self) -> Order:
        """Read the order again.

        Returns:
            The order.
        """
        return self.app.get_order_details(self.order_id)
