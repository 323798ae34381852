"""关系转移 between counties (规程第四十条至第四十五条; R-372…R-396).

`arrival` is the county that takes in, `departure` the one that lets go, `post` hands messages from one to the other. Each side
is a transaction of its own: what the other side has to know waits in the outbox, and a message that comes twice changes nothing.
"""
