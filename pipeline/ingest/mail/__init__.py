"""Letters and saved web pages: EML, MHT, MSG, with what is attached to them."""
