"""What members agreed to and ended, through the real rooms."""
