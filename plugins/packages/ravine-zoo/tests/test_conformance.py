"""Every rule keeps the promises of its kind."""

from ravine.testing import conformance

from ravine_zoo.adafactor import Adafactor
from ravine_zoo.lbfgs import Lbfgs
from ravine_zoo.muon import Muon
from ravine_zoo.prodigy import Prodigy
from ravine_zoo.sam import Sam
from ravine_zoo.schedule_free_adamw import ScheduleFreeAdamW
from ravine_zoo.shampoo import Shampoo
from ravine_zoo.soap import Soap
from ravine_zoo.sophia import Sophia

test_schedule_free_adamw = conformance(ScheduleFreeAdamW())
test_soap = conformance(Soap())
test_shampoo = conformance(Shampoo())
test_adafactor = conformance(Adafactor())
test_lbfgs = conformance(Lbfgs())
test_sophia = conformance(Sophia())
test_prodigy = conformance(Prodigy())
test_muon = conformance(Muon())
test_sam = conformance(Sam())
