"""Training, evaluation, rule reports, decisions -> data; the home of scikit-learn and pandas.

Nothing stands here yet.
"""
