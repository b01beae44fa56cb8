"""Many units in one run: engines, resume, copies across units, overview.

units     which units there are, below ROOT or in units.csv (table)
task      one unit, the whole way; summary: what the overview needs of it
run       the season: plan, estimate, text first, then what has to be recognised
engine    what hands out units: processes of this machine (local, runner), or a cluster
places    where papers come from and outputs go: folders of this machine, or a store
copies    passages, papers and pictures that several units hand in
overview  the season at a glance; owed: who owes what by when; compare: two seasons
words     problems and notices, said
"""
