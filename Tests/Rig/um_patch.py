#!/usr/bin/env python3
"""Makes an unpacked Linux 6.1 tree deliver the edges of simulated GPIO lines under ARCH=um.

Two gaps of the UML port stand in the way:

 * All 64 interrupt numbers are taken at boot, so gpio-sim can map no line and each request for edges fails with
   ENODEV. The table becomes longer.
 * UML cannot raise irq_work, which therefore waits for the 100 Hz tick: edges come up to 10 ms late, and quick ones
   merge into one. A pending bit beside those of the timer and of I/O runs it where signals are enabled again.

usage: um_patch.py TREE

Each edit checks that its anchor occurs exactly once, and does nothing where it was made before.
"""
import pathlib
import sys

MARK = "/* gatehouse rig */"
INTERRUPTS = 192


def replace(path, anchor, text):
    content = path.read_text()
    if text in content:
        return
    found = content.count(anchor)
    if found != 1:
        sys.exit(f"{path}: {found} places look like {anchor!r}; is this Linux 6.1?")
    path.write_text(content.replace(anchor, text))


def lengthen_interrupt_table(tree):
    anchor = "#define NR_IRQS\t\t\tUM_LAST_SIGNAL_IRQ\n"
    replace(tree / "arch/um/include/asm/irq.h", anchor,
            f"#define NR_IRQS\t\t\t(UM_LAST_SIGNAL_IRQ + {INTERRUPTS}) {MARK}\n")


def raise_irq_work(tree):
    signals = tree / "arch/um/os-Linux/signal.c"
    # bits 0 and 1 of signals_pending are SIGIO and SIGALRM
    anchor = "int signals_enabled;\n"
    replace(signals, anchor,
            f"#define RIG_IRQ_WORK (1 << 2) {MARK}\nextern void rig_run_irq_work(void);\n\n" + anchor)
    anchor = "\t\t/* Do not reenter the handler */\n"
    replace(signals, anchor,
            f"\t\tif (save_pending & RIG_IRQ_WORK) {MARK}\n\t\t\trig_run_irq_work();\n\n" + anchor)
    anchor = "int um_set_signals(int enable)\n"
    replace(signals, anchor,
            f"void rig_mark_irq_work(void) {MARK}\n{{\n\tsignals_pending |= RIG_IRQ_WORK;\n}}\n\n" + anchor)

    interrupts = tree / "arch/um/kernel/irq.c"
    if MARK in interrupts.read_text():
        return
    with interrupts.open("a") as end:
        end.write(f"""
{MARK}
#include <linux/irq_work.h>
extern void rig_mark_irq_work(void);

void rig_run_irq_work(void)
{{
	static struct pt_regs none;
	struct pt_regs *before = set_irq_regs(&none);

	irq_enter();
	irq_work_run();
	irq_exit();
	set_irq_regs(before);
}}

void arch_irq_work_raise(void)
{{
	unsigned long flags;

	local_irq_save(flags);
	rig_mark_irq_work();
	local_irq_restore(flags);	/* runs it at once unless interrupts were off */
}}
""")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    tree = pathlib.Path(sys.argv[1])
    lengthen_interrupt_table(tree)
    raise_irq_work(tree)


main()
