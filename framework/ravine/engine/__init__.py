"""Engine: how learning goes: parameters, network, problem, update, training, experiment.

It is told what to train, and with what. It knows no registry, no configuration and no study.
"""
