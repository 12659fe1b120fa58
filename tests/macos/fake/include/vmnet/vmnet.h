/* The same declarations as the stub SDK's, on the fake XPC and dispatch. */
#include "../../../sdk/vmnet.framework/Headers/vmnet.h"
