"""Training steps of the same network by others: each module has ``steps(x, target)``.

It returns callables by name, ``"SGD …"`` and ``"Adam …"``, each a whole step on the batch that is given:
forward, loss as a Python float, backward, update. It raises ImportError where the peer is not installed.
"""
