/* A program that does what a sanitizer must tell of: is what it tells found?
 *
 *     broken overrun|leak|race */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static int counter;

static void *count(void *argument)
{
    for (int i = 0; i < 1000; i++)
        counter++;
    return NULL;
}

static void race(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, count, NULL) == 0) {
        count(NULL);
        pthread_join(thread, NULL);
    }
}

int main(int argc, char **argv)
{
    char *volatile memory = argc > 1 ? strdup(argv[1]) : NULL;

    if (!memory)
        return 2;
    if (strcmp(memory, "race") == 0)
        race();
    if (strcmp(memory, "overrun") == 0)
        memory[strlen("overrun") + 1] = 'x';
    if (strcmp(memory, "leak") == 0)
        memory = NULL;
    free(memory);
    return 0;
}
