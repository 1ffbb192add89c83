"""Mail in four folders."""
