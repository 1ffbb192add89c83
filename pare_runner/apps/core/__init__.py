"""What every app is made of: shapes of values, tools, screens, state, and the app class itself."""
