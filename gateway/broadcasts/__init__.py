"""Broadcasts: `draft` writes them, `audience` counts who would be asked, `launch` approves, starts and stops, `spread`
makes the deliveries, `sums` tells how it stands, `settle` ends rounds.
"""
