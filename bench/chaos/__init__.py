"""Real workers under kills, outages and jumping clocks; at the end, whether anything was lost or done twice."""
