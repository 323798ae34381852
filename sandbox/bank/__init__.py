"""A bank that debits accounts until they are short, checks agreements and collects at its counter. Never in production."""
