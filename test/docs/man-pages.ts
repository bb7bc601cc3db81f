import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitMeanings, partsOfDescription } from '../../src/cli/frame/exit-codes.ts';
import { remoteText } from '../../src/cli/frame/remote-use.ts';
import { examplesOf, flagsOf, type ManifestCommand, type ManifestFlag, usageOf } from './command-pages.ts';
import { root } from './pages.ts';

const { version, description, oclif } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly description: string;
  readonly oclif: { readonly topics: Readonly<Record<string, { readonly description: string }>> };
};

/** The manual in roff, by file name: `txlog.1` for the commands of one word, and a page for each topic. */
export function manPages(commands: readonly ManifestCommand[]): Map<string, string> {
  const topics = Object.entries(oclif.topics).map(([topic, about]) => {
    const own = commands.filter(({ id }) => id.startsWith(`${topic}:`));
    return [`txlog-${topic}.1`, topicPage(topic, about.description, own)] as const;
  });
  return new Map([['txlog.1', mainPage(commands)], ...topics]);
}

function mainPage(commands: readonly ManifestCommand[]): string {
  const short = commands.filter(({ id }) => !id.includes(':'));
  const topics = Object.entries(oclif.topics).map(([topic, about]) => term(`txlog ${topic}`, about.description));
  return page('txlog', description, [
    section('SYNOPSIS', [text('txlog COMMAND [ARGUMENTS] [FLAGS]')]),
    section('COMMANDS', short.flatMap(commandLines)),
    section('TOPICS', [text('Each has a page of its own, such as txlog-session(1).'), ...topics]),
    section('FLAGS OF EVERY COMMAND', (flagsOf(short[0] as ManifestCommand).get('GLOBAL') ?? []).map(flagLines)),
    section(
      'EXIT STATUS',
      Object.entries(exitMeanings).map(([code, meaning]) => term(code, meaning)),
    ),
    section('FILES', [
      term('.txlog', 'The environment: here, or in the closest directory above that has one.'),
      term('~/.config/txlog', 'Contexts: names of environments, and the current one.'),
    ]),
  ]);
}

function topicPage(topic: string, about: string, commands: readonly ManifestCommand[]): string {
  return page(`txlog-${topic}`, about, [
    section(
      'SYNOPSIS',
      commands.map((command) => `${text(usageOf(command))}\n.br`),
    ),
    section('COMMANDS', commands.flatMap(commandLines)),
    section('SEE ALSO', [text('txlog(1): the flags of every command, exit codes, files.')]),
  ]);
}

function page(name: string, about: string, sections: readonly string[]): string {
  const head = `.TH "${name.toUpperCase()}" "1" "" "txlog ${version}" "txlog"`;
  const generated = '.\\" Made by `npm run docs` from the commands themselves.';
  return [generated, head, section('NAME', [`${text(name)} \\- ${text(about)}`]), ...sections, ''].join('\n');
}

function section(title: string, lines: readonly string[]): string {
  return [`.SH ${title}`, ...lines].join('\n');
}

function commandLines(command: ManifestCommand): readonly string[] {
  const parts = partsOfDescription(command.description);
  const about = [parts.text, remoteText(command.remote)].filter((part) => part !== undefined).join('\n');
  const groups = [...flagsOf(command)].flatMap(([group, flags]) => (group === 'GLOBAL' ? [] : flags));
  const args = Object.values(command.args).map(({ name, description: what = '' }) => term(name.toUpperCase(), what));
  return [
    `.SS ${text(usageOf(command))}`,
    ...[command.summary, ...about.split('\n')].flatMap((paragraph) => ['.PP', text(paragraph)]),
    ...args,
    ...groups.map(flagLines),
    '.PP',
    'Examples:',
    '.PP',
    '.nf',
    ...examplesOf(command).map((example) => text(`    ${example}`)),
    '.fi',
  ];
}

function flagLines({ char, name, type, helpValue, options, summary = '', env }: ManifestFlag): string {
  const value = type === 'boolean' ? '' : ` ${options?.join('|') ?? helpValue?.toString() ?? 'VALUE'}`;
  const from = env === undefined ? '' : ` From ${env} when absent.`;
  return term(`${char === undefined ? '' : `-${char}, `}--${name}${value}`, `${summary}${from}`);
}

function term(word: string, about: string): string {
  return `.TP\n.B ${text(word)}\n${text(about)}`;
}

/** Text of one line. A hyphen is a minus, so that what is copied from the page works. */
function text(line: string): string {
  const escaped = line.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll("'", '\\(aq').replaceAll('`', '\\(ga');
  return escaped.replace(/\s*\n\s*/g, ' ').replace(/^([.'])/, '\\&$1');
}
