"""Tests of the providers behind `gateway.channels`: tables, real sockets, the real SDK."""
