"""Who and where: divisions, accounts and their fence, the household register."""
