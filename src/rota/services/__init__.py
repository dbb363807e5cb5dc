"""What any face may ask: one transaction a method, the rules of the domain, the audit in the same transaction."""
