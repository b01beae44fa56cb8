"""The schema's versions, run by `store.decisions.schema`."""
