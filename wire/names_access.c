/* Security descriptors: flags, kinds of entries, rights. */
#include "wire/names_tables.h"

/* Bits as KRB_BIT numbers them: 31 is 0x1. */
static const struct name_row controls[] = {
    {16, "SR", "Self-relative: all in one piece, parts found by offsets.", "MS-DTYP 2.4.6"},
    {17, "RM", "Sbz1 holds bits of the resource manager.", "MS-DTYP 2.4.6"},
    {18, "PS", "The audit list takes nothing from the folder above.", "MS-DTYP 2.4.6"},
    {19, "PD", "The access list takes nothing from the folder above.", "MS-DTYP 2.4.6"},
    {20, "SI", "The audit list has come down from the folder above.", "MS-DTYP 2.4.6"},
    {21, "DI", "The access list has come down from the folder above.", "MS-DTYP 2.4.6"},
    {22, "SC", "The audit list shall be handed down.", "MS-DTYP 2.4.6"},
    {23, "DC", "The access list shall be handed down.", "MS-DTYP 2.4.6"},
    {24, "DT", "The access list is the word of whoever may be trusted.", "MS-DTYP 2.4.6"},
    {25, "SS", "A server's own list was put into it.", "MS-DTYP 2.4.6"},
    {26, "SD", "The audit list was put there by default.", "MS-DTYP 2.4.6"},
    {27, "SP", "There is an audit list.", "MS-DTYP 2.4.6"},
    {28, "DD", "The access list was put there by default.", "MS-DTYP 2.4.6"},
    {29, "DP", "There is an access list; without one everybody may do everything.",
     "MS-DTYP 2.4.6"},
    {30, "GD", "The group was put there by default.", "MS-DTYP 2.4.6"},
    {31, "OD", "The owner was put there by default.", "MS-DTYP 2.4.6"},
};
const struct name_table names_of_sd_controls = NAME_TABLE(controls);

static const struct name_row ace_types[] = {
    {0, "ACCESS_ALLOWED", "Gives rights to whoever has the SID.", "MS-DTYP 2.4.4.1"},
    {1, "ACCESS_DENIED", "Refuses rights to whoever has the SID.", "MS-DTYP 2.4.4.1"},
    {2, "SYSTEM_AUDIT", "Has the use of rights written down.", "MS-DTYP 2.4.4.1"},
    {3, "SYSTEM_ALARM", "Kept for later, never used.", "MS-DTYP 2.4.4.1"},
    {5, "ACCESS_ALLOWED_OBJECT", "Gives rights to a part or a kind of object of a directory.",
     "MS-DTYP 2.4.4.1"},
    {6, "ACCESS_DENIED_OBJECT", "Refuses rights to a part or a kind of object of a directory.",
     "MS-DTYP 2.4.4.1"},
    {7, "SYSTEM_AUDIT_OBJECT", "Audits a part or a kind of object of a directory.",
     "MS-DTYP 2.4.4.1"},
    {9, "ACCESS_ALLOWED_CALLBACK", "Gives rights where a condition holds.", "MS-DTYP 2.4.4.1"},
    {10, "ACCESS_DENIED_CALLBACK", "Refuses rights where a condition holds.", "MS-DTYP 2.4.4.1"},
    {17, "SYSTEM_MANDATORY_LABEL", "How far a process must be trusted to write here.",
     "MS-DTYP 2.4.4.1"},
};
const struct name_table names_of_ace_types = NAME_TABLE(ace_types);

static const struct name_row ace_flags[] = {
    {24, "FAILED_ACCESS", "Audit what was refused.", "MS-DTYP 2.4.4.1"},
    {25, "SUCCESSFUL_ACCESS", "Audit what was granted.", "MS-DTYP 2.4.4.1"},
    {27, "INHERITED", "It came down from the folder above.", "MS-DTYP 2.4.4.1"},
    {28, "INHERIT_ONLY", "It is only for what lies below, and not checked here.",
     "MS-DTYP 2.4.4.1"},
    {29, "NO_PROPAGATE_INHERIT", "It goes down by one level only.", "MS-DTYP 2.4.4.1"},
    {30, "CONTAINER_INHERIT", "Folders below get it too.", "MS-DTYP 2.4.4.1"},
    {31, "OBJECT_INHERIT", "Files below get it too.", "MS-DTYP 2.4.4.1"},
};
const struct name_table names_of_ace_flags = NAME_TABLE(ace_flags);

/* Of a file; the lower sixteen mean other things elsewhere. */
static const struct name_row rights[] = {
    {0, "GENERIC_READ", "Reading, whatever that takes for such an object.", "MS-DTYP 2.4.3"},
    {1, "GENERIC_WRITE", "Writing, whatever that takes for such an object.", "MS-DTYP 2.4.3"},
    {2, "GENERIC_EXECUTE", "Running, whatever that takes for such an object.", "MS-DTYP 2.4.3"},
    {3, "GENERIC_ALL", "Everything that can be done with such an object.", "MS-DTYP 2.4.3"},
    {6, "MAXIMUM_ALLOWED", "All that the list gives to whoever asks.", "MS-DTYP 2.4.3"},
    {7, "ACCESS_SYSTEM_SECURITY", "The audit list: by a privilege, never by an entry.",
     "MS-DTYP 2.4.3"},
    {11, "SYNCHRONIZE", "Waiting until something has been done with it.", "MS-DTYP 2.4.3"},
    {12, "WRITE_OWNER", "Changing the owner.", "MS-DTYP 2.4.3"},
    {13, "WRITE_DAC", "Changing the list itself.", "MS-DTYP 2.4.3"},
    {14, "READ_CONTROL", "Reading the descriptor.", "MS-DTYP 2.4.3"},
    {15, "DELETE", "Deleting it.", "MS-DTYP 2.4.3"},
    {23, "FILE_WRITE_ATTRIBUTES", "Changing times and attributes.", "MS-SMB2 2.2.13.1.1"},
    {24, "FILE_READ_ATTRIBUTES", "Seeing times and attributes.", "MS-SMB2 2.2.13.1.1"},
    {25, "FILE_DELETE_CHILD", "Deleting what lies in the folder.", "MS-SMB2 2.2.13.1.1"},
    {26, "FILE_EXECUTE", "Running it.", "MS-SMB2 2.2.13.1.1"},
    {27, "FILE_WRITE_EA", "Changing extended attributes.", "MS-SMB2 2.2.13.1.1"},
    {28, "FILE_READ_EA", "Seeing extended attributes.", "MS-SMB2 2.2.13.1.1"},
    {29, "FILE_APPEND_DATA", "Adding to its end.", "MS-SMB2 2.2.13.1.1"},
    {30, "FILE_WRITE_DATA", "Changing what stands in it.", "MS-SMB2 2.2.13.1.1"},
    {31, "FILE_READ_DATA", "Reading what stands in it.", "MS-SMB2 2.2.13.1.1"},
};
const struct name_table names_of_rights = NAME_TABLE(rights);
