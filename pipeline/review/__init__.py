"""The reviewers' pages: app, accounts, templates. Nothing stands here yet."""
