"""References: numbers of other libraries, and how far a component is from them.

A package keeps them in ``references/KIND/NAME.json``, one file a component: a list of sources, each with the
call that made its numbers, the version of the library, the fields with which a component is compared with it,
and a sentence if the two are known to differ.
"""
