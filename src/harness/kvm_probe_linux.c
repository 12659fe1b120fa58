#include "harness/kvm_probe.h"

#include <linux/kvm.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum step { STEP_DONE, STEP_VERSION, STEP_VM, STEP_MEMORY, STEP_CPU, STEP_CPUID, STEP_REGISTERS, STEP_RUN,
            STEP_EXIT, STEP_RESULT, STEP_ARCHITECTURE };

const char *kvm_probe_step(int step)
{
    static const char *const names[] = {
        "done", "wrong API version", "no VM could be made", "no memory could be given", "no processor could be made",
        "its features could not be set", "its registers could not be set", "it could not be run",
        "it stopped for another reason than expected", "its instructions did not do what they say",
        "not tried on this kind of processor",
    };

    return step >= 0 && step < (int)(sizeof(names) / sizeof(*names)) ? names[step] : "the test guest died";
}

#if defined(__x86_64__)

/* Physical memory of the guest: page tables at 0x1000, descriptor table at 0x4000, code at 0x5000,
 * its answer at 0x6000. */
enum { MEMORY_SIZE = 0x10000, TABLES = 0x1000, DESCRIPTORS = 0x4000, CODE = 0x5000, ANSWER = 0x6000 };
static const uint64_t MAGIC = 0x1122334455667788;

/* Real mode at CODE. Assembled by hand, because it changes mode twice; offsets are in the comments. */
static const uint8_t code[] = {
    0xfa,                                     /* 00 cli */
    0x66, 0x0f, 0x01, 0x16, 0x70, 0x50,       /* 01 lgdtl [0x5070] */
    0x66, 0xb8, 0x00, 0x10, 0x00, 0x00,       /* 07 mov eax, TABLES */
    0x0f, 0x22, 0xd8,                         /* 0d mov cr3, eax */
    0x66, 0xb8, 0x20, 0x00, 0x00, 0x00,       /* 10 mov eax, CR4.PAE */
    0x0f, 0x22, 0xe0,                         /* 16 mov cr4, eax */
    0x66, 0xb9, 0x80, 0x00, 0x00, 0xc0,       /* 19 mov ecx, EFER */
    0x0f, 0x32,                               /* 1f rdmsr */
    0x66, 0x0d, 0x00, 0x01, 0x00, 0x00,       /* 21 or eax, EFER.LME */
    0x0f, 0x30,                               /* 27 wrmsr */
    0x66, 0xb8, 0x01, 0x00, 0x00, 0x80,       /* 29 mov eax, CR0.PG | CR0.PE */
    0x0f, 0x22, 0xc0,                         /* 2f mov cr0, eax */
    0x66, 0xea, 0x40, 0x50, 0x00, 0x00, 0x08, 0x00, /* 32 ljmpl 8:0x5040 */
    0x90, 0x90, 0x90, 0x90, 0x90, 0x90,       /* 3a */
    /* Long mode from here. */
    0x48, 0xb8, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, /* 40 mov rax, MAGIC */
    0x48, 0xbb, 0x00, 0x60, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* 4a mov rbx, ANSWER */
    0x48, 0x89, 0x03,                         /* 54 mov [rbx], rax */
    0xb9, 0x80, 0x00, 0x00, 0xc0,             /* 57 mov ecx, EFER */
    0x0f, 0x32,                               /* 5c rdmsr */
    0x48, 0x89, 0x43, 0x08,                   /* 5e mov [rbx + 8], rax */
    0x0f, 0x20, 0xc0,                         /* 62 mov rax, cr0 */
    0x48, 0x89, 0x43, 0x10,                   /* 65 mov [rbx + 16], rax */
    0xeb, 0x15,                               /* 69 jmp 80 */
    0x90, 0x90, 0x90, 0x90, 0x90,             /* 6b */
    0x17, 0x00, 0x00, 0x40, 0x00, 0x00,       /* 70 limit and base of the descriptor table */
    0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, /* 76 */
    0xb9, 0x00, 0x2d, 0x31, 0x01,             /* 80 mov ecx, 20000000 */
    0xff, 0xc9,                               /* 85 dec ecx */
    0x75, 0xfc,                               /* 87 jnz 85 */
    0xf4,                                     /* 89 hlt */
};

static void fill(uint8_t *memory)
{
    /* One page of 2 MiB, mapped where it is: present, writable; the last level says large. */
    const uint64_t tables[3] = {TABLES + 0x1000 + 3, TABLES + 0x2000 + 3, 0x83};
    const uint64_t descriptors[3] = {0, 0x00209a0000000000, 0x0000920000000000};

    for (int i = 0; i < 3; i++)
        memcpy(memory + TABLES + i * 0x1000, &tables[i], sizeof(tables[i]));
    memcpy(memory + DESCRIPTORS, descriptors, sizeof(descriptors));
    memcpy(memory + CODE, code, sizeof(code));
}

static int set_features(int kvm, int cpu)
{
    struct {
        struct kvm_cpuid2 head;
        struct kvm_cpuid_entry2 entries[256];
    } features = {.head.nent = 256};

    return ioctl(kvm, KVM_GET_SUPPORTED_CPUID, &features) < 0 || ioctl(cpu, KVM_SET_CPUID2, &features) < 0 ? -1 : 0;
}

static int set_registers(int cpu)
{
    struct kvm_sregs special;
    struct kvm_regs registers = {.rip = CODE, .rflags = 2, .rsp = 0x8000};

    if (ioctl(cpu, KVM_GET_SREGS, &special) < 0)
        return -1;
    special.cs.base = 0;
    special.cs.selector = 0;
    return ioctl(cpu, KVM_SET_SREGS, &special) < 0 || ioctl(cpu, KVM_SET_REGS, &registers) < 0 ? -1 : 0;
}

static enum step run(int cpu, const struct kvm_run *shared, const uint8_t *memory)
{
    enum { LME_AND_LMA = 0x500 };
    uint64_t answer[3];

    if (ioctl(cpu, KVM_RUN, 0) < 0)
        return STEP_RUN;
    if (shared->exit_reason != KVM_EXIT_HLT)
        return STEP_EXIT;
    memcpy(answer, memory + ANSWER, sizeof(answer));
    if (answer[0] != MAGIC || (answer[1] & LME_AND_LMA) != LME_AND_LMA || (answer[2] & 0x80000001) != 0x80000001)
        return STEP_RESULT;
    return STEP_DONE;
}

int kvm_probe(int fd)
{
    if (ioctl(fd, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
        return STEP_VERSION;
    int vm = ioctl(fd, KVM_CREATE_VM, 0);
    if (vm < 0)
        return STEP_VM;
    uint8_t *memory = mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct kvm_userspace_memory_region region = {.memory_size = MEMORY_SIZE, .userspace_addr = (uintptr_t)memory};
    /* Intel needs a place for its real-mode emulation. */
    ioctl(vm, KVM_SET_TSS_ADDR, 0xfffbd000UL);
    if (memory == MAP_FAILED || ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region) < 0)
        return STEP_MEMORY;
    fill(memory);
    int cpu = ioctl(vm, KVM_CREATE_VCPU, 0);
    int size = ioctl(fd, KVM_GET_VCPU_MMAP_SIZE, 0);
    if (cpu < 0 || size < (int)sizeof(struct kvm_run))
        return STEP_CPU;
    const struct kvm_run *shared = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, cpu, 0);
    if (shared == MAP_FAILED)
        return STEP_CPU;
    if (set_features(fd, cpu) < 0)
        return STEP_CPUID;
    if (set_registers(cpu) < 0)
        return STEP_REGISTERS;
    return run(cpu, shared, memory);
}

#else

int kvm_probe(int fd)
{
    return STEP_ARCHITECTURE;
}

#endif
