"""The deterministic reader: values with their evidence out of German and English letters. Start at ``source.py``."""
