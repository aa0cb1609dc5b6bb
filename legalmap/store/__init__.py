"""Where SQL lives, and nowhere else: the engine, the tables and one repository for each noun."""
