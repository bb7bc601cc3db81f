import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandEffect } from '../../src/cli/frame/command-effect.ts';
import { everywhere, partsOfDescription } from '../../src/cli/frame/exit-codes.ts';
import { type RemoteUse, remoteText } from '../../src/cli/frame/remote-use.ts';
import { root } from './pages.ts';

/** A flag as oclif's manifest has it. */
export interface ManifestFlag {
  readonly name: string;
  readonly char?: string;
  readonly type: 'boolean' | 'option';
  readonly summary?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly env?: string;
  readonly helpGroup?: string;
  readonly helpValue?: string | readonly string[];
  readonly multiple?: boolean;
  readonly options?: readonly string[];
  readonly exclusive?: readonly string[];
  readonly dependsOn?: readonly string[];
  readonly required?: boolean;
  readonly hidden?: boolean;
}

/** A command as oclif's manifest has it. */
export interface ManifestCommand {
  readonly id: string;
  readonly summary: string;
  readonly effect: CommandEffect;
  readonly remote: RemoteUse;
  readonly description: string;
  readonly examples: readonly string[];
  readonly args: Readonly<
    Record<string, { name: string; description?: string; required?: boolean; multiple?: boolean }>
  >;
  readonly flags: Readonly<Record<string, ManifestFlag>>;
  readonly usage: string;
  readonly hidden?: boolean;
}

/** The commands of the built command line, by name. */
export function builtCommands(): ManifestCommand[] {
  const manifest = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {
    readonly commands: Readonly<Record<string, ManifestCommand>>;
  };
  const commands = Object.values(manifest.commands).filter(({ hidden }) => !hidden);
  return commands.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What a person types for a command. */
export function typedName({ id }: Pick<ManifestCommand, 'id'>): string {
  return `txlog ${id.replaceAll(':', ' ')}`;
}

/** Where a command's page is, below docs/commands. */
function pageName({ id }: Pick<ManifestCommand, 'id'>): string {
  return `${id.replaceAll(':', '-')}.md`;
}

/** A command's examples as they are typed. */
export function examplesOf({ examples }: ManifestCommand): string[] {
  return examples.map((example) => example.replaceAll('<%= config.bin %>', 'txlog'));
}

/** The pages of docs/commands, by file name. */
export function commandPages(commands: readonly ManifestCommand[]): Map<string, string> {
  const pages = commands.map((command) => [pageName(command), pageOf(command)] as const);
  return new Map([['README.md', indexOf(commands)], ...pages]);
}

const generated = '<!-- Made by `npm run docs` from the commands themselves. -->';

function indexOf(commands: readonly ManifestCommand[]): string {
  const rows = commands.map((command) => `| [\`${typedName(command)}\`](${pageName(command)}) | ${command.summary} |`);
  const shared = commands[0] ? tableOf(flagsOf(commands[0]).get('GLOBAL') ?? []) : '';
  return paragraphs([
    generated,
    '# Commands',
    ['| command | what it does |', '| --- | --- |', ...rows].join('\n'),
    '## Flags that every command has',
    shared,
    'stdout is data, stderr is talk. Exit codes mean the same for every command: [errors.md](../errors.md#exit-codes).',
  ]);
}

function pageOf(command: ManifestCommand): string {
  const { text, exitCodes } = partsOfDescription(command.description);
  const remote = remoteText(command.remote);
  const args = Object.values(command.args);
  const groups = [...flagsOf(command)].filter(([group]) => group !== 'GLOBAL').sort(([a], [b]) => (a < b ? -1 : 1));
  return paragraphs([
    generated,
    `# ${typedName(command)}`,
    command.summary,
    `\`\`\`text\n${usageOf(command)}\n\`\`\``,
    text.replaceAll('\n', '\n\n'),
    ...(remote === undefined ? [] : [remote.replace('a frontend', 'a [frontend](../http.md)')]),
    ...(args.length === 0 ? [] : ['## Arguments', argumentTable(args)]),
    ...groups.flatMap(([group, flags]) => [`## ${titleOf(group)}`, tableOf(flags)]),
    'And the [flags that every command has](README.md#flags-that-every-command-has).',
    '## Examples',
    `\`\`\`sh\n${examplesOf(command).join('\n')}\n\`\`\``,
    ...(exitCodes === ''
      ? []
      : [
          '## Exit codes',
          codeTable(exitCodes),
          `And ${everywhere.slice(0, -1).join(', ')} and ${everywhere.at(-1)} as [everywhere](../errors.md#exit-codes).`,
        ]),
  ]);
}

/** The line that is typed. */
export function usageOf({ usage }: ManifestCommand): string {
  return `txlog ${usage}`;
}

function argumentTable(args: readonly ManifestCommand['args'][string][]): string {
  const rows = args.map((arg) => `| \`${arg.name.toUpperCase()}\` | ${cell(arg.description ?? '')} |`);
  return ['| argument | what |', '| --- | --- |', ...rows].join('\n');
}

/** Flags by their group. */
export function flagsOf(command: ManifestCommand): Map<string, ManifestFlag[]> {
  const groups = new Map<string, ManifestFlag[]>();
  for (const flag of Object.values(command.flags)) {
    if (flag.hidden) continue;
    const group = flag.helpGroup ?? '';
    groups.set(group, [...(groups.get(group) ?? []), flag]);
  }
  return groups;
}

function titleOf(group: string): string {
  return group === '' ? 'Flags' : `Flags: ${group.toLowerCase()}`;
}

function tableOf(flags: readonly ManifestFlag[]): string {
  const rows = flags.map((flag) => `| \`${flagText(flag)}\` | ${cell(whatOf(flag))} |`);
  return ['| flag | what |', '| --- | --- |', ...rows].join('\n');
}

function flagText({ char, name, type, helpValue, options, multiple }: ManifestFlag): string {
  const value = type === 'boolean' ? '' : ` ${options?.join('|') ?? helpValue?.toString() ?? 'VALUE'}`;
  return `${char === undefined ? '' : `-${char}, `}--${name}${value}${multiple ? ' …' : ''}`.replaceAll('|', '\\|');
}

function whatOf({ summary, description, default: value, env, exclusive, dependsOn, required }: ManifestFlag): string {
  const list = (names: readonly string[]) => names.map((name) => `\`--${name}\``).join(', ');
  return [
    ...[summary ?? '', description ?? ''],
    required ? 'Required.' : '',
    typeof value === 'string' || typeof value === 'number' ? `Default \`${value}\`.` : '',
    env === undefined ? '' : `From \`${env}\` when absent.`,
    exclusive?.length ? `Not with ${list(exclusive)}.` : '',
    dependsOn?.length ? `Only with ${list(dependsOn)}.` : '',
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function codeTable(codes: string): string {
  const rows = codes.split('\n').map((line) => /^\s*(\d+)\s+(.*)$/.exec(line) ?? []);
  return ['| exit | meaning |', '| --- | --- |', ...rows.map(([, code, what]) => `| ${code} | ${what} |`)].join('\n');
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|');
}

function paragraphs(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
