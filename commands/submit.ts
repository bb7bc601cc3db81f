import { Args } from '@oclif/core';
import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { openInput } from '../src/cli/frame/open-input.ts';
import { enqueueOne } from '../src/cli/submit/enqueue-one.ts';
import { receiptFormat } from '../src/cli/submit/receipt-lines.ts';
import { toRequestInput } from '../src/cli/submit/request-flags.ts';
import { submitFile } from '../src/cli/submit/submit-file.ts';
import { checkForm, submitFlags, toQueue } from '../src/cli/submit/submit-flags.ts';
import { submitOne } from '../src/cli/submit/submit-one.ts';
import { given, ifGiven } from '../src/core/base/given.ts';
import { parseDuration } from '../src/text/duration.ts';

export default class Submit extends BaseCommand {
  static override summary = 'Submit one request, or a file of them, and print the receipts.';
  static override effect = { without: ['dry-run'] };
  static override remote = { without: ['app', 'atomic', 'delay', 'order', 'respond'] };
  static override description = withExitCodes(
    'FILE holds one JSON request per line, and may be compressed with gzip; - is stdin. The command prints ' +
      'one receipt per request, in the same order, as soon as the request is durable. Blank lines are skipped. ' +
      'You can submit the same file again: a request with the same id gives the same receipt.\n' +
      'With --dry-run nothing is written; the requests of a stream are decided after it has ended.\n' +
      'With --async each request is stored in the durable queue of its type, and a worker decides it later, ' +
      'exactly once.',
    [0, 1, 4, 5, 6, 65, 66, 69, 74, 75, 77, 130],
  );
  static override examples = [
    `<%= config.bin %> submit --type customer.create --id r-1 --change 'claim email/ann@example.com "c-1"'`,
    `<%= config.bin %> submit --type order.note --data '{"text":"hello"}' --change 'append order/7 ["hello"]'`,
    '<%= config.bin %> submit requests.ndjson',
    '<%= config.bin %> submit - --keep-going --receipts rejected < requests.ndjson.gz',
    '<%= config.bin %> submit --async --wait 10s --type order.create --data @order.json --respond orders.done',
    '<%= config.bin %> submit events.ndjson --map ./events.map.ts --dry-run',
  ];
  static override args = {
    file: Args.string({ description: 'A file with one request per line; - is stdin.', ignoreStdin: true }),
  };
  static override flags = submitFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Submit);
    const { 'dry-run': dryRun, wait } = flags;
    const queue = toQueue(flags);
    checkForm(args.file, flags, this.isRemote);
    const input = args.file === undefined ? undefined : openInput(args.file);
    const request = input ? null : toRequestInput(flags);
    const options = { ...this.appOptions(), ...given({ checkpointRecords: input ? undefined : 0 }) };
    if (input) this.preferLines();
    this.out.mustArrive = true;
    const print = this.print.bind(this);
    const waitMs = ifGiven(wait, (text) => parseDuration('--wait', text));
    const code = await this.reach({ ...options, livesLong: args.file === '-' }, ({ submitter: env }) => {
      const one = { input: request, print };
      if (!input) return queue ? enqueueOne(env, one, { queue, waitMs }) : submitOne(env, one, { dryRun });
      const many = { file: args.file ?? '-', argv: this.argv, receipts: flags.receipts ?? ('all' as const), queue };
      const how = { ...flags, ...many, dryRun, keepGoing: flags['keep-going'], told: this.told, shown: this.shown };
      return submitFile(env, { input, list: this.list(receiptFormat) }, how);
    });
    this.exitWith(code);
  }
}
