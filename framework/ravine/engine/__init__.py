"""Engine: how training works: parameters, network, problem, update, training, experiment.

It is given what to train, and with what. It knows nothing of registry, configuration and studies.
"""
