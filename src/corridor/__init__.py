"""Plan, forecast and run negotiated humanitarian evacuations by convoy."""
