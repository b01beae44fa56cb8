"""What hands out units and gathers answers: processes of this machine, or a cluster."""
