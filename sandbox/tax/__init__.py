"""A tax bureau that takes registrations, collects from whom it is told to, and pays back. Never in production."""
