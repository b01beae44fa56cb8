"""What the API answers, written down for its readers (OpenAPI). Nothing here is run when a request
is answered; a test holds every real answer against it."""
