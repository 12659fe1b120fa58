/* state.json of a VM: any bytes. What was read and is written again reads the same. */
#include "fuzz/input.h"
#include "harness/state.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct state state, again;

    if (vm_state_read(&state, input_file(data, size)) == 0) {
        must(state.helper.pid == 0 || state.helper.pid > 1);
        must(state.machine.pid == 0 || state.machine.pid > 1);
        char *text = vm_state_format(&state);
        must(text && vm_state_read(&again, input_file(text, strlen(text))) == 0);
        char *twice = vm_state_format(&again);
        must(twice && strcmp(text, twice) == 0);
        free(text);
        free(twice);
        vm_state_free(&again);
    }
    vm_state_free(&state);
    return 0;
}
