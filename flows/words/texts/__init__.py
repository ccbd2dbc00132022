"""What menus by SMS say: `<language>.toml` each, read by `flows.texts`."""
