/* Where the files are that belong to the programs: image recipes, benchmarks, plots. */
#ifndef COMMON_DATA_DIR_H
#define COMMON_DATA_DIR_H

/* $VMNET_DATA, which the launchers in the source tree set, or ../share/vmnet-helper of the folder
 * that the executable is in, so that an installation can be moved. */
const char *data_dir(void);

#endif
