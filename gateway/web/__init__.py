"""What machines call: providers' posts, clips, health. Thin: forms and status codes; the rooms know the rest."""
