"""The specification of legalmap: one folder a layer, mirroring legalmap/."""
