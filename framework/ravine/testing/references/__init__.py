"""References: how far a component is from the numbers of other libraries, a module for each kind."""
