"""What the simulators of tax bureau, bank, finance bureau and transfer platform share: the layout of files, a mailbox in a folder, faults.

Written after docs/exchange.md alone, as a partner would, so that it is a second opinion on what stands there.
"""
