"""What is kept: the ledger of a run, and how outputs are put in place."""
