"""The doors: several people on one log over HTTP, each with their rights; phones that sync late; a live stream."""
