"""All SQL, and nothing but SQL: the engine, the tables and one repository for each noun."""
