"""Products: the product is an event, each of its variants, and the discount codes of a variant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pare_runner.apps.core.app import App
from pare_runner.apps.shopping.app import StatefulShoppingApp
from pare_runner.apps.shopping.models import Item
from pare_runner.noise.env_events.stories.story import Call, Results, folded


@dataclass(frozen=True, slots=True)
class _Step:
    """The product itself, a variant, or (`codes`) the discount codes of the variant that the step `of` brought."""

    item: Item | None = None
    codes: dict[str, float] | None = None
    of: int = 0


@dataclass(frozen=True, slots=True)
class ProductStory:
    """A product that the shop begins to offer."""

    key: str
    name: str
    parts: tuple[_Step, ...]

    @property
    def names(self) -> frozenset[str]:
        """The product's name."""
        return folded(self.name)

    @property
    def steps(self) -> int:
        """How many events."""
        return len(self.parts)

    def call(self, app: App, step: int, results: Results) -> Call | None:
        """See `Story`. What belongs to a product that never came does not come either."""
        if not isinstance(app, StatefulShoppingApp):
            return None
        part = self.parts[step]
        if part.codes is not None:
            item_id = results.get(part.of)
            known = item_id in app.items()
            return ("add_discount_code", {"item_id": item_id, "discount_code": dict(part.codes)}) if known else None
        if part.item is None:
            return "add_product", {"name": self.name}
        product_id = results.get(0)
        if product_id not in app.products:
            return None
        args: dict[str, Any] = {"product_id": product_id, "price": part.item.price}
        return "add_item_to_product", args | {"options": dict(part.item.options), "available": part.item.available}


def product_stories(source: StatefulShoppingApp, most: int) -> list[ProductStory]:
    """The products in the order of the data, with their first `most` variants and these variants' discount codes."""
    found: list[ProductStory] = []
    for key, product in source.products.items():
        parts = [_Step()]
        for item in list(product.variants.values())[: max(most, 0)]:
            parts.append(_Step(item))
            codes = source.discount_codes.get(item.item_id)
            if codes:
                parts.append(_Step(codes=codes, of=len(parts) - 1))
        found.append(ProductStory(key, product.name, tuple(parts)))
    return found
