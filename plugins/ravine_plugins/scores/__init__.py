"""Numbers by which a network is evaluated beside loss and accuracy."""
