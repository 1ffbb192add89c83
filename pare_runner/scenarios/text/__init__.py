"""The texts of a scenario: YAML with positions, compile-time templates, state expressions and the views they see."""
