# Folders whose own rules are not yet read by the Makefile itself.
ifndef GEN_trace
include $(wildcard trace/*.mk)
endif
