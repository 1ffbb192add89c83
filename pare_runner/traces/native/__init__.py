"""The native format: five tables in Parquet, from which every other format can be written later."""
