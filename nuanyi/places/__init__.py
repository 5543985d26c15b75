"""Floor 3. Regions (the tree 区 > 乡镇街道 > 村社区) and grids (网格), as polygons in WGS-84.

Nouns: region, grid, outline, point.
"""
