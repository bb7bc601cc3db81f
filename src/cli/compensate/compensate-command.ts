import { given } from '../../core/base/given.ts';
import type { JsonObject } from '../../core/base/json.ts';
import type { Receipt } from '../../core/log/receipt.ts';
import type { Environment } from '../../environment/environment.ts';
import { type CompensateOptions, type TransactionName, toReceiptJson } from '../../index.ts';
import { plural, printable } from '../../text/printable.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import { writePlan } from '../bulk/plan-file.ts';
import { readPlanOf } from '../bulk/plan-owner.ts';
import { BaseCommand } from '../frame/base-command.ts';
import { confirmMany } from '../frame/confirm.ts';
import { filterIn } from '../frame/filter-flags.ts';
import { showWork } from '../frame/progress-line.ts';
import { countPlan, formatPlan, formatPlanTotals } from '../print/plan-page.ts';
import { formatReceipt, receiptColumns } from '../print/receipt-text.ts';
import type { CompensateValues } from './compensate-flags.ts';
import { compensateEach, selectTargets } from './select-targets.ts';

/** The command `compensate` in each of its ways, which its flags choose. */
export abstract class CompensateCommand extends BaseCommand {
  /** Prints, or writes to a file, what would be done. Exit code 1 when some of it cannot be done. */
  protected async plan(env: Environment, names: readonly TransactionName[], flags: CompensateValues): Promise<void> {
    const { onProgress, stop } = showWork('planning', this.shown);
    const selected = async () => selectTargets(env, await filterIn(env, flags), onProgress);
    const planned = async () => env.planCompensation(names.length > 0 ? names : await selected(), { onProgress });
    const plan = await planned().finally(stop);
    if (flags.out === undefined) {
      await this.print(plan as unknown as JsonObject, formatPlan(plan, this.colors));
    } else {
      writePlan(flags.out, plan);
      const next = `txlog compensate --apply ${shellQuote(flags.out)}`;
      await this.print({ v: 1, file: flags.out, head: plan.head, ...countPlan(plan), next: [next] }, '');
      this.talk(`${formatPlanTotals(plan, this.colors)}, in ${printable(flags.out)}\nnext: ${next}`);
    }
    if (plan.items.some(({ refused }) => refused)) this.exitWith(1);
  }

  /** Carries out a plan file, once people agree. */
  protected async apply(env: Environment, file: string, flags: CompensateValues): Promise<void> {
    const { plan, count } = readPlanOf(file, 'compensate');
    const agreed = await confirmMany(
      `Compensate ${plural(count, 'transaction')}?`,
      count,
      this.isSure || this.isDryRun,
    );
    if (!agreed) return this.talk('nothing was done');
    // A bar would be drawn over lines for people.
    const { onProgress, stop } = showWork('compensating', this.shownBesideLines, { goesOn: true });
    const receipts = env.applyPlan(plan, { ...optionsOf(flags), onProgress });
    await this.printReceipts(receipts, flags['dry-run']).finally(stop);
  }

  /** Undoes what is named, in this order. */
  protected async undo(env: Environment, names: readonly TransactionName[], flags: CompensateValues): Promise<void> {
    await this.printReceipts(compensateEach(env, names, optionsOf(flags)), flags['dry-run']);
  }

  private async printReceipts(receipts: AsyncIterable<Receipt>, dryRun: boolean): Promise<void> {
    let rejected = 0;
    const list = this.list<Receipt>({
      json: toReceiptJson,
      people: (page) => page.map(formatCompensation).join('\n'),
      columns: receiptColumns,
      live: true,
    });
    try {
      for await (const decided of receipts) {
        const receipt = dryRun ? { ...decided, dryRun: true as const } : decided;
        if (receipt.outcome === 'rejected') rejected += 1;
        await list.add(receipt);
      }
    } finally {
      await list.end();
    }
    if (rejected > 0) this.exitWith(1);
  }
}

/** A second compensation has the receipt of the first one. */
function formatCompensation(receipt: Receipt): string {
  return `${formatReceipt({ ...receipt, duplicate: false })}${receipt.duplicate ? ' (compensated already)' : ''}`;
}

function optionsOf({ reason, actor, 'dry-run': dryRun }: CompensateValues): CompensateOptions {
  return { dryRun, ...given({ reason, actor }) };
}
