"""Settings: `base` for what holds everywhere, `development` and `production` for the rest."""
