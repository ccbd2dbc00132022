"""One encrypted file with everything: `save` writes it, `bring_back` reads it, `sealing` is the file's encryption.

For `memberline backup` and `memberline restore` alone. The key comes from MEMBERLINE_SECRET_KEY: without that secret the
file, like the database, is of no use; keep the two apart.
"""
