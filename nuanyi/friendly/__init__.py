"""Floor 8. Rider-friendly places (友好场景): how one gets into a compound or a mall, where to leave the bike, where to swap a
battery and eat for little.

Nouns: place, tip. Riders say what they know without saying who they are; a unit confirms it.
"""
