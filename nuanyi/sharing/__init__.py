"""Floor 9. Sharing (数据共享): what everybody may read, and what a district hands up to its city.

Nouns: release, dataset, summary, signing key, sender, received. Counts only; nobody stands in it.
"""
