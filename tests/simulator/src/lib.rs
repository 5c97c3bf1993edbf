//! A network that speaks real SNMP and syslog, with the truth beside it.
