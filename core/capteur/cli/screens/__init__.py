"""What the commands show. A screen knows the shapes of the house and nothing of click."""
