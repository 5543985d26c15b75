"""Floor 4. Organisations, alliances (党建示范带) and the responsibility matrix (条块责任).

Nouns: unit, alliance, rule, answer ("who answers for this, and why").
"""
