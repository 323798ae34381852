"""A finance bureau that pays what it is asked for, or a part of it. Never in production."""
