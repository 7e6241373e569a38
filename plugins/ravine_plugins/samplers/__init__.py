"""Rules by which a search goes on."""
