"""Analysis: what result files say, without the engine that wrote them."""
