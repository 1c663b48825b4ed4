"""An email's way: fetch → parse → classify → extract → consolidate → match → route → commit → deliver.

``runner.py`` is the whole path; ``stages/`` holds one file per stage; ``ports.py`` says what they need of the world.
"""
