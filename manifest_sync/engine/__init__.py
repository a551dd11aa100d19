"""The verbs that touch the world: observe, transfer, apply."""
