"""The write side of the door: sessions, attempts, codes, logins under way, accounts, staff. Web may import only this.

Every `at` here is real time, never the settable business date: a session must not end because a trainer moved the year.
"""
