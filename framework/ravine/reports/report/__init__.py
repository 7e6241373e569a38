"""Report: studies with their answers, figures, verdicts and evidence, as a page worth publishing."""
