"""Text ⇄ core: manifest, configuration, plans and the documents of --json. Opens no file."""
