"""Pure decisions: rules, baselines, the engine."""
