"""The supervisor behind `memberline up`: prepares a data folder, starts every process, and ends them all.

Loads neither Flask nor SQLAlchemy nor the number library: it stays for as long as the service runs, and
its memory counts. What needs those (migrations, the demo, sounds) runs as a process of its own.
"""
