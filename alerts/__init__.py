"""Pure decisions: rules, baselines, load history."""
