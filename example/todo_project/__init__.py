"""The todo site: a small Django site that Vedette watches, as any site would be watched."""
