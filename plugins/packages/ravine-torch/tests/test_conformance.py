"""The promises of an optimizer, kept by every one of PyTorch's."""

from ravine.testing import conformance

from ravine_torch.adadelta import Adadelta
from ravine_torch.adafactor import Adafactor
from ravine_torch.adagrad import Adagrad
from ravine_torch.adam import Adam
from ravine_torch.adamax import Adamax
from ravine_torch.adamw import AdamW
from ravine_torch.asgd import ASGD
from ravine_torch.muon import Muon
from ravine_torch.nadam import NAdam
from ravine_torch.radam import RAdam
from ravine_torch.rmsprop import RMSprop
from ravine_torch.rprop import Rprop
from ravine_torch.sgd import SGD

RATE = {"stands_still_without_a_rate": "the rate is the length of the first step only, and 1e-6 the least"}
MEAN = {"uses_every_slot": "ax is the mean of the parameters, which PyTorch never puts in their place"}

test_adadelta = conformance(Adadelta())
test_adafactor = conformance(Adafactor())
test_adagrad = conformance(Adagrad())
test_adam = conformance(Adam())
test_adamax = conformance(Adamax())
test_adamw = conformance(AdamW())
test_asgd = conformance(ASGD(), exempt=MEAN)
test_muon = conformance(Muon())
test_nadam = conformance(NAdam())
test_radam = conformance(RAdam())
test_rmsprop = conformance(RMSprop())
test_rprop = conformance(Rprop(), exempt=RATE)
test_sgd = conformance(SGD())

test_amsgrad = conformance(Adam(amsgrad=True))
test_amsgradw = conformance(AdamW(amsgrad=True))
test_centered_rmsprop_with_momentum = conformance(RMSprop(momentum=0.9, centered=True))
test_nesterov = conformance(SGD(momentum=0.9, nesterov=True))
