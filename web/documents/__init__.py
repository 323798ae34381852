"""Documents handed to people: PDF/A-3b with the data they were made from inside, QR codes, and which characters print."""
