"""A transfer platform with a county behind it that we do not run. Never in production."""
