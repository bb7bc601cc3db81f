import prettyBytes from 'pretty-bytes';
import { limits } from '../../core/base/limits.ts';
import type { Attachment } from '../../core/log/attachment.ts';
import type { Environment } from '../../environment/environment.ts';
import type { Finding } from '../../shapes/finding.ts';
import { plural } from '../../text/printable.ts';
import { failedCheck, fine, warning } from './finding.ts';

/** Newest records whose attachments are looked for, and bytes of attachments that are read: what takes half a second. */
const recordsMax = 20_000;
const bytesMax = 64 * 1024 * 1024;

/** Counts and bytes of what a check found. */
interface Amount {
  readonly count: number;
  readonly bytes: number;
}

/** The attachments of an environment as they were found. */
export interface AttachmentsFound extends Amount {
  /** Those that were read, and the damaged ones of them. */
  readonly read: Amount;
  readonly damaged: readonly string[];
  /** Those that committed records name and that are not here. */
  readonly missing: readonly string[];
  /** Those that no record names and nobody used for some time; undefined where the log is too long to know. */
  readonly unnamed: Amount | undefined;
  /** Bytes that interrupted puts left. */
  readonly partBytes: number;
  /** Whether all records were looked at, and not only the newest. */
  readonly isWhole: boolean;
}

/** Examines the attachments: of a long log those of the newest records, of many bytes the first. Nothing where there are none. */
export async function examineAttachments(env: Environment, now: number): Promise<readonly Finding[]> {
  const { position } = await env.head();
  const missing = await findMissing(env, Math.max(1, position - recordsMax + 1));
  const all: Attachment[] = [];
  for await (const attachment of env.attachments.list()) all.push(attachment);
  const isWhole = position <= recordsMax;
  const { read, damaged } = await readFirst(env, all);
  return attachmentFindings({
    ...{ count: all.length, bytes: sumOf(all), read, damaged, missing, isWhole },
    unnamed: isWhole ? await findUnnamed(env) : undefined,
    partBytes: await env.attachments.store.removeParts(now - limits.attachmentGraceSeconds * 1_000, true),
  });
}

/** The findings in words, with the next step for each. */
export function attachmentFindings(found: AttachmentsFound): readonly Finding[] {
  const { missing, damaged, unnamed, partBytes } = found;
  if (found.count === 0 && missing.length === 0 && partBytes === 0) return [];
  const check = 'attachments';
  const first = (digests: readonly string[]) => `${plural(digests.length, 'attachment')}, the first is ${digests[0]}`;
  const wrong = [
    ...(missing.length > 0
      ? [failedCheck(check, `missing: ${first(missing)}`, 'txlog attachment verify', 'txlog attachment put FILE')]
      : []),
    ...(damaged.length > 0
      ? [failedCheck(check, `damaged: ${first(damaged)}`, 'txlog attachment verify', 'txlog attachment put FILE')]
      : []),
    ...(unnamed && unnamed.count > 0
      ? [warning(check, `no record names ${amountText(unnamed)}, unused for 7 days`, 'txlog attachment gc --dry-run')]
      : []),
    ...(partBytes > 0
      ? [warning(check, `interrupted puts left ${prettyBytes(partBytes)} a week ago`, 'txlog attachment gc --dry-run')]
      : []),
  ];
  if (wrong.length > 0) return wrong;
  const { isWhole, read, count } = found;
  const named = isWhole ? 'all that records name are here' : 'those of the newest records are here';
  const readText =
    read.count === count ? 'all are undamaged' : `${read.count} were read; \`attachment verify\` reads all`;
  return [fine(check, `${amountText(found)}; ${named}, ${readText}`)];
}

function amountText({ count, bytes }: Amount): string {
  return `${plural(count, 'attachment')} of ${prettyBytes(bytes)}`;
}

async function findMissing(env: Environment, from: number): Promise<readonly string[]> {
  const seen = new Set<string>();
  const missing: string[] = [];
  for await (const { attachments = [] } of env.records({ from, outcome: 'committed' })) {
    for (const digest of attachments) {
      if (seen.has(digest)) continue;
      seen.add(digest);
      if (!env.attachments.find(digest)) missing.push(digest);
    }
  }
  return missing;
}

async function readFirst(
  env: Environment,
  all: readonly Attachment[],
): Promise<Pick<AttachmentsFound, 'read' | 'damaged'>> {
  const some: Attachment[] = [];
  let left = bytesMax;
  for (const attachment of all) {
    if (attachment.bytes > left) continue;
    left -= attachment.bytes;
    some.push(attachment);
  }
  const damaged: string[] = [];
  for await (const { digest, problem } of env.attachments.verify({ digests: some.map(({ digest }) => digest) }))
    if (problem === 'damaged') damaged.push(digest);
  return { read: { count: some.length, bytes: sumOf(some) }, damaged };
}

async function findUnnamed(env: Environment): Promise<Amount> {
  const unnamed: Amount[] = [];
  for await (const { digest, bytes } of env.attachments.clear({ dryRun: true }))
    if (digest !== undefined) unnamed.push({ count: 1, bytes });
  return { count: unnamed.length, bytes: sumOf(unnamed) };
}

function sumOf(all: readonly { readonly bytes: number }[]): number {
  return all.reduce((sum, { bytes }) => sum + bytes, 0);
}
