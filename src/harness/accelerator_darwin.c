#include "harness/accelerator.h"
#include "common/text.h"

#include <sys/sysctl.h>

enum accelerator accelerator_find(char *reason, size_t size)
{
    int present = 0;
    size_t length = sizeof(present);

    if (sysctlbyname("kern.hv_support", &present, &length, NULL, 0) == 0 && present) {
        text_copy(reason, size, "the hypervisor framework is there");
        return ACCELERATOR_HVF;
    }
    text_copy(reason, size, "this Mac has no hypervisor support (kern.hv_support is 0)");
    return ACCELERATOR_TCG;
}
