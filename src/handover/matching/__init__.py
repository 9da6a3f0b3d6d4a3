"""What makes two descriptions of one person meet: names in any script, keys, levels, weights. Pure."""
