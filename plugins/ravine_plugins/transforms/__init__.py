"""What stands before and after an optimizer's step."""
