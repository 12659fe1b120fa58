/* What this build is. */
#ifndef COMMON_VERSION_H
#define COMMON_VERSION_H

/* "1.0.0": strict semantic versioning, no leading v. */
extern const char version_number[];

/* The commit it was built from, or "unknown". */
extern const char version_commit[];

/* Print the two lines that callers parse as YAML: "version: vX.Y.Z" and "commit: SHA". */
void version_print(void);

/* The same as one line of JSON: {"version":"vX.Y.Z","commit":"SHA"}. */
void version_print_json(void);

#endif
