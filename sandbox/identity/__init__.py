"""An identity provider that logs in anybody of a list, for demo, training and tests. Never in production."""
