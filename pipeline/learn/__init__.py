"""Training, evaluation, rule reports, decisions -> data; the home of scikit-learn and pandas.

`corpus` reads and checks the training passages, `enrich` makes more of them, `fit` turns them into
weights, `pairs` asks the crosswalk what they are evidence for, `train` writes a model's folder;
`measure` counts, `compare` holds recipes side by side, `evaluate` measures a model on passages that
people labelled, `card` writes down what was found.
"""
