import { Flags } from '@oclif/core';
import { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import { type JsonValue, jsonEquals } from '../../core/base/json.ts';
import { checkBy } from '../../core/log/session-input.ts';
import { type RequestInput, type StateReading, toReceiptJson } from '../../index.ts';
import { differencesOf } from '../../shapes/state-diff.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import { BaseCommand } from '../frame/base-command.ts';
import { ask, confirm, requireAnswer } from '../frame/confirm.ts';
import { appFlag } from '../frame/environment-flag.ts';
import { dryRunFlag } from '../frame/global-flags.ts';
import { keyNotFound } from '../frame/key-argument.ts';
import { say } from '../frame/stderr.ts';
import { formatReceipt } from '../print/receipt-text.ts';
import { formatStateDiff } from '../print/state-diff-text.ts';
import { readJsonData } from '../session/read-data.ts';
import { discard, editValue, readEdited, requireEditor } from './edit-text.ts';

/** Flags of `state edit`. */
export const editFlags = {
  value: Flags.string({
    summary: 'Use this value in place of an editor.',
    helpValue: 'JSON|@FILE|-',
  }),
  reason: Flags.string({
    summary: 'Record this reason in the log. On a terminal the command asks for it.',
    helpValue: 'TEXT',
  }),
  actor: Flags.string({ summary: 'Record this name as the one who did it.', helpValue: 'NAME' }),
  type: Flags.string({ summary: 'Give the request this type.', default: 'state.edit', helpValue: 'TYPE' }),
  ...appFlag,
  ...dryRunFlag,
};

/** The values of the flags above. */
interface EditValues {
  readonly value?: string | undefined;
  readonly reason?: string | undefined;
  readonly actor?: string | undefined;
  readonly type: string;
  readonly 'dry-run': boolean;
}

/** The new value, and the file that it is kept in until it is written. */
interface Edited {
  readonly value: JsonValue;
  readonly file?: string;
}

/** The command `state edit`. */
export abstract class EditCommand extends BaseCommand {
  /**
   * Reads a state, lets it be edited, shows what would change, and writes it if it is still the version that was read.
   * No environment is held open while somebody edits.
   *
   * Errors: KEY_NOT_FOUND; USAGE; the JSON_ codes. A conflict is a rejection; the text is kept.
   */
  protected async edit(key: string, flags: EditValues): Promise<void> {
    const sure = this.isSure || this.isDryRun;
    if (flags.reason === undefined && !flags['dry-run'] && !process.stdin.isTTY)
      throw new TxlogError('USAGE', 'give a reason with --reason: the log keeps it', {
        next: ['txlog state edit --help'],
      });
    checkBy(flags);
    if (flags.value === undefined) requireEditor();
    requireAnswer('Write it?', sure);
    const state = await this.withEnv({ readOnly: true }, (env) => env.get(key));
    if (!state) throw keyNotFound(key, undefined);
    const edited = await editedValue(state, flags.value);
    if (jsonEquals(edited.value, state.value)) {
      if (edited.file !== undefined) discard({ file: edited.file });
      return this.print({ v: 1, key, unchanged: true }, 'nothing changed, nothing was written');
    }
    // People who are asked see the difference, whatever the form of the answer is.
    if (this.talks || !sure) say(`${this.difference(state, edited.value)}\n`);
    const reason = flags.reason ?? (flags['dry-run'] ? 'dry run' : (await ask('Reason: ')).trim());
    const agreed = reason !== '' && (await confirm('Write it?', sure));
    if (!agreed) return this.print({ v: 1, key, unchanged: true }, `nothing was written${keptIn(edited)}`);
    await this.write(state, edited, { ...flags, reason });
  }

  private difference(state: StateReading, value: JsonValue): string {
    const position = state.position;
    const pair = { key: state.key, from: { position, state }, to: { position, state: { ...state, value } } };
    return formatStateDiff(pair, differencesOf(pair), this.colors).replace(/ {2}position .*$/m, '');
  }

  private async write(state: StateReading, edited: Edited, flags: EditValues): Promise<void> {
    await this.changeEnv({ writesLittle: true, ...this.appOptions() }, async (env) => {
      const receipt = await env.submit(requestOf(state, edited.value, flags));
      this.out.mustArrive = true;
      await this.print(toReceiptJson(receipt), formatReceipt(receipt));
      if (receipt.outcome === 'committed' && edited.file !== undefined && !flags['dry-run'])
        discard({ file: edited.file });
      if (receipt.outcome === 'committed') return;
      this.talk(`nothing was written${keptIn(edited)}`);
      if (edited.file !== undefined) this.talk(`next: ${againWith(state.key, edited.file)}`);
      this.exitWith(1);
    });
  }
}

function keptIn({ file }: Edited): string {
  return file === undefined ? '' : `; your text is kept in ${file}`;
}

async function editedValue(state: StateReading, given: string | undefined): Promise<Edited> {
  if (given !== undefined) return { value: readJsonData('--value', given) };
  const edited = await editValue(state.value ?? null);
  const value = readEdited(edited, (file) => againWith(state.key, file));
  return { value, file: edited.file };
}

function againWith(key: string, file: string): string {
  return `txlog state edit ${shellQuote(key)} --value @${shellQuote(file)}`;
}

/** Only what was read is replaced: another version, or another owner, is a rejection. */
function requestOf(state: StateReading, value: JsonValue, flags: EditValues): RequestInput {
  const { key, kind, version, owner } = state;
  if (kind === 'dedicated' && !owner)
    throw new TxlogError('USAGE', `${key} has no owner: claim it with a request instead`);
  const change = owner
    ? ({ op: 'replace', key, owner: owner.id, value } as const)
    : ({ op: 'set', key, value } as const);
  checkBy(flags);
  const { type, actor, reason = '' } = flags;
  return { type, payload: { reason }, changes: [change], expect: [{ key, version }], ...given({ actor }) };
}
