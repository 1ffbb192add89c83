"""The inside of `yaml_text.load`: events to data (`builder`), scalar types, positions, messages in plain words."""
