"""Problems members report: `opening` keeps them, `desk` is staff's work on them, `answering` tells the member what was
done, `outcome` takes the member's word on it.
"""
