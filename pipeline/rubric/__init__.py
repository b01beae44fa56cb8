"""What is asked: rubrics as data, checked when loaded.

`model` holds the nouns (Rubric, Indicator, Requirement, Rule), `load` reads `rubrics/*.yaml` and
names file, line, field and what is allowed when something is wrong, `calendar` turns a cadence
into the periods it is asked for in.
"""
