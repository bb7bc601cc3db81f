import { serviceOfTheme } from '../../core/app/parcel.ts';
import { sagaOfTheme } from '../../core/app/saga.ts';
import { isFrontendAddress } from '../../core/base/frontend-address.ts';
import { isEngineType } from '../../core/log/record.ts';
import { chooseEnvironment, contextOf, type NamedEnvironment } from '../../environment/choose-environment.ts';
import { Contexts } from '../../environment/contexts.ts';
import type { Environment } from '../../environment/environment.ts';
import type { SharedCalls } from '../reach/reached.ts';
import { readExplanations } from '../reference/explanations.ts';
import { commandsWithSchema } from '../reference/schemas.ts';
import { type Candidate, fitting } from './candidates.ts';
import type { ValueSource } from './value-source.ts';

/** Candidates of one kind that are offered at most: a list that nobody reads helps nobody. */
const offeredMax = 50;
/** Sessions and sagas that are looked at for those that begin with what was typed. */
const lookedAtMax = 500;
const newest = 20;

/** The command line's part that a source needs. */
export interface SourceQuery extends NamedEnvironment {
  readonly typed: string;
  /** The arguments before it. */
  readonly args: readonly string[];
  /** Where the package is. */
  readonly root: string;
}

/** The candidates of a source that begin with what was typed. Errors: those of opening and reading an environment. */
export async function readSource(source: ValueSource, query: SourceQuery): Promise<readonly Candidate[]> {
  const { typed, root } = query;
  const contexts = new Contexts();
  if (source === 'contexts')
    return fitting(
      contexts.list().map(({ name, dir }) => ({ word: name, about: dir })),
      typed,
    );
  if (source === 'codes')
    return fitting(
      readExplanations(root).map(({ code, meaning }) => ({ word: code, about: meaning })),
      typed.toUpperCase(),
    );
  if (source === 'schemas') return fitting(bare(commandsWithSchema().map((name) => name.split(' ')[0] ?? '')), typed);
  const { dir } = chooseEnvironment(query, contexts);
  if (isFrontendAddress(dir)) return fitting(await readRemote(dir, source, query), typed);
  // The engine is loaded for what lies in an environment only.
  const { openBriefly } = await import('../../engine.ts');
  const env = await openBriefly(dir, { readOnly: true });
  try {
    return fitting(await readFrom(env, source, query), typed);
  } finally {
    await env.close();
  }
}

/** Candidates of a frontend, of which the keys and ids are asked; whoever types waits for one try, and not for long. */
async function readRemote(address: string, source: ValueSource, { typed }: SourceQuery): Promise<readonly Candidate[]> {
  const [{ connect }, { readToken }] = await Promise.all([
    import('../../client/connect.ts'),
    import('../reach/frontend-token.ts'),
  ]);
  const contexts = new Contexts();
  const context = contextOf({ dir: address, origin: '--env' }, contexts);
  const token = () => readToken(process.env.TXLOG_TOKEN_FILE || undefined, context);
  const env = connect(address, { attempts: 1, tryMs: 1_000, token });
  const transactionsOf = () => transactions(env, typed);
  const sessionsOf = async () => bare(await env.idsWithPrefix('session', typed, offeredMax));
  switch (source) {
    case 'keys':
      return keys(env, typed);
    case 'transactions':
      return transactionsOf();
    case 'sessions':
      return sessionsOf();
    case 'waited':
      return [...(await transactionsOf()), ...(await sessionsOf())];
    case 'names':
      return [...(await transactionsOf()), ...(await sessionsOf()), ...(await keys(env, typed))];
    default:
      return [];
  }
}

async function readFrom(
  env: Environment,
  source: ValueSource,
  { typed, args }: SourceQuery,
): Promise<readonly Candidate[]> {
  switch (source) {
    case 'themes':
      return bare(
        await env.read((cut) =>
          cut
            .themes()
            .all()
            .map(({ name }) => name),
        ),
      );
    case 'saga types':
      return bare(
        await env.read((cut) =>
          cut
            .themes()
            .all()
            .flatMap(({ name }) => /^saga\/(.+)$/.exec(name)?.[1] ?? []),
        ),
      );
    case 'services':
      return bare(
        await env.read((cut) =>
          cut
            .themes()
            .all()
            .flatMap(({ name }) => serviceOfTheme(name) ?? []),
        ),
      );
    case 'types':
      return bare(await env.read((cut) => [...cut.typeRegistry.types(cut.snapshot).keys()]));
    case 'keys':
      return keys(env, typed);
    case 'sessions':
      return sessions(env, typed);
    case 'sagas':
      return sagas(env, typed);
    case 'steps':
      return steps(env, args[0] ?? '');
    case 'transactions':
      return transactions(env, typed);
    case 'waited':
      return [...(await transactions(env, typed)), ...(await sessions(env, typed))];
    case 'names':
      return [...(await transactions(env, typed)), ...(await sessions(env, typed)), ...(await keys(env, typed))];
    default:
      return [];
  }
}

function bare(words: readonly string[]): readonly Candidate[] {
  return [...new Set(words)].map((word) => ({ word, about: '' }));
}

async function keys(env: Pick<SharedCalls, 'states'>, typed: string): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  for await (const { key } of env.states({ prefix: typed })) {
    found.push({ word: key, about: '' });
    if (found.length >= offeredMax) break;
  }
  return found;
}

/** Those that live, as they are led; with a beginning of an id, those that were removed as well. */
async function sessions(env: Environment, typed: string): Promise<readonly Candidate[]> {
  const found = new Map<string, string>();
  for await (const { id, themeName, status } of env.sessions.list({ limit: lookedAtMax })) {
    if (id.startsWith(typed) && found.size < offeredMax) found.set(id, `${themeName}, ${status}`);
  }
  return withOthers(env, found, typed);
}

async function sagas(env: Environment, typed: string): Promise<readonly Candidate[]> {
  const found = new Map<string, string>();
  for await (const { id, type, phase } of env.sagas.list({ limit: lookedAtMax })) {
    if (id.startsWith(typed) && found.size < offeredMax) found.set(id, `${type}, ${phase}`);
  }
  return withOthers(env, found, typed);
}

/** The steps of a saga that wait for an answer; none of what is no saga. */
async function steps(env: Environment, saga: string): Promise<readonly Candidate[]> {
  const session = await env.sessions.get(saga);
  if (!session || sagaOfTheme(session.themeName) === undefined) return [];
  const { phase, saga: found } = await env.sagas.get(saga);
  const side = phase === 'running' ? 'do' : 'undo';
  const waiting = [...found.steps.values()].filter((step) => step[side].status === 'begun');
  return waiting.map(({ name }) => ({ word: name, about: 'waits for an answer' }));
}

async function withOthers(env: Environment, found: Map<string, string>, typed: string): Promise<readonly Candidate[]> {
  const others = typed === '' || found.size > 0 ? [] : await env.idsWithPrefix('session', typed, offeredMax);
  return [...[...found].map(([word, about]) => ({ word, about })), ...bare(others)];
}

/** The newest; with a beginning of an id, the first that begin so. */
async function transactions(
  env: Pick<SharedCalls, 'idsWithPrefix' | 'records'>,
  typed: string,
): Promise<readonly Candidate[]> {
  if (typed !== '') return bare(await env.idsWithPrefix('transaction', typed, offeredMax));
  const found: Candidate[] = [];
  for await (const { id, type } of env.records({}, { reverse: true, limit: newest }))
    if (!isEngineType(type)) found.push({ word: id, about: type });
  return found;
}
