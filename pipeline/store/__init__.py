"""What is kept: the ledger of a run, what was read, people's decisions (only ever appended) and
accounts; and how outputs are put in place."""
