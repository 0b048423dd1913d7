"""Documents of the office: what is printed, sent and filed, made from the one ledger."""
