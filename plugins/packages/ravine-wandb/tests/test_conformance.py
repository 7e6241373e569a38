"""The tracker keeps the promises of its kind."""

from ravine.testing import conformance

from ravine_wandb.tracker import WandB

_LATER = {
    "shows_a_run_that_goes_on": "a process of wandb's own writes the file, some hundredths of a second later"
}

test_wandb = conformance(WandB(), exempt=_LATER)
