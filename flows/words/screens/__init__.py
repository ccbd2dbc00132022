"""What screens say: `<language>.toml` each, read by `flows.screens`."""
