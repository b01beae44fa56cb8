"""Training, evaluation, rule reports, decisions -> data; the home of scikit-learn and pandas.

`corpus` reads and checks the training passages, `enrich` makes more of them, `fit` turns them into
weights, `pairs` asks the crosswalk what they are evidence for, `train` writes a model's folder;
`measure` counts, `compare` holds recipes side by side, `gold` reads passages that people labelled,
`evaluate` measures a model on them, `negatives` on what is evidence of nothing, `held` on voices
left out, `card` writes down what was found; `consent` and `decisions` say what may be learnt of
reviewers' work, `renew` learns it, `differ` tells what that changed; `rules` reports on rules,
`plot` and `tables` are for whoever looks on.
"""
