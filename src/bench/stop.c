#include "bench/stop.h"
#include "common/process.h"

#include <signal.h>
#include <stddef.h>
#include <time.h>

static volatile sig_atomic_t wanted;

static void note(int number)
{
    wanted = 1;
}

void stop_install(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND};

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        sigaction(numbers[i], &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

bool stop_wanted(void)
{
    return wanted;
}

void stop_pause(double seconds)
{
    double end = process_clock() + seconds;

    while (!wanted && process_clock() < end) {
        double left = end - process_clock();
        struct timespec pause = {.tv_nsec = (long)((left < 0.05 ? left : 0.05) * 1e9)};
        if (pause.tv_nsec > 0)
            nanosleep(&pause, NULL);
    }
}
