"""Console and handset in a real browser, on one running house with the demo organisation."""
